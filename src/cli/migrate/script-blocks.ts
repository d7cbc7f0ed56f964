/** A part of a file that is a script. */
export interface ScriptBlock {
  /** Where it begins in the file. */
  readonly at: number;
  readonly code: string;
}

const scriptTag = /<script\b([^>]*)>([\s\S]*?)<\/script>/gi;
/** Scripts that are data. */
const isData = (attributes: string) =>
  /type\s*=\s*["']?(?!module|text\/javascript|application\/javascript)[\w+/-]+/i.test(attributes);

/** Whether a file holds scripts inside of something else. */
export const isMarkup = (path: string): boolean => /\.(vue|svelte|html?)$/i.test(path);

/** The scripts of a file: the whole file, or the script elements of a page or component. */
export function scriptBlocks(path: string, text: string): ScriptBlock[] {
  if (!isMarkup(path)) return [{ at: 0, code: text }];
  return [...text.matchAll(scriptTag)]
    .filter(([, attributes = '']) => !isData(attributes))
    .map((match) => ({ at: match.index + match[0].indexOf('>') + 1, code: match[2]! }));
}

/** A file without its scripts and styles, at the same places: what is left is markup. */
export function markupOf(path: string, text: string): string {
  if (!isMarkup(path)) return '';
  return text.replace(/<(script|style)\b[^>]*>[\s\S]*?<\/\1>/gi, (all) => all.replace(/[^\n]/g, ' '));
}
