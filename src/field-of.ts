import { tryCall } from '../machines/try-call.js';

/** Reads a field of a value that a page supplied: it may be missing, or a getter that throws. */
export function fieldOf(value: unknown, name: string): unknown {
  // Asking nothing would cost an error, which is slow to make.
  return value == null ? undefined : tryCall(() => (value as Record<string, unknown>)[name]);
}
