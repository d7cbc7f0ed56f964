import type { DeliveryParts } from '../actor.types.js';
import { deliveryChart } from './generated/delivery.chart.js';
import { startChart } from './runtime.js';

// Stands in for src/charts.ts in the drop-in, which stands on delivery alone and shows nobody its actor.

/** Starts the delivery machine. */
export function startDelivery({ clock, ...parts }: DeliveryParts) {
  return startChart(deliveryChart(parts), { input: undefined, clock });
}
