import { tryCall } from '../machines/try-call.js';
import type { Warning } from './options.types.js';

/** Says each thing once, so that no fault fills a console. */
export function createWarnings(onWarning: (warning: Warning) => void = ({ message }) => console.warn(message)) {
  const said = new Set<string>();

  /** @param details What it is about, without tokens: a reason, a field, what would be right. Once for each. */
  function post(code: Warning['code'], ...details: readonly (string | undefined)[]): void {
    const message = ['usertoken', code, ...details].filter(Boolean).join(': ');
    if (said.has(message)) return;
    said.add(message);
    // A listener of the page that throws, or a page without console: nobody is left to tell.
    tryCall(() => onWarning({ code, message }));
  }

  return {
    post,
    /** Foreign code threw. What it threw may hold anything, so its name has to do. */
    postError: (error: unknown): void => post('error-contained', error instanceof Error ? error.name : typeof error),
  };
}
