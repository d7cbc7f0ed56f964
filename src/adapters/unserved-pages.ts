import { tryCall } from '../../machines/try-call.js';
import { pageWindow } from './platform.js';
import { type SafeStorage, safeStorage } from './web-storage.js';

/** Remembers the pages of the site on which this library doesn't run, since events that are left to them wait for long.
 * @param prefix The prefix of their keys. sessionStorage keeps the visitor's next page under it.
 * @param win @default the window of the page */
export function unservedPages({ get, put, remove }: SafeStorage, prefix: string, win = pageWindow()) {
  // Other tabs go elsewhere.
  const session = safeStorage({ storage: tryCall(() => win?.sessionStorage) });
  return {
    has: (path: string): boolean => get(prefix + path) !== undefined,

    /** Call it when the visitor leaves for a page of the site. */
    leave: (path: string): boolean => session.put(prefix, path),

    /** Call it when the library starts. If the visitor was going to another page, the library doesn't run on that page. */
    arrive(): void {
      const here = win?.location.pathname;
      const aim = session.get(prefix);
      session.remove(prefix);
      remove(prefix + here);
      if (aim && aim !== here) put(prefix + aim, '');
    },
  };
}
