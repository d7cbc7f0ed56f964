import { checkUserToken, isAnonymousToken, type TabState } from '../../machines/index.js';

/** The version of the messages; others are ignored. */
const version = 1;

/** What a page posts to the site's other pages: its new state itself, since a cookie can lag behind a message. */
export interface TabMessage {
  readonly v: typeof version;
  /** Orders messages: the device's time in milliseconds, and always more than any seen before. */
  readonly at: number;
  /** The visitor, as far as tokens are shared. */
  readonly state?: TabState | undefined;
  /** The visitor has denied consent. */
  readonly isDenial?: true | undefined;
  /** The denial was made earlier, and is repeated for a page that came back. */
  readonly isAnswer?: true | undefined;
  /** The visitor is new to this page, which has just made the token. */
  readonly isFresh?: true | undefined;
  /** The page came back and asks whether consent was denied meanwhile. */
  readonly isQuestion?: true | undefined;
}

/** A message to post. */
export const tabMessage = (message: Omit<TabMessage, 'v'>): TabMessage => ({ v: version, ...message });

function parseState(value: unknown): TabState | undefined {
  const { visitor, anonymousToken, identifiedToken } = Object(value) as TabState;
  if (!isAnonymousToken(anonymousToken)) return undefined;
  if (visitor === 'anonymous' || visitor === 'loggedOut') return { visitor, anonymousToken };
  // Whether the application lets the id in was decided by the page where it logged in.
  const check = checkUserToken(identifiedToken, () => true);
  return visitor === 'identified' && check.ok ? { visitor, anonymousToken, identifiedToken: check.token } : undefined;
}

/** A message as it came, which may be anything; `undefined` unless it is a whole one of this version. */
export function parseTabMessage(value: unknown): TabMessage | undefined {
  const { v, at, state, isDenial, isAnswer, isFresh, isQuestion } = Object(value) as TabMessage;
  if (v !== version || typeof at !== 'number' || Number.isNaN(at)) return undefined;
  if (isQuestion) return { v, at, isQuestion: true };
  if (isDenial) return { v, at, isDenial: true, isAnswer: isAnswer && true };
  const parsed = parseState(state);
  return parsed && { v, at, state: parsed, isFresh: isFresh && true };
}
