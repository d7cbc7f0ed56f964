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
import { fieldOf, tryCall } from '../../machines/tolerant.js';
import type { Clock } from '../adapters/ports.js';
import { safeSend } from '../safe-send.js';
import { keepTokens, readTokens, type StoredTokensPorts } from './stored-tokens.js';

/** What the identity is wired to. */
export interface IdentityPorts extends StoredTokensPorts {
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

/** Fills the identity machine: the token store behind its actions, the token rules behind its guard, fresh tokens in its
 * events. */
export function createIdentity(ports: IdentityPorts) {
  const { tokenStore, clock, consent, isGrantDue, strategy, onLogout, storesUser, checkToken, generateToken, onError } =
    ports;
  const stored = () => readTokens(ports);
  /** What the token store held when the page was left. */
  let left: string | undefined;

  const found = consent === 'granted' ? stored() : undefined;
  const actor = createActor(
    identityMachine.provide({
      guards: { isUserToken: ({ event }) => checkToken(fieldOf(event, 'token')).ok },
      actions: {
        remember: ({ context }) => keepTokens(ports, context),
        erase: () => tryCall(() => tokenStore.erase(), onError),
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

  /** The machine makes no token and reads no token store: what it may need comes with the event. */
  function withTokens(event: IdentityEvent): IdentityEvent {
    if (event.type === 'tabs.changed' || event.type === 'consent.deny') return event;
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

    /** Writes to the token store again what is in force, where another page has overwritten it. */
    keep(): void {
      if (isGranted()) keepTokens(ports, actor.getSnapshot().context);
    },

    /** The visit of a page that was rendered ahead begins: who was logged in by the token store may not be any more. */
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

    /** Follows the token store if another page has changed it while this one was away. A token store that this page alone writes, or none
     * does, says nothing new. */
    reread(): void {
      if (!isGranted()) return;
      const { context } = actor.getSnapshot();
      const found = stored();
      if (JSON.stringify(found) === left) return;
      const identifiedToken = storesUser ? found.identifiedToken : context.identifiedToken;
      actor.send({
        type: 'tabs.changed',
        state: identifiedToken ? 'identified' : context.identifiedToken ? 'loggedOut' : stateNow().visitor,
        anonymousToken: found.anonymousToken ?? context.anonymousToken ?? '',
        identifiedToken,
      });
    },
  };
}
