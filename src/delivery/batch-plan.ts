import type { Clock, Outbox, OutboxEntry } from '../adapters/ports.js';
import { bytesOf, maxBatchBytes, wireText } from '../events/freeze-event.js';
import type { DropReason } from '../events/receipt.types.js';

/** The most events the API takes in a request. */
const maxBatchEvents = 1_000;
/** Failures without a readable answer after which a batch is suspected, if another passes meanwhile. */
const suspiciousFailures = 3;
/** An event this young by the monotonic clock can't be too old: if the server says so, the device's clock is wrong. */
const freshMs = 3_600_000;

/** What an event has been through. */
interface Trouble {
  /** The most events it may travel with, itself included. Halved with each refusal, until the culprit is alone. */
  readonly most: number;
  /** Failures without a readable answer. Such events travel apart from others, to show which of them is at fault. */
  readonly failures: number;
  /** How many batches had passed at the first of these failures. */
  readonly passes: number;
}
const noTrouble: Trouble = { most: maxBatchEvents, failures: 0, passes: 0 };

/** What goes out in one request. */
export interface Batch {
  readonly entries: readonly OutboxEntry[];
  readonly body: string;
  readonly bytes: number;
}

/** What a plan needs. */
export interface BatchPlanPorts {
  readonly outbox: Outbox;
  readonly clock: Clock;
  /** Milliseconds past which an event is not worth sending. */
  readonly maxEventAgeMs: number;
  /** Told of every event that the plan gives up. */
  readonly onDrop: (entry: OutboxEntry, reason: DropReason, message?: string) => void;
}

/** Decides which of the waiting events travel together, and learns from what came of it. */
export function batchPlan({ outbox, clock, maxEventAgeMs, onDrop }: BatchPlanPorts) {
  const troubles = new Map<string, Trouble>();
  /** The server's word on rules that events seem to break: its message, or '' where it does not mind. */
  const settled = new Map<string, string>();
  let passes = 0;
  let current: Batch | undefined;
  let clockIsWrong = false;
  let lastFailed = false;
  let leftSome = false;

  const openDoubts = ({ doubts }: OutboxEntry) => doubts.filter((doubt) => !settled.has(doubt));
  const troubleOf = ({ id }: OutboxEntry) => troubles.get(id) ?? noTrouble;
  const isFresh = ({ trackedAt = -freshMs }: OutboxEntry) => clock.monotonicNow() - trackedAt < freshMs;

  function remove(entries: readonly OutboxEntry[]): void {
    outbox.remove(entries.map(({ id }) => id));
    for (const { id } of entries) troubles.delete(id);
  }

  /** Whether an event can still be delivered; if not, it is dropped. */
  function isWorthSending(entry: OutboxEntry): boolean {
    const refusal = entry.doubts.map((doubt) => settled.get(doubt)).find(Boolean);
    const { timestamp, trackedAt } = entry;
    const ageMs = trackedAt === undefined ? clock.now() - timestamp : clock.monotonicNow() - trackedAt;
    if (!refusal && ageMs <= maxEventAgeMs) return true;
    remove([entry]);
    onDrop(entry, refusal ? 'refused' : 'too-old', refusal);
    return false;
  }

  /** As many as may travel together, or else one that must travel alone. */
  function pick(entries: readonly OutboxEntry[], maxBytes: number): OutboxEntry[] {
    const picked: OutboxEntry[] = [];
    let alone: OutboxEntry | undefined;
    let most = maxBatchEvents;
    let bytes = 13;
    for (const entry of entries) {
      const mostHere = openDoubts(entry).length > 0 ? 1 : Math.min(most, troubleOf(entry).most);
      if (bytes + entry.bytes > maxBytes) continue;
      if (mostHere < 2) alone ??= entry;
      else if (picked.length < mostHere) {
        picked.push(entry);
        bytes += entry.bytes;
        most = mostHere;
      }
    }
    return picked.length > 0 || !alone ? picked : [alone];
  }

  /** The next batch, without making it the current one.
   * @param except Ids of events that stay. */
  function choose(maxBytes = maxBatchBytes, except?: ReadonlySet<string>): Batch | undefined {
    const waiting = [...outbox.entries()].filter((entry) => !except?.has(entry.id) && isWorthSending(entry));
    const failed = waiting.filter((entry) => troubleOf(entry).failures > 0);
    const others = waiting.filter((entry) => troubleOf(entry).failures === 0);
    // After a failure without an answer others go first: if they pass, the network was not at fault.
    const [first, second] = lastFailed ? [others, failed] : [failed, others];
    const fromFirst = pick(first, maxBytes);
    const entries = fromFirst.length > 0 ? fromFirst : pick(second, maxBytes);
    leftSome = waiting.length > entries.length;
    if (entries.length === 0) return undefined;
    const events = entries.map((entry) => wireText(entry, !clockIsWrong || !isFresh(entry)));
    const body = `{"events":[${events.join()}]}`;
    return { entries, body, bytes: bytesOf(body) };
  }

  /** Learns from what came of the current batch, which is then no longer the current one. */
  function conclude(learn: (entries: readonly OutboxEntry[]) => void, failed = false): void {
    const entries = current?.entries ?? [];
    current = undefined;
    lastFailed = failed;
    learn(entries);
  }

  function halve(entries: readonly OutboxEntry[]): void {
    const most = Math.ceil(entries.length / 2);
    for (const entry of entries) troubles.set(entry.id, { ...troubleOf(entry), most, passes });
  }

  function drop(entries: readonly OutboxEntry[], message: string): void {
    remove(entries);
    for (const entry of entries) onDrop(entry, 'refused', message);
  }

  function suspect(entries: readonly OutboxEntry[]): void {
    for (const entry of entries) {
      const { most, failures, passes: before } = troubleOf(entry);
      troubles.set(entry.id, { most, failures: failures + 1, passes: failures > 0 ? before : passes });
    }
    const isSuspicious = entries.every((entry) => {
      const { failures, passes: before } = troubleOf(entry);
      return failures >= suspiciousFailures && passes > before;
    });
    if (!isSuspicious) return;
    if (entries.length > 1) halve(entries);
    else drop(entries, 'no answer to this event three times, while others passed');
  }

  return {
    choose,

    /** The next batch, which is then the current one. */
    next(): Batch | undefined {
      current = choose();
      return current;
    },

    /** The batch under way. */
    current: () => current,

    /** Whether events beside the current ones need not wait for the window. */
    hasBacklog: () => leftSome,

    /** Whether every event of the current batch is too young to be refused for its age, and has a timestamp. */
    canBlameClock: () => !clockIsWrong && current?.entries.every(isFresh),

    /** The current batch was accepted: it leaves the outbox. */
    accepted: (onDelivered: (entry: OutboxEntry) => void) =>
      conclude((entries) => {
        passes += 1;
        remove(entries);
        for (const entry of entries) {
          for (const doubt of openDoubts(entry)) settled.set(doubt, '');
          onDelivered(entry);
        }
      }),

    /** The current batch was refused for what is in it: its events travel in halves. */
    halve: () => conclude(halve),

    /** The one event of the current batch was refused: the server minds what we doubted. With several doubts nobody knows
     * which of them. */
    refused: (message: string) =>
      conclude((entries) => {
        const [doubt, another] = entries.flatMap(openDoubts);
        if (doubt && !another) settled.set(doubt, message);
        drop(entries, message);
      }),

    /** No retry would help the current batch. */
    givenUp: (message: string) => conclude((entries) => drop(entries, message)),

    /** From now on fresh events travel without timestamp: the time of receipt is nearer the truth. */
    omitTimestamps(): void {
      clockIsWrong = true;
    },

    /** The current batch failed and stays.
     * @param isOpaque Whether there was no answer that says why. */
    failed: (isOpaque: boolean) => conclude((entries) => isOpaque && suspect(entries), isOpaque),

    /** Forgets everything about single events. */
    clear(): void {
      troubles.clear();
      current = undefined;
    },
  };
}
