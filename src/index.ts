export type {
  Consent,
  IdentityEmitted,
  OnLogout,
  Strategy,
  TokenCheck,
  TokenReason,
  Tokens,
  VisitorState,
} from '../machines/index.js';
export { checkUserToken, isAnonymousToken, isUserToken } from '../machines/index.js';
export type {
  ActorSnapshot,
  ActorSubscription,
  DeliveryActor,
  DeliverySnapshot,
  DeliveryState,
  IdentityActor,
  IdentitySnapshot,
  ReadonlyActor,
} from './actor.types.js';
export type { CookieOptions, CookieTokenStorePorts } from './adapters/cookie-token-store.js';
export { cookieTokenStore } from './adapters/cookie-token-store.js';
export type { FetchTransportOptions } from './adapters/fetch-transport.js';
export { fetchTransport } from './adapters/fetch-transport.js';
export { hashUserToken } from './adapters/hash-user-token.js';
export type { OutboxLimits } from './adapters/memory-outbox.js';
export { memoryOutbox } from './adapters/memory-outbox.js';
export { memoryTokenStore } from './adapters/memory-token-store.js';
export { pageLifecycle } from './adapters/page-lifecycle.js';
export type {
  Clock,
  Outbox,
  OutboxEntry,
  Page,
  PageEvent,
  Tabs,
  TokenSlot,
  TokenStore,
  Transport,
  TransportAnswer,
  TransportRequest,
  TransportTrouble,
} from './adapters/ports.js';
export type { StorageOutboxPorts } from './adapters/storage-outbox.js';
export { storageOutbox } from './adapters/storage-outbox.js';
export { broadcastTabs } from './adapters/tabs.js';
export { widestDomain } from './adapters/widest-domain.js';
export type { UserTokenClient, UserTokenEvent, UserTokenSnapshot } from './client.types.js';
export { createUserToken } from './create-user-token.js';
export type { EventOutcome } from './delivery/outcome.js';
export type * from './events/event.types.js';
export type { EventMethods } from './events/event-methods.js';
export type { Dropped, DropReason, Receipt } from './events/receipt.types.js';
export type { RelayedOptions, UserTokenOptions, Warning } from './options.types.js';
