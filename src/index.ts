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
export type { CookieJarPorts, CookieOptions } from './adapters/cookie-jar.js';
export { cookieJar } from './adapters/cookie-jar.js';
export type { FetchTransportOptions } from './adapters/fetch-transport.js';
export { fetchTransport } from './adapters/fetch-transport.js';
export { hashUserToken } from './adapters/hash-user-token.js';
export { memoryJar } from './adapters/memory-jar.js';
export type { OutboxLimits } from './adapters/memory-outbox.js';
export { memoryOutbox } from './adapters/memory-outbox.js';
export { pageLifecycle } from './adapters/page-lifecycle.js';
export type {
  Clock,
  Outbox,
  OutboxEntry,
  Page,
  PageEvent,
  Tabs,
  TokenJar,
  TokenSlot,
  Transport,
  TransportAnswer,
  TransportRequest,
} from './adapters/ports.js';
export type { StorageOutboxPorts } from './adapters/storage-outbox.js';
export { storageOutbox } from './adapters/storage-outbox.js';
export { broadcastTabs } from './adapters/tabs.js';
export { widestDomain } from './adapters/widest-domain.js';
export { createUserToken } from './create-user-token.js';
export type { EventEnd } from './delivery/create-delivery.js';
export type * from './events/event.types.js';
export type { EventMethods } from './events/event-methods.js';
export type { Dropped, DropReason, Receipt } from './events/receipt.types.js';
export type { Notice, UserTokenOptions } from './options.js';
export type { AnyUserToken, UserToken, UserTokenEvent, UserTokenSnapshot } from './user-token.types.js';
