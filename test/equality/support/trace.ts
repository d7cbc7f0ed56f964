/** Something that is done to an actor, or to the world around it. */
export type Op =
  | { readonly do: 'stop' | 'subscribe' | 'unsubscribe' }
  | { readonly do: 'send'; readonly event: { readonly type: string } }
  | { readonly do: 'wait'; readonly ms: number }
  /** Ends the request that has waited longest. */
  | { readonly do: 'resolve' | 'reject'; readonly value: unknown }
  | { readonly do: 'set'; readonly flag: string; readonly to: boolean };

/** What happens in the middle of something else: at the call with this number, of any effect, guard or listener. Only
 * listeners throw. */
export interface Surprise {
  readonly call: number;
  readonly does: 'throw' | 'stop' | { readonly send: { readonly type: string } };
}

/** What a chart under test reports to and is steered by. */
export interface Probe {
  /** Writes a line, and springs the surprise whose turn it is. */
  readonly call: (...parts: unknown[]) => void;
  /** A promise actor's body, which ends when the script says so. */
  readonly request: (args: { readonly input: unknown; readonly signal: AbortSignal }) => Promise<never>;
  readonly flags: Record<string, boolean>;
}

export interface Script<Input = unknown> {
  readonly ops: readonly Op[];
  readonly surprises: readonly Surprise[];
  readonly input: Input;
  /** Events that the snapshot is asked about after each op. */
  readonly probes: readonly { readonly type: string }[];
  readonly emits: readonly string[];
}

interface Snapshot {
  readonly status: string;
  readonly value: unknown;
  readonly context: unknown;
  readonly error: unknown;
  can(event: unknown): boolean;
}

interface Observer {
  readonly next: (snapshot: Snapshot) => void;
  readonly complete?: () => void;
}

/** What XState's actors and those of the runtime have in common. */
export interface TracedActor {
  send(event: unknown): void;
  stop(): unknown;
  getSnapshot(): Snapshot;
  subscribe(observer: Observer['next']): { unsubscribe(): void };
  subscribe(observer: Observer): { unsubscribe(): void };
  on(type: string, listener: (event: unknown) => void): unknown;
}

export interface TracedOptions<Input> {
  readonly input: Input;
  readonly clock: {
    now(): number;
    monotonicNow(): number;
    setTimeout(callback: () => void, delayMs: number): unknown;
    clearTimeout(handle: unknown): void;
  };
}

/** Starts an actor that reports to a probe. */
export type Start<Input> = (probe: Probe, options: TracedOptions<Input>) => TracedActor;

const lastLine = (error: unknown) => (error instanceof Error ? error.message.split('\n').at(-1) : error);
const text = (value: unknown) =>
  JSON.stringify(value, (key, part) => {
    // XState's events of promise actors name the actor once more.
    if (key === 'actorId') return undefined;
    return part === undefined ? '(undefined)' : part instanceof Error ? part.message : part;
  });

/** Runs a script and returns what came of it, line by line: actions with their order and params, guards, emissions,
 * snapshots, timers, requests and their aborts, errors that reach the page. */
export async function trace<Input>(start: Start<Input>, script: Script<Input>): Promise<string[]> {
  const lines: string[] = [];
  const log = (...parts: unknown[]) => void lines.push(parts.map(text).join(' '));
  let actor: TracedActor | undefined;
  let calls = 0;
  let isAsking = false;

  function spring(isListener: boolean): void {
    if (isAsking || !actor) return;
    calls += 1;
    const surprise = script.surprises.find((item) => item.call === calls);
    if (!surprise || (surprise.does === 'throw' && !isListener)) return;
    log('surprise', surprise.does);
    if (surprise.does === 'throw') throw new Error(`thrown by call ${calls}`);
    if (surprise.does === 'stop') actor.stop();
    else actor.send(surprise.does.send);
  }
  function call(...parts: unknown[]): void {
    log(...parts);
    spring(false);
  }
  function hear(...parts: unknown[]): void {
    log(...parts);
    spring(true);
  }

  const timers = new Map<unknown, { readonly due: number; readonly callback: () => void }>();
  let handles = 0;
  let elapsed = 0;
  const clock = {
    now: () => elapsed,
    monotonicNow: () => elapsed,
    setTimeout(callback: () => void, delayMs: number) {
      handles += 1;
      log('timer', handles, delayMs);
      timers.set(handles, { due: elapsed + delayMs, callback });
      return handles;
    },
    clearTimeout(handle: unknown) {
      if (timers.delete(handle)) log('ended: timer', handle);
    },
  };
  function wait(ms: number): void {
    const end = elapsed + ms;
    for (;;) {
      const [next] = [...timers].filter(([, { due }]) => due <= end).sort(([, a], [, b]) => a.due - b.due);
      if (!next) break;
      timers.delete(next[0]);
      elapsed = next[1].due;
      next[1].callback();
    }
    elapsed = end;
  }

  const requests: { readonly resolve: (value: never) => void; readonly reject: (value: unknown) => void }[] = [];
  let begun = 0;
  const flags: Record<string, boolean> = {};
  const request: Probe['request'] = ({ input, signal }) => {
    begun += 1;
    const number = begun;
    signal.addEventListener('abort', () => log('ended: request', number));
    call('request', number, input);
    return new Promise((resolve, reject) => requests.push({ resolve, reject }));
  };

  // Both report errors of listeners in a timer of the platform.
  const { setTimeout: platformTimeout } = globalThis;
  const { warn } = console;
  globalThis.setTimeout = ((callback: () => void) => {
    try {
      callback();
    } catch (error) {
      log('unhandled', lastLine(error));
    }
  }) as never;
  console.warn = () => {};

  let last: unknown;
  function logSnapshot(snapshot: Snapshot, where: string): void {
    const { status, value, context, error } = snapshot;
    log(where, status, value, context, lastLine(error), snapshot === last ? 'same' : 'new');
    last = snapshot;
  }

  try {
    const started = start({ call, request, flags }, { input: script.input, clock });
    actor = started;
    // XState starts with the requests. No machine of ours does, so that the runtime leaves them in their place.
    const isRequest = (line: string) => line.startsWith('"request"');
    lines.sort((a, b) => Number(isRequest(b)) - Number(isRequest(a)));
    logSnapshot(started.getSnapshot(), 'started');
    const listen = (number: number) =>
      number % 2
        ? started.subscribe({
            next(snapshot) {
              logSnapshot(snapshot, `next of ${number}`);
              hear('heard', number);
            },
            complete: () => hear('complete of', number),
          })
        : started.subscribe((snapshot) => hear('heard', number, snapshot.status));
    const subscriptions = [listen(1)];
    for (const type of script.emits) {
      started.on(type, (event) => {
        hear('emitted', event);
        logSnapshot(started.getSnapshot(), 'at emission');
      });
    }

    for (const op of script.ops) {
      log(op);
      if (op.do === 'stop') started.stop();
      if (op.do === 'send') started.send(op.event);
      if (op.do === 'wait') wait(op.ms);
      if (op.do === 'resolve' || op.do === 'reject') requests.shift()?.[op.do](op.value as never);
      if (op.do === 'set') flags[op.flag] = op.to;
      if (op.do === 'subscribe') subscriptions.push(listen(subscriptions.length + 1));
      if (op.do === 'unsubscribe') subscriptions.pop()?.unsubscribe();
      // As many turns as a promise takes on its way to the actor, and some more.
      for (let turn = 0; turn < 6; turn += 1) await null;
      const snapshot = started.getSnapshot();
      logSnapshot(snapshot, 'after');
      isAsking = true;
      for (const event of script.probes) log('can', event.type, snapshot.can(event));
      isAsking = false;
    }
    log('timers left', timers.size);
  } finally {
    globalThis.setTimeout = platformTimeout;
    console.warn = warn;
  }
  return sortEnds(lines);
}

/** A stopped actor of XState aborts its requests first, then its timers. Nobody can tell, so that the runtime does not. */
function sortEnds(lines: readonly string[]): string[] {
  const sorted: string[] = [];
  let ends: string[] = [];
  for (const line of lines) {
    if (line.startsWith('"ended: ')) {
      ends.push(line);
      continue;
    }
    sorted.push(...ends.sort(), line);
    ends = [];
  }
  return [...sorted, ...ends.sort()];
}
