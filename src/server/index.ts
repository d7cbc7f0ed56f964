export { createUserTokenServer } from './create-user-token-server.js';
export { fromServer } from './from-server.js';
export type { RequestLike } from './read-request.js';
export type { Hydration, KnownVisitor, ResponseLike, UserTokenServer, Visitor } from './server.types.js';
export type { UserTokenServerOptions } from './server-options.js';
