/** What `call` returns for `argument`; `undefined` when it throws, which `onError` gets. */
export function tryCall<Result>(call: () => Result, onError?: (error: unknown) => void): Result | undefined;
export function tryCall<Argument, Result>(
  call: (argument: Argument) => Result,
  onError: ((error: unknown) => void) | undefined,
  argument: Argument,
): Result | undefined;
export function tryCall<Argument, Result>(
  call: (argument?: Argument) => Result,
  onError?: (error: unknown) => void,
  argument?: Argument,
): Result | undefined {
  try {
    return call(argument);
  } catch (error) {
    onError?.(error);
    return undefined;
  }
}
