import { syncedIn } from '../../machines/identity.tokens.js';
import type { Consent, IdentityEvent, VisitorState } from '../../machines/index.js';
import { fieldOf } from '../../machines/tolerant.js';
import type { Clock, Tabs } from '../adapters/ports.js';
import type { createIdentity } from './create-identity.js';

/** The version of the messages; others are left alone. */
const version = 1;
/** A message from further ahead than this is not from a clock of this device: obeying it would make all later ones old. */
const maxAheadMs = 86_400_000;

/** What one page tells the others: the new state itself, since a jar can lag behind a message. A denial tells no more
 * than that. */
interface TabMessage {
  readonly v: typeof version;
  /** Orders messages: the device's time in milliseconds, and always more than any seen before. */
  readonly at: number;
  readonly consent: Consent;
  readonly state?: VisitorState;
  readonly anonymousToken?: string | undefined;
  readonly identifiedToken?: string | undefined;
}

/** Which of two whole messages of one moment wins: a denial, then a logout; else either, but the same one in every
 * page. */
const rankOf = (message: unknown) =>
  fieldOf(message, 'consent') === 'denied'
    ? '2'
    : `${fieldOf(message, 'state') === 'loggedOut' ? 1 : 0}${fieldOf(message, 'identifiedToken')}`;

/** What following needs. */
export interface FollowTabsPorts {
  readonly identity: ReturnType<typeof createIdentity>;
  readonly tabs: Tabs;
  readonly clock: Clock;
  /** Whether tokens are told and heard; a denial always is. */
  readonly sharesTokens: boolean;
}

/** Keeps the identity in step with other pages: a login, logout or denial in one reaches all. */
export function followTabs({ identity, tabs, clock, sharesTokens }: FollowTabsPorts) {
  const { actor, view } = identity;
  /** The last message told or obeyed. */
  let last: Partial<TabMessage> & { readonly at: number } = { at: 0 };

  function hear(message: unknown): void {
    if (fieldOf(message, 'isAsking') && view().consent === 'denied') tabs.post(last);
    const isDenial = fieldOf(message, 'consent') === 'denied';
    const isWhole = isDenial || (sharesTokens && syncedIn(message, fieldOf(message, 'state')));
    const at = fieldOf(message, 'at');
    if (fieldOf(message, 'v') !== version || !isWhole || typeof at !== 'number') return;
    const isNewer = at > last.at || (at === last.at && rankOf(message) > rankOf(last));
    if (!isNewer || at > Math.max(clock.now(), last.at) + maxAheadMs) return;
    last = message as TabMessage;
    if (isDenial) actor.send({ type: 'consent.deny' });
    else actor.send({ ...last, type: 'identity.synced' } as IdentityEvent);
  }

  return {
    /** @param isBack Whether the page was away: then it asks whether consent was denied meanwhile. */
    open(isBack = false): void {
      tabs.open(hear);
      if (isBack) tabs.post({ v: version, isAsking: true });
    },
    /** Tells the others what is in force here now, unless they said so themselves.
     * @param isDecided Whether consent was decided just now: a denial is told then and never again. */
    tell(isDecided: boolean): void {
      const { state, consent } = view();
      const { anonymousToken, identifiedToken } = actor.getSnapshot().context;
      const isDenied = consent === 'denied';
      const news = isDenied ? { consent } : { consent, state, anonymousToken, identifiedToken };
      const isKnown = Object.entries(news).every(([key, value]) => fieldOf(last, key) === value);
      if (isKnown || consent === 'pending' || !(isDenied ? isDecided : sharesTokens)) return;
      last = { v: version, at: Math.max(last.at + 1, clock.now()), ...news };
      tabs.post(last);
    },
    close: () => tabs.close(),
  };
}
