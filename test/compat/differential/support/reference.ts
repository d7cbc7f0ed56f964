import { eventMethodNames } from './event-methods.js';
import { expectedInit, withCookies } from './expected-init.js';
import { expectedSends } from './expected-sends.js';
import { listenersOf } from './listeners.js';
import { outgoing, type RequestFn } from './outgoing.js';
import type { Tally } from './rules.js';
import type { Call } from './run.js';
import {
  awaitInit,
  defaults,
  fromZero,
  hasCredentials,
  isRefused,
  type Situation,
  tokenOf,
  toZero,
} from './situation.js';
import type { Sequence } from './steps.types.js';
import type { World } from './world.types.js';

const expectedVersion = '2.18.0';
const sends = new Set([...eventMethodNames, 'sendEvents']);

/** What search-insights is put into. */
export interface ReferencePorts {
  /** Makes its client over a request function. */
  readonly makeClient: (requestFn: RequestFn) => (method: string, ...args: unknown[]) => unknown;
  readonly world: World;
  readonly place: Sequence['place'];
  readonly hit: Tally['hit'];
  /** Sends on what it sends. @default to nobody */
  readonly deliver?: RequestFn;
}

/** search-insights with the rules around it: what a caller of `usertoken/aa` is to see. */
export function createReference({ makeClient, world, place, hit, deliver = async () => true }: ReferencePorts) {
  const out = outgoing(hit, deliver);
  const client = makeClient(out.request);
  const invoke: Call = (method, args) => client(method, ...args);
  const agents: string[] = [];
  const situation: Situation = {
    ...{ world, place, hit, out, invoke, agents },
    ...{ settings: { ...defaults }, waiting: [], isInitialized: false, early: {}, timers: [] },
    assumeUserToken: (token) => cells.UserToken.know(token),
  };
  const cells = {
    UserToken: listenersOf(() => tokenOf(situation), hit),
    AuthenticatedUserToken: listenersOf(() => tokenOf(situation, 'AuthenticatedUserToken'), hit),
  };
  for (const [cell, listeners] of Object.entries(cells)) invoke(`on${cell}Change`, [listeners.tell]);
  const init = expectedInit(situation);
  const send = expectedSends(situation);
  let depth = 0;

  function onReady(callback: (error: Error | null) => void): void {
    hit('on-ready');
    if (hasCredentials(situation)) {
      callback(null);
      return;
    }
    let isTold = false;
    const tell = (error: Error | null) => {
      if (!isTold) callback(error);
      isTold = true;
    };
    awaitInit(
      situation,
      () => tell(null),
      () => tell(new Error('not ready')),
    );
  }

  function perform(method: string, args: readonly unknown[]): unknown {
    const [first, second] = args;
    const cell = /(Authenticated)?UserToken/.exec(method)?.[0] as keyof typeof cells;
    if (sends.has(method)) return send(method, args);
    switch (method) {
      case 'init':
        return init(first);
      case 'setUserToken':
      case 'setAuthenticatedUserToken':
        return toZero(
          isRefused(situation, first) ? tokenOf(situation, cell) : invoke(method, [fromZero(situation, first)]),
        );
      case 'getUserToken':
      case 'getAuthenticatedUserToken':
        if (typeof second === 'function') second(null, toZero(tokenOf(situation, cell)));
        return toZero(tokenOf(situation, cell));
      case 'onUserTokenChange':
      case 'onAuthenticatedUserTokenChange':
        return cells[cell].on(first, second);
      case 'setAnonymousUserToken':
        return withCookies(situation, !first, () => invoke(method, args));
      case 'saveTokenAsCookie':
        if (place !== 'server') return withCookies(situation, !!tokenOf(situation), () => invoke(method, args));
        hit('no-throw');
        return undefined;
      case 'addAlgoliaAgent':
        if (!agents.includes(first as string)) agents.push(first as string);
        return invoke(method, args);
      case 'getVersion':
        if (invoke(method, []) !== expectedVersion) hit('version');
        if (typeof first === 'function') first(expectedVersion);
        return expectedVersion;
      case 'onReady':
        return onReady(first as never);
      case '(answer)':
        return undefined;
    }
    // What every object inherits.
    if (typeof ({} as Record<string, unknown>)[method] === 'function') {
      hit('own-methods');
      return undefined;
    }
    return invoke(method, args);
  }

  return {
    sent: out.sent,
    call: ((method, args) => {
      // A listener's call is part of the one that it was told of.
      if (depth === 0) for (const listeners of Object.values(cells)) listeners.know();
      depth += 1;
      try {
        return perform(method, args);
      } finally {
        depth -= 1;
      }
    }) as Call,
    beforeWait: () => out.release(agents),
    afterWait(): void {
      for (const timer of [...situation.timers]) {
        if (timer.due > world.now()) continue;
        situation.timers.splice(situation.timers.indexOf(timer), 1);
        timer.end();
      }
    },
  };
}
