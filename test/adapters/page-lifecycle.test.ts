import { describe, expect, it, vi } from 'vitest';
import { pageLifecycle } from '../../src/adapters/page-lifecycle.js';

/** A window with as much of one as page events need. What is sent to a document passes its window first, in the capturing
 * phase; here it is sent to the window at once. */
function fakeWindow() {
  const listeners: string[] = [];
  class Target extends EventTarget {
    override addEventListener(...args: Parameters<EventTarget['addEventListener']>): void {
      listeners.push(args[0]);
      super.addEventListener(...args);
    }
    override removeEventListener(...args: Parameters<EventTarget['removeEventListener']>): void {
      listeners.splice(listeners.indexOf(args[0]), 1);
      super.removeEventListener(...args);
    }
  }
  const document = Object.assign(new Target(), { visibilityState: 'visible' });
  const win = Object.assign(new Target(), { document, navigator: { onLine: true } });
  return { win, document, listeners };
}

describe('the page of a window', () => {
  it('says what happens to it, whichever of the events comes first', () => {
    const { win, document } = fakeWindow();
    const heard: string[] = [];
    pageLifecycle(win as never).subscribe((event) => heard.push(event));
    document.visibilityState = 'hidden';
    win.dispatchEvent(new Event('visibilitychange'));
    win.dispatchEvent(new Event('pagehide'));
    document.visibilityState = 'visible';
    win.dispatchEvent(new Event('visibilitychange'));
    win.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
    win.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: false }));
    win.dispatchEvent(new Event('offline'));
    win.dispatchEvent(new Event('online'));
    win.dispatchEvent(new Event('prerenderingchange'));
    expect(heard).toEqual(['hidden', 'exit', 'restored', 'offline', 'online', 'activated']);
  });

  it('listens only once someone subscribes, never to unload, and leaves nothing behind', () => {
    const { win, listeners } = fakeWindow();
    const page = pageLifecycle(win as never);
    expect(listeners).toEqual([]);
    const leave = page.subscribe(() => {});
    expect([...listeners].sort()).toEqual([
      'offline',
      'online',
      'pagehide',
      'pageshow',
      'prerenderingchange',
      'visibilitychange',
    ]);
    leave();
    leave();
    expect(listeners).toEqual([]);
  });

  describe('that the visitor leaves', () => {
    /** A window whose visitor sets out for an address. */
    function leaving() {
      const { win, listeners } = fakeWindow();
      const navigation = new EventTarget();
      const page = pageLifecycle(Object.assign(win, { navigation, origin: 'https://shop.example' }) as never);
      const heard: string[] = [];
      const stop = page.subscribe((event) => heard.push(event));
      const setOut = (url: string, { sameDocument = false, downloadRequest = null as string | null } = {}) =>
        navigation.dispatchEvent(
          Object.assign(new Event('navigate'), { destination: { url, sameDocument }, downloadRequest }),
        );
      return { win, navigation, page, heard, listeners, stop, setOut };
    }

    it('knows for which page of the site, and says that it may never be seen again', () => {
      const { page, heard, setOut } = leaving();
      expect(page.leavingFor?.()).toBe(undefined);
      setOut('https://shop.example/cart?step=1');
      expect(page.leavingFor?.()).toBe('/cart');
      setOut('https://elsewhere.example/');
      expect(page.leavingFor?.()).toBe(undefined);
      expect(heard).toEqual(['hidden', 'hidden']);
    });

    it('hears nothing of a download, or of a step within the document', () => {
      const { page, heard, setOut } = leaving();
      setOut('https://shop.example/#reviews', { sameDocument: true });
      setOut('https://shop.example/manual.pdf', { downloadRequest: '' });
      expect([page.leavingFor?.(), heard]).toEqual([undefined, []]);
    });

    it.each(['navigatesuccess', 'navigateerror'])('is not left after all: %s', (type) => {
      const { page, navigation, setOut } = leaving();
      setOut('https://shop.example/cart');
      navigation.dispatchEvent(new Event(type));
      expect(page.leavingFor?.()).toBe(undefined);
    });

    it('is not left any more when it comes back', () => {
      const { win, page, setOut } = leaving();
      setOut('https://shop.example/cart');
      win.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
      expect(page.leavingFor?.()).toBe(undefined);
    });

    it('is not left when ten seconds later it is still there', () => {
      vi.useFakeTimers();
      const { page, setOut } = leaving();
      setOut('https://shop.example/cart');
      vi.advanceTimersByTime(9_999);
      expect(page.leavingFor?.()).toBe('/cart');
      vi.advanceTimersByTime(1);
      expect(page.leavingFor?.()).toBe(undefined);
      vi.useRealTimers();
    });

    it('is listened to no more once nobody subscribes', () => {
      const { page, heard, setOut, stop } = leaving();
      stop();
      setOut('https://shop.example/cart');
      expect([page.leavingFor?.(), heard]).toEqual([undefined, []]);
    });
  });

  it('is online unless the browser says otherwise', () => {
    const { win } = fakeWindow();
    expect(pageLifecycle(win as never).isOnline()).toBe(true);
    win.navigator.onLine = false;
    expect(pageLifecycle(win as never).isOnline()).toBe(false);
    expect(pageLifecycle(undefined).isOnline()).toBe(true);
  });

  it('is rendered ahead of a visit where the document says so', () => {
    const { win, document } = fakeWindow();
    expect(pageLifecycle(win as never).isPrerendering?.()).toBe(false);
    Object.assign(document, { prerendering: true });
    expect(pageLifecycle(win as never).isPrerendering?.()).toBe(true);
    expect(pageLifecycle(undefined).isPrerendering?.()).toBe(false);
  });

  it.each([undefined, {}, { document: {} }])(
    'without a real window (%o) nothing is heard and nothing throws',
    (win) => {
      const page = pageLifecycle(win as never);
      page.subscribe(() => {})();
      expect(page.isOnline()).toBe(true);
    },
  );
});
