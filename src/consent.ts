import type { Consent } from '../machines/index.js';
import type { Page } from './adapters/ports.js';
import type { Delivery } from './delivery/delivery.js';

// Consent is law. This is where it is enforced; that nothing is stored without it is in the charts: `remember` is reached
// only while consent is granted, `erase` whenever it is denied, and delivery rests in `awaitingConsent` until a grant.

/** What consent works with. */
export interface ConsentPorts {
  /** What the application says at the start. */
  readonly consent: Consent;
  readonly page: Page;
  /** Makes a decision known to all tabs of the site, this one included. */
  readonly decide: (consent: 'granted' | 'denied') => void;
}

/** Takes the visitor's decisions. A prerendered page may never be visited, so a grant waits there for the visit. */
export function createConsent({ consent, page, decide }: ConsentPorts) {
  const isPrerendering = () => page.isPrerendering?.() === true;
  let isGrantDue = consent === 'granted' && isPrerendering();
  return {
    /** What is in force at the start. */
    start: isGrantDue ? ('pending' as const) : consent,
    /** Whether a grant waits for the visit. */
    isGrantDue: () => isGrantDue,
    grant(): void {
      isGrantDue = isPrerendering();
      if (!isGrantDue) decide('granted');
    },
    deny(): void {
      isGrantDue = false;
      decide('denied');
    },
    /** Another tab, or this one, has decided. */
    settle(): void {
      isGrantDue = false;
    },
  };
}

/** Has delivery do what is decided: a denial drops all events, also those that earlier pages left. */
export function obeyConsent(consent: Consent, { actor, open }: Pick<Delivery, 'actor' | 'open'>): void {
  if (consent === 'denied') actor.send({ type: 'consent.deny' });
  if (consent === 'granted') {
    actor.send({ type: 'consent.grant' });
    open();
  }
}
