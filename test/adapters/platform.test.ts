import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isServer, outsideZone, pageWindow } from '../../src/adapters/platform.js';
import { broadcastTabs } from '../../src/adapters/tabs.js';
import { localStorageOf } from '../../src/adapters/web-storage.js';
import { createUserToken, type UserTokenOptions, type Warning } from '../../src/index.js';
import { fakePage } from '../../src/testing/index.js';
import { asPage } from '../support/as-page.js';
import { cookieDocument } from '../support/cookie-document.js';
import { memoryStorage } from '../support/memory-storage.js';

afterEach(() => vi.unstubAllGlobals());

const document = () => cookieDocument('https://shop.example/');

// W01: which globals exist says nothing about where this runs. test/runtimes has the stand-ins of other people's packages.
describe('where this runs', () => {
  it('is a server on Node', () => {
    expect([isServer(), pageWindow()]).toEqual([true, undefined]);
  });

  it.each<[string, () => object]>([
    ['a document alone', () => ({ document: document() })],
    ['a window alone', () => ({ window: {} })],
    ['a window with a document', () => ({ window: { document: document() } })],
    ['both', () => ({ window: { document: document(), localStorage: memoryStorage() }, document: document() })],
  ])('is a server on Node with %s', (_, globals) => {
    for (const [name, value] of Object.entries(globals())) vi.stubGlobal(name, value);
    vi.stubGlobal('localStorage', memoryStorage());
    expect([isServer(), pageWindow(), localStorageOf()]).toEqual([true, undefined, undefined]);
  });

  it('is a page where a test runner has put a document in the place of globals, unless it does not run tests', () => {
    asPage(document(), { localStorage: memoryStorage() });
    expect(pageWindow()).toBe(globalThis);
    expect(localStorageOf()).toBe(globalThis.localStorage);
    vi.stubEnv('NODE_ENV', 'production');
    expect(pageWindow()).toBeUndefined();
    vi.unstubAllEnvs();
  });

  it("is not the page's to share over Node's channels, which connect all threads of a test run", async () => {
    asPage(document());
    const made = vi.fn();
    vi.stubGlobal(
      'BroadcastChannel',
      class {
        constructor() {
          made();
        }
      },
    );
    const tabs = broadcastTabs('usertoken:app');
    tabs.open(() => {});
    tabs.post({});
    tabs.close();
    expect(made).not.toHaveBeenCalled();
  });

  it('is a page in a browser, whatever the page calls process', () => {
    asPage(document());
    for (const process of [undefined, {}, { env: {} }, { versions: {} }, { env: { NODE_ENV: 'production' } }]) {
      vi.stubGlobal('process', process);
      expect([isServer(), pageWindow()]).toEqual([false, globalThis]);
    }
  });

  it("is a server in Cloudflare's workers", () => {
    asPage(document(), { process: undefined, WebSocketPair: class {} });
    expect([isServer(), pageWindow()]).toEqual([true, undefined]);
  });
});

describe('outsideZone', () => {
  it('runs an effect where Angular does not wait for it', () => {
    const ran: string[] = [];
    const run = (effect: () => unknown) => {
      ran.push('root');
      return effect();
    };
    vi.stubGlobal('Zone', { root: { run } });
    expect(outsideZone(() => 1)).toBe(1);
    expect(ran).toEqual(['root']);
  });

  it.each([undefined, {}, { root: 'example.com' }, class Zone {}])(
    'is not misled by something of the page that is called Zone: %o',
    (zone) => {
      vi.stubGlobal('Zone', zone);
      expect(outsideZone(() => 1)).toBe(1);
    },
  );
});

describe('one client', () => {
  let warnings: Warning['code'][];
  beforeEach(() => {
    warnings = [];
  });
  const create = (options: Partial<UserTokenOptions> = {}) =>
    createUserToken({
      appId: 'app',
      apiKey: 'key',
      consent: 'granted',
      onWarning: ({ code }) => warnings.push(code),
      ...options,
    });

  // S11: login A, login B, A tracks: the event went out under B, without a word.
  it('for all requests on a server causes a warning when one account takes the place of another', () => {
    const user = create();
    user.login('account-a');
    user.login('account-a');
    expect(warnings).toEqual([]);
    user.login('account-b');
    expect(warnings).toEqual(['shared-instance']);
    user.dispose();
  });

  it('causes it for sync() and for the option "user" too', () => {
    const user = create({ user: 'account-a' });
    user.sync('account-a');
    expect(warnings).toEqual([]);
    user.sync('account-b');
    expect(warnings).toEqual(['shared-instance']);
    user.dispose();
  });

  it('causes none where a logout came in between, in a page, or with a page of the application', () => {
    const script = create();
    script.login('account-a');
    script.logout();
    script.login('account-b');
    const app = create({ page: fakePage() });
    asPage(document(), { process: undefined });
    const page = create();
    for (const user of [app, page]) {
      user.login('account-a');
      user.login('account-b');
    }
    expect(warnings).toEqual([]);
    for (const user of [script, app, page]) user.dispose();
  });

  it('says that its randomness is weak', () => {
    vi.stubGlobal('crypto', undefined);
    const user = create();
    expect(warnings).toEqual(['weak-randomness']);
    expect(user.token).toMatch(/^anonymous-/);
    user.dispose();
  });
});
