// The statecharts of the home page's demo, laid out when the site is built.
import { chartOf } from '../../../demo/chart/layout.mjs';
import { deliveryMachine, identityMachine } from '../../../machines/index.ts';

export default {
  watch: ['../../../machines/*.ts'],
  load: () => Promise.all([identityMachine, deliveryMachine].map(chartOf)),
};
