import { attempt } from '../../machines/tolerant.js';

/** The page's localStorage, or `undefined` where merely touching it throws (sandboxed frames, blocked site data). */
export function localStorageOf(win: Window | undefined = globalThis.window): Storage | undefined {
  return attempt(() => win?.localStorage);
}
