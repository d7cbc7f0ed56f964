import type { DeliveryParts } from '../../src/actor.types.js';

type Name = keyof DeliveryParts['guards'];

/** The guards of the delivery machine that the application fills. */
const all: Readonly<Record<Name, true>> = {
  isAwaitingConsent: true,
  isOffline: true,
  hasEvents: true,
  isPersistent: true,
  hasSuccessor: true,
  isLeaving: true,
  hasUnheardExit: true,
};
export const filledGuards = Object.keys(all) as Name[];

/** Fills each of them. */
export const fillGuards = (fill: (name: Name, index: number) => () => boolean) =>
  Object.fromEntries(filledGuards.map((name, index) => [name, fill(name, index)])) as DeliveryParts['guards'];
