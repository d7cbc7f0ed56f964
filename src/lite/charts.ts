import type { DeliveryParts, IdentityParts, StartedDelivery, StartedIdentity } from '../actor.types.js';
import { startActor } from './actor.js';
import { deliveryChart } from './generated/delivery.chart.js';
import { identityChart } from './generated/identity.chart.js';

// Stands in for src/charts.ts in the light builds: the same machines without XState.

/** Starts the identity machine. */
export function startIdentity({ input, clock, ...parts }: IdentityParts): StartedIdentity {
  return startActor('identity', identityChart(parts), { input, clock });
}

/** Starts the delivery machine. */
export function startDelivery({ clock, ...parts }: DeliveryParts): StartedDelivery {
  return startActor('delivery', deliveryChart(parts), { input: undefined, clock });
}
