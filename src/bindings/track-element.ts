import type { UserTokenClient } from '../client.types.js';
import type { InsightsEvent } from '../events/event.types.js';

/** What an event is about: the same view is tracked once, however often a framework updates it. */
export const subjectOf = (event: Omit<InsightsEvent, 'eventType'>): string =>
  `${[event.eventName, event.index, event.objectIDs, event.filters]}`;

/** Tracks events of one element: a view at once, any other event at each click. The listener goes with the element.
 * @param event Undefined while there is nothing to track.
 * @returns Puts another event in the place of the one before; a view is tracked if it is about something else. */
export function trackElement(element: Element, track: UserTokenClient['track'], event: InsightsEvent | undefined) {
  let clicked: InsightsEvent | undefined;
  let seen: string | undefined;

  function update(next: InsightsEvent | undefined): void {
    const isView = next?.eventType === 'view';
    clicked = isView ? undefined : next;
    if (!isView) return;
    const subject = subjectOf(next);
    if (subject !== seen) track(next);
    seen = subject;
  }

  element.addEventListener('click', () => clicked && track(clicked));
  update(event);
  return update;
}
