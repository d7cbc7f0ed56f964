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

/** The part of the Navigation API that tells where the visitor goes.
 * @see https://html.spec.whatwg.org/multipage/nav-history-apis.html#navigateevent */
interface NavigateEvent extends Event {
  readonly destination: { readonly url: string; readonly sameDocument: boolean };
  readonly downloadRequest: string | null;
}
/** A navigation that has not led away after this long did not. */
const navigationMs = 10_000;
/** No navigation. */
const nowhere = { path: '', at: -Infinity };

/** The page of a window; without one (on a server, in workers) a page that never ends and is always online.
 * Nothing is listened to before the first `subscribe`, and never to `unload`, which would cost the page the back-forward
 * cache.
 * @param win @default the window of the page; none on a server, whatever its globals are
 * @see https://developer.chrome.com/docs/web-platform/page-lifecycle-api
 * @see https://wicg.github.io/nav-speculation/prerendering.html */
export function pageLifecycle(win: Window | undefined = pageWindow()): Page {
  /** The page of the site that the visitor set out for, and when, by the monotonic clock. */
  let aim = nowhere;
  return {
    isOnline: () => win?.navigator?.onLine !== false,
    leavingFor: () => (performance.now() - aim.at < navigationMs ? aim.path : undefined),
    isPrerendering: () => !!(win?.document as { readonly prerendering?: boolean } | undefined)?.prerendering,
    subscribe(listener) {
      const isMeant = ({ type, persisted }: Event & { readonly persisted?: boolean }) =>
        type === 'visibilitychange' ? win!.document.visibilityState === 'hidden' : type !== 'pageshow' || persisted;
      const onStay = () => {
        aim = nowhere;
      };
      const handle = (event: Event) => {
        if (event.type === 'pageshow') onStay();
        if (isMeant(event)) listener(names[event.type]!);
      };
      // All of them reach the window in the capturing phase; pagehide and pageshow are sent to it and don't bubble.
      const types = typeof win?.addEventListener === 'function' && win.document ? Object.keys(names) : [];
      for (const type of types) win!.addEventListener(type, handle, true);
      const { navigation } = Object(win) as { readonly navigation?: EventTarget };
      const onNavigate = (event: Event) => {
        const { destination, downloadRequest } = event as NavigateEvent;
        if (destination.sameDocument || downloadRequest != null) return;
        const { origin, pathname } = new URL(destination.url);
        aim = origin === win!.origin ? { path: pathname, at: performance.now() } : nowhere;
        // The page lives until the next one answers, so it may still get the answer to its last request.
        listener('hidden');
      };
      // After the latter two a router took the navigation over, or it was cancelled.
      const navigations = Object.entries({ navigate: onNavigate, navigatesuccess: onStay, navigateerror: onStay });
      for (const [type, follow] of navigations) navigation?.addEventListener(type, follow);
      return () => {
        for (const [type, follow] of navigations) navigation?.removeEventListener(type, follow);
        for (const type of types) win!.removeEventListener(type, handle, true);
      };
    },
  };
}
