import type { Page, PageEvent } from './ports.js';

/** The page of a window; without a window (Node, workers) one that never ends and is always online.
 * Nothing is listened to before the first `subscribe`, and never to `unload`, which would cost the page the back-forward
 * cache.
 * @see https://developer.chrome.com/docs/web-platform/page-lifecycle-api
 * @see https://wicg.github.io/nav-speculation/prerendering.html */
export function pageLifecycle(win: Window | undefined = globalThis.window): Page {
  const isPage = typeof win?.addEventListener === 'function' && win.document !== undefined;
  return {
    isOnline: () => win?.navigator?.onLine !== false,
    isPrerendering: () => !!(win?.document as { readonly prerendering?: boolean } | undefined)?.prerendering,
    subscribe(listener) {
      const said: Record<string, (event: Event) => PageEvent | false> = {
        visibilitychange: () => win!.document.visibilityState === 'hidden' && 'hidden',
        pagehide: () => 'exit',
        pageshow: (event) => (event as PageTransitionEvent).persisted && 'restored',
        online: () => 'online',
        offline: () => 'offline',
        prerenderingchange: () => 'activated',
      };
      const handle = (event: Event) => {
        const what = said[event.type]!(event);
        if (what) listener(what);
      };
      // All of them reach the window in the capturing phase; pagehide and pageshow are sent to it and don't bubble.
      for (const type of isPage ? Object.keys(said) : []) win.addEventListener(type, handle, true);
      return () => {
        for (const type of isPage ? Object.keys(said) : []) win.removeEventListener(type, handle, true);
      };
    },
  };
}
