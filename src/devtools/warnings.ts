/** Calls `onWarning` with each of this library's warnings that reaches the console, until the returned function is called. */
export function followWarnings(onWarning: (message: string) => void): () => void {
  const { warn } = console;
  const follow = (...args: unknown[]) => {
    warn.apply(console, args);
    if (/^usertoken\b/.test(String(args[0]))) onWarning(String(args[0]));
  };
  console.warn = follow;
  return () => {
    // Another tool may have wrapped it since.
    if (console.warn === follow) console.warn = warn;
  };
}
