import type { TokenReason } from './user-token.js';

/** Who is acting: nobody known, an account, or nobody again after a logout. */
export type VisitorState = 'anonymous' | 'identified' | 'loggedOut';

/** Whether this visitor's tokens may be stored and events sent. */
export type Consent = 'pending' | 'granted' | 'denied';

/** What a login does to the tokens. `replace`: the account's id becomes the user token, and a logout brings the anonymous
 * token back. `link`: the user token stays anonymous, and the account's id is sent next to it as
 * `authenticatedUserToken`. */
export type Strategy = 'replace' | 'link';

/** What a logout does to the anonymous token. `restore`: the one from before the login acts again. `renew`: a fresh one
 * acts, so that nothing ties the next person on a shared device to the last. */
export type OnLogout = 'restore' | 'renew';

/** Tokens as they are kept between pages, each of them valid. */
export interface StoredTokens {
  /** The token of the device. */
  readonly anonymousToken?: string | undefined;
  /** The id of the account that was logged in when the page was left. */
  readonly identifiedToken?: string | undefined;
}

/** What another tab says about the visitor, checked before the machine sees it. */
export interface TabState {
  /** The state the visitor is in. */
  readonly visitor: VisitorState;
  /** The token of the device. */
  readonly anonymousToken: string;
  /** The account's id; present exactly when the visitor is `identified`. */
  readonly identifiedToken?: string | undefined;
}

/** What `createActor(identityMachine, { input })` takes. Check tokens with `checkUserToken` first. */
export interface IdentityInput extends StoredTokens {
  /** What the application knows at the start: an account's id, or `null` for nobody. It wins over the stored
   * `identifiedToken`. @default nothing is known: the stored user is resumed */
  readonly user?: string | null | undefined;
  /** A new anonymous token. It acts when none is stored, and when `user` ends a stored login and `onLogout` is
   * `renew`. */
  readonly freshAnonymousToken?: string | undefined;
  /** The visitor's choice at the start. Anything but `granted` and `denied` counts as `pending`. */
  readonly consent: Consent;
  /** @default 'replace' */
  readonly strategy?: Strategy | undefined;
  /** @default 'restore' */
  readonly onLogout?: OnLogout | undefined;
}

/** The tokens in force, under the names of the client's snapshot. Both are `undefined` while consent is denied. */
export interface Tokens {
  /** The token of events and searches: by the strategy the account's id or the anonymous token. */
  readonly token: string | undefined;
  /** The account's id, with strategy `link`. */
  readonly authenticatedToken: string | undefined;
}

/** What the identity machine knows in addition to its states. */
export interface IdentityContext extends Tokens {
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

/** The machine creates no tokens: send a fresh one where {@link needsFreshToken} says so. */
interface MayRenew {
  readonly freshAnonymousToken?: string | undefined;
}

/** Events of the identity machine. */
export type IdentityEvent =
  | ({ readonly type: 'identity.login'; readonly token: string } & MayRenew)
  | ({ readonly type: 'identity.logout' } & MayRenew)
  /** What the application knows now, in any order and as often as it likes: an account's id or `null`. */
  | ({ readonly type: 'identity.sync'; readonly token: string | null } & MayRenew)
  /** Another tab changed the visitor, or the stored tokens changed while this page was away. */
  | { readonly type: 'tabs.changed'; readonly state: TabState }
  /** `stored` is read at the moment of the grant: reading is storage access too. */
  | ({ readonly type: 'consent.grant'; readonly stored?: StoredTokens | undefined } & MayRenew)
  | { readonly type: 'consent.deny' };

/** What the identity machine emits. A rejected value itself is never in it. */
export type IdentityEmitted =
  | ({ readonly type: 'tokenChanged' } & Tokens)
  | {
      readonly type: 'tokenRejected';
      readonly reason: TokenReason;
      /** Index of the first offending UTF-16 code unit, where one can be named. */
      readonly position?: number | undefined;
      /** What would be right. */
      readonly message: string;
    };
