import { createActor, emit, type InspectionEvent } from 'xstate';
import {
  type Consent,
  type IdentityEvent,
  identityMachine,
  type OnLogout,
  type Strategy,
  type TokenRefusal,
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
  /** Whether the grant waits for the visit: the page is rendered ahead of it. */
  readonly isGrantDue?: boolean | undefined;
  readonly strategy?: Strategy | undefined;
  readonly onLogout?: OnLogout | undefined;
  readonly generateToken: () => string;
  readonly inspect?: ((event: InspectionEvent) => void) | undefined;
  readonly onError: (error: unknown) => void;
  /** Carries out what an event leads to. Listeners hear of it afterwards. */
  readonly during: (effect: () => void) => void;
}

/** Fills the identity machine: the jar behind its actions, the token rules behind its guard, fresh tokens in its
 * events. */
export function createIdentity(ports: IdentityPorts) {
  const { jar, clock, consent, isGrantDue, strategy, onLogout, rememberUser, checkToken, generateToken, onError } =
    ports;
  const stored = () => readTokens(ports);
  /** What the jar held when the page was left. */
  let left: string | undefined;

  const found = consent === 'granted' ? stored() : undefined;
  const actor = createActor(
    identityMachine.provide({
      guards: { isUserToken: ({ event }) => checkToken(fieldOf(event, 'token')).ok },
      actions: {
        remember: ({ context }) => keepTokens(ports, context),
        erase: () => attempt(() => jar.erase(), onError),
        // The reason of the check that is in force, as login() answers it.
        emitTokenRejected: emit(({ event }) => {
          const { ok, ...refusal } = checkToken(fieldOf(event, 'token')) as TokenRefusal;
          return { type: 'tokenRejected' as const, ...refusal };
        }),
      },
    }),
    {
      id: 'identity',
      clock,
      input: {
        consent: isGrantDue ? 'pending' : consent,
        strategy,
        onLogout,
        ...found,
        anonymousToken: found?.anonymousToken ?? generateToken(),
      },
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

  safeSend(actor, ports.during, withTokens);
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

    /** The visit of a page that was rendered ahead begins: who was logged in by the jar may not be any more. */
    arrive(): void {
      const { identifiedToken } = actor.getSnapshot().context;
      const token = stored().identifiedToken ?? null;
      if (found && found.identifiedToken === identifiedToken && token !== (identifiedToken ?? null)) {
        actor.send({ type: 'identity.sync', token });
      }
    },

    /** The page is left, for good or not. */
    leave(): void {
      left = isGranted() ? JSON.stringify(stored()) : undefined;
    },

    /** Follows the jar if another page has changed it while this one was away. A jar that this page alone writes, or none
     * does, says nothing new. */
    reread(): void {
      if (!isGranted()) return;
      const { context } = actor.getSnapshot();
      const found = stored();
      if (JSON.stringify(found) === left) return;
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
