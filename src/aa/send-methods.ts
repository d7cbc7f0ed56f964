import { tryCall } from '../../machines/try-call.js';
import { type EventMethods, eventMethods } from '../events/event-methods.js';
import type { ClientParts, Methods } from './client-parts.js';
import { encodedFilter, eventsIn, type Fields } from './event-fields.js';
import { forgetBought, noteQueries, withQueries } from './inferred-queries.js';
import type { InsightsAdditionalEventParams } from './insights.types.js';
import { hasCredentials } from './settings.js';
import { viewFilter } from './view-filter.js';

type Call = ReturnType<typeof eventsIn>;

/** The methods that send events. */
export function sendMethods(parts: ClientParts): Methods<'sendEvents' | keyof EventMethods> {
  const { client, user, account, queries, senders, ready, warnings } = parts;
  const views = viewFilter();
  const isOut = () => Boolean(parts.settings.userHasOptedOut);

  /** An event with the tokens and the time of now, for later. */
  function stamped(event: Fields): object {
    const { timestamp, userToken, authenticatedUserToken } = event;
    return {
      ...event,
      // One of the caller's would have the last word on the tokens.
      toJSON: undefined,
      timestamp: timestamp ?? Date.now(),
      userToken: userToken ?? user.text,
      authenticatedUserToken: authenticatedUserToken ?? account.text,
    };
  }

  function sendOne(event: Fields, { inferQueryID, headers }: InsightsAdditionalEventParams): Promise<boolean> {
    const full = inferQueryID ? withQueries(queries, event) : event;
    const { filters, userToken = null, authenticatedUserToken } = full;
    const accountToken = authenticatedUserToken ?? account.text;
    const payload = views.unseen({
      ...full,
      userToken: userToken ?? user.text,
      // An empty token means no account, even while one is logged in.
      authenticatedUserToken: accountToken === '' ? undefined : accountToken,
      ...(Array.isArray(filters) ? { filters: filters.map(encodedFilter) } : {}),
    });
    if (!payload) return Promise.resolve(true);
    return senders
      .senderFor(headers)
      .send(payload, user.text)
      .then((isSent) => {
        if (isSent) forgetBought(queries, full);
        else views.forget(payload);
        return isSent;
      });
  }

  function send(given: unknown, additionalParams: unknown): Promise<boolean> {
    if (isOut()) return Promise.resolve(false);
    const events: Fields[] = Array.isArray(given) ? given : [];
    const params: InsightsAdditionalEventParams = Object(additionalParams);
    const headers = Object(params.headers);
    if (!hasCredentials(parts.settings) && !(headers['X-Algolia-Application-Id'] && headers['X-Algolia-API-Key'])) {
      const kept = events.map((event) => tryCall(() => JSON.parse(JSON.stringify(stamped(event)))));
      return ready.defer(() => send(kept, params));
    }
    if (user.text === undefined && parts.settings.anonymousUserToken) client.setAnonymousUserToken(true);
    // What can't be read is refused, as is what is no event.
    const sent = events.map(
      (event) => tryCall(() => sendOne(event, params), warnings.postError) ?? Promise.resolve(false),
    );
    return Promise.all(sent).then((all) => all.length > 0 && all.every(Boolean));
  }

  const typed = eventMethods(((call: Call, type: object) =>
    client.sendEvents(call.events.map((event) => ({ ...type, ...event })) as never, call.additionalParams)) as never);

  /** A method of {@link typed} with the arguments that callers of `aa` pass. */
  const named = Object.entries(typed).map(([name, sendTyped]) => [
    name,
    (...params: unknown[]) => {
      const call = eventsIn(params);
      if (!isOut()) for (const event of call.events) noteQueries(queries, name, event);
      return sendTyped(call);
    },
  ]);
  return { ...Object.fromEntries(named), sendEvents: send };
}
