import fc from 'fast-check';

/** A call through a snippet's function: plain data, `(hear)` for a callback. */
export type SnippetCall = readonly [method: string, ...args: unknown[]];

/** A page with a snippet, or without. */
export interface Snippet {
  readonly hasSnippet: boolean;
  readonly pointer: string;
  /** How the snippet's function queues its arguments. */
  readonly form: 'arguments' | 'arrays';
  readonly queued: readonly SnippetCall[];
  readonly later: readonly { readonly call: SnippetCall; readonly through: 'window' | 'kept' }[];
  readonly isLoadedTwice: boolean;
}

const product = { eventName: 'Seen', index: 'products', objectIDs: ['a'] };
const queryID = '0123456789abcdef0123456789abcdef';
const call = fc.oneof(
  { weight: 3, arbitrary: fc.nat().map((n): SnippetCall => ['setUserToken', `user-${n}`]) },
  { weight: 1, arbitrary: fc.nat().map((n): SnippetCall => ['setAuthenticatedUserToken', `account-${n}`]) },
  { weight: 2, arbitrary: fc.constant<SnippetCall>(['getUserToken', null, '(hear)']) },
  { weight: 1, arbitrary: fc.constant<SnippetCall>(['getAuthenticatedUserToken', {}, '(hear)']) },
  { weight: 1, arbitrary: fc.constant<SnippetCall>(['onUserTokenChange', '(hear)', { immediate: true }]) },
  { weight: 3, arbitrary: fc.constant<SnippetCall>(['viewedObjectIDs', product]) },
  {
    weight: 2,
    arbitrary: fc.constant<SnippetCall>(['clickedObjectIDsAfterSearch', { ...product, queryID, positions: [1] }]),
  },
  { weight: 1, arbitrary: fc.constant<SnippetCall>(['convertedObjectIDs', product, { inferQueryID: true }]) },
  { weight: 1, arbitrary: fc.constant<SnippetCall>(['init', { partial: true, useCookie: true }]) },
  // Throws.
  { weight: 1, arbitrary: fc.constant<SnippetCall>(['init', { region: 'fr' }]) },
);
const first: SnippetCall = ['init', { appId: 'app', apiKey: 'key' }];

export const snippet: fc.Arbitrary<Snippet> = fc.record({
  hasSnippet: fc.boolean(),
  pointer: fc.constantFrom('aa', 'insights'),
  form: fc.constantFrom<'arguments' | 'arrays'>('arguments', 'arrays'),
  queued: fc.array(call, { maxLength: 8 }).map((calls) => [first, ...calls]),
  later: fc.array(fc.record({ call, through: fc.constantFrom<'window' | 'kept'>('window', 'kept') }), { maxLength: 8 }),
  isLoadedTwice: fc.boolean(),
});
