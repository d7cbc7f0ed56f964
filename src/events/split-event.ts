import { maxObjects } from '../limits.js';
import type { LooseEvent } from './event-rules.js';

const listFields = ['objectIDs', 'filters', 'positions', 'objectData'];

/** What the items of one part are worth; not a number where one has no price in numbers. */
const worthOf = (items: readonly LooseEvent[]) =>
  items.reduce((sum, item) => sum + (item?.price as number) * ((item?.quantity ?? 1) as number), 0);

/** Cuts an event of more than 20 objects or filters into several, positions and objectData in step. One whose lists
 * don't match stays whole, since no cut of it would be right.
 * @returns `undefined` where the event stays whole. */
export function splitEvent(event: LooseEvent): readonly LooseEvent[] | undefined {
  const { length } = (event.objectIDs ?? event.filters ?? '') as readonly unknown[];
  // Nearly all events are small.
  if (!(length > maxObjects)) return undefined;
  const names = listFields.filter((name) => event[name] != null);
  const isInStep = (name: string) => Array.isArray(event[name]) && event[name].length === length;
  if (!names.every(isInStep)) return undefined;
  return [...Array(Math.ceil(length / maxObjects)).keys()].map((index) => {
    const from = index * maxObjects;
    const part: Record<string, unknown> = { ...event };
    for (const name of names) part[name] = (event[name] as unknown[]).slice(from, from + maxObjects);
    // Not in step: only some of the objects are in it.
    const { objectIDsWithInferredQueryID: inferred } = event;
    if (Array.isArray(inferred)) {
      part.objectIDsWithInferredQueryID = inferred.filter((id) =>
        (part.objectIDs as unknown[] | undefined)?.includes(id),
      );
    }
    if (event.value !== undefined) {
      // Each part carrying the whole value would multiply the revenue.
      const worth = worthOf((part.objectData ?? [undefined]) as LooseEvent[]);
      part.value = worth >= 0 ? Math.round(worth * 1e6) / 1e6 : index > 0 ? undefined : event.value;
    }
    return part;
  });
}
