import fc from 'fast-check';
import { listed, named, nonsense } from './event-arbitraries.js';
import type { Answer, Fields, ListenerName, Sequence, Step } from './steps.types.js';
import { oneOf, pick, queryIDs, savedToken, some, token } from './value-arbitraries.js';

const goodOptions = some({
  userHasOptedOut: oneOf(false, false, true),
  anonymousUserToken: oneOf(true, true, false),
  useCookie: oneOf(true, true, false),
  cookieDuration: oneOf(86_400_000, 15_552_000_000, 1_500),
  region: oneOf('de', 'us'),
  host: oneOf('https://insights.shop.example'),
  userToken: token,
  authenticatedUserToken: token,
  partial: oneOf(true, true, false),
});
const credentials = fc.oneof(
  { weight: 8, arbitrary: fc.constant<Fields>({ appId: 'app', apiKey: 'key' }) },
  { weight: 2, arbitrary: fc.constant<Fields>({ appId: 'other', apiKey: 'key 2&3' }) },
  { weight: 2, arbitrary: fc.constant<Fields>({}) },
  { weight: 1, arbitrary: fc.constant<Fields>({ appId: 'app' }) },
);
const initWith = (given: fc.Arbitrary<Fields>) =>
  fc
    .tuple(
      given,
      goodOptions,
      fc.oneof(
        { weight: 8, arbitrary: fc.constant<Fields>({}) },
        {
          weight: 2,
          arbitrary: some({
            userToken: fc.constant(undefined),
            anonymousUserToken: fc.constant(undefined),
            cookieDuration: fc.constant(undefined),
            useCookie: pick(undefined, null),
            userHasOptedOut: fc.constant(undefined),
            appId: fc.constant(undefined),
            host: fc.constant(undefined),
            region: pick(undefined, 'fr', null),
          }),
        },
        { weight: 1, arbitrary: pick({ cookieDuration: 1.5 }, { cookieDuration: '1' }, { cookieDuration: 0 }) },
      ),
    )
    .map((parts): Step => ({ do: 'call', method: 'init', args: [Object.assign({}, ...parts)] }));
const init = initWith(credentials);
/** As pages begin. */
const firstInit = initWith(fc.constant({ appId: 'app', apiKey: 'key' }));

const call = (method: string, ...args: fc.Arbitrary<unknown>[]) =>
  fc.tuple(...args).map((given): Step => ({ do: 'call', method, args: given }));
const cells = oneOf('UserToken', 'UserToken', 'AuthenticatedUserToken');

const listen = fc.tuple(
  cells,
  oneOf<ListenerName>('first', 'first', 'second', 'throwing', 'setting', 'none'),
  pick(undefined, undefined, { immediate: true }, { immediate: false }, null),
);

export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: init },
  {
    weight: 1,
    arbitrary: pick([], [null], [undefined], [{}]).map(
      (args): Step => ({ do: 'call', method: 'init', args: args as unknown[] }),
    ),
  },
  {
    weight: 9,
    arbitrary: fc
      .tuple(cells, token)
      .map(([cell, value]): Step => ({ do: 'call', method: `set${cell}`, args: [value] })),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(cells, pick(undefined, null, {}), fc.boolean())
      .map(([cell, first, isHeard]): Step => ({ do: 'ask', method: `get${cell}`, first, isHeard })),
  },
  {
    weight: 6,
    arbitrary: listen.map(
      ([cell, listener, options]): Step => ({ do: 'listen', method: `on${cell}Change`, listener, options }),
    ),
  },
  { weight: 2, arbitrary: call('setAnonymousUserToken', pick(undefined, true, false)) },
  { weight: 1, arbitrary: call('saveTokenAsCookie') },
  { weight: 2, arbitrary: call('addAlgoliaAgent', oneOf('insights-middleware', 'insights-plugin')) },
  {
    weight: 1,
    arbitrary: fc.boolean().map((isHeard): Step => ({ do: 'ask', method: 'getVersion', first: undefined, isHeard })),
  },
  { weight: 1, arbitrary: fc.constant<Step>({ do: 'ask', method: 'onReady', first: undefined, isHeard: true }) },
  {
    weight: 1,
    arbitrary: oneOf('nope', '', 'toString', 'hasOwnProperty', '_userToken').map(
      (method): Step => ({ do: 'call', method, args: [] }),
    ),
  },
  { weight: 14, arbitrary: named },
  { weight: 4, arbitrary: listed },
  { weight: 1, arbitrary: nonsense },
  { weight: 5, arbitrary: oneOf(1_000, 12_000).map((ms): Step => ({ do: 'wait', ms })) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('answer' as const),
      answer: oneOf<Answer>('false', 'reject', 'response 503', 'odd', 'raw', 'nothing', 'response 200'),
      times: fc.integer({ min: 1, max: 2 }),
    }),
  },
);

const cookie = oneOf<string | undefined>(undefined, undefined, savedToken, 'foreign', 'anonymous-not:a-token');
/** As many entries as are kept. */
const fullCache = JSON.stringify(Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [`p_${at}`, ['q', at]])));
const cache = oneOf<string | undefined>(
  undefined,
  JSON.stringify({ products_a: [queryIDs[0], 1], books_b: [queryIDs[1], 2] }),
  '{',
);
const anyCache = fc.oneof({ weight: 400, arbitrary: cache }, { weight: 1, arbitrary: fc.constant(fullCache) });

/** Whole sequences. Most begin with `init`, as pages do. */
export const sequence: fc.Arbitrary<Sequence> = fc.record({
  place: oneOf<Sequence['place']>('page', 'page', 'page', 'page', 'blocked page', 'server'),
  cookie,
  cache: anyCache,
  steps: fc
    .tuple(fc.option(firstInit, { freq: 6 }), fc.array(step, { minLength: 1, maxLength: 14 }))
    .map(([first, rest]) => (first ? [first, ...rest] : rest)),
});
