import type { TabState } from '../../machines/index.js';
import type { IdentitySnapshot } from '../actor.types.js';
import type { Clock, Tabs } from '../adapters/ports.js';
import { parseTabMessage, type TabMessage, tabMessage } from './tab-message.js';

/** A message from further ahead than this does not come from this device's clock: following it would make all later ones
 * old. */
const maxAheadMs = 86_400_000;
/** A message that arrives this soon after one was posted may have been posted without knowing of it. */
const momentMs = 10_000;

/** Cookies lag behind messages, and run ahead of them, by less than this. */
export const settleMs = 1_000;

/** Of two messages of one time the greater rank wins: a logout's, else either's, but the same one in every page. */
const rankOf = ({ state, isDenial }: Pick<TabMessage, 'state' | 'isDenial'>) =>
  `${[state?.visitor === 'loggedOut', !isDenial, state?.visitor, state?.anonymousToken, state?.identifiedToken]}`;

/** What other tabs may know of the visitor here: nothing while consent is not granted. */
function stateIn({ value, context }: IdentitySnapshot): TabState | undefined {
  const { anonymousToken, identifiedToken } = context;
  if (value.consent !== 'granted' || !anonymousToken) return undefined;
  return { visitor: value.visitor, anonymousToken, identifiedToken };
}

/** What keeping tabs in step needs. */
export interface TabSyncPorts {
  readonly tabs: Tabs;
  readonly clock: Clock;
  /** Whether tokens are shared; a denial always is. */
  readonly sharesTokens: boolean;
  /** What is in force here. */
  readonly now: () => IdentitySnapshot;
  /** Another tab changed the visitor. */
  readonly onState: (state: TabState) => void;
  /** Another tab has made a token for a new visitor. */
  readonly onFresh: (state: TabState) => void;
  /** Another tab denied consent. */
  readonly onDenial: () => void;
  /** Another tab may have overwritten the stored tokens with older ones.
   * @param state The visitor as the tabs agree; missing where one has denied consent. */
  readonly onOverwritten: (state: TabState | undefined) => void;
}

/** Keeps the visitor in step with the site's other tabs: a login, logout or denial in one reaches all. */
export function createTabSync(ports: TabSyncPorts) {
  const { tabs, clock, sharesTokens, now, onState, onFresh, onDenial, onOverwritten } = ports;
  /** The latest message posted or followed, at first the state that the page begins with. */
  let last: Partial<TabMessage> & { readonly at: number } = { at: clock.now(), state: stateIn(now()) };
  /** Whether the other pages may not know what is in force here. */
  let isInDoubt = false;
  /** By the monotonic clock. */
  let postedAt = -Infinity;
  let receivedAt = -Infinity;

  function receive(value: unknown): void {
    const message = parseTabMessage(value);
    if (!message) return;
    const { at, state, isDenial, isAnswer, isFresh, isQuestion } = message;
    const isDenied = now().value.consent === 'denied';
    if (isQuestion && isDenied) tabs.post(tabMessage({ at: last.at, isDenial: true, isAnswer: true }));
    if (isQuestion || (!isDenial && (!sharesTokens || isDenied))) return;
    if (at > Math.max(clock.now(), last.at) + maxAheadMs) return;
    receivedAt = clock.monotonicNow();
    if (state && isFresh) {
      onFresh(state);
      return;
    }
    const lead = at - last.at || (rankOf(message) > rankOf(last) ? 1 : -1);
    // A denial is posted when it is made, so a message of another page does not outdo it.
    if (lead > 0 || (isDenial && !isAnswer)) {
      last = message;
      if (state) onState(state);
      else onDenial();
    }
    // Of two pages that posted at once the one that nobody follows may have written last.
    if (receivedAt - postedAt < momentMs) onOverwritten(last.state);
  }

  return {
    /** @param isBack Whether the page was away: then it asks whether consent was denied meanwhile. */
    open(isBack?: boolean): void {
      tabs.open(receive);
      if (!isBack) return;
      // What is stored is up to date then.
      receivedAt = -Infinity;
      tabs.post(tabMessage({ at: last.at, isQuestion: true }));
    },

    /** Tells the other tabs what is in force here now, unless they know.
     * @param isDecision Whether it was decided just now: a denial is posted then and never again. */
    post(isDecision?: boolean): void {
      const at = Math.max(last.at + 1, clock.now());
      // A denial from before a grant does not reach this page again.
      if (isDecision) last = { at };
      const snapshot = now();
      const news = snapshot.value.consent === 'denied' ? { isDenial: true as const } : { state: stateIn(snapshot) };
      const isDue = news.isDenial ? isDecision : sharesTokens && news.state;
      if (!isDue || (rankOf(news) === rankOf(last) && !isInDoubt)) return;
      isInDoubt = false;
      last = tabMessage({ at, ...news });
      postedAt = clock.monotonicNow();
      tabs.post(last);
    },

    /** Tells pages that open at this moment too which token this one has made. */
    postFresh(): void {
      const state = stateIn(now());
      if (sharesTokens && state) tabs.post(tabMessage({ at: last.at, state, isFresh: true }));
    },

    /** Whether what other tabs posted has had time to arrive where the tokens are stored. */
    isSettled: (): boolean => clock.monotonicNow() - receivedAt > settleMs,

    /** The visitor here changed by the stored tokens: the other pages may not know. */
    doubt(): void {
      isInDoubt = true;
    },

    close: () => tabs.close(),
  };
}
