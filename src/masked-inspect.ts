import type { InspectionEvent } from 'xstate';
import { tryCall } from '../machines/tolerant.js';

/** What stands for a token where it must not be shown: alike for the same token within a page, and of no other use. */
function maskOf(token: string): string {
  let hash = 0;
  for (const character of token.slice(0, 200)) hash = (hash * 31 + character.charCodeAt(0)) & 0xffff;
  return `${token.startsWith('anonymous-') ? 'anonymous' : 'user'}-…${hash.toString(16).padStart(4, '0')}`;
}

/** Passes inspection events on as plain copies in which tokens are masked, and actors replaced by what names them.
 * An event that can't be copied, such as a circular one, is not shown. */
export function maskedInspect(
  inspect: (event: InspectionEvent) => void,
  onError: (error: unknown) => void,
): (event: InspectionEvent) => void {
  function mask(this: unknown, key: string, value: unknown): unknown {
    if (/token$|^user$/i.test(key)) return value == null ? value : maskOf(String(value));
    // `value` has gone through toJSON already, which leaves nothing of an actor.
    const actor = (this as Record<string, { id: string; sessionId: string; logic?: { config?: unknown } }>)[key];
    if (!actor?.sessionId) return value;
    return { id: actor.id, sessionId: actor.sessionId, logic: { config: actor.logic?.config } };
  }

  const copy = (value: unknown) => JSON.parse(JSON.stringify(value, mask));
  return (event) =>
    void tryCall(() => {
      const shown = copy(event);
      // @statelyai/inspect asks a new actor for its snapshot, a while after it was told of it.
      shown.actorRef.getSnapshot = () => copy(event.actorRef.getSnapshot());
      inspect(shown);
    }, onError);
}
