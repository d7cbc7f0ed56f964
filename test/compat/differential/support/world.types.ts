import type { Fields } from './steps.types.js';

/** Where a sequence runs: a page, real or pretended, or a process. */
export interface World {
  readonly now: () => number;
  /** Lets time pass until what has been tracked is out. */
  wait(ms: number, results: readonly Promise<unknown>[]): Promise<void>;
  /** The cookies as the page reads them. */
  readonly cookies: () => string;
  /** Text of the query cache. */
  readonly cache: () => string | null;
  /** How often it was written. */
  readonly cacheWrites: () => number;
  setCache(text: string | null): void;
  eraseCookie(): void;
  /** Writes one as a page does. */
  writeCookie(text: string): void;
  /** Cookies as they were written, since the last time. */
  readonly takeWrites: () => readonly string[];
  /** Keys in localStorage beside the query cache. */
  readonly otherKeys: () => readonly string[];
}

/** An event as it went out. */
export interface Sent {
  readonly event: Fields;
  readonly origin: string;
  readonly query: Readonly<Record<string, string>>;
  readonly agents: readonly string[];
}

/** What a caller saw of a step. */
export interface Seen {
  readonly at: readonly [from: number, to: number];
  /** What the call returned; `promise` for promises. */
  readonly value: unknown;
  readonly threw: string | undefined;
  /** What callbacks were told, in order. */
  readonly heard: readonly (readonly unknown[])[];
  readonly cookies: string;
  readonly writes: readonly string[];
  /** The query cache, looked at after waiting alone. */
  readonly cache: string | null | undefined;
}

/** What was seen of a sequence. */
export interface Observed {
  readonly steps: readonly Seen[];
  /** What the promise of a step resolved to in the end. */
  readonly results: Readonly<Record<number, unknown>>;
}
