import type { Clock, OutboxEntry } from '../adapters/ports.js';
import { bodyOf, bytesOf, frameBytes, wireText } from '../events/event-text.js';
import type { DropReason } from '../events/receipt.types.js';
import { maxBatchBytes, maxBatchEvents } from '../limits.js';

/** Failures without a readable answer, others passing in between, after which a batch is suspected. */
const suspiciousFailures = 3;
/** An event this young travels without timestamp: the API's time of receipt is right, whatever the device's clock says. */
const liveMs = 60_000;
/** An event this young can't be too old: if the server says so, the device's clock is wrong. */
const freshMs = 3_600_000;
/** What is in doubt of an event that the device's clock alone calls too old. */
const oldAge = 'age.timestamp';

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
  /** UTF-8 bytes of the body. */
  readonly bytes: number;
}

/** An event that is given up, and why. */
export interface GivenUp {
  readonly entry: OutboxEntry;
  readonly reason: DropReason;
  /** What the server said. */
  readonly message?: string | undefined;
}

/** Which events to send next. */
export interface NextBatch {
  /** `undefined` when no event may go. */
  readonly batch: Batch | undefined;
  /** Whether more events are due at once. */
  readonly backlog: boolean;
  /** Events that are not worth sending any more. */
  readonly givenUp: readonly GivenUp[];
}

/** What a plan works with. */
export interface BatchPlanOptions {
  readonly clock: Clock;
  /** Milliseconds past which an event is not worth sending. */
  readonly maxEventAgeMs: number;
  /** An event on the wire, made of its text there. @default the text as it is */
  readonly onWire?: ((entry: OutboxEntry, text: string) => string) | undefined;
}

/** Decides which queued events are sent together, and learns from the answers. It keeps no events itself. */
export function createBatchPlan({ clock, maxEventAgeMs, onWire = (_, text) => text }: BatchPlanOptions) {
  const troubles = new WeakMap<OutboxEntry, Trouble>();
  /** Server verdict per suspect field: its error, or '' if accepted. */
  const verdicts = new Map<string, string>();
  let passes = 0;
  let clockIsWrong = false;
  /** By how many milliseconds the server's clock is ahead of the device's; `undefined` until an answer has a readable `Date`. */
  let serverAheadMs: number | undefined;
  let lastFailed = false;
  /** Whether an event that must travel alone was left behind the last time. */
  let hasPassedOver = false;

  const troubleOf = (entry: OutboxEntry) => troubles.get(entry) ?? noTrouble;
  /** By the monotonic clock when this page tracked it, else by the server's if it is known, or the device's. */
  const ageOf = ({ trackedAt, isGiven, timestamp }: OutboxEntry) =>
    isGiven || trackedAt === undefined
      ? clock.now() + (serverAheadMs ?? 0) - timestamp
      : clock.monotonicNow() - trackedAt;
  const isAgeSure = ({ trackedAt }: OutboxEntry) => serverAheadMs !== undefined || trackedAt !== undefined;
  /** The device's clock may be wrong, so the server decides about the age of an event that an earlier page has stored. */
  const openSuspects = (entry: OutboxEntry) =>
    [...entry.suspectFields, ...(isTooOld(entry) ? [oldAge] : [])].filter((field) => !verdicts.has(field));
  const isTooOld = (entry: OutboxEntry) => ageOf(entry) > maxEventAgeMs;
  const hasTimestamp = (entry: OutboxEntry, youngMs = clockIsWrong ? freshMs : liveMs) =>
    entry.isGiven || Math.abs(ageOf(entry)) >= youngMs;
  /** The server's time, where it is known, of an event whose age is. */
  const timestampOf = (entry: OutboxEntry) =>
    entry.isGiven || entry.trackedAt === undefined || serverAheadMs === undefined
      ? entry.timestamp
      : Math.floor(clock.now() + serverAheadMs - ageOf(entry));

  function reasonToGiveUp(entry: OutboxEntry): GivenUp | undefined {
    const message = entry.suspectFields.map((field) => verdicts.get(field)).find(Boolean);
    if (message) return { entry, reason: 'refused', message };
    if (!isTooOld(entry)) return undefined;
    const verdict = isAgeSure(entry) ? undefined : verdicts.get(oldAge);
    return verdict || isAgeSure(entry) ? { entry, reason: 'too-old', message: verdict } : undefined;
  }

  /** As many as may travel together, or else one that must travel alone. */
  function pick(entries: readonly OutboxEntry[], maxBytes: number, maxEvents: number): OutboxEntry[] {
    const picked: OutboxEntry[] = [];
    const alone: OutboxEntry[] = [];
    let most = maxEvents;
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

  return {
    /** The next batch.
     * @param waiting The events of the outbox that may go.
     * @param maxBytes The most bytes of the body.
     * @param maxEvents The most events. */
    next(waiting: Iterable<OutboxEntry>, maxBytes = maxBatchBytes, maxEvents = maxBatchEvents): NextBatch {
      const failed: OutboxEntry[] = [];
      const others: OutboxEntry[] = [];
      const givenUp: GivenUp[] = [];
      for (const entry of waiting) {
        const reason = reasonToGiveUp(entry);
        if (reason) givenUp.push(reason);
        else (troubleOf(entry).failures > 0 ? failed : others).push(entry);
      }
      // After a failure without an answer others go first: if they pass, the network was not at fault.
      const [first, second] = lastFailed ? [others, failed] : [failed, others];
      let picked = pick(first, maxBytes, maxEvents);
      if (picked.length === 0) picked = pick(second, maxBytes, maxEvents);
      const backlog = failed.length + others.length > picked.length;
      if (picked.length === 0) return { batch: undefined, backlog, givenUp };
      const body = bodyOf(
        picked.map((entry) =>
          onWire(entry, wireText(entry.json, hasTimestamp(entry) ? timestampOf(entry) : undefined)),
        ),
      );
      return { batch: { entries: picked, body, bytes: bytesOf(body) }, backlog, givenUp };
    },

    /** Whether every event is too young to be rejected for its age, and has a timestamp. */
    mayBlameClock: (entries: readonly OutboxEntry[]): boolean =>
      !clockIsWrong &&
      !entries.some((entry) => hasTimestamp(entry, freshMs)) &&
      entries.some((entry) => hasTimestamp(entry)),

    /** From now on fresh events travel without timestamp: the time of receipt is nearer the truth. */
    omitTimestamps(): void {
      clockIsWrong = true;
    },

    /** Takes the server's time from an answer, in milliseconds since the Unix epoch. */
    learnTime(serverNow: number): void {
      serverAheadMs = serverNow - clock.now();
    },

    /** Whether the server has accepted anything here. */
    hasPassed: () => passes > 0,

    /** The server answered, so the next batch need not be another. */
    answered(): void {
      lastFailed = false;
    },

    /** The server accepted these. */
    accepted(entries: readonly OutboxEntry[]): void {
      lastFailed = false;
      passes += 1;
      for (const field of entries.flatMap(openSuspects)) verdicts.set(field, '');
    },

    /** The server refused a batch for what is in it: its events travel in halves. */
    halve,

    /** The server rejected this one event. With several suspect fields it is unclear which of them is the reason. */
    refused(entry: OutboxEntry, message: string): void {
      const [field, another] = openSuspects(entry);
      // It may be for something else, or it may not be the API that answers.
      if (field && !another && message.includes(field.split('.')[1]!)) verdicts.set(field, message);
    },

    /** There was no answer to these. Returns whether the one event among them is to be given up. */
    suspect(entries: readonly OutboxEntry[]): boolean {
      lastFailed = true;
      let isSuspicious = entries.length > 0;
      for (const entry of entries) {
        const trouble = troubleOf(entry);
        const failures = trouble.failures + (trouble.failures === 0 || passes > trouble.since ? 1 : 0);
        troubles.set(entry, { ...trouble, failures, since: passes });
        if (failures < suspiciousFailures) isSuspicious = false;
      }
      if (isSuspicious && entries.length > 1) halve(entries);
      return isSuspicious && entries.length === 1;
    },
  };
}

/** See {@link createBatchPlan}. */
export type BatchPlan = ReturnType<typeof createBatchPlan>;
