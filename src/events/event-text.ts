/** Bytes around the events of a batch. */
export const frameBytes = '{"events":[]}'.length;
/** Bytes of a timestamp and of the comma to the next event. */
export const timestampBytes = 28;

/** UTF-8 bytes of a text. */
export function bytesOf(text: string): number {
  // Most events are ASCII, and looking is cheaper than encoding.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
  if (/^[\x00-\x7f]*$/.test(text)) return text.length;
  // Not TextEncoder, which jsdom under Jest lacks. JSON text has no lone surrogates, on which encodeURI would throw.
  return encodeURI(text).replace(/%../g, '_').length;
}

/** The event as it goes into a batch.
 * @param timestamp In milliseconds since the Unix epoch, for an event that travels with one. */
export const wireText = (json: string, timestamp: number | undefined): string =>
  timestamp === undefined ? json : `${json.slice(0, -1)},"timestamp":${timestamp}}`;

/** The body of a request. */
export const bodyOf = (texts: readonly string[]): string => `{"events":[${texts}]}`;
