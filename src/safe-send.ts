import type { EventObject } from 'xstate';
import { fieldOf } from '../machines/tolerant.js';

interface Sender<Event extends EventObject> {
  send(event: Event): void;
  getSnapshot(): { readonly status: string };
}

/** Makes an actor that is handed out safe to send to: nonsense is ignored and nothing is thrown. After its end nothing
 * reaches XState, whose development build would print the whole event, tokens included.
 * @param contain Does what it is given and throws nothing.
 * @param prepare Completes an event before the machine sees it. */
export function safeSend<Event extends EventObject>(
  actor: Sender<Event>,
  contain: (effect: () => void) => void,
  prepare: (event: Event) => Event = (event) => event,
): void {
  const send = actor.send.bind(actor);
  actor.send = (event) => {
    const type = fieldOf(event, 'type');
    // What XState sends to itself would stop the actor.
    const isEvent = typeof type === 'string' && !type.startsWith('xstate.');
    if (isEvent && actor.getSnapshot().status === 'active') contain(() => send(prepare(event)));
  };
}
