import { createActor, fromPromise, type InspectionEvent, type Observer } from 'xstate';
import { deliveryMachine, identityMachine } from '../machines/index.js';
import type { DeliveryParts, IdentityParts, StartedDelivery, StartedIdentity } from './actor.types.js';

// The one place that runs the machines on XState. The light builds put src/lite/charts.ts in its place.

type Inspect = ((event: InspectionEvent) => void) | Observer<InspectionEvent> | undefined;

/** Starts the identity machine. */
export function startIdentity({ input, clock, inspect, ...parts }: IdentityParts): StartedIdentity {
  const actor = createActor(identityMachine.provide(parts), {
    id: 'identity',
    input,
    clock,
    inspect: inspect as Inspect as never,
  });
  return actor.start() as never;
}

/** Starts the delivery machine. */
export function startDelivery({ clock, inspect, sendBatch, ...parts }: DeliveryParts): StartedDelivery {
  const actor = createActor(
    deliveryMachine.provide({ ...parts, actors: { sendBatch: fromPromise(sendBatch) } } as never),
    { id: 'delivery', clock, inspect: inspect as Inspect as never },
  );
  return actor.start() as never;
}
