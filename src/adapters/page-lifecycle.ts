import { pageWindow } from './platform.js';
import type { Page, PageEvent } from './ports.js';

/** Events of a window or its document, and what they mean. */
const names: Readonly<Record<string, PageEvent>> = {
  visibilitychange: 'hidden',
  pagehide: 'exit',
  pageshow: 'restored',
  online: 'online',
  offline: 'offline',
  prerenderingchange: 'activated',
};

/** The page of a window; without one (on a server, in workers) a page that never ends and is always online.
 * Nothing is listened to before the first `subscribe`, and never to `unload`, which would cost the page the back-forward
 * cache.
 * @param win @default the window of the page; none on a server, whatever its globals are
 * @see https://developer.chrome.com/docs/web-platform/page-lifecycle-api
 * @see https://wicg.github.io/nav-speculation/prerendering.html */
export function pageLifecycle(win: Window | undefined = pageWindow()): Page {
  return {
    isOnline: () => win?.navigator?.onLine !== false,
    isPrerendering: () => !!(win?.document as { readonly prerendering?: boolean } | undefined)?.prerendering,
    subscribe(listener) {
      const isMeant = ({ type, persisted }: Event & { readonly persisted?: boolean }) =>
        type === 'visibilitychange' ? win!.document.visibilityState === 'hidden' : type !== 'pageshow' || persisted;
      const handle = (event: Event) => {
        if (isMeant(event)) listener(names[event.type]!);
      };
      // All of them reach the window in the capturing phase; pagehide and pageshow are sent to it and don't bubble.
      const types = typeof win?.addEventListener === 'function' && win.document ? Object.keys(names) : [];
      for (const type of types) win!.addEventListener(type, handle, true);
      return () => {
        for (const type of types) win!.removeEventListener(type, handle, true);
      };
    },
  };
}
