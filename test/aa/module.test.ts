import { describe, expect, it, vi } from 'vitest';
import { credentials, loadClient, openPage, view } from './support/open-page.js';

describe('the module', () => {
  it('exports what search-insights exports, for pages and for Node', async () => {
    const { library } = await loadClient();
    expect(Object.keys(library).sort()).toEqual([
      'AlgoliaAnalytics',
      'LocalStorage',
      'createInsightsClient',
      'default',
      'getFunctionalInterface',
      'getRequesterForBrowser',
      'getRequesterForNode',
      'processQueue',
    ]);
    const peer = await import('search-insights');
    expect(Object.keys(peer).filter((name) => !(name in library))).toEqual([]);
  });

  it('has every method of search-insights, listed in its types or not', async () => {
    const { library } = await loadClient();
    const peer = await import('search-insights');
    const methodsOf = (client: object) =>
      Object.entries(client).flatMap(([name, value]) => (typeof value === 'function' ? [name] : []));
    const own = methodsOf(new library.AlgoliaAnalytics({ requestFn: async () => true }));
    const others = methodsOf(new peer.AlgoliaAnalytics({ requestFn: async () => true }));
    expect(others.length).toBeGreaterThan(20);
    expect(others.filter((name) => !own.includes(name))).toEqual([]);
    expect(own.filter((name) => !others.includes(name))).toEqual(['onReady']);
  });

  it('makes itself known to UI libraries, unless a snippet was first', async () => {
    const { window, library } = await openPage();
    expect(window[window.AlgoliaAnalyticsObject as never]).toBe(library.default);
    const stub = () => {};
    Object.assign(window, { AlgoliaAnalyticsObject: 'insights', insights: stub });
    library.createInsightsClient();
    expect([window.AlgoliaAnalyticsObject, window.insights]).toEqual(['insights', stub]);
  });

  it('takes over a queue by hand, with processQueue on an instance', async () => {
    const { library } = await loadClient();
    const requestFn = vi.fn(async () => true);
    const instance = new library.AlgoliaAnalytics({ requestFn });
    const globals = { AlgoliaAnalyticsObject: 'x', x: Object.assign(() => {}, { queue: [['setUserToken', 'a']] }) };
    library.processQueue.call(instance, globals);
    expect(instance.getUserToken()).toBe('a');
    globals.x.queue.push(['init', credentials as never]);
    const aa = library.getFunctionalInterface(instance);
    expect(await aa('viewedObjectIDs', view)).toBe(true);
    expect(requestFn).toHaveBeenCalledTimes(1);
    library.processQueue.call(instance, {});
  });
});
