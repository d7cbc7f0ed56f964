export type { Application } from './forwarder.js';
export { memoryStore } from './memory-store.js';
export { nodeHandler } from './node-handler.js';
export type { EventRejection, RefusalCode } from './read-events.js';
export { createRelay, type Relay, type RelayLog, type RelayOptions, type RequestInfo } from './relay.js';
export { type SqliteStoreOptions, sqliteStore } from './sqlite-store.js';
export type { NewEvent, QueuedEvent, QueueSize, RelayStore } from './store.js';
