import { type LooseEvent, maxObjects } from './event-rules.js';

/** What the items of one part are worth; not a number where one has no price in numbers. */
const worthOf = (items: readonly LooseEvent[]) =>
  items.reduce((sum, item) => sum + (item?.price as number) * ((item?.quantity ?? 1) as number), 0);

/** Cuts an event of more than 20 objects or filters into several, positions and objectData in step. One whose lists
 * don't match stays whole, since no cut of it would be right. */
export function splitEvent(event: LooseEvent): readonly LooseEvent[] {
  const names = ['objectIDs', 'filters', 'positions', 'objectData'].filter((name) => event[name] !== undefined);
  const lists = names.map((name) => event[name]).filter(Array.isArray);
  const length = lists[0]?.length ?? 0;
  if (length <= maxObjects || lists.length < names.length || lists.some((list) => list.length !== length))
    return [event];
  return Array.from({ length: Math.ceil(length / maxObjects) }, (_, index) => {
    const from = index * maxObjects;
    const part: Record<string, unknown> = { ...event };
    names.forEach((name, at) => {
      part[name] = lists[at]!.slice(from, from + maxObjects);
    });
    if (event.value !== undefined) {
      // Each part carrying the whole value would multiply the revenue.
      const worth = worthOf((part.objectData ?? [undefined]) as LooseEvent[]);
      part.value = worth >= 0 ? Math.round(worth * 1e6) / 1e6 : index > 0 ? undefined : event.value;
    }
    return part;
  });
}
