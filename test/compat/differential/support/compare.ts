import { checkEventsBody } from '../../../../src/testing/index.js';
import type { Expected } from './outgoing.js';
import type { Tally } from './rules.js';
import type { Fields, Step } from './steps.types.js';
import type { Observed, Sent } from './world.types.js';

/** What both runs of a sequence were seen to do. */
export interface Runs {
  readonly steps: readonly Step[];
  readonly expected: Observed & Expected & { readonly cacheWrites: number };
  readonly actual: Observed & {
    readonly sent: readonly Sent[];
    readonly requests: number;
    readonly cacheWrites: number;
    readonly otherKeys: readonly string[];
  };
  /** How much two clocks may differ: of a pretended world none. */
  readonly toleranceMs: number;
}

const sum = (events: readonly Fields[], field: string) =>
  events.reduce((total, event) => total + Number(event[field] ?? 0), 0);

/** Puts the parts of an event together that was sent in several. */
function merged(unsorted: readonly Sent[], hit: Tally['hit']): Sent {
  // A part that was sent again arrives later; the sequences number what is split.
  const number = ({ event }: Sent) => Number(String((event.objectIDs as unknown[] | undefined)?.[0]).slice(1));
  const parts = unsorted.length > 1 ? [...unsorted].sort((a, b) => number(a) - number(b)) : unsorted;
  const [first, ...others] = parts;
  if (others.length === 0) return first!;
  hit('split');
  const event: Record<string, unknown> = { ...first!.event };
  for (const field of ['objectIDs', 'positions', 'objectData', 'filters']) {
    if (field in event) event[field] = parts.flatMap((part) => part.event[field]);
  }
  if (event.value !== undefined)
    event.value =
      Math.round(
        sum(
          parts.map((part) => part.event),
          'value',
        ) * 100,
      ) / 100;
  return { ...first!, event };
}

function byTag(sent: readonly Sent[], hit: Tally['hit']): Map<string, Sent> {
  const groups = new Map<string, Sent[]>();
  for (const each of sent) {
    const tag = String(each.event.tag);
    groups.set(tag, [...(groups.get(tag) ?? []), each]);
  }
  return new Map([...groups].sort(([a], [b]) => a.localeCompare(b)).map(([tag, parts]) => [tag, merged(parts, hit)]));
}

/** A cookie as it was written: value, path, seconds to live. */
function lifetimeOf(write: string, now: number) {
  const [pair, ...attributes] = write.split(/;\s*/);
  const given = new Map(
    attributes.map((each) => each.split('=') as [string, string]).map(([k, v]) => [k.toLowerCase(), v]),
  );
  const until = given.get('expires');
  return {
    pair,
    path: given.get('path'),
    seconds:
      until === undefined
        ? Number(given.get('max-age'))
        : Math.floor((Date.parse(until) - Math.floor(now / 1000) * 1000) / 1000),
    others: [...given.keys()].filter((key) => !['expires', 'path', 'max-age'].includes(key)).join(),
  };
}

/** Names made tokens by the order of their appearance, since they are random. */
function renamed(value: unknown, names: Map<string, string>): unknown {
  const pattern = /anonymous-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/g;
  const text = JSON.stringify(value, (_, each) => (each === undefined ? '(undefined)' : each));
  return JSON.parse(
    text.replace(pattern, (token) => {
      if (!names.has(token)) names.set(token, `anonymous-made-${names.size + 1}`);
      return names.get(token)!;
    }),
  );
}

/** The cache in an order that can be compared, and without its times where two clocks differ. */
function cacheOf(text: string | null | undefined, isExact: boolean): unknown {
  try {
    const entries = Object.entries(JSON.parse(text ?? '') as Record<string, [unknown, unknown]>);
    return entries
      .map(([name, [queryID, at]]) => [name, queryID, isExact ? at : typeof at])
      .sort(([a], [b]) => String(a).localeCompare(String(b)));
  } catch {
    return text;
  }
}

/** Everything in which two runs differ; nothing where the rules explain it all. */
export function differences({ steps, expected, actual, toleranceMs }: Runs, hit: Tally['hit']): string[] {
  const found: string[] = [];
  const names = [new Map<string, string>(), new Map<string, string>()] as const;
  const expect = (what: string, wanted: unknown, got: unknown) => {
    const texts = [renamed([wanted], names[0]), renamed([got], names[1])].map((each) => JSON.stringify(each));
    if (texts[0] !== texts[1]) found.push(`${what}: expected ${texts[0]}, got ${texts[1]}`);
  };

  for (const [at, step] of steps.entries()) {
    const [wanted, got] = [expected.steps[at]!, actual.steps[at]!];
    const what = `step ${at} (${step.do === 'answer' || step.do === 'wait' ? step.do : step.method})`;
    for (const key of ['value', 'threw', 'heard', 'cookies'] as const) expect(`${what} ${key}`, wanted[key], got[key]);
    expect(`${what} result`, expected.results[at], actual.results[at]);
    expect(`${what} cache`, cacheOf(wanted.cache, toleranceMs === 0), cacheOf(got.cache, toleranceMs === 0));
    expectWrites(what, at);
  }

  function expectWrites(what: string, at: number): void {
    const [wanted, got] = [expected.steps[at]!, actual.steps[at]!].map(({ writes, at: [now] }) =>
      writes.map((write) => lifetimeOf(write, now)),
    ) as [ReturnType<typeof lifetimeOf>[], ReturnType<typeof lifetimeOf>[]];
    // What ends a cookie is compared by its being gone.
    const kept = got.filter(({ seconds }) => seconds > 0);
    const before = wanted.filter(({ seconds }) => seconds > 0);
    if (got.length + wanted.length > 0) hit('cookie-attributes');
    expect(
      `${what} cookies written`,
      before.map(({ pair, path }) => [pair, path]),
      kept.map(({ pair, path }) => [pair, path]),
    );
    for (const [nth, { seconds, others }] of kept.entries()) {
      expect(`${what} attributes`, 'samesite', others);
      const off = Math.abs(seconds - (before[nth]?.seconds ?? 0));
      if (off > toleranceMs / 1000 + 1) found.push(`${what}: lives ${seconds} s, expected ${before[nth]?.seconds}`);
    }
  }

  const gotTags = new Set(actual.sent.map(({ event }) => String(event.tag)));
  const wantedEvents = byTag(
    expected.sent.filter(({ isDropped }) => !isDropped),
    () => {},
  );
  const gotEvents = byTag(actual.sent, hit);
  expect('events received', [...wantedEvents.keys()], [...gotEvents.keys()]);
  for (const [tag, wanted] of wantedEvents) {
    const got = gotEvents.get(tag);
    if (!got) continue;
    const at = Number(tag.split('.')[0]);
    const { timestamp: ours, ...rest } = got.event;
    const { timestamp: theirs, ...wantedRest } = wanted.event;
    expect(`event ${tag}`, sortedFields(wantedRest), sortedFields(rest));
    // The API takes the time of receipt for an event that is sent soon after its call.
    if (ours === undefined && !isOwn(steps[at]!, tag)) hit('timestamp');
    else if (toleranceMs === 0 || (typeof theirs === 'number' && isOwn(steps[at]!, tag))) expectTime(tag, theirs, ours);
    else {
      const [from, to] = actual.steps[at]!.at;
      if (!(Number(ours) >= from && Number(ours) <= to))
        found.push(`event ${tag}: at ${ours}, called ${from} to ${to}`);
    }
    const { origin, query, agents } = wanted;
    expect(
      `event ${tag} address`,
      [origin, sortedFields(query), agents],
      [got.origin, sortedFields(got.query), got.agents],
    );
  }

  function expectTime(tag: string, theirs: unknown, ours: unknown): void {
    if (!(Math.abs(Number(theirs) - Number(ours)) <= toleranceMs))
      found.push(`event ${tag}: time ${ours}, expected ${theirs}`);
  }

  // In the order of their calls where they went to the same address and no rule moved them.
  function order(sent: readonly Sent[], tags: ReadonlySet<string>) {
    const byAddress: Record<string, unknown[]> = {};
    for (const { event, origin, query } of sent) {
      if (!tags.has(String(event.tag))) continue;
      const address = JSON.stringify([origin, sortedFields(query)]);
      byAddress[address] ??= [];
      // The parts of one event follow each other.
      if (byAddress[address].at(-1) !== event.tag) byAddress[address].push(event.tag);
    }
    return sortedFields(byAddress);
  }
  const plain = new Set(actual.sent.filter(({ event }) => isPlain(event)).map(({ event }) => String(event.tag)));
  for (const { event, isDropped } of expected.sent) if (isDropped) plain.delete(String(event.tag));
  if (JSON.stringify(order(expected.sent, gotTags)) !== JSON.stringify(order(actual.sent, gotTags))) hit('batching');
  expect('order', order(expected.sent, plain), order(actual.sent, plain));

  if (actual.cacheWrites < expected.cacheWrites) hit('lazy-cache');
  if (actual.requests < wantedEvents.size) hit('batching');
  if (actual.otherKeys.some((key) => key.startsWith('usertoken:'))) hit('stored-events');
  expect(
    'keys in localStorage',
    [],
    actual.otherKeys.filter((key) => !key.startsWith('usertoken:')),
  );
  return found;
}

const sortedFields = (value: object) =>
  Array.isArray(value) ? value : Object.fromEntries(Object.entries(value).sort(([a], [b]) => a.localeCompare(b)));

/** Whether an event keeps every rule of the API, so that it goes with the others. */
function isPlain(event: Fields): boolean {
  const isKnown = /^(click|conversion|view)$/.test(String(event.eventType));
  // Items are judged more strictly by whoever sends them than by the collector.
  const hasItems = event.objectData !== undefined && event.eventSubtype !== 'purchase';
  return isKnown && !hasItems && checkEventsBody({ events: [event] }, Number(event.timestamp)).status === 200;
}

/** Whether an event brought its own time. */
function isOwn(step: Step, tag: string): boolean {
  const event = step.do === 'send' ? step.events[Number(tag.split('.')[1])] : undefined;
  return event?.timestamp === 'recent';
}
