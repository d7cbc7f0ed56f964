/** One thing a page does. Plain data, so that it can be sent to a page; what is not data is named. */
export type Step =
  | { readonly do: 'call'; readonly method: string; readonly args: readonly unknown[] }
  /** A callback in the last place. */
  | { readonly do: 'ask'; readonly method: string; readonly first: unknown; readonly isHeard: boolean }
  | { readonly do: 'listen'; readonly method: string; readonly listener: ListenerName; readonly options: unknown }
  | {
      readonly do: 'send';
      readonly method: string;
      readonly events: readonly Fields[];
      readonly params: readonly unknown[];
      /** What the caller does to the first event: hangs something on it that is no data, changes it after the call. */
      readonly oddity?: Oddity | undefined;
    }
  /** Time passes, enough for everything that waits in a batch. */
  | { readonly do: 'wait'; readonly ms: number }
  /** What the request function says to the next requests. */
  | { readonly do: 'answer'; readonly answer: Answer; readonly times: number };

/** Of a request function: three that mean no, four that mean yes. */
export type Answer = 'false' | 'reject' | 'response 503' | 'odd' | 'raw' | 'nothing' | 'response 200';
export type Fields = Readonly<Record<string, unknown>>;
export type ListenerName = 'first' | 'second' | 'throwing' | 'setting' | 'none';
export type Oddity = 'changed later' | 'method' | 'date' | 'toJSON' | 'getter';

/** A page, or a process, and what happens on it. */
export interface Sequence {
  readonly place: 'page' | 'blocked page' | 'server';
  /** Value of the cookie beforehand. */
  readonly cookie: string | undefined;
  /** Entries of the query cache beforehand. */
  readonly cache: string | undefined;
  readonly steps: readonly Step[];
}
