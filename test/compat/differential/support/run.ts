import type { Fields, Step } from './steps.types.js';
import type { Observed, Seen, World } from './world.types.js';

/** `aa`, or what stands for it. */
export type Call = (method: string, args: readonly unknown[]) => unknown;

/** Time of events that say `recent`, before the sequence began. */
const recentMs = 60_000;

/** What a caller hangs on an event. */
const oddities: Record<string, (event: Record<string, unknown>) => void> = {
  method: (event) => Object.assign(event, { render: () => 'x' }),
  date: (event) => Object.assign(event, { seen: new Date(0) }),
  toJSON: (event) => Object.assign(event, { toJSON: () => ({ eventName: 'Other' }) }),
  getter: (event) => Object.defineProperty(event, 'seen', { enumerable: true, get: () => 'read' }),
};

/** Runs the steps of a sequence, and writes down what their caller sees.
 * @param onWait Told before time passes. @param start When it began, for events that bring their time. */
export async function run(
  steps: readonly Step[],
  call: Call,
  world: World,
  onWait = () => {},
  start = world.now(),
): Promise<Observed> {
  const seen: Seen[] = [];
  const results: Record<number, unknown> = {};
  const promises: Promise<unknown>[] = [];
  let heard: unknown[][] = [];
  const hear = (...what: unknown[]) => void heard.push(what.map((one) => (one instanceof Error ? 'an error' : one)));

  const listeners: Record<string, unknown> = {};
  for (const cell of ['UserToken', 'AuthenticatedUserToken']) {
    const name = (which: string) => `${which} of ${cell}`;
    listeners[name('first')] = (...args: unknown[]) => hear(name('first'), ...args);
    listeners[name('second')] = (...args: unknown[]) => hear(name('second'), ...args);
    listeners[name('throwing')] = (...args: unknown[]) => {
      hear(name('throwing'), ...args);
      throw new Error('a listener failed');
    };
    listeners[name('setting')] = (...args: unknown[]) => {
      hear(name('setting'), ...args);
      if (args[0] !== 'set-by-listener') call(`set${cell}`, ['set-by-listener']);
    };
  }

  /** Each event carries a tag, by which it is found again. */
  function eventsOf({ events, oddity }: Extract<Step, { do: 'send' }>, at: number): Record<string, unknown>[] {
    return events.map((given: Fields, nth) => {
      const event: Record<string, unknown> = { ...structuredClone(given), tag: `${at}.${nth}` };
      if (event.timestamp === 'recent') event.timestamp = start - recentMs;
      if (nth === 0 && oddity) oddities[oddity]?.(event);
      return event;
    });
  }

  function perform(step: Step, at: number): unknown {
    switch (step.do) {
      case 'call':
        return call(step.method, step.args);
      case 'ask':
        return call(step.method, [
          ...(step.method.startsWith('get') && step.method !== 'getVersion' ? [step.first] : []),
          ...(step.isHeard ? [(...args: unknown[]) => hear(step.method, ...args)] : []),
        ]);
      case 'listen': {
        const cell = step.method.slice(2, -'Change'.length);
        return call(step.method, [listeners[`${step.listener} of ${cell}`], step.options]);
      }
      case 'send': {
        const events = eventsOf(step, at);
        const value =
          step.method === 'sendEvents'
            ? call(step.method, [events, ...step.params])
            : call(step.method, [...events, ...step.params]);
        if (step.oddity === 'changed later' && events[0]) {
          (events[0].objectIDs as unknown[] | undefined)?.push('too late');
          events[0].eventName = 'Too late';
        }
        return value;
      }
    }
    return undefined;
  }

  for (const [at, step] of steps.entries()) {
    heard = [];
    const from = world.now();
    let value: unknown;
    let threw: string | undefined;
    try {
      if (step.do === 'answer') call('(answer)', [step]);
      else if (step.do === 'wait') {
        onWait();
        await world.wait(step.ms, promises);
      } else value = perform(step, at);
    } catch (error) {
      threw = (error as Error).name;
    }
    if (typeof (value as PromiseLike<unknown> | undefined)?.then === 'function') {
      const promise = Promise.resolve(value);
      value = 'a promise';
      results[at] = 'pending';
      const settled = (result: unknown) => {
        results[at] = result;
      };
      promises.push(promise.then(settled, () => settled('rejected')));
    }
    seen.push({
      at: [from, world.now()],
      value,
      threw,
      heard,
      cookies: world.cookies(),
      writes: world.takeWrites(),
      cache: step.do === 'wait' ? world.cache() : undefined,
    });
  }
  return { steps: seen, results };
}
