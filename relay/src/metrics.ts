import { Counter, Gauge, Registry } from 'prom-client';

/** What a relay counts, in a registry of its own. */
export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Counter({ name: `usertoken_relay_${name}`, help, labelNames, registers });
  const gauge = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Gauge({ name: `usertoken_relay_${name}`, help, labelNames, registers });
  return {
    registry,
    accepted: counter('accepted_total', 'Events that were stored', 'app'),
    duplicates: counter('duplicates_total', 'Events whose id was known', 'app'),
    forwarded: counter('forwarded_total', 'Events that the Insights API accepted', 'app'),
    rejected: counter(
      'rejected_total',
      'Events rejected here, or by the Insights API (reason refused)',
      'app',
      'reason',
    ),
    refused: counter('refused_requests_total', 'Requests refused as a whole', 'code'),
    ambiguous: counter('ambiguous_total', 'Events sent again without knowing whether they had arrived', 'app'),
    queued: gauge('queued_events', 'Events that wait to be forwarded', 'app'),
    oldestAge: gauge('oldest_event_age_seconds', 'How long the oldest queued event has waited', 'app'),
    storeBytes: gauge('store_bytes', 'Size of the store, where it knows'),
  };
}

/** See {@link createMetrics}. */
export type Metrics = ReturnType<typeof createMetrics>;
