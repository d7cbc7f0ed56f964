import { tryCall } from '../machines/try-call.js';
import { messageOf } from './messages.js';
import type { Warning } from './options.types.js';

/** Reports each warning once, so that no fault fills a console. */
export function createWarnings(onWarning: (warning: Warning) => void = ({ message }) => console.warn(message)) {
  const reported = new Set<string>();

  /** @param details A reason, a field, what would be right; never a token. A warning is reported once for each. */
  function post(code: Warning['code'], ...details: readonly (string | undefined)[]): void {
    const message = messageOf(code, ...details);
    if (reported.has(message)) return;
    reported.add(message);
    // Nobody is left to notify when the listener throws, or the page has no console.
    tryCall(() => onWarning({ code, message }));
  }

  return {
    post,
    /** Reports that the application's code threw. An error's message may hold a token, so only its name is passed on. */
    postError: (error: unknown): void => post('error-contained', error instanceof Error ? error.name : typeof error),
  };
}
