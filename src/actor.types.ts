import type {
  BatchInput,
  BatchResult,
  Consent,
  DeliveryContext,
  DeliveryEvent,
  IdentityContext,
  IdentityEmitted,
  IdentityEvent,
  IdentityInput,
  VisitorState,
} from '../machines/index.js';
import type { Clock } from './adapters/ports.js';

/** What an actor is like at a moment. The object is the same until something changes. */
export interface ActorSnapshot<Value, Context, Event> {
  /** Whether the actor runs. */
  readonly status: 'active' | 'done' | 'error' | 'stopped';
  /** Why it ended, with status `error`. */
  readonly error: unknown;
  /** Which states are active. */
  readonly value: Value;
  /** What the machine knows in addition to its states. */
  readonly context: Context;
  /** Whether these states are active. */
  matches(value: Value extends string ? Value : Partial<Value>): boolean;
  /** Whether an event would lead anywhere. */
  can(event: Event): boolean;
}

/** What ends a subscription. */
export interface ActorSubscription {
  /** Ends it. */
  unsubscribe(): void;
}

/** An actor to read from. It is sent events by the client alone: use the client's methods. */
export interface ReadonlyActor<Snapshot, Emitted extends { readonly type: string } = never> {
  /** `identity` or `delivery`. */
  readonly id: string;
  /** What the actor is like now. */
  getSnapshot(): Snapshot;
  /** Calls `next` with each snapshot, after every event that changed it. */
  subscribe(next: (snapshot: Snapshot) => void): ActorSubscription;
  subscribe(observer: {
    next?: ((snapshot: Snapshot) => void) | undefined;
    error?: ((error: unknown) => void) | undefined;
    complete?: (() => void) | undefined;
  }): ActorSubscription;
  /** Calls `listener` for each emitted event of a type. */
  on<Type extends Emitted['type']>(
    type: Type,
    listener: (event: Extract<Emitted, { readonly type: Type }>) => void,
  ): ActorSubscription;
}

/** Snapshot of the identity machine. */
export type IdentitySnapshot = ActorSnapshot<
  { readonly visitor: VisitorState; readonly consent: Consent },
  IdentityContext,
  IdentityEvent
>;

/** The states of the delivery machine. */
export type DeliveryState =
  | 'idle'
  | 'awaitingConsent'
  | 'collecting'
  | 'sending'
  | 'backingOff'
  | 'offline'
  | 'unauthorized';

/** Snapshot of the delivery machine. */
export type DeliverySnapshot = ActorSnapshot<DeliveryState, DeliveryContext, DeliveryEvent>;

/** The actor of the identity machine, to read from: `user.identity`. */
export interface IdentityActor extends ReadonlyActor<IdentitySnapshot, IdentityEmitted> {}

/** The actor of the delivery machine, to read from: `user.delivery`. */
export interface DeliveryActor extends ReadonlyActor<DeliverySnapshot> {}

/** An actor as the library itself holds it. */
interface Started<Event> {
  send(event: Event): void;
  stop(): unknown;
}
export interface StartedIdentity extends IdentityActor, Started<IdentityEvent> {}
export interface StartedDelivery extends DeliveryActor, Started<DeliveryEvent> {}

/** What the identity machine is started with. */
export interface IdentityParts {
  readonly input: IdentityInput;
  readonly guards: { readonly isUserToken: () => boolean };
  readonly actions: {
    readonly remember: (args: { readonly context: IdentityContext }) => void;
    readonly erase: () => void;
  };
  readonly clock: Clock;
  readonly inspect?: unknown;
}

type BatchAction = (args: unknown, params: { readonly batchId: number }) => void;

/** What the delivery machine is started with. */
export interface DeliveryParts {
  readonly sendBatch: (args: { readonly input: BatchInput; readonly signal: AbortSignal }) => Promise<BatchResult>;
  readonly guards: Readonly<
    Record<
      | 'isAwaitingConsent'
      | 'isOffline'
      | 'hasEvents'
      | 'isPersistent'
      | 'hasSuccessor'
      | 'isLeaving'
      | 'hasUnheardExit',
      () => boolean
    >
  >;
  readonly delays: {
    readonly batchWindow: () => number;
    readonly requestTimeout: number;
    readonly retryDelay: (args: { readonly context: DeliveryContext }) => number;
  };
  readonly actions: Readonly<
    Record<
      | 'removeBatch'
      | 'halveBatch'
      | 'dropEvent'
      | 'dropBatch'
      | 'omitTimestamps'
      | 'keepBatch'
      | 'suspectBatch'
      | 'leaveBatch',
      BatchAction
    >
  > &
    Readonly<Record<'reportCredentials' | 'sendOnExit' | 'dropAll', () => void>>;
  readonly clock: Clock;
  readonly inspect?: unknown;
}
