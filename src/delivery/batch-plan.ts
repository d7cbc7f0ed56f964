import type { Clock, Outbox, OutboxEntry } from '../adapters/ports.js';
import { bytesOf, frameBytes, wireText } from '../events/freeze-event.js';
import type { DropReason } from '../events/receipt.types.js';
import { maxBatchBytes } from '../limits.js';

/** The most events the API takes in a request. */
const maxBatchEvents = 1_000;
/** Failures without a readable answer, others passing in between, after which a batch is suspected. */
const suspiciousFailures = 3;
/** An event this young can't be too old: if the server says so, the device's clock is wrong. */
const freshMs = 3_600_000;

/** What an event has been through. */
interface Trouble {
  /** The most events it may travel with, itself included. Halved with each refusal, until the culprit is alone. */
  readonly most: number;
  /** Failures without a readable answer while others passed. Such events travel apart from others, to show which of them
   * is at fault. */
  readonly failures: number;
  /** How many batches had passed at the last of these failures: until another passes, the network is at fault. */
  readonly since: number;
}
const noTrouble: Trouble = { most: maxBatchEvents, failures: 0, since: 0 };

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
  /** Told of the events that the plan gives up. */
  readonly onDrop: (entries: readonly OutboxEntry[], reason: DropReason, message?: string) => void;
}

/** Decides which of the waiting events travel together, and learns from what came of it. */
export function batchPlan({ outbox, clock, maxEventAgeMs, onDrop }: BatchPlanPorts) {
  const troubles = new WeakMap<OutboxEntry, Trouble>();
  /** The server's word on rules that events seem to break: its message, or '' where it does not mind. */
  const settled = new Map<string, string>();
  let passes = 0;
  let clockIsWrong = false;
  let lastFailed = false;
  /** Whether one that must travel alone was left behind the last time. */
  let hasPassedOver = false;

  const openSuspects = ({ suspectFields }: OutboxEntry) => suspectFields.filter((doubt) => !settled.has(doubt));
  const troubleOf = (entry: OutboxEntry) => troubles.get(entry) ?? noTrouble;
  /** By the monotonic clock where this page tracked it, else by the device's, as when it was tracked. */
  const ageOf = ({ trackedAt, isGiven, timestamp }: OutboxEntry) =>
    isGiven || trackedAt === undefined ? clock.now() - timestamp : clock.monotonicNow() - trackedAt;
  const isFresh = (entry: OutboxEntry) => !entry.isGiven && ageOf(entry) < freshMs;

  function drop(entries: readonly OutboxEntry[], reason: DropReason, message?: string): void {
    outbox.remove(entries);
    onDrop(entries, reason, message);
  }

  /** What waits and can still be delivered. The rest is dropped, all at once: the outbox writes anew each time. */
  function worthSending(entries: readonly OutboxEntry[]): readonly OutboxEntry[] {
    const refused = (entry: OutboxEntry) => entry.suspectFields.map((doubt) => settled.get(doubt)).find(Boolean);
    const isOver = (entry: OutboxEntry) => refused(entry) || ageOf(entry) > maxEventAgeMs;
    const over = new Set(entries.filter(isOver));
    if (over.size === 0) return entries;
    outbox.remove(over);
    for (const entry of over) onDrop([entry], refused(entry) ? 'refused' : 'too-old', refused(entry));
    return entries.filter((entry) => !over.has(entry));
  }

  /** As many as may travel together, or else one that must travel alone. */
  function pick(entries: readonly OutboxEntry[], maxBytes: number): OutboxEntry[] {
    const picked: OutboxEntry[] = [];
    const alone: OutboxEntry[] = [];
    let most = maxBatchEvents;
    let bytes = frameBytes;
    for (const entry of entries) {
      const mostHere = openSuspects(entry).length > 0 ? 1 : Math.min(most, troubleOf(entry).most);
      if (bytes + entry.bytes > maxBytes) continue;
      if (mostHere < 2) alone.push(entry);
      else if (picked.length < mostHere) {
        picked.push(entry);
        bytes += entry.bytes;
        most = mostHere;
      }
    }
    if (alone.length === 0) return picked;
    // In turns, so that neither waits for as long as the other keeps coming.
    hasPassedOver = picked.length > 0 && !hasPassedOver;
    return hasPassedOver ? picked : alone.slice(0, 1);
  }

  function halve(entries: readonly OutboxEntry[]): void {
    const most = Math.ceil(entries.length / 2);
    for (const entry of entries) {
      const { failures, since } = troubleOf(entry);
      // Half of a suspected batch is nearly as suspicious. An event is dropped for its own failures alone.
      troubles.set(entry, { most, failures: Math.min(failures, most > 1 ? suspiciousFailures - 1 : 1), since });
    }
  }

  function suspect(entries: readonly OutboxEntry[]): void {
    let isSuspicious = true;
    for (const entry of entries) {
      const trouble = troubleOf(entry);
      const failures = trouble.failures + (trouble.failures === 0 || passes > trouble.since ? 1 : 0);
      troubles.set(entry, { ...trouble, failures, since: passes });
      if (failures < suspiciousFailures) isSuspicious = false;
    }
    if (!isSuspicious) return;
    if (entries.length > 1) halve(entries);
    else drop(entries, 'refused', 'three times no answer to this event, while others passed');
  }

  /** Learns from what came of the current batch, which is then no longer the current one. */
  function conclude(learn: (entries: readonly OutboxEntry[]) => void, failed = false): void {
    const kept = new Set(outbox.entries());
    // The others have had their end already.
    const entries = (plan.current?.entries ?? []).filter((entry) => kept.has(entry));
    plan.current = undefined;
    lastFailed = failed;
    learn(entries);
  }

  const plan = {
    /** The batch under way. */
    current: undefined as Batch | undefined,

    /** Whether the last choice left events behind. They need not wait for the window. */
    hasBacklog: false,

    /** The next batch. It becomes the current one when it is assigned.
     * @param except Events that stay. */
    choose(maxBytes = maxBatchBytes, except: ReadonlySet<OutboxEntry> = new Set()): Batch | undefined {
      const waiting = worthSending([...outbox.entries()].filter((entry) => !except.has(entry)));
      // After a failure without an answer others go first: if they pass, the network was not at fault.
      const pickAmong = (failed: boolean) =>
        pick(
          waiting.filter((entry) => troubleOf(entry).failures > 0 === failed),
          maxBytes,
        );
      let entries = pickAmong(!lastFailed);
      if (entries.length === 0) entries = pickAmong(lastFailed);
      plan.hasBacklog = waiting.length > entries.length;
      if (entries.length === 0) return undefined;
      const body = `{"events":[${entries.map((entry) => wireText(entry, !clockIsWrong || !isFresh(entry)))}]}`;
      return { entries, body, bytes: bytesOf(body) };
    },

    /** Whether the server has accepted anything here. */
    hasPassed: () => passes > 0,

    /** Whether every event of the current batch is too young to be refused for its age, and has a timestamp. */
    canBlameClock: () => !clockIsWrong && plan.current?.entries.every(isFresh),

    /** From now on fresh events travel without timestamp: the time of receipt is nearer the truth. */
    omitTimestamps: () =>
      conclude(() => {
        clockIsWrong = true;
      }),

    /** The current batch was accepted: it leaves the outbox. */
    accepted: (onDelivered: (entry: OutboxEntry) => void) =>
      conclude((entries) => {
        passes += 1;
        outbox.remove(entries);
        for (const doubt of entries.flatMap(openSuspects)) settled.set(doubt, '');
        entries.forEach(onDelivered);
      }),

    /** The current batch was refused for what is in it: its events travel in halves. */
    halve: () => conclude(halve),

    /** The one event of the current batch was refused: the server minds what we doubted. With several suspectFields nobody knows
     * which of them. */
    refused: (message: string) =>
      conclude((entries) => {
        const [doubt, another] = entries.flatMap(openSuspects);
        // It may be for something else, or not even the API that answers.
        if (doubt && !another && message.includes(doubt.split('.')[1]!)) settled.set(doubt, message);
        drop(entries, 'refused', message);
      }),

    /** No retry would help the current batch. */
    givenUp: (message: string) => conclude((entries) => drop(entries, 'refused', message)),

    /** The current batch failed and stays.
     * @param isOpaque Whether there was no answer that says why. */
    failed: (isOpaque: boolean) => conclude((entries) => isOpaque && suspect(entries), isOpaque),
  };
  return plan;
}
