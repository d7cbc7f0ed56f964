import type { InspectionEvent, Observer } from 'xstate';
import { tryCall } from '../machines/try-call.js';

/** Numbers tokens in the order in which they are seen: the same token gets the same number on this page, and the number
 * says nothing about the token. */
export function createMask(): (token: string) => string {
  const seen = new Map<string, number>();
  return (token) => {
    if (!seen.has(token)) seen.set(token, seen.size + 1);
    return `${token.startsWith('anonymous-') ? 'anonymous' : 'user'}-…${seen.get(token)}`;
  };
}

const mask = createMask();

/** Passes inspection events on as plain copies in which tokens are masked, and actors replaced by their names. An event
 * that can't be copied, such as a circular one, is not shown. */
export function maskedInspect(
  inspect: ((event: InspectionEvent) => void) | Observer<InspectionEvent>,
  onError: (error: unknown) => void,
): (event: InspectionEvent) => void {
  const show = typeof inspect === 'function' ? inspect : (event: InspectionEvent) => inspect.next?.(event);

  function replace(this: unknown, key: string, value: unknown): unknown {
    if (/token$|^user$/i.test(key)) return value == null ? value : mask(String(value));
    // `value` has gone through toJSON already, which leaves nothing of an actor.
    const actor = (this as Record<string, { id: string; sessionId: string; logic?: { config?: unknown } }>)[key];
    if (!actor?.sessionId) return value;
    return { id: actor.id, sessionId: actor.sessionId, logic: { config: actor.logic?.config } };
  }

  const copy = (value: unknown) => JSON.parse(JSON.stringify(value, replace));
  return (event) =>
    void tryCall(() => {
      const shown = copy(event);
      // @statelyai/inspect asks a new actor for its snapshot a while after it was notified of it.
      shown.actorRef.getSnapshot = () => copy(event.actorRef.getSnapshot());
      show(shown);
    }, onError);
}
