/** A user token made from an id that can't be one, such as an e-mail address or an id with other characters: the
 * SHA-256 of salt and id, as 64 hexadecimal digits. The same id and salt give the same token on every device and server.
 *
 * A hash of personal data is still personal data to whoever knows the salt: keep it off public pages, or let your server
 * make the token.
 * @param id The account's id.
 * @param salt What keeps others from trying ids until one fits.
 * @returns The token; `undefined` where there is no WebCrypto, as on pages served over plain http. */
export async function hashUserToken(id: string, salt: string): Promise<string | undefined> {
  try {
    const bytes = new TextEncoder().encode(`${salt.length}:${salt}${id}`);
    const digest = await crypto.subtle.digest('SHA-256', bytes);
    return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
  } catch {
    return undefined;
  }
}
