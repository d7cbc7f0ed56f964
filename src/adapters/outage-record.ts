import { tryCall } from '../../machines/try-call.js';
import type { Clock, Outage, OutageRecord } from './ports.js';
import type { SafeStorage } from './web-storage.js';

/** After this long without a failure nothing is known any more. */
const maxAgeMs = 3_600_000;

/** What the pages of a site know of an outage, in their storage. */
export function outageRecord({ get, put, remove }: SafeStorage, clock: Clock, key: string): OutageRecord {
  return {
    read() {
      const { at, retries, waitUntil } = Object(tryCall(() => JSON.parse(get(key)!))) as Outage & { at: number };
      const isKnown = Math.abs(clock.now() - at) < maxAgeMs && Number.isInteger(retries) && retries > 0;
      return isKnown ? { retries, waitUntil: typeof waitUntil === 'number' ? waitUntil : undefined } : undefined;
    },
    write(outage) {
      if (outage) put(key, JSON.stringify({ at: clock.now(), ...outage }));
      else if (get(key) !== undefined) remove(key);
    },
  };
}
