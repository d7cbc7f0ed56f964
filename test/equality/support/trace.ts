import type { AnyStateMachine } from 'xstate';
import type { Kit } from './interpreters.js';

/** Something that is done to an actor, or to the world around it. */
export type Op =
  | { readonly do: 'start' | 'stop' | 'subscribe' | 'unsubscribe' }
  | { readonly do: 'send'; readonly event: { readonly type: string } }
  | { readonly do: 'wait'; readonly ms: number }
  /** Ends the request that has waited longest. */
  | { readonly do: 'resolve' | 'reject'; readonly value: unknown }
  | { readonly do: 'set'; readonly flag: string; readonly to: boolean };

/** What happens in the middle of something else: at the call with this number, of any effect, guard or listener. */
export interface Surprise {
  readonly call: number;
  readonly does: 'throw' | 'stop' | { readonly send: { readonly type: string } };
}

/** What a machine under test reports to and is steered by. */
export interface Probe {
  /** Writes a line, and springs the surprise whose turn it is. */
  readonly call: (...parts: unknown[]) => void;
  /** A promise actor's body, which ends when the script says so. */
  readonly request: (args: { readonly input: unknown; readonly signal: AbortSignal }) => Promise<unknown>;
  readonly flags: Record<string, boolean>;
}

export interface Script {
  readonly ops: readonly Op[];
  readonly surprises: readonly Surprise[];
  readonly input: unknown;
  /** Events that the machine is asked about after each op. */
  readonly probes: readonly { readonly type: string }[];
  readonly emits: readonly string[];
}

const lastLine = (error: unknown) => (error instanceof Error ? error.message.split('\n').at(-1) : error);
const text = (value: unknown) =>
  JSON.stringify(value, (_, part) =>
    part === undefined ? '(undefined)' : part instanceof Error ? part.message : part,
  );

/** Runs a script and tells what came of it, line by line: actions with their order and params, guards, emissions,
 * snapshots, timers, requests and their aborts, errors that reach the page. */
export async function trace(kit: Kit, machineFor: (probe: Probe) => AnyStateMachine, script: Script) {
  const lines: string[] = [];
  const log = (...parts: unknown[]) => void lines.push(parts.map((part) => text(part)).join(' '));
  let calls = 0;
  let asking = false;

  function call(...parts: unknown[]): void {
    log(...parts);
    if (asking) return;
    calls += 1;
    const surprise = script.surprises.find((item) => item.call === calls);
    if (!surprise) return;
    log('surprise', surprise.does);
    if (surprise.does === 'throw') throw new Error(`thrown by call ${calls}`);
    if (surprise.does === 'stop') actor?.stop();
    else actor?.send(surprise.does.send);
  }

  const timers = new Map<number, { readonly due: number; readonly callback: () => void }>();
  let handles = 0;
  let elapsed = 0;
  const clock = {
    setTimeout(callback: () => void, delayMs: number) {
      handles += 1;
      log('timer', handles, delayMs);
      timers.set(handles, { due: elapsed + delayMs, callback });
      return handles;
    },
    clearTimeout(handle: number) {
      log('timer cleared', handle);
      timers.delete(handle);
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

  const requests: { readonly resolve: (value: unknown) => void; readonly reject: (value: unknown) => void }[] = [];
  let begun = 0;
  const flags: Record<string, boolean> = {};
  const request: Probe['request'] = ({ input, signal }) => {
    begun += 1;
    const number = begun;
    signal.addEventListener('abort', () => log('aborted', number));
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

  // biome-ignore lint/suspicious/noExplicitAny: the two interpreters' actors are alike, their types are not.
  let actor: any;
  let last: unknown;
  function logSnapshot(snapshot: Record<string, unknown>, where: string): void {
    const { status, value, context, error } = snapshot;
    log(where, status, value, context, lastLine(error), snapshot === last ? 'same' : 'new');
    last = snapshot;
  }
  function ask(): void {
    asking = true;
    const snapshot = actor.getSnapshot();
    for (const event of script.probes) {
      try {
        log('can', event.type, snapshot.can(event));
      } catch (error) {
        log('can not say', lastLine(error));
      }
    }
    asking = false;
  }

  try {
    actor = kit.createActor(machineFor({ call, request, flags }), {
      id: 'actor',
      clock: clock as never,
      input: script.input as never,
    });
    const listen = (number: number) =>
      number % 2
        ? actor.subscribe({
            next: (snapshot: Record<string, unknown>) => {
              logSnapshot(snapshot, `next of ${number}`);
              call('heard', number);
            },
            error: (error: unknown) => call('error of', number, lastLine(error)),
            complete: () => call('complete of', number),
          })
        : actor.subscribe((snapshot: Record<string, unknown>) => call('heard', number, snapshot.status));
    const subscriptions: { unsubscribe(): void }[] = [listen(1)];
    for (const type of script.emits) {
      actor.on(type, (event: unknown) => {
        call('emitted', event);
        logSnapshot(actor.getSnapshot(), 'at emission');
      });
    }

    for (const op of script.ops) {
      log(op);
      if (op.do === 'start' || op.do === 'stop') actor[op.do]();
      if (op.do === 'send') actor.send(op.event);
      if (op.do === 'wait') wait(op.ms);
      if (op.do === 'resolve' || op.do === 'reject') requests.shift()?.[op.do](op.value);
      if (op.do === 'set') flags[op.flag] = op.to;
      if (op.do === 'subscribe') subscriptions.push(listen(subscriptions.length + 1));
      if (op.do === 'unsubscribe') subscriptions.pop()?.unsubscribe();
      // As many turns as a promise takes on its way to the actor, and some more.
      for (let turn = 0; turn < 6; turn += 1) await null;
      logSnapshot(actor.getSnapshot(), 'after');
      ask();
    }
    log('timers left', timers.size);
  } finally {
    globalThis.setTimeout = platformTimeout;
    console.warn = warn;
  }
  return lines;
}
