import { Window as HappyWindow } from 'happy-dom';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { memoryStorage } from '../support/memory-storage.js';
import { click, credentials, loadClient, view } from './support/open-page.js';

/** Stand-ins for a page that server code puts into Node's globals. */
const standIns: Readonly<Record<string, () => Record<string, unknown>>> = {
  'an empty document': () => ({ document: {} }),
  'an empty window and document': () => ({ document: {}, window: { document: {} } }),
  'a page of its own making': () => {
    const document = { cookie: '', location: new URL('https://shop.example/') };
    const window = { document, localStorage: memoryStorage(), navigator: { cookieEnabled: true } };
    return { ...window, window };
  },
  'a page of happy-dom': () => {
    const window = new HappyWindow({ url: 'https://shop.example/' });
    return { window, document: window.document, localStorage: window.localStorage, navigator: window.navigator };
  },
  'a page in the place of the global object': () => {
    const window = new HappyWindow({ url: 'https://shop.example/' });
    const { document, localStorage, navigator } = window;
    return { window: globalThis, document, localStorage, navigator };
  },
};

// W01, muxinc/elements#334 and angular/universal#992
describe.each(Object.entries(standIns))('on a server with %s', (_, standIn) => {
  it('two clients share no token, cookie, search or queue, and nothing is put on the page', async () => {
    vi.stubEnv('NODE_ENV', 'production');
    onTestFinished(() => void vi.unstubAllEnvs());
    const globals = standIn();
    for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value);
    const { library, aa: first, sent } = await loadClient();
    const second = library.createInsightsClient((_, { events }) => void sent.events.push(...(events as [])));
    const all = { ...credentials, useCookie: true };

    first('init', all);
    first('setAnonymousUserToken');
    expect(first('getUserToken')).toBeUndefined();
    await first('clickedObjectIDsAfterSearch', click);
    first('setUserToken', 'account-1815');
    first('saveTokenAsCookie');
    second('init', all);
    expect(second('getUserToken')).toBeUndefined();
    await second('convertedObjectIDs', view, { inferQueryID: true });

    const [ofFirst, ofSecond] = sent.events;
    expect(ofFirst!.userToken).toMatch(/^anonymous-/);
    expect(ofSecond!.userToken).toMatch(/^anonymous-/);
    expect(ofSecond!.userToken).not.toBe(ofFirst!.userToken);
    expect(ofSecond).not.toHaveProperty('objectIDsWithInferredQueryID');
    const { document, localStorage, window } = globals as unknown as Window & { window?: object };
    expect(document.cookie || '').toBe('');
    expect(localStorage?.length || 0).toBe(0);
    expect(Object.keys(window ?? {})).not.toContain('AlgoliaAnalyticsObject');
    expect(library.LocalStorage.store).toBeUndefined();
  });
});
