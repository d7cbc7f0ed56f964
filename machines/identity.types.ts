import type { TokenReason } from './user-token.js';

/** Who is acting: nobody we know, an account, or nobody again after a logout. */
export type VisitorState = 'anonymous' | 'identified' | 'loggedOut';

/** Whether this visitor's tokens may be stored and sent. */
export type Consent = 'pending' | 'granted' | 'denied';

/** What a login does to the tokens. `replace`: the account's id becomes the user token, logout brings the anonymous
 * token back. `link`: the user token stays anonymous, the account's id is sent beside it as `authenticatedUserToken`. */
export type Strategy = 'replace' | 'link';

/** What a logout does to the anonymous token. `restore`: the one from before the login acts again. `renew`: a fresh one
 * acts, so that nothing ties the next person on a shared device to the last. */
export type OnLogout = 'restore' | 'renew';

/** What `createActor(identityMachine, { input })` takes. */
export interface IdentityInput {
  /** The stored anonymous token, else a generated one. An invalid one counts as none. */
  readonly anonymousToken: string;
  /** The stored token of the account that was logged in when the page was left. An invalid one counts as none. */
  readonly identifiedToken?: string | undefined;
  /** What the application knows at the start: an account's id, or `null` for nobody. It wins over what was stored. */
  readonly user?: string | number | bigint | null | undefined;
  /** Takes the place of the anonymous token when `user` ends a stored login and `onLogout` is `renew`. */
  readonly freshAnonymousToken?: string | undefined;
  /** What is decided at the start. */
  readonly consent: Consent;
  /** @default 'replace' */
  readonly strategy?: Strategy | undefined;
  /** @default 'restore' */
  readonly onLogout?: OnLogout | undefined;
}

/** The state beside the chart: two tokens and two choices. */
export interface IdentityContext {
  /** `undefined` once consent is denied, or when a renewal was due and no fresh token came with the event. */
  readonly anonymousToken: string | undefined;
  /** The account's id, exactly while the visitor is identified. Kept in memory while consent is denied. */
  readonly identifiedToken: string | undefined;
  /** Whether a logout has replaced the anonymous token, which a later grant must then not bring back. */
  readonly renewed: boolean;
  /** Whether the application said that nobody is logged in, so that a grant must not resume a stored user. */
  readonly isKnownNobody: boolean;
  /** What a login does to the tokens. */
  readonly strategy: Strategy;
  /** What a logout does to the anonymous token. */
  readonly onLogout: OnLogout;
  /** Where the region `consent` begins. */
  readonly startConsent: Consent;
}

/** A renewal needs a new anonymous token, and the machine makes none: it comes with the event. */
interface MayRenew {
  readonly freshAnonymousToken?: string | undefined;
}

/** Events of the identity machine. Tokens are typed `unknown` where the page supplies them: the guards decide. */
export type IdentityEvent =
  | ({ readonly type: 'identity.login'; readonly token: unknown } & MayRenew)
  | ({ readonly type: 'identity.logout' } & MayRenew)
  /** What the application knows now, in any order and as often as it likes: an account's id or `null`. */
  | ({ readonly type: 'identity.sync'; readonly token: unknown } & MayRenew)
  /** What another tab says, or what the token store holds when the page comes back from the back-forward cache. */
  | {
      readonly type: 'tabs.changed';
      readonly state: VisitorState;
      readonly anonymousToken: string;
      readonly identifiedToken?: string | undefined;
    }
  /** The stored tokens are what the token store held at the moment of the grant; the fresh one serves after a denial. */
  | ({
      readonly type: 'consent.grant';
      readonly storedAnonymousToken?: string | undefined;
      readonly storedIdentifiedToken?: string | undefined;
    } & MayRenew)
  | { readonly type: 'consent.deny' };

/** The tokens in force, under the names of the Insights API. Both are `undefined` while consent is denied. */
export interface Tokens {
  /** Of the one who acts: by the strategy the account's id or the anonymous token. */
  readonly userToken: string | undefined;
  /** The account's id, with strategy `link`. */
  readonly authenticatedUserToken: string | undefined;
}

/** What the identity machine emits. A refused value itself is never in it. */
export type IdentityEmitted =
  | ({ readonly type: 'tokenChanged' } & Tokens)
  | {
      readonly type: 'tokenRejected';
      readonly reason: TokenReason;
      /** Index of the first offending UTF-16 code unit, where one can be named. */
      readonly position?: number | undefined;
      /** What would be right, in a sentence. */
      readonly message: string;
    };
