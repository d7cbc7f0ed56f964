import { generateAnonymousToken } from './adapters/anonymous-token.js';
import { systemClock } from './adapters/system-clock.js';

/** What each option of `createUserToken` is when it is left out. Options that are not here have no default value. */
export const defaults = {
  batchWindowMs: 250,
  requestTimeoutMs: 30_000,
  /** The API's 30 days. */
  maxEventAgeMs: 2_592_000_000,
  remember: 'session',
  clock: systemClock,
  random: Math.random,
  generateToken: generateAnonymousToken,
} as const;

/** What each option of `cookie` is when it is left out. */
export const cookieDefaults = {
  name: '_ALGOLIA',
  userName: '_ALGOLIA_USER',
  /** 6 x 30 days, as search-insights. */
  maxAgeSeconds: 15_552_000,
  userMaxAgeSeconds: 15_552_000,
  renew: true,
  sameSite: 'Lax',
  server: false,
} as const;

/** Bounds of an outbox in a page. */
export const outboxDefaults = { maxEvents: 5_000, maxBytes: 4_000_000 } as const;

/** How many milliseconds pass before a receipt says `stored`, so that an `await` never holds up a checkout. */
export const receiptTimeoutMs = 10_000;

/** How many milliseconds `flush()` waits. */
export const flushTimeoutMs = 5_000;
