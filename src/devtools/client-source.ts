import { tryCall } from '../../machines/try-call.js';
import { parseChunk } from '../adapters/chunk.js';
import { localStorageOf } from '../adapters/web-storage.js';
import type { UserTokenClient } from '../client.types.js';
import { followRetries } from './retry-by.js';
import { shownEntry, shownEvent, shownToken } from './shown-event.js';
import type { ShownEvent, Source } from './status.types.js';

/** Keys under which pages keep events; those that wait for an answer at a page's end have another form. */
const chunkKey = /^usertoken:outbox:[^:]*:[^:]+:\d+$/;

/** Events that wait in the outboxes of this site's pages. */
function storedEvents(): ShownEvent[] {
  const storage = localStorageOf();
  const keys = (storage && tryCall(() => Object.keys(storage))) ?? [];
  return keys
    .filter((key) => chunkKey.test(key))
    .flatMap((key) => parseChunk(tryCall(() => storage!.getItem(key)) ?? '')?.entries ?? [])
    .map(shownEntry)
    .sort((a, b) => a.at - b.at);
}

function whyOf({ state, consent, identity }: UserTokenClient): string {
  const { strategy, renewed } = identity.getSnapshot().context;
  if (consent.state === 'denied') return 'Consent is denied: nobody acts, and nothing is stored or sent.';
  if (state === 'anonymous') return 'Nobody has logged in.';
  if (state === 'loggedOut') return `The login has ended: ${renewed ? 'a new' : 'the'} anonymous token acts.`;
  return strategy === 'link'
    ? 'An account is logged in. The anonymous token acts, and events carry the account as well.'
    : 'An account is logged in, and its id acts.';
}

/** Reads a client of `createUserToken`. */
export function clientSource(user: UserTokenClient): Source {
  const retryBy = followRetries();
  return {
    read() {
      const { token, authenticatedToken, state, consent } = user.getSnapshot();
      const delivery = user.delivery.getSnapshot();
      return {
        token: shownToken(token),
        authenticatedToken: authenticatedToken && shownToken(authenticatedToken),
        visitor: state,
        why: whyOf(user),
        consent,
        delivery: delivery.value,
        retries: delivery.context.retries,
        retryBy: retryBy(delivery),
        waiting: storedEvents(),
        isStored: true,
      };
    },
    follow({ onChange, onEnd, onRefusal }) {
      const actors = [user.identity.subscribe(onChange), user.delivery.subscribe(onChange)];
      const leave = [
        user.on('eventDelivered', ({ event }) =>
          onEnd({ event: shownEvent(event, event.timestamp), status: 'delivered', at: Date.now() }),
        ),
        user.on('eventDropped', ({ event, reason }) =>
          onEnd({ event: shownEvent(event, event.timestamp), status: 'dropped', reason, at: Date.now() }),
        ),
        user.on('tokenRejected', ({ reason }) => onRefusal(reason)),
      ];
      return () => {
        for (const actor of actors) actor.unsubscribe();
        for (const each of leave) each();
      };
    },
  };
}
