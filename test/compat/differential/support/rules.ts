/** The differences on purpose that sequences of calls can show: names of the list in docs/from-search-insights.md. A rule is
 * what makes, of a call or of what search-insights did with it, that which is to be seen here; it counts where it does. */
export const ruleIds = [
  ...['malformed-token', 'number-token', 'empty-token', 'no-token', 'equal-token', 'many-listeners'],
  ...['contained-listener', 'undefined-option', 'no-throw', 'error-text', 'kept-agents', 'agent', 'kept-address'],
  ...[
    'waits-for-init',
    'withdrawal-erases',
    'encoded-filter',
    'no-event',
    'split',
    'view-once',
    'batching',
    'timestamp',
  ],
  ...[
    'frozen',
    'retry',
    'request',
    'request-result',
    'lazy-cache',
    'empty-query',
    'cookie-attributes',
    'stored-events',
  ],
  ...['version', 'own-methods', 'on-ready'],
] as const;

/** Those that concern how a script comes into a page, shown by the sequences of snippets. */
export const loadingRuleIds = [
  ...['returns-after-load', 'failing-queued-call', 'loaded-twice', 'no-snippet', 'one-entry'],
] as const;

export type RuleId = string;

/** How often each rule has matched. */
export interface Tally {
  readonly counts: ReadonlyMap<RuleId, number>;
  /** Counts a match. */
  readonly hit: (id: RuleId) => void;
}

export function tally(): Tally {
  const counts = new Map<RuleId, number>();
  return { counts, hit: (id) => void counts.set(id, (counts.get(id) ?? 0) + 1) };
}
