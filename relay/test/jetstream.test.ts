import { afterAll, beforeAll } from 'vitest';
import { jetStreamStore } from '../src/jetstream-store.js';
import { startNats } from './nats.js';
import { describeStore } from './store-contract.js';

let nats: Awaited<ReturnType<typeof startNats>>;
let made = 0;
const open = () =>
  jetStreamStore({ servers: nats.nodes.map(({ url }) => url), stream: `test-${made}`, leaseMs: 2_000 });
beforeAll(async () => {
  nats = await startNats();
});
afterAll(() => nats.stop());

describeStore('jetStreamStore', {
  hasClock: false,
  create() {
    made += 1;
    return open();
  },
  reopen: open,
});
