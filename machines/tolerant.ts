import type { AnyStateMachine } from 'xstate';

/** What `effect` returns for `argument`; `undefined` where it throws, which `onError` is told. */
export function tryCall<Result>(effect: () => Result, onError?: (error: unknown) => void): Result | undefined;
export function tryCall<Argument, Result>(
  effect: (argument: Argument) => Result,
  onError: (error: unknown) => void,
  argument: Argument,
): Result | undefined;
export function tryCall<Argument, Result>(
  effect: (argument?: Argument) => Result,
  onError: (error: unknown) => void = () => {},
  argument?: Argument,
): Result | undefined {
  try {
    return effect(argument);
  } catch (error) {
    onError(error);
    return undefined;
  }
}

/** Reads a field of what may be anything, a throwing getter included. */
export function fieldOf(value: unknown, name: string): unknown {
  // Nothing has no fields: asking it would cost an error, which is slow to make.
  return tryCall(() => (value as Record<string, unknown> | undefined)?.[name]);
}

/** Lets a machine ignore what no page should send: events without a string `type`, a wildcard, failures that it does not
 * wait for. XState ends an actor for good on such an event, and here the events come from pages that we do not write.
 * Copies made by `provide` stay tolerant. */
export function tolerant<Machine extends AnyStateMachine>(machine: Machine): Machine {
  const { transition, provide } = machine;
  machine.transition = (snapshot, event, scope) => {
    const type = fieldOf(event, 'type');
    const isFit = typeof type === 'string' && type !== '*' && (!type.startsWith('xstate.error') || snapshot.can(event));
    return isFit ? transition.call(machine, snapshot, event, scope) : snapshot;
  };
  machine.provide = (implementations) => tolerant(provide.call(machine, implementations));
  return machine;
}
