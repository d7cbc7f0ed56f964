function randomBytes(): Uint8Array {
  const bytes = new Uint8Array(16);
  try {
    return crypto.getRandomValues(bytes);
  } catch {
    // Old web views have no WebCrypto at all; the token names a device for analytics, it guards nothing.
    return bytes.map(() => Math.random() * 256);
  }
}

/** A new anonymous token: `anonymous-` and a random UUID (RFC 9562, version 4), as search-insights writes it. */
export function generateAnonymousToken(): string {
  // Not crypto.randomUUID: it is missing on pages served over plain http.
  const bytes = randomBytes();
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `anonymous-${hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')}`;
}
