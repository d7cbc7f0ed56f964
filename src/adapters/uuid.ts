import { tryCall } from '../../machines/try-call.js';

/** A random UUID (RFC 9562, version 4). */
export function uuid(): string {
  // Not crypto.randomUUID: it is missing on pages served over plain http. Old web views have no WebCrypto at all; there a
  // poorer source does, since these ids name devices and events for analytics and guard nothing.
  const random = tryCall(() => crypto.getRandomValues(new Uint8Array(31)));
  let used = 0;
  return 'xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx'.replace(/[xy]/g, (place) => {
    const value = (random?.[used++] ?? Math.random() * 16) & 15;
    return (place === 'x' ? value : (value & 3) | 8).toString(16);
  });
}
