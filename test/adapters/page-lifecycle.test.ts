import { describe, expect, it } from 'vitest';
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
