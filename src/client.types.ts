import type { Consent, IdentityEmitted, TokenCheck, VisitorState } from '../machines/index.js';
import type { DeliveryActor, IdentityActor } from './actor.types.js';
import type { EventOutcome } from './delivery/outcome.js';
import type { InsightsEvent } from './events/event.types.js';
import type { EventMethods } from './events/event-methods.js';
import type { Receipt } from './events/receipt.types.js';

/** The visitor's tokens, state and consent. You get the same object until something changes. */
export interface UserTokenSnapshot {
  /** The user token for events and searches; `undefined` while consent is denied. */
  readonly token: string | undefined;
  /** The account's id, with strategy `link`. */
  readonly authenticatedToken: string | undefined;
  /** Who is acting: `anonymous`, `identified` or `loggedOut`. */
  readonly state: VisitorState;
  /** `pending`, `granted` or `denied`. */
  readonly consent: Consent;
}

/** The events that you can listen to with `on`. */
export type UserTokenEvent = IdentityEmitted | EventOutcome;

/** Knows who is acting on this page, and tracks their events. No method throws or rejects. */
export interface UserTokenClient extends EventMethods {
  /** The current user token; `undefined` while consent is denied. You can read it as soon as the client is created. */
  readonly token: string | undefined;
  /** The current authenticated user token, with strategy `link`. */
  readonly authenticatedToken: string | undefined;
  /** Who is acting: `anonymous`, `identified` (logged in), or `loggedOut` (an account has logged out). */
  readonly state: VisitorState;
  /** The visitor's choice, and how to change it. */
  readonly consent: {
    /** The current choice: `pending`, `granted` or `denied`. */
    readonly state: Consent;
    /** Allows tokens and events to be stored and sent. Queued events are sent. */
    grant(): void;
    /** Forbids it: queued events are dropped, and stored tokens and events are erased. */
    deny(): void;
  };
  /** Says that an account has logged in. If the id is rejected, nothing changes, and you get the reason.
   * @param id The account's pseudonymous id: a string of 1 to 129 of `A-Z a-z 0-9 _ = + / -`, or a whole number. */
  login(id: string | number | bigint): TokenCheck;
  /** Says that the account has logged out. If nobody is logged in, it does nothing. */
  logout(): void;
  /** Says who is logged in now: an account's id, or `null` for nobody. You can call it as often as you like. `undefined`, for
   * a session that is still loading, changes nothing. */
  sync(id: string | number | bigint | null | undefined): TokenCheck;
  /** Tracks one event under the visitor's current tokens. Node doesn't keep running for it, even if you await the receipt, so
   * await `flush()` before the process ends. */
  track(event: InsightsEvent): Promise<Receipt>;
  /** The current snapshot. You get the same object until something changes. */
  getSnapshot(): UserTokenSnapshot;
  /** Calls `listener` with the snapshot now and after every change, until you call the returned function. This follows Svelte's
   * store contract, so `get(user)` and `derived(user, ...)` work. If you need only changes of the token, use `on`.
   * @see https://svelte.dev/docs/svelte/stores#Store-contract */
  subscribe(listener: (snapshot: UserTokenSnapshot) => void): () => void;
  /** Calls `listener` for each event of a type, until you call the returned function. */
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
