import { memoryOutbox } from '../adapters/memory-outbox.js';
import { memoryTokenStore } from '../adapters/memory-token-store.js';
import type { Outbox, Tabs, TokenStore } from '../adapters/ports.js';
import { type FakeClock, fakeClock } from './fake-clock.js';
import { type FakePage, fakePage } from './fake-page.js';
import { fakeTabs } from './fake-tabs.js';
import { type FakeTransport, fakeTransport } from './fake-transport.js';

/** Options of `createUserToken` with a fake for each port, and the controls of each. */
export interface TestOptions {
  /** Always `test-app`. */
  readonly appId: string;
  /** Always `test-key`. */
  readonly apiKey: string;
  /** Granted, so that a test can track at once; pass another to test what you do before. */
  readonly consent: 'granted';
  /** Stands still until you advance it. */
  readonly clock: FakeClock;
  /** A page that you hide, show, leave and take offline. */
  readonly page: FakePage;
  /** No other tab is open. */
  readonly tabs: Tabs;
  /** Keeps tokens in memory. */
  readonly tokenStore: TokenStore;
  /** Keeps events in memory. */
  readonly outbox: Outbox;
  /** Accepts everything and remembers it. */
  readonly transport: FakeTransport;
  /** Always 1: the whole of each pause between retries. */
  readonly random: () => number;
  /** Counts: `anonymous-1`, `anonymous-2` and so on. */
  readonly generateToken: () => string;
}

/** Options for a client in a test: `createUserToken(testOptions())`, or `createUserToken({ ...testOptions(), consent: 'pending'
 * })`. Nothing is sent, nothing is kept in cookies or storage, and no other test gets a message, in whatever thread it runs: each
 * call makes fakes of its own. Keep the options to use their controls, such as `options.clock.advance(250)`. */
export function testOptions(): TestOptions {
  let made = 0;
  return {
    appId: 'test-app',
    apiKey: 'test-key',
    consent: 'granted',
    clock: fakeClock(),
    page: fakePage(),
    tabs: fakeTabs()(),
    tokenStore: memoryTokenStore(),
    outbox: memoryOutbox(),
    transport: fakeTransport(),
    random: () => 1,
    generateToken() {
      made += 1;
      return `anonymous-${made}`;
    },
  };
}
