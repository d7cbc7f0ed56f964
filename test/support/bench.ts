import { memoryJar } from '../../src/adapters/memory-jar.js';
import type { TokenJar } from '../../src/adapters/ports.js';
import { createUserToken, type UserToken, type UserTokenOptions } from '../../src/index.js';
import type { Notice } from '../../src/options.js';
import {
  type FakeClock,
  type FakePage,
  type FakeTransport,
  fakeClock,
  fakePage,
  fakeTransport,
} from '../../src/testing/index.js';

/** An instance on fakes, with all of them in hand. */
export interface Bench {
  readonly user: UserToken;
  readonly clock: FakeClock;
  readonly page: FakePage;
  readonly transport: FakeTransport;
  readonly jar: TokenJar;
  readonly notices: Notice[];
  /** Lets the batch window pass and promises settle. */
  send(): Promise<void>;
}

/** Anonymous tokens in the order they were made: `anonymous-1`, `anonymous-2`, ... */
export function bench(options: Partial<UserTokenOptions> = {}): Bench {
  const clock = (options.clock as FakeClock | undefined) ?? fakeClock();
  const page = (options.page as FakePage | undefined) ?? fakePage();
  const transport = fakeTransport();
  const jar = memoryJar();
  const notices: Notice[] = [];
  let made = 0;
  const user = createUserToken({
    appId: 'APP',
    apiKey: 'KEY',
    consent: 'granted',
    clock,
    page,
    transport,
    jar,
    random: () => 1,
    generateToken: () => `anonymous-${++made}`,
    onNotice: (notice) => notices.push(notice),
    ...options,
  });
  return { user, clock, page, transport, jar, notices, send: () => clock.advance(250) };
}

/** A click that keeps every rule of the API. */
export const click = (objectID = '1') =>
  ({ eventType: 'click', eventName: 'Clicked', index: 'products', objectIDs: [objectID] }) as const;

/** The first object id of each event. */
export const ids = (events: readonly Readonly<Record<string, unknown>>[]) =>
  events.map((event) => (event.objectIDs as string[])[0]);
