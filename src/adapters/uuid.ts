import { tryCall } from '../../machines/try-call.js';

/** Random bytes of the platform; `undefined` in old web views without WebCrypto, and where a runtime refuses, as Cloudflare's
 * does outside of a request. */
const randomBytes = () => tryCall(() => crypto.getRandomValues(new Uint8Array(31)));

/** Whether ids made here are random. Else they are put together from the time and `Math.random`, which some pages replace. */
export const isRandomStrong = (): boolean => !!randomBytes();

let made = 0;

/** A random UUID (RFC 9562, version 4). */
export function uuid(): string {
  // Not crypto.randomUUID, which is missing on pages served over plain http.
  const bytes = randomBytes();
  // Microseconds differ between two tabs, and the count within one, also where Math.random says the same in both.
  let weak = Math.floor((Date.now() + performance.now()) * 1000) + ++made;
  let used = 0;
  return 'xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx'.replace(/[xy]/g, (place) => {
    const value = ((bytes?.[used++] ?? Math.random() * 16 + weak) % 16) | 0;
    weak = Math.floor(weak / 16);
    return (place === 'x' ? value : (value & 3) | 8).toString(16);
  });
}
