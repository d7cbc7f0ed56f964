import { tryCall } from '../../machines/try-call.js';
import type {
  Action,
  Activity,
  Answers,
  Args,
  Chart,
  Clock,
  GuardArgs,
  Params,
  Scope,
  Snapshot,
  Transition,
  Typed,
} from './chart.types.js';

// Runs the charts that scripts/compile-charts.mjs writes, in XState's order: first the guards of all regions; then exit
// actions, actions of transitions, entry actions; emissions, timers and requests once the new snapshot can be read.

/** Changes the context. */
export const assign =
  <Context, Event, Given>(
    change: (args: Args<Context, Event>, params: Given) => Partial<Context>,
    params?: Params<Context, Event, Given>,
  ): Action<Context, Event> =>
  (args, { change: make }) =>
    make(change(args, params?.(args) as Given));

/** Notifies listeners. */
export const emit =
  <Context, Event, Given>(
    create: (args: Args<Context, Event>, params: Given) => Typed,
    params?: Params<Context, Event, Given>,
  ): Action<Context, Event> =>
  (args, { later, emit }) => {
    const event = create(args, params?.(args) as Given);
    later(() => emit?.(event));
  };

/** Does what the application has filled in. */
export const effect =
  <Context, Event, Given>(
    run: (args: Args<Context, Event>, params: Given) => void,
    params?: Params<Context, Event, Given>,
  ): Action<Context, Event> =>
  (args, { now }) =>
    now(() => run(args, params?.(args) as Given));

/** Sends an event after a while. */
export function timer<Context, Event>(
  type: string,
  delay: number | ((args: Args<Context, Event>) => number),
): Activity<Context, Event> {
  let handle: unknown;
  return {
    begin(args, { clock, later, send }) {
      const delayMs = typeof delay === 'function' ? delay(args) : delay;
      later(() => {
        handle = clock.setTimeout(() => send({ type }), delayMs);
      });
    },
    end: ({ clock, later }) => later(() => clock.clearTimeout(handle)),
  };
}

/** Makes a request and sends its result as an event. */
export function invoke<Context, Event, Input, Output>(
  id: string,
  request: (args: { readonly input: Input; readonly signal: AbortSignal }) => Promise<Output>,
  inputOf: Params<Context, Event, Input>,
): Activity<Context, Event> {
  let pending: AbortController | undefined;
  return {
    begin(args, { change, later, send }) {
      const own = new AbortController();
      const input = inputOf(args);
      const settle = (kind: string, result: object) => {
        if (pending !== own) return;
        pending = undefined;
        send({ type: `xstate.${kind}.actor.${id}`, ...result });
      };
      pending = own;
      change();
      later(() => {
        if (pending !== own) return;
        request({ input, signal: own.signal }).then(
          (output) => settle('done', { output }),
          (error) => settle('error', { error }),
        );
      });
    },
    end({ later }) {
      const left = pending;
      pending = undefined;
      later(() => left?.abort());
    },
  };
}

interface Options<Context, Input> {
  readonly input: Input;
  readonly clock: Clock;
  readonly onEmit?: (event: Typed) => void;
  /** Called after each event. */
  readonly onStep?: (snapshot: Snapshot<Context>) => void;
}

/** Lets an error reach the page's own handlers without stopping what goes on here. */
export function report(error: unknown): void {
  setTimeout(() => {
    throw error;
  });
}

/** Starts a chart. An action or a guard that throws is reported and stops nothing, while XState's actor ends with the error. */
export function startChart<Context, Event extends Typed, Input>(
  chart: Chart<Context, Event, Input>,
  { input, clock, onEmit, onStep }: Options<Context, Input>,
) {
  type Chosen = readonly [region: string, transition: Transition<Context, Event>];

  const { regions } = chart;
  const names = Object.keys(regions);
  const effects: (() => void)[] = [];
  const mailbox: (readonly [event: Event, act: () => void])[] = [];
  let status: 'active' | 'stopped' = 'active';
  let context = chart.context({ input });
  let at = chart.initial;
  /** The regions, beginning with the one that moved longest ago: in this order XState looks for `always`. */
  let order = names;
  let event: Event;
  let snapshot: Snapshot<Context> | undefined;
  let changes = 1;

  const scope: Scope = {
    clock,
    send,
    change(made) {
      if (made) context = { ...context, ...made };
      changes++;
    },
    now: (effect) => void (snapshot ? tryCall(effect, report) : effects.push(effect)),
    later: (effect) => scope.now(() => effects.push(effect)),
    emit: onEmit,
  };

  const stateOf = (region: string) => regions[region]!.states[at[region]!]!;

  /** The transition of each region: the state answers, or else the region does. */
  function select(
    from: readonly string[],
    args: GuardArgs<Context, Event>,
    listOf: (answers: Answers<Context, Event>) => readonly Transition<Context, Event>[] | undefined,
  ): Chosen[] {
    return from.flatMap((name) => {
      const region = regions[name]!;
      for (const place of [region.states[args.at[name]!]!, region]) {
        const found = listOf(place)?.find(([guard]) => !guard || guard(args));
        if (found) return [[name, found] as const];
      }
      return [];
    });
  }
  const answersTo = (args: GuardArgs<Context, Event>) => select(names, args, ({ on }) => on?.[args.event.type]);

  function act(actions: readonly Action<Context, Event>[] = []): void {
    for (const action of actions) action({ context, event }, scope);
  }
  function enter(region: string): void {
    const { entry, during = [] } = stateOf(region);
    act(entry);
    act(during.map(({ begin }) => begin));
  }
  function endActivities(region: string): void {
    for (const { end } of stateOf(region).during ?? []) end(scope);
  }

  function take(chosen: readonly Chosen[]): void {
    const targets = Object.fromEntries(chosen.flatMap(([name, [, target]]) => (target ? [[name, target]] : [])));
    const moving = names.filter((name) => targets[name]);
    const isElsewhere = moving.some((name) => targets[name] !== at[name]);
    for (const name of [...moving].reverse()) {
      act(stateOf(name).exit);
      endActivities(name);
    }
    for (const [, [, , ...actions]] of chosen) act(actions);
    at = { ...at, ...targets };
    if (isElsewhere) {
      order = [...order.filter((name) => !targets[name]), ...moving];
      changes++;
    }
    moving.forEach(enter);
  }
  /** Takes transitions without an event until they change nothing any more. */
  function settle(): void {
    for (let before: number | undefined; before !== changes; ) {
      before = changes;
      take(select(order, { context, event, at }, ({ always }) => always));
    }
  }

  /** Works off an event, then those that came meanwhile. */
  function receive(given: Event, step: () => void): void {
    if (status !== 'active' || mailbox.push([given, step]) > 1) return;
    for (let next = mailbox[0]; next; next = mailbox[0]) {
      event = next[0];
      tryCall(next[1], report);
      if (changes) snapshot = { status, context, value: at[''] ?? at };
      changes = 0;
      for (const effect of effects) tryCall(effect, report);
      effects.length = 0;
      onStep?.(snapshot!);
      mailbox.shift();
    }
  }
  function send(given: Typed): void {
    receive(given as Event, () => {
      take(answersTo({ context, event, at }));
      settle();
    });
  }

  receive({ type: 'xstate.init', input } as unknown as Event, () => {
    names.forEach(enter);
    settle();
  });
  return {
    send,
    getSnapshot: () => snapshot!,
    answersTo,
    stop(): void {
      mailbox.splice(1);
      receive({ type: 'xstate.stop' } as Event, () => {
        names.forEach(endActivities);
        status = 'stopped';
        mailbox.splice(1);
        changes++;
      });
    },
  };
}
