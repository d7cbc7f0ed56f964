import { tryCall } from '../../machines/try-call.js';
import type { ActorSnapshot, ActorSubscription, ReadonlyActor } from '../actor.types.js';
import type { Active, Chart, Clock, Snapshot, Typed } from './chart.types.js';
import { report, startChart } from './runtime.js';

interface Observer<Snapshot> {
  readonly next?: ((snapshot: Snapshot) => void) | undefined;
  readonly complete?: (() => void) | undefined;
}

/** Starts a chart as an actor that can be read and subscribed to like XState's. */
export function startActor<Value extends string | Active, Context, Event extends Typed, Input, Emitted extends Typed>(
  id: string,
  chart: Chart<Context, Event, Input>,
  options: { readonly input: Input; readonly clock: Clock },
): ReadonlyActor<ActorSnapshot<Value, Context, Event>, Emitted> & { send(event: Event): void; stop(): void } {
  type Shown = ActorSnapshot<Value, Context, Event>;

  // Each in an object of its own: the same function may come twice.
  const observers = new Set<{ readonly observer: Observer<Shown> }>();
  const listeners = new Set<{ readonly type: string; readonly listener: (event: never) => void }>();
  const shown = new WeakMap<Snapshot<Context>, Shown>();

  function show(snapshot: Snapshot<Context>): Shown {
    const { context, value } = snapshot;
    const at = typeof value === 'string' ? { '': value } : value;
    if (!shown.has(snapshot)) {
      shown.set(snapshot, {
        ...(snapshot as Snapshot<Context> & { readonly value: Value }),
        error: undefined,
        matches: (wanted: string | Partial<Active>) =>
          typeof wanted === 'string'
            ? wanted === value
            : Object.keys(wanted).every((name) => wanted[name] === at[name]),
        can: (event) =>
          actor.answersTo({ context, event, at }).some(([, [, target, ...actions]]) => target || actions.length),
      });
    }
    return shown.get(snapshot)!;
  }

  const actor = startChart(chart, {
    ...options,
    onEmit(event) {
      for (const { type, listener } of [...listeners])
        if (type === event.type) tryCall(listener, report, event as never);
    },
    onStep(snapshot) {
      const isOver = snapshot.status === 'stopped';
      for (const { observer } of observers) {
        tryCall(() => (isOver ? observer.complete?.() : observer.next?.(show(snapshot))), report);
      }
    },
  });

  return {
    id,
    send: actor.send,
    stop: actor.stop,
    getSnapshot: () => show(actor.getSnapshot()),
    subscribe(given: Observer<Shown> | ((snapshot: Shown) => void)): ActorSubscription {
      const entry = { observer: typeof given === 'function' ? { next: given } : Object(given) };
      observers.add(entry);
      return { unsubscribe: () => void observers.delete(entry) };
    },
    on(type, listener) {
      const entry = { type, listener };
      listeners.add(entry);
      return { unsubscribe: () => void listeners.delete(entry) };
    },
  };
}
