import type { Consent, IdentityEmitted, TokenCheck, VisitorState } from '../machines/index.js';
import type { DeliveryActor, IdentityActor } from './actor.types.js';
import type { EventOutcome } from './delivery/outcome.js';
import type { InsightsEvent } from './events/event.types.js';
import type { EventMethods } from './events/event-methods.js';
import type { Receipt } from './events/receipt.types.js';

/** What is in force at a moment. The object is the same until something changes. */
export interface UserTokenSnapshot {
  /** The user token for events and searches; `undefined` while consent is denied. */
  readonly token: string | undefined;
  /** The account's id beside it, with strategy `link`. */
  readonly authenticatedToken: string | undefined;
  /** Who is acting: `anonymous`, `identified` or `loggedOut`. */
  readonly state: VisitorState;
  /** `pending`, `granted` or `denied`. */
  readonly consent: Consent;
}

/** What `on` can be given, by type. */
export type UserTokenEvent = IdentityEmitted | EventOutcome;

/** A client: who is acting on this page, and the way to track what they do. No method throws or rejects. */
export interface UserTokenClient extends EventMethods {
  /** The user token in force; `undefined` while consent is denied. Readable as soon as the instance is created. */
  readonly token: string | undefined;
  /** The authenticated user token in force, with strategy `link`. */
  readonly authenticatedToken: string | undefined;
  /** Who is acting: `anonymous`, `identified` by a login, or `loggedOut` since a login has ended. */
  readonly state: VisitorState;
  /** What may be stored and sent, and the way to say so. */
  readonly consent: {
    /** What the visitor, or the application for them, has decided: `pending`, `granted` or `denied`. */
    readonly state: Consent;
    /** Tokens and events may be stored and sent from now on; events that waited go out. */
    grant(): void;
    /** Nothing may: events that wait are dropped, everything stored is erased. */
    deny(): void;
  };
  /** An account logged in. A refusal changes nothing and says why.
   * @param id The account's pseudonymous id: a string of 1 to 129 of `A-Z a-z 0-9 _ = + / -`, or a whole number. */
  login(id: string | number | bigint): TokenCheck;
  /** The account logged out. Without one it does nothing. */
  logout(): void;
  /** What the application knows now, as often as it likes: an account's id, `null` for nobody, or `undefined` while it does
   * not know yet, which does nothing. */
  sync(id: string | number | bigint | null | undefined): TokenCheck;
  /** Tracks one event under the tokens in force at this moment. On Node the process does not wait for it, not even
   * where the receipt is awaited: await `flush()` before it ends. */
  track(event: InsightsEvent): Promise<Receipt>;
  /** What is in force now; the same object until something changes. */
  getSnapshot(): UserTokenSnapshot;
  /** Calls `listener` at once with the snapshot, and after every change of it until the returned function is called: a client is
   * a store by Svelte's contract, for `get(user)` and `derived(user, ...)`. For changes of the token alone, use `on`.
   * @see https://svelte.dev/docs/svelte/stores#Store-contract */
  subscribe(listener: (snapshot: UserTokenSnapshot) => void): () => void;
  /** Calls `listener` for each event of a type, until the returned function is called. */
  on<Type extends UserTokenEvent['type']>(
    type: Type,
    listener: (event: Extract<UserTokenEvent, { readonly type: Type }>) => void,
  ): () => void;
  /** Sends what waits without waiting for the batch window. Resolves to `true` once nothing waits any more, to `false`
   * when that takes too long or nothing can be sent.
   * @param options.timeoutMs When to give up waiting, in milliseconds. @default 5000 */
  flush(options?: { readonly timeoutMs?: number | undefined }): Promise<boolean>;
  /** Hands over what waits, and leaves no timer or listener behind. Tracking is answered `dropped: disposed` then. */
  dispose(): void;
  /** The identity machine, to read from. XState's bindings take it: `useSelector(user.identity, ...)`. */
  readonly identity: IdentityActor;
  /** The delivery machine, to read from. */
  readonly delivery: DeliveryActor;
}
