import { type LooseEvent, maxObjects } from './event-rules.js';

/** Fields whose items belong together. */
const inStep = ['positions', 'objectData'];

const isList = (value: unknown): value is unknown[] => Array.isArray(value);

/** What the items of one part are worth, if each has a price in numbers. */
function worthOf(items: unknown): number | undefined {
  if (!isList(items)) return undefined;
  const amounts = items.map((item) => {
    const { price, quantity = 1 } = (item ?? {}) as LooseEvent;
    return typeof price === 'number' && typeof quantity === 'number' ? price * quantity : Number.NaN;
  });
  const sum = amounts.reduce((total, amount) => total + amount, 0);
  return Number.isNaN(sum) ? undefined : Math.round(sum * 1e6) / 1e6;
}

function partOf(event: LooseEvent, key: string, from: number): LooseEvent {
  const part: Record<string, unknown> = { ...event };
  for (const field of [key, ...inStep]) {
    const list = event[field];
    if (isList(list)) part[field] = list.slice(from, from + maxObjects);
  }
  if ('value' in event) {
    // Each part carrying the whole value would multiply the revenue.
    const value = worthOf(part.objectData) ?? (from === 0 ? event.value : undefined);
    if (value === undefined) delete part.value;
    else part.value = value;
  }
  return part;
}

/** Cuts an event of more than 20 objects or filters into several, positions and objectData in step. One whose lists
 * don't match stays whole, since no cut of it would be right. */
export function splitEvent(event: LooseEvent): readonly LooseEvent[] {
  const key = isList(event.objectIDs) ? 'objectIDs' : 'filters';
  const list = event[key];
  if (!isList(list) || list.length <= maxObjects) return [event];
  if (inStep.some((field) => event[field] !== undefined && (event[field] as unknown[])?.length !== list.length)) {
    return [event];
  }
  const starts = Array.from({ length: Math.ceil(list.length / maxObjects) }, (_, part) => part * maxObjects);
  return starts.map((from) => partOf(event, key, from));
}
