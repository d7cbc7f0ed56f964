import { tryCall } from '../../machines/try-call.js';
import { pageWindow } from './platform.js';
import { type SafeStorage, safeStorage } from './web-storage.js';

/** Remembers the pages of the site on which this library does not run: events that were left to them would wait for long.
 * @param prefix What their keys begin with. The tab's session keeps under it where the visitor goes.
 * @param win @default the window of the page */
export function unservedPages({ get, put, remove }: SafeStorage, prefix: string, win = pageWindow()) {
  // Other tabs go elsewhere.
  const session = safeStorage({ storage: tryCall(() => win?.sessionStorage) });
  return {
    has: (path: string): boolean => get(prefix + path) !== undefined,

    /** The visitor leaves for a page of the site. */
    leave: (path: string): boolean => session.put(prefix, path),

    /** The library runs here. If the visitor set out for another page, it did not run there. */
    arrive(): void {
      const here = win?.location.pathname;
      const aim = session.get(prefix);
      session.remove(prefix);
      remove(prefix + here);
      if (aim && aim !== here) put(prefix + aim, '');
    },
  };
}
