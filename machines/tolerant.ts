import type { AnyStateMachine } from 'xstate';

function hasType(event: unknown): boolean {
  try {
    return typeof (event as { type?: unknown }).type === 'string';
  } catch {
    return false;
  }
}

/** Lets a machine ignore events without a string `type`. XState ends an actor for good on such an event, and here the
 * events come from pages that we do not write. Copies made by `provide` stay tolerant. */
export function tolerant<Machine extends AnyStateMachine>(machine: Machine): Machine {
  const { transition, provide } = machine;
  machine.transition = (snapshot, event, scope) =>
    hasType(event) ? transition.call(machine, snapshot, event, scope) : snapshot;
  machine.provide = (implementations) => tolerant(provide.call(machine, implementations));
  return machine;
}

/** Reads a field of an event that may be anything, a throwing getter included. */
export function fieldOf(event: object, name: string): unknown {
  try {
    return (event as Record<string, unknown>)[name];
  } catch {
    return undefined;
  }
}
