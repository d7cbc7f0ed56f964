import { createActor, type InspectionEvent } from 'xstate';
import {
  type Consent,
  type IdentityEvent,
  identityMachine,
  isAnonymousToken,
  type OnLogout,
  type Strategy,
  type TokenCheck,
  type Tokens,
  tokensOf,
  type VisitorState,
} from '../../machines/index.js';
import type { Clock, TokenJar, TokenSlot } from '../adapters/ports.js';
import { safeSend } from '../safe-send.js';

/** What the identity is wired to. */
export interface IdentityPorts {
  readonly jar: TokenJar;
  readonly clock: Clock;
  readonly consent: Consent;
  readonly strategy: Strategy | undefined;
  readonly onLogout: OnLogout | undefined;
  /** Whether the jar is told who is logged in. */
  readonly rememberUser: boolean;
  readonly checkToken: (token: unknown) => TokenCheck;
  readonly generateToken: () => string;
  readonly inspect?: ((event: InspectionEvent) => void) | undefined;
  readonly onError: (error: unknown) => void;
}

/** Fills the identity machine: the jar behind its actions, the token rules behind its guard, fresh tokens in its
 * events. */
export function createIdentity(ports: IdentityPorts) {
  const { jar, rememberUser, checkToken, generateToken, onError } = ports;

  function read(slot: TokenSlot): string | undefined {
    try {
      return jar.read(slot);
    } catch (error) {
      onError(error);
      return undefined;
    }
  }

  function stored(): { readonly anonymousToken: string | undefined; readonly identifiedToken: string | undefined } {
    const anonymousToken = read('anonymous');
    const identifiedToken = rememberUser ? read('identified') : undefined;
    return {
      anonymousToken: isAnonymousToken(anonymousToken) ? anonymousToken : undefined,
      identifiedToken: checkToken(identifiedToken).ok ? identifiedToken : undefined,
    };
  }

  function fillJar({ anonymousToken, identifiedToken }: ReturnType<typeof stored>): void {
    if (anonymousToken) jar.write('anonymous', anonymousToken);
    if (identifiedToken && rememberUser) jar.write('identified', identifiedToken);
    else jar.remove('identified');
  }

  function contained(effect: () => void): void {
    try {
      effect();
    } catch (error) {
      onError(error);
    }
  }

  const found = ports.consent === 'granted' ? stored() : undefined;
  const actor = createActor(
    identityMachine.provide({
      guards: { isUserToken: ({ event }) => 'token' in event && checkToken(event.token).ok },
      actions: {
        remember: ({ context }) => contained(() => fillJar(context)),
        erase: () => contained(() => jar.erase()),
      },
    }),
    {
      id: 'identity',
      clock: ports.clock,
      input: {
        anonymousToken: found?.anonymousToken ?? generateToken(),
        identifiedToken: found?.identifiedToken,
        consent: ports.consent,
        strategy: ports.strategy,
        onLogout: ports.onLogout,
      },
      ...(ports.inspect ? { inspect: ports.inspect } : {}),
    },
  );

  const consent = (): Consent => {
    const state = actor.getSnapshot().value.consent;
    return state === 'starting' ? 'pending' : state;
  };
  const state = (): VisitorState => {
    const state = actor.getSnapshot().value.visitor;
    return state === 'starting' ? 'anonymous' : state;
  };

  /** The machine makes no token and reads no jar: what it may need comes with the event. */
  function withTokens(event: IdentityEvent): IdentityEvent {
    if (event.type === 'identity.synced' || event.type === 'consent.deny') return event;
    const freshAnonymousToken = generateToken();
    if (event.type !== 'consent.grant' || consent() === 'granted') return { freshAnonymousToken, ...event };
    const { anonymousToken, identifiedToken } = stored();
    return {
      freshAnonymousToken,
      storedAnonymousToken: anonymousToken,
      storedIdentifiedToken: identifiedToken,
      ...event,
    };
  }

  safeSend(actor, onError, withTokens);
  actor.subscribe({ error: onError });
  actor.start();

  return {
    actor,
    consent,
    state,
    tokens: (): Tokens => tokensOf(actor.getSnapshot().context),

    /** Follows the jar, which another page may have changed while this one was away. */
    reread(): void {
      if (consent() !== 'granted') return;
      const { context } = actor.getSnapshot();
      const found = stored();
      const identifiedToken = rememberUser ? found.identifiedToken : context.identifiedToken;
      const current = state();
      actor.send({
        type: 'identity.synced',
        state: identifiedToken ? 'identified' : current === 'identified' ? 'loggedOut' : current,
        anonymousToken: found.anonymousToken ?? context.anonymousToken ?? '',
        identifiedToken,
      });
    },
  };
}
