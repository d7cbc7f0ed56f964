import type { DeliveryContext, DeliveryEvent } from '../../machines/delivery.types.js';
import type { IdentityContext, IdentityEmitted, IdentityEvent } from '../../machines/identity.types.js';
import type { AnyUserTokenClient, Consent, UserTokenOptions as OptionsOnXState, VisitorState } from '../index.js';
import { createUserToken as create } from '../index.js';

export * from '../index.js';

/** What an actor is like at a moment. The object is the same until something changes. */
export interface LiteSnapshot<Value, Context, Event> {
  readonly status: 'active' | 'stopped' | 'error';
  /** Why it ended, with status `error`. */
  readonly error?: unknown;
  /** Which states are active. */
  readonly value: Value;
  readonly context: Context;
  /** Whether a state is active, given as a value, a part of one, or a path with dots. */
  matches(value: string | Partial<Value>): boolean;
  /** Whether an event would lead anywhere. */
  can(event: Event): boolean;
}

/** What ends a subscription. */
export interface LiteSubscription {
  unsubscribe(): void;
}

/** An actor of the small interpreter: this much of XState's actors it has. */
export interface LiteActor<Snapshot, Event, Emitted extends { readonly type: string } = never> {
  readonly id: string;
  send(event: Event): void;
  getSnapshot(): Snapshot;
  /** Calls `next` with each snapshot, after every event. */
  subscribe(next: (snapshot: Snapshot) => void): LiteSubscription;
  subscribe(observer: {
    next?(snapshot: Snapshot): void;
    error?(error: unknown): void;
    complete?(): void;
  }): LiteSubscription;
  /** Calls `listener` for each emitted event of a type. */
  on<Type extends Emitted['type']>(
    type: Type,
    listener: (event: Extract<Emitted, { readonly type: Type }>) => void,
  ): LiteSubscription;
}

/** The actor of the identity machine. */
export type LiteIdentity = LiteActor<
  LiteSnapshot<{ readonly visitor: VisitorState; readonly consent: Consent }, IdentityContext, IdentityEvent>,
  IdentityEvent,
  IdentityEmitted
>;

/** The actor of the delivery machine. */
export type LiteDelivery = LiteActor<
  LiteSnapshot<
    'idle' | 'awaitingConsent' | 'collecting' | 'sending' | 'backingOff' | 'offline' | 'unauthorized',
    DeliveryContext,
    DeliveryEvent
  >,
  DeliveryEvent
>;

/** Who is acting on this page, and the way to track what they do. No method throws or rejects. */
export interface UserTokenClient extends AnyUserTokenClient {
  /** The actor of the identity machine. */
  readonly identity: LiteIdentity;
  /** The actor of the delivery machine. */
  readonly delivery: LiteDelivery;
}

/** What {@link createUserToken} takes: all options but `inspect`. */
export interface UserTokenOptions extends Omit<OptionsOnXState, 'inspect'> {
  /** Inspection is XState's: import `createUserToken` from `usertoken` for it. */
  readonly inspect?: undefined;
}

/** Creates and starts what knows who is acting on this page, as `createUserToken` of `usertoken` does, on a small
 * interpreter instead of XState.
 * @throws TypeError that names the option at fault, `inspect` among them, and what would be right. Nothing throws
 *   later. */
export function createUserToken(options: UserTokenOptions): UserTokenClient {
  return create(options) as unknown as UserTokenClient;
}
