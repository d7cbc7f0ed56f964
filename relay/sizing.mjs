// Prints what relays take for your figures: node relay/sizing.mjs --events-per-second 1000000
import { parseArgs } from 'node:util';

/** What is assumed where you say nothing. Bytes and rates were measured on two shared cores, with nats-server 2.9. */
const assumed = {
  'events-per-second': 1_000_000,
  // How long ids are kept. Pages give an event up after 30 days.
  days: 31,
  // A relay on SQLite, in requests of ten events, and what it keeps of an event that the API has.
  'events-per-relay': 15_000,
  'sqlite-bytes-per-id': 61,
  // A JetStream stream keeps the whole event, and the server each subject in memory.
  'events-per-stream': 10_000,
  'nats-bytes-per-event': 400,
  'nats-memory-per-event': 540,
  replicas: 3,
  'terabytes-per-node': 15,
  'gigabytes-memory-per-node': 256,
  // Of one application of the Insights API: ask Algolia for yours. A request takes 1,000 events.
  'requests-per-second': 100,
};

const { values } = parseArgs({
  options: {
    help: { type: 'boolean', short: 'h' },
    ...Object.fromEntries(Object.keys(assumed).map((name) => [name, { type: 'string' }])),
  },
});
if (values.help) {
  console.log('node relay/sizing.mjs [--name figure]...\n\nThe names, and what is assumed where you leave one out:');
  for (const [name, figure] of Object.entries(assumed)) console.log(`  --${name} ${figure}`);
  process.exit();
}
const figures = Object.fromEntries(
  Object.entries(assumed).map(([name, figure]) => {
    const given = Number(values[name] ?? figure);
    if (!(given > 0)) throw new RangeError(`--${name} must be a number above 0, not '${values[name]}'`);
    return [name, given];
  }),
);

const rate = figures['events-per-second'];
const { days, replicas } = figures;
const perDay = rate * 86_400;
const kept = perDay * days;
const shards = Math.ceil(rate / figures['events-per-relay']);
const natsTerabytes = (kept * figures['nats-bytes-per-event'] * replicas) / 1e12;
const natsGigabytes = (kept * figures['nats-memory-per-event'] * replicas) / 1e9;
const nodes = Math.max(
  replicas,
  Math.ceil(natsTerabytes / figures['terabytes-per-node']),
  Math.ceil(natsGigabytes / figures['gigabytes-memory-per-node']),
);
const taken = figures['requests-per-second'] * 1_000;

/** How far the fullest of the shards is above the mean when visitors are spread by hash: a simulation of a million. */
function imbalance() {
  const visitors = Math.max(1_000_000, shards * 100);
  const counts = new Array(shards).fill(0);
  for (let visitor = 0; visitor < visitors; visitor += 1) {
    let hash = visitor ^ 0x9e3779b9;
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    counts[((hash ^ (hash >>> 16)) >>> 0) % shards] += 1;
  }
  return Math.max(...counts) / (visitors / shards) - 1;
}

const number = (value) => value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 2 : 0 });
console.log(`${number(rate)} events a second, ids kept for ${days} days

events a day         ${number(perDay)}
ids kept             ${number(kept)}

With SQLite, a shard for each relay, by the hash of the visitor
  relays             ${number(shards)}; the fullest gets ${number(imbalance() * 100)} % more than the mean
  disk of each       ${number((kept * figures['sqlite-bytes-per-id']) / shards / 1e12)} TB of ids, and what is queued

With JetStream, ${replicas} copies
  streams            ${number(Math.ceil(rate / figures['events-per-stream']))}
  written a day      ${number((perDay * figures['nats-bytes-per-event'] * replicas) / 1e12)} TB
  nodes              ${number(nodes)}, for ${number(natsTerabytes)} TB on disk and ${number(natsGigabytes)} GB of subjects in memory

To the Insights API  ${number(rate / 1_000)} requests a second${
  rate > taken
    ? `, more than the ${number(figures['requests-per-second'])} assumed:\n                     the queue grows by ${number(rate - taken)} events a second`
    : ''
}`);
