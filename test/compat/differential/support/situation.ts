import { checkUserToken } from '../../../../src/index.js';
import type { outgoing } from './outgoing.js';
import type { Tally } from './rules.js';
import type { Call } from './run.js';
import type { Sequence } from './steps.types.js';
import type { World } from './world.types.js';

const patienceMs = 10_000;

/** What the rules go by, beside what search-insights knows itself. */
export interface Situation {
  readonly world: World;
  readonly place: Sequence['place'];
  readonly hit: Tally['hit'];
  readonly out: ReturnType<typeof outgoing>;
  /** Calls search-insights. */
  readonly invoke: Call;
  readonly agents: string[];
  /** What listeners of the user token take for the token before. */
  readonly assumeUserToken: (token: unknown) => void;
  /** Options in force. */
  settings: Record<string, unknown>;
  /** What waits for `init`. */
  readonly waiting: (() => void)[];
  /** Whether there was one. */
  isInitialized: boolean;
  /** Entries of the query cache that wait for it. */
  readonly early: Record<string, unknown>;
  /** What ends of itself. */
  readonly timers: { readonly due: number; readonly end: () => void }[];
}

/** What is in force before the first `init`. */
export const defaults = {
  userHasOptedOut: false,
  anonymousUserToken: true,
  useCookie: false,
  cookieDuration: 15_552_000_000,
};

export const tokenOf = ({ invoke }: Situation, cell = 'UserToken') => invoke(`get${cell}`, []);
export const hasCredentials = ({ settings }: Situation) =>
  settings.appId !== undefined && settings.apiKey !== undefined;

/** The query cache as an object. */
export function cacheIn({ world }: Situation): Record<string, unknown> {
  try {
    return Object(JSON.parse(world.cache() ?? ''));
  } catch {
    return {};
  }
}

/** Whether a token is refused, as nothing that may be set. */
export function isRefused({ hit }: Situation, value: unknown): boolean {
  const isBad = !!value && !checkUserToken(value).ok;
  if (isBad) hit('malformed-token');
  return isBad;
}

/** What search-insights is given for the user 0, since a falsy token is none to it. No sequence sets this text itself. */
const zero = '0';
/** A token as search-insights is given it. */
export function fromZero({ hit }: Situation, token: unknown): unknown {
  if (token === 0) hit('number-token');
  return token === 0 ? zero : token;
}
/** A token as callers see it. */
export const toZero = (token: unknown): unknown => (token === zero ? 0 : token);

/** Keeps something for `init`, and what happens if there is none for long. */
export function awaitInit({ waiting, timers, world }: Situation, proceed: () => void, end: () => void): void {
  waiting.push(proceed);
  timers.push({ due: world.now() + patienceMs, end });
}
