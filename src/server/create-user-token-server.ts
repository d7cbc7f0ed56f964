import { checkUserToken, isAnonymousToken } from '../../machines/index.js';
import { tryCall } from '../../machines/try-call.js';
import { generateAnonymousToken } from '../adapters/anonymous-token.js';
import { flushTimeoutMs } from '../defaults.js';
import { createWarnings } from '../warnings.js';
import { createServerSender, type ServerSender } from './sender.js';
import type { UserTokenServer } from './server.types.js';
import { checkServerOptions, type UserTokenServerOptions } from './server-options.js';
import { createVisitor } from './visitor.js';

/** Creates a client for a server, which reads and sets the tokens of requests and sends events. Create one for each Node process.
 * In workers and on the edge, where nothing outlives a request, create one for each request. Sending starts with the first event.
 * @throws TypeError that names the wrong option. No method throws later. */
export function createUserTokenServer(options: UserTokenServerOptions): UserTokenServer {
  const { secure, cookie = {}, strategy, remember, onLogout, ...sending } = checkServerOptions(options);
  const warnings = createWarnings(sending.onWarning);
  const checkToken = (token: unknown) => checkUserToken(token, sending.checkToken);
  function generateToken(): string {
    const token = tryCall(() => sending.generateToken?.(), warnings.postError);
    if (isAnonymousToken(token)) return token;
    if (token) warnings.post('token-foreign', 'generateToken');
    return generateAnonymousToken();
  }

  let opened: ServerSender | undefined;
  /** One sender for all requests. */
  function sender(): ServerSender {
    opened ??= createServerSender({ options: sending, checkToken, warnings });
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
    checkToken,
    generateToken,
    warnings,
    track: (...args: Parameters<ServerSender['track']>) => sender().track(...args),
  };

  return {
    visitor: (request, known) => createVisitor(ports, request, known),
    on: (type, listener) => sender().on(type, listener),
    flush: async (options) => opened?.flush(options?.timeoutMs ?? flushTimeoutMs) ?? true,
    dispose: () => sender().dispose(),
  };
}
