import { type CookieDocument, probeName } from '../adapters/cookies.js';

/** A document whose cookies came with a request. What is written to it is kept as `Set-Cookie` lines. */
export interface RequestDocument extends CookieDocument {
  readonly setCookie: readonly string[];
}

const isPartitioned = (line: string) => line.includes('; Partitioned');

/** Whether a line can reach a cookie that is likely to exist. A token store expires a cookie on every path of every domain; here
 * each line costs bytes. The prefix `__Host-` is never on another path or with a domain. */
function isUseful(line: string): boolean {
  const path = /; Path=([^;]*)/.exec(line)?.[1];
  if (!path || line.startsWith(probeName)) return false;
  const isRooted = path === '/';
  const isHostOnly = !line.includes('; Domain=');
  if (isRooted && isHostOnly) return true;
  return (isRooted || (isHostOnly && !isPartitioned(line))) && !line.startsWith('__Host-');
}

/** Lets a cookie token store work on a request as it does on a page, so that both follow the same rules.
 * @param cookies The text of a `Cookie` header. */
export function requestDocument(cookies: string, location: CookieDocument['location']): RequestDocument {
  const setCookie: string[] = [];
  let shown = cookies;
  return {
    location,
    setCookie,
    get cookie() {
      return shown;
    },
    // As a browser would show it then: one cookie of the name, or none.
    set cookie(line) {
      if (isUseful(line) && !setCookie.includes(line)) setCookie.push(line);
      const isExpired = line.includes('; Max-Age=0');
      // One that frames of other sites show may be partitioned: it is there until that one is expired too.
      if (isExpired && line.includes('; SameSite=None') && !isPartitioned(line)) return;
      const pair = line.split(';', 1)[0]!;
      const name = pair.slice(0, pair.indexOf('=') + 1);
      const others = shown.split(/;\s*/).filter((other) => other && !other.startsWith(name));
      shown = (isExpired ? others : [pair, ...others]).join('; ');
    },
  };
}
