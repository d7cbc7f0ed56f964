import type { Outbox, OutboxEntry, Transport } from './ports.js';

// What is different with a usertoken-relay, which knows every event by its id: an event is sent until the relay has confirmed it.

/** Room for ids in what outlives a page: they are a quarter of the smallest events. */
const withoutIds = 0.75;

/** An event on the wire, with its id. */
export const withId = ({ id }: Pick<OutboxEntry, 'id'>, text: string): string => `{"id":"${id}",${text.slice(1)}`;

/** A transport to a relay. Of a batch with a bad event the relay accepts the others and says so in a message: it counts as
 * refused, so it is sent again in halves, of which the relay drops copies, until the bad event is alone. */
export const relayTransport = (transport: Transport): Transport => ({
  get exitBudget() {
    return transport.exitBudget * withoutIds;
  },
  async send(request, options) {
    const answer = await transport.send(request, options);
    return answer.status === 200 && answer.message ? { ...answer, status: 422 } : answer;
  },
  sendOnExit: transport.sendOnExit,
});

/** An outbox that keeps what the browser is given at page exit: the next page sends it again, and the relay drops copies. */
export const confirmedOutbox = (outbox: Outbox): Outbox =>
  outbox.keepUnconfirmed ? Object.assign(Object.create(outbox), { keepUnconfirmed: () => () => {} }) : outbox;
