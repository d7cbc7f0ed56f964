import { createActor, type InspectionEvent } from 'xstate';
import {
  type Consent,
  type IdentityEvent,
  identityMachine,
  type OnLogout,
  type Strategy,
  type Tokens,
  tokensOf,
} from '../../machines/index.js';
import { attempt, fieldOf } from '../../machines/tolerant.js';
import type { Clock } from '../adapters/ports.js';
import { safeSend } from '../safe-send.js';
import { type JarTokensPorts, keepTokens, readTokens } from './jar-tokens.js';

/** What the identity is wired to. */
export interface IdentityPorts extends JarTokensPorts {
  readonly clock: Clock;
  readonly consent: Consent;
  readonly strategy?: Strategy | undefined;
  readonly onLogout?: OnLogout | undefined;
  readonly generateToken: () => string;
  readonly inspect?: ((event: InspectionEvent) => void) | undefined;
  readonly onError: (error: unknown) => void;
}

/** Fills the identity machine: the jar behind its actions, the token rules behind its guard, fresh tokens in its
 * events. */
export function createIdentity(ports: IdentityPorts) {
  const { jar, clock, consent, strategy, onLogout, rememberUser, checkToken, generateToken, onError } = ports;
  const stored = () => readTokens(ports);

  const found = consent === 'granted' ? stored() : undefined;
  const actor = createActor(
    identityMachine.provide({
      guards: { isUserToken: ({ event }) => checkToken(fieldOf(event, 'token')).ok },
      actions: {
        remember: ({ context }) => keepTokens(ports, context),
        erase: () => attempt(() => jar.erase(), onError),
      },
    }),
    {
      id: 'identity',
      clock,
      input: { consent, strategy, onLogout, ...found, anonymousToken: found?.anonymousToken ?? generateToken() },
      inspect: ports.inspect as never,
    },
  );
  const stateNow = () => actor.getSnapshot().value;
  const isGranted = () => stateNow().consent === 'granted';

  /** The machine makes no token and reads no jar: what it may need comes with the event. */
  function withTokens(event: IdentityEvent): IdentityEvent {
    if (event.type === 'identity.synced' || event.type === 'consent.deny') return event;
    const isGrant = event.type === 'consent.grant' && !isGranted();
    const { anonymousToken, identifiedToken } = isGrant ? stored() : ({} as ReturnType<typeof stored>);
    return {
      freshAnonymousToken: generateToken(),
      ...(isGrant ? { storedAnonymousToken: anonymousToken, storedIdentifiedToken: identifiedToken } : {}),
      ...event,
    };
  }

  safeSend(actor, onError, withTokens);
  actor.subscribe({ error: onError });
  actor.start();

  return {
    actor,
    isGranted,
    tokens: (): Tokens => tokensOf(actor.getSnapshot().context),

    /** What is in force, under the names of the public surface. */
    view() {
      const { userToken, authenticatedUserToken } = tokensOf(actor.getSnapshot().context);
      const { visitor, consent } = stateNow();
      return { token: userToken, authenticatedToken: authenticatedUserToken, state: visitor, consent };
    },

    /** Writes to the jar again what is in force, where another page has overwritten it. */
    keep(): void {
      if (isGranted()) keepTokens(ports, actor.getSnapshot().context);
    },

    /** Follows the jar, which another page may have changed while this one was away. */
    reread(): void {
      if (!isGranted()) return;
      const { context } = actor.getSnapshot();
      const found = stored();
      const identifiedToken = rememberUser ? found.identifiedToken : context.identifiedToken;
      actor.send({
        type: 'identity.synced',
        state: identifiedToken ? 'identified' : context.identifiedToken ? 'loggedOut' : stateNow().visitor,
        anonymousToken: found.anonymousToken ?? context.anonymousToken ?? '',
        identifiedToken,
      });
    },
  };
}
