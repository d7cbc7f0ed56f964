import { element } from './dom.js';

/** Buttons for every event that a machine takes from outside. Those that would change nothing now say so and do nothing.
 * @param payloads By event type: makes the rest of the event. What it makes is said on the button. */
export function eventButtons(actor, types, payloads) {
  const buttons = types.map((type) => {
    const said = element('span', { class: 'payload' });
    const eventNow = () => ({ type, ...payloads[type]?.() });
    const send = () => actor.getSnapshot().can(eventNow()) && actor.send(eventNow());
    return { type, said, eventNow, button: element('button', { type: 'button', click: send }, type, said) };
  });

  function show() {
    const snapshot = actor.getSnapshot();
    for (const { said, eventNow, button } of buttons) {
      const event = eventNow();
      const token = event.identifiedToken ?? event.token;
      said.textContent = token === undefined ? '' : ` ${token}`;
      button.setAttribute('aria-disabled', String(!snapshot.can(event)));
    }
  }

  show();
  return { buttons: buttons.map(({ button }) => button), show };
}
