import type { Event, Machine, Scope, Snapshot } from './xstate.types.js';

type Listener = (value: unknown) => void;

interface Observer {
  readonly next?: Listener;
  readonly error?: Listener;
  readonly complete?: () => void;
}

interface Actor {
  readonly id: string | undefined;
  send: (event: Event) => void;
  getSnapshot: () => Snapshot;
  start: () => Actor;
  stop: () => Actor;
  subscribe: (next: Observer | Listener, error?: Listener, complete?: () => void) => Subscription;
  on: (type: string, listener: Listener) => Subscription;
}

interface Subscription {
  readonly unsubscribe: () => void;
}

interface Options {
  readonly id?: string;
  readonly input?: unknown;
  readonly clock?: {
    setTimeout(callback: () => void, delayMs: number): unknown;
    clearTimeout(handle: never): void;
  };
}

/** Lets an error reach the page's own handlers without stopping what goes on here. */
function report(error: unknown): void {
  setTimeout(() => {
    throw error;
  });
}

function tell(listener: () => void): void {
  try {
    listener();
  } catch (error) {
    report(error);
  }
}

/** An actor of a machine, not started yet. */
export function createActor(machine: Machine, { id, input, clock = globalThis }: Options = {}): Actor {
  const observers = new Set<[Observer]>();
  const listeners = new Map<string, Set<[Listener]>>();
  const timers = new Map<string, unknown>();
  const effects: (() => void)[] = [];
  // The first is the one being worked off.
  const mailbox: Event[] = [];
  // 0: created, 1: starting, 2: open, 3: ended.
  let phase = 0;
  let snapshot: Snapshot;

  const soon = (effect: () => void) => void effects.push(effect);
  const scope: Scope = {
    children: new Map(),
    now: (effect) => (phase ? effect() : soon(effect)),
    later: (effect) => scope.now(() => soon(effect)),
    receive,
    emit(event) {
      const heard = [event.type, '*'].flatMap((type) => [...(listeners.get(type) ?? [])]);
      for (const [listener] of heard) tell(() => listener(event));
    },
    setTimer(event, delayMs) {
      const ring = () => {
        timers.delete(event.type);
        receive(event);
      };
      timers.set(event.type, clock.setTimeout(ring, delayMs as number));
    },
    clearTimer({ type }) {
      if (timers.has(type)) clock.clearTimeout(timers.get(type) as never);
      timers.delete(type);
    },
  };

  function receive(event: Event): void {
    if (phase < 3 && mailbox.push(event) < 2 && phase > 1) flush();
  }
  function flush(): void {
    for (; mailbox.length; mailbox.shift()) work(mailbox[0]!);
  }
  function work(event: Event): void {
    let next: Snapshot;
    try {
      next = machine.transition(snapshot, event, scope);
    } catch (error) {
      effects.length = 0;
      next = { ...snapshot, status: 'error', error };
    }
    update(next);
  }
  function update(next: Snapshot): void {
    snapshot = next;
    while (effects[0]) {
      try {
        effects.shift()!();
      } catch (error) {
        effects.length = 0;
        snapshot = { ...next, status: 'error', error };
      }
    }
    if (snapshot.status !== 'active') end();
    else for (const [observer] of observers) tell(() => observer.next?.(next));
  }
  function end(): void {
    phase = 3;
    mailbox.splice(1);
    for (const handle of timers.values()) clock.clearTimeout(handle as never);
    timers.clear();
    tellEnd(observers.size ? observers : [[{}]]);
    observers.clear();
    listeners.clear();
  }
  function tellEnd(observers: Iterable<[Observer]>): void {
    const { status, error } = snapshot;
    const isError = status === 'error';
    let isHeard = true;
    for (const [observer] of observers) {
      isHeard &&= !!observer.error;
      tell(() => (isError ? observer.error?.(error) : observer.complete?.()));
    }
    if (isError && !isHeard) report(error);
  }

  const actor: Actor = {
    id,
    send: receive,
    getSnapshot: () => snapshot,
    start() {
      if (phase) return actor;
      phase = 1;
      if (snapshot.status === 'error') end();
      else {
        for (const child of scope.children.values()) child.start();
        update(snapshot);
        if (phase < 2) {
          phase = 2;
          flush();
        }
      }
      return actor;
    },
    stop() {
      mailbox.splice(1);
      if (phase) receive({ type: 'xstate.stop' });
      else phase = 3;
      return actor;
    },
    subscribe(next, error, complete) {
      // In an array of its own: the same observer may come twice.
      const entry: [Observer] = [typeof next === 'function' ? ({ next, error, complete } as Observer) : next];
      if (phase < 3) observers.add(entry);
      else if (snapshot.status === 'error') tellEnd([entry]);
      return { unsubscribe: () => void observers.delete(entry) };
    },
    on(type, listener) {
      const entry: [Listener] = [listener];
      const heard = listeners.get(type) ?? new Set();
      listeners.set(type, heard.add(entry));
      return { unsubscribe: () => void heard.delete(entry) };
    },
  };
  snapshot = machine.getInitialSnapshot(scope, input);
  return actor;
}
