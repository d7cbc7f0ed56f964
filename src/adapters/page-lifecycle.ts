import type { Page, PageEvent } from './ports.js';

/** The page of a window; without a window (Node, workers) one that never ends and is always online.
 * Nothing is listened to before the first `subscribe`, and never to `unload`, which would cost the page the back-forward
 * cache.
 * @see https://developer.chrome.com/docs/web-platform/page-lifecycle-api */
export function pageLifecycle(win: Window | undefined = globalThis.window): Page {
  const isPage = typeof win?.addEventListener === 'function' && win.document !== undefined;
  return {
    isOnline: () => !isPage || win.navigator?.onLine !== false,
    subscribe(listener) {
      if (!isPage) return () => {};
      const removers: (() => void)[] = [];
      const listen = (target: EventTarget, type: string, say: (event: Event) => PageEvent | false) => {
        const handler = (event: Event) => {
          const said = say(event);
          if (said) listener(said);
        };
        target.addEventListener(type, handler, true);
        removers.push(() => target.removeEventListener(type, handler, true));
      };
      listen(win.document, 'visibilitychange', () => win.document.visibilityState === 'hidden' && 'hidden');
      // pagehide and pageshow are sent to the window and don't bubble.
      listen(win, 'pagehide', () => 'exit');
      listen(win, 'pageshow', (event) => (event as PageTransitionEvent).persisted && 'restored');
      listen(win, 'online', () => 'online');
      listen(win, 'offline', () => 'offline');
      return () => {
        for (const remove of removers.splice(0)) remove();
      };
    },
  };
}
