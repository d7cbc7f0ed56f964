import { type CookieDocument, keepsDomain, parentDomains } from './cookies.js';

/** Finds the widest domain on which the browser lets this page keep cookies, such as `shop.co.uk` for
 * `www.shop.co.uk`, by trying: no list of public suffixes is shipped, and none can be out of date. Pass it as
 * `cookie.domain` to share tokens between sub-domains. It writes a throw-away cookie and removes it again, so call it
 * once the visitor has consented.
 * @returns The domain, or `undefined` where cookies can only be host-only: localhost, an IP address, no cookies at all, no document. */
export function widestDomain(doc: CookieDocument | undefined = globalThis.document): string | undefined {
  return parentDomains(doc?.location?.hostname).find((domain) => keepsDomain(doc!, domain));
}
