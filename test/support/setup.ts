import { memoryTokenStore } from '../../src/adapters/memory-token-store.js';
import type { TokenStore } from '../../src/adapters/ports.js';
import { createUserToken, type UserTokenClient, type UserTokenOptions, type Warning } from '../../src/index.js';
import {
  type FakeClock,
  type FakePage,
  type FakeTransport,
  fakeClock,
  fakePage,
  fakeTransport,
} from '../../src/testing/index.js';

/** An instance on fakes, with all of them in hand. */
export interface Setup {
  readonly user: UserTokenClient;
  readonly clock: FakeClock;
  readonly page: FakePage;
  readonly transport: FakeTransport;
  readonly tokenStore: TokenStore;
  readonly warnings: Warning[];
  /** Lets the batch window pass and promises settle. */
  send(): Promise<void>;
}

/** Anonymous tokens in the order they were made: `anonymous-1`, `anonymous-2`, ... */
export function setup(options: Partial<UserTokenOptions> = {}): Setup {
  const clock = (options.clock as FakeClock | undefined) ?? fakeClock();
  const page = (options.page as FakePage | undefined) ?? fakePage();
  const transport = fakeTransport();
  const tokenStore = memoryTokenStore();
  const warnings: Warning[] = [];
  let made = 0;
  const user = createUserToken({
    appId: 'APP',
    apiKey: 'KEY',
    consent: 'granted',
    clock,
    page,
    transport,
    tokenStore,
    random: () => 1,
    generateToken: () => `anonymous-${++made}`,
    onWarning: (warning) => warnings.push(warning),
    ...options,
  });
  return { user, clock, page, transport, tokenStore, warnings, send: () => clock.advance(250) };
}

/** A click that keeps every rule of the API. */
export const click = (objectID = '1') =>
  ({ eventType: 'click', eventName: 'Clicked', index: 'products', objectIDs: [objectID] }) as const;

/** The first object id of each event. */
export const ids = (events: readonly Readonly<Record<string, unknown>>[]) =>
  events.map((event) => (event.objectIDs as string[])[0]);
