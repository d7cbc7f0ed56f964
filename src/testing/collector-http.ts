import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Fault } from './collector.types.js';

/** Largest accepted body, in bytes. The API states 2 MB. */
const MAX_BODY_BYTES = 2_000_000;
/** A larger body is still read up to here, unkept: a client that is cut off while it sends does not see the answer. */
const MAX_READ_BYTES = 5 * MAX_BODY_BYTES;
const APP_ID_NAMES = ['X-Algolia-Application-Id', 'x-algolia-application-id'];
const API_KEY_NAMES = ['X-Algolia-API-Key', 'x-algolia-api-key'];
const MASKED = '***';

/** What goes back to the client. */
export type Answer = { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string };
/** What a request shows of who sends it. */
export type Credentials = { readonly appId: string | undefined; readonly apiKey: string | undefined };

/** Reads a request's body. `text` is absent when the body is too large, `complete` false when the client left before its end. */
export function readBody(
  incoming: IncomingMessage,
): Promise<{ bytes: number; complete: boolean; text: string | undefined }> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const done = (complete: boolean) => {
      const text = bytes > MAX_BODY_BYTES ? undefined : Buffer.concat(chunks).toString('utf8');
      resolve({ bytes, complete, text });
    };
    const read = (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
      else chunks.length = 0;
      if (bytes <= MAX_READ_BYTES) return;
      incoming.off('data', read).pause();
      done(true);
    };
    // A fallback that did not answer may have read the body all the same.
    if (incoming.readableEnded) return done(true);
    incoming.on('data', read);
    incoming.once('end', () => done(true));
    incoming.once('close', () => done(false));
    // A client that leaves is an error too, and one that nobody listens to would end the process.
    incoming.on('error', () => {});
  });
}

/** Writes an answer. @param cors Whether a page of another origin may read it. */
export function send(response: ServerResponse, { status, headers = {}, body = '' }: Answer, cors: boolean): void {
  response.statusCode = status;
  if (cors) response.setHeader('access-control-allow-origin', '*');
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  // `HEAD` has the headers of the body that it does not have.
  if (body) response.setHeader('content-length', Buffer.byteLength(body));
  response.end(body);
}

/** An answer in the API's form: `status` and `message`. */
export function jsonAnswer(status: number, message: string, headers: Record<string, string> = {}): Answer {
  const contentType = { 'content-type': 'application/json; charset=utf-8' };
  return { status, headers: { ...contentType, ...headers }, body: JSON.stringify({ status, message }) };
}

/** An answer as the API gives it to a body that is not JSON. */
export function htmlAnswer(status: number, title: string): Answer {
  const body = `<html><head><title>${status} ${title}</title></head><body><h1>${status} ${title}</h1></body></html>`;
  return { status, headers: { 'content-type': 'text/html; charset=utf-8' }, body };
}

/** The answer to a method that a path does not take: 405, or 204 for the `OPTIONS` that ask which it takes.
 * @see RFC 9110, sections 9.3.7 and 15.5.6 */
export function methodAnswer(method: string, allowed: readonly string[]): Answer {
  const allow = allowed.join(', ');
  if (method === 'OPTIONS') return { status: 204, headers: { allow: `${allow}, OPTIONS` } };
  return jsonAnswer(405, `the method must be ${allowed.join(' or ')}`, { allow });
}

/** Whether a request is a CORS preflight, and no `OPTIONS` for its own sake.
 * @see https://fetch.spec.whatwg.org/#cors-preflight-request */
export function isPreflight({ method, headers }: IncomingMessage): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
}

/** The answer to a CORS preflight: everything is allowed. */
export function preflightAnswer(headers: Readonly<IncomingHttpHeaders>): Answer {
  return {
    status: 204,
    headers: {
      'access-control-allow-methods': 'POST, DELETE, OPTIONS',
      'access-control-allow-headers': String(headers['access-control-request-headers'] ?? '*'),
      // A browser that remembered the answer would skip the preflights that a test means to see.
      'access-control-max-age': '0',
    },
  };
}

/** What a fault answers in place of the API. */
export function faultAnswer({ status = 503, retryAfter, exposeRetryAfter, cors, body }: Fault): Answer {
  const headers: Record<string, string> = {};
  if (retryAfter !== undefined) {
    headers['retry-after'] = String(retryAfter);
    if (exposeRetryAfter !== false && cors !== false) headers['access-control-expose-headers'] = 'Retry-After';
  }
  const plain = jsonAnswer(status, 'a fault set by the test', headers);
  if (body === undefined) return plain;
  const isJson = parseJson(body) !== undefined;
  return {
    ...plain,
    headers: { ...plain.headers, ...(isJson ? {} : { 'content-type': 'text/html; charset=utf-8' }) },
    body,
  };
}

/** Whether a fault only delays the ordinary answer. */
export function isDelayAlone({ delayMs, status, drop, hang, retryAfter, cors, body }: Fault): boolean {
  const others = drop || hang || cors === false || [status, retryAfter, body].some((part) => part !== undefined);
  return delayMs !== undefined && !others;
}

/** @throws RangeError for a fault that can't be. */
export function checkFault({ status = 503, times = 1, delayMs = 0 }: Fault): void {
  if (!Number.isInteger(status) || status < 200 || status > 599) throw new RangeError('status must be 200 to 599');
  if (!Number.isInteger(times) || times < 1) throw new RangeError('times must be a whole number from 1 on');
  if (!(delayMs >= 0)) throw new RangeError('delayMs must not be negative');
}

/** The path, and the query's parameters. */
export function splitUrl(url: string): { path: string; params: URLSearchParams } {
  const [path = '', ...query] = url.split('?');
  return { path, params: new URLSearchParams(query.join('?')) };
}

/** Application id and API key, from the query or the headers. */
export function readCredentials(params: URLSearchParams, headers: IncomingHttpHeaders): Credentials {
  const read = (names: readonly string[]) =>
    names.map((name) => params.get(name) || headers[name]?.toString()).find((value) => value);
  return { appId: read(APP_ID_NAMES), apiKey: read(API_KEY_NAMES) };
}

/** Whether a credential is there, and is the one that is let in. */
export function admits(expected: string | undefined, given: string | undefined): boolean {
  return given !== undefined && (expected === undefined || given === expected);
}

function isKeyName(name: string): boolean {
  return name.toLowerCase() === 'x-algolia-api-key';
}

/** The query's parameters without the API key's value. */
export function maskQuery(params: URLSearchParams): Record<string, string> {
  return Object.fromEntries([...params].map(([name, value]) => [name, isKeyName(name) ? MASKED : value]));
}

/** The headers without the API key's value. */
export function maskHeaders(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, isKeyName(name) ? MASKED : value]));
}

/** The parsed text, or `undefined` when it is no JSON. */
export function parseJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A part of a path, decoded, or `undefined` when it is badly encoded. */
export function decodeChunk(chunk: string): string | undefined {
  try {
    return decodeURIComponent(chunk);
  } catch {
    return undefined;
  }
}

/** Whether a value is an object and no list. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
