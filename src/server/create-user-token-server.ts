import { checkUserToken, identityMachine } from '../../machines/index.js';
import { fieldOf, tryCall } from '../../machines/tolerant.js';
import { generateAnonymousToken } from '../adapters/anonymous-token.js';
import { memoryOutbox } from '../adapters/memory-outbox.js';
import type { Page } from '../adapters/ports.js';
import { noTabs } from '../adapters/tabs.js';
import { createUserToken } from '../create-user-token.js';
import type { UserTokenClient } from '../user-token.types.js';
import { createWarnings } from '../warnings.js';
import type { UserTokenServer } from './server.types.js';
import { checkServerOptions, type UserTokenServerOptions } from './server-options.js';
import { createVisitor } from './visitor.js';

/** What a server holds at most while the API is out of reach. */
const outboxLimits = { maxEvents: 50_000, maxBytes: 32_000_000 };

/** A server is no page: it does not end. */
const noPage: Page = { isOnline: () => true, subscribe: () => () => {} };

/** Creates what reads, sets and sends tokens on a server. One for each Node process; in workers and on the edge, where
 * nothing outlives a request, one for each request. Creating it costs nothing: sending starts with the first event.
 * @throws TypeError that names the option at fault and what would be right. Nothing throws later. */
export function createUserTokenServer(options: UserTokenServerOptions): UserTokenServer {
  const { secure, cookie = {}, strategy, remember, onLogout, ...sending } = checkServerOptions(options);
  const generateToken = () => tryCall(() => sending.generateToken?.()) ?? generateAnonymousToken();
  const warnings = createWarnings(sending.onWarning);
  const checkToken = (token: unknown) => checkUserToken(token, sending.checkToken);
  let opened: UserTokenClient | undefined;

  /** One sender for all requests. It has no token of its own: an event without one would be refused, not sent under
   * another's. */
  function sender(): UserTokenClient {
    opened ??= createUserToken({
      outbox: memoryOutbox(outboxLimits),
      ...sending,
      consent: 'granted',
      cookie: false,
      generateToken: () => '',
      // Visitors check what an event brings; what is in force has been checked.
      checkToken: () => true,
      page: noPage,
      tabs: noTabs,
    });
    return opened;
  }

  const ports = {
    secure,
    cookie,
    choices: {
      ...(strategy ? { strategy } : {}),
      ...(remember ? { remember } : {}),
      ...(onLogout ? { onLogout } : {}),
    },
    machine: identityMachine.provide({
      guards: { isUserToken: ({ event }) => checkToken(fieldOf(event, 'token')).ok },
    }),
    checkToken,
    generateToken,
    warnings,
    sender,
  };

  return {
    visitor: (request, known) => createVisitor(ports, request, known),
    on: (type, listener) => sender().on(type, listener),
    flush: async (options) => opened?.flush(options) ?? true,
    dispose: () => sender().dispose(),
  };
}
