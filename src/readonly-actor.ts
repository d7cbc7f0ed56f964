import { tryCall } from '../machines/try-call.js';
import type { DeliveryActor, IdentityActor, ReadonlyActor } from './actor.types.js';

/** What the application may do with an actor: look at it. Only the client's methods send it events. */
export function readonlyActor<Actor extends IdentityActor | DeliveryActor>(actor: Actor): Actor {
  const { id } = actor;
  const source = actor as unknown as ReadonlyActor<unknown, { readonly type: string }>;
  const view: typeof source = {
    id,
    getSnapshot: () => source.getSnapshot(),
    subscribe: (observer) => tryCall(() => source.subscribe(observer as never)) ?? { unsubscribe() {} },
    on: (type, listener) => source.on(type, listener),
  };
  return view as unknown as Actor;
}
