import { syncedIn } from '../../machines/identity.tokens.js';
import type { Consent, IdentityEvent, VisitorState } from '../../machines/index.js';
import { tryCall } from '../../machines/tolerant.js';
import type { Clock, Tabs } from '../adapters/ports.js';
import type { createIdentity } from './create-identity.js';

/** The version of the messages; others are left alone. */
const version = 1;
/** A message from further ahead than this is not from a clock of this device: obeying it would make all later ones old. */
const maxAheadMs = 86_400_000;

/** What one page tells the others: the new state itself, since a token store can lag behind a message. A denial tells no more
 * than that. */
interface TabMessage {
  /** The page came back and wants to know of a denial. Such a message says nothing else. */
  readonly isAsking?: true;
  /** A denial of earlier, told again to a page that came back. */
  readonly isAnswer?: true;
  readonly v: typeof version;
  /** Orders messages: the device's time in milliseconds, and always more than any seen before. */
  readonly at: number;
  readonly consent: Consent;
  readonly state?: VisitorState;
  readonly anonymousToken?: string | undefined;
  readonly identifiedToken?: string | undefined;
}

/** What is heard no later than this after a page told something may have been told without hearing of that. */
const momentMs = 10_000;

/** Of two messages of one time the greater rank wins: a logout's, else either's, but the same one's in every page. Messages
 * that say the same are equal in rank. */
const rankOf = ({ state, consent, anonymousToken, identifiedToken }: Partial<TabMessage>) =>
  `${[state === 'loggedOut', consent, anonymousToken, identifiedToken]}`;

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
  /** The last message told or obeyed. What was decided before this page began, its application knows. */
  let last: Partial<TabMessage> & { readonly at: number } = { at: clock.now() };
  /** By the monotonic clock; none before anything was told. */
  let toldAt: number | undefined;

  function hear(message: unknown): void {
    const { v, at, consent, state, isAsking, isAnswer } = Object(message) as TabMessage;
    const isDenied = view().consent === 'denied';
    if (isAsking && isDenied) tabs.post({ ...last, isAnswer: true });
    const isDenial = consent === 'denied';
    const isWhole = isDenial || (sharesTokens && !isDenied && syncedIn(message, state));
    if (v !== version || !isWhole || typeof at !== 'number') return;
    // Put so that it leaves out NaN.
    if (!(at <= Math.max(clock.now(), last.at) + maxAheadMs)) return;
    const lead = at - last.at || (rankOf(message as TabMessage) > rankOf(last) ? 1 : -1);
    // A denial is told when it is made: what was told elsewhere meanwhile does not outdo it.
    if (lead > 0 || (isDenial && !isAnswer)) {
      last = message as TabMessage;
      actor.send({ ...last, type: isDenial ? 'consent.deny' : 'tabs.changed' } as IdentityEvent);
    }
    // Of two that spoke at once the one that is not followed may have written to the token store last.
    if (clock.monotonicNow() - toldAt! < momentMs) identity.keep();
  }

  return {
    /** @param isBack Whether the page was away: then it asks whether consent was denied meanwhile. */
    open(isBack?: boolean): void {
      tabs.open((message) => tryCall(() => hear(message)));
      if (isBack) tabs.post({ v: version, isAsking: true });
    },
    /** Tells the others what is in force here now, unless they said so themselves.
     * @param isDecided Whether consent was decided just now: a denial is told then and never again. */
    tell(isDecided: boolean): void {
      const { state, consent } = view();
      const { anonymousToken, identifiedToken } = actor.getSnapshot().context;
      const isDenied = consent === 'denied';
      const news = isDenied ? { consent } : { consent, state, anonymousToken, identifiedToken };
      const at = Math.max(last.at + 1, clock.now());
      // A denial from before a grant is not told to this page again.
      if (isDecided) last = { ...last, at };
      if (rankOf(news) === rankOf(last) || consent === 'pending' || !(isDenied ? isDecided : sharesTokens)) return;
      last = { v: version, at, ...news };
      toldAt = clock.monotonicNow();
      tabs.post(last);
    },
    close: () => tabs.close(),
  };
}
