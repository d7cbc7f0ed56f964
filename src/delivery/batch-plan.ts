import type { Outbox, OutboxEntry } from '../adapters/ports.js';
import { bytesOf, maxBatchBytes, wireText } from '../events/freeze-event.js';
import type { DropReason } from '../events/receipt.types.js';
import { doubtLedger } from './doubt-ledger.js';

/** The most events the API takes in a request. */
const maxBatchEvents = 1_000;
/** Failures without a readable answer after which a batch is suspected, if another passes meanwhile. */
const suspiciousFailures = 3;
/** An event this young by the monotonic clock can't be too old: if the server says so, the device's clock is wrong. */
const freshMs = 3_600_000;

/** Events that travel together and with no others. */
interface Group {
  readonly ids: readonly string[];
  /** Failures without a readable answer, in a row. */
  readonly failures: number;
  /** Whether another batch passed since the first of them. */
  readonly otherPassed: boolean;
  /** Whether it is a half of what was refused or suspected: then it never merges with others again. */
  readonly isHalf: boolean;
}

/** What goes out in one request. */
export interface Batch {
  readonly entries: readonly OutboxEntry[];
  readonly body: string;
  readonly bytes: number;
}

/** What a plan needs. */
export interface BatchPlanPorts {
  readonly outbox: Outbox;
  readonly monotonicNow: () => number;
  readonly now: () => number;
  /** Milliseconds past which an event is not worth sending. */
  readonly maxEventAgeMs: number;
  /** Told of every event that the plan itself gives up. */
  readonly onDrop: (entry: OutboxEntry, reason: DropReason, message?: string) => void;
}

/** Decides which of the waiting events travel together, and learns from what came of it. */
export type BatchPlan = ReturnType<typeof batchPlan>;

/** @see BatchPlan */
export function batchPlan({ outbox, monotonicNow, now, maxEventAgeMs, onDrop }: BatchPlanPorts) {
  const doubts = doubtLedger();
  let groups: Group[] = [];
  let current: { readonly batch: Batch; readonly group: Group | undefined } | undefined;
  let clockIsWrong = false;
  let lastWentWell = true;
  /** Whether the last pick of fresh events left some behind that are due as well. */
  let leftSome = false;

  const isFresh = (entry: OutboxEntry) => entry.trackedAt !== undefined && monotonicNow() - entry.trackedAt < freshMs;

  function isTooOld({ trackedAt, timestamp }: OutboxEntry): boolean {
    return (trackedAt === undefined ? now() - timestamp : monotonicNow() - trackedAt) > maxEventAgeMs;
  }

  function drop(entry: OutboxEntry, reason: DropReason, message?: string): void {
    outbox.remove([entry.id]);
    onDrop(entry, reason, message);
  }

  /** Drops what can no longer be delivered, and answers with the rest. */
  function worthSending(entries: Iterable<OutboxEntry>): OutboxEntry[] {
    return [...entries].filter((entry) => {
      const refusal = doubts.refusalOf(entry);
      if (refusal !== undefined) drop(entry, 'refused', refusal);
      else if (isTooOld(entry)) drop(entry, 'too-old');
      else return true;
      return false;
    });
  }

  /** As many ordinary events as fit, or else one doubtful event. */
  function pickFresh(maxBytes: number, except: ReadonlySet<string> = new Set()): OutboxEntry[] {
    const grouped = new Set(groups.flatMap(({ ids }) => ids));
    const waitingDoubts = new Set(groups.flatMap(({ ids }) => entriesOf(ids).flatMap(doubts.openOf)));
    const picked: OutboxEntry[] = [];
    let alone: OutboxEntry | undefined;
    let bytes = 32;
    leftSome = false;
    for (const entry of worthSending(outbox.entries())) {
      if (grouped.has(entry.id) || except.has(entry.id)) continue;
      if (picked.length === maxBatchEvents || bytes + entry.bytes > maxBytes) {
        leftSome = true;
        continue;
      }
      const open = doubts.openOf(entry);
      if (open.length > 0) {
        // One of a kind at a time: the answer to it decides about the others.
        if (open.some((doubt) => waitingDoubts.has(doubt))) continue;
        if (alone) leftSome = true;
        else alone = entry;
        continue;
      }
      picked.push(entry);
      bytes += entry.bytes;
    }
    if (picked.length > 0 || !alone) {
      leftSome ||= alone !== undefined;
      return picked;
    }
    return [alone];
  }

  function entriesOf(ids: readonly string[]): OutboxEntry[] {
    const wanted = new Set(ids);
    return [...outbox.entries()].filter((entry) => wanted.has(entry.id));
  }

  function pickGroup(maxBytes: number): { group: Group; entries: OutboxEntry[] } | undefined {
    groups = groups.filter(({ ids }) => ids.some(outbox.has));
    for (const group of [...groups]) {
      const entries = worthSending(entriesOf(group.ids));
      const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 32);
      if (entries.length > 0 && bytes <= maxBytes) return { group, entries };
    }
    return undefined;
  }

  function toBatch(entries: readonly OutboxEntry[]): Batch {
    const events = entries.map((entry) => wireText(entry, !(clockIsWrong && isFresh(entry))));
    const body = `{"events":[${events.join()}]}`;
    return { entries, body, bytes: bytesOf(body) };
  }

  function ends(group: Group | undefined): void {
    groups = groups.filter((other) => other !== group);
  }

  function halve(failures: number): void {
    if (!current) return;
    const ids = current.batch.entries.map(({ id }) => id);
    const middle = Math.ceil(ids.length / 2);
    ends(current.group);
    const halves = [ids.slice(0, middle), ids.slice(middle)].filter((half) => half.length > 0);
    groups.unshift(...halves.map((half) => ({ ids: half, failures, otherPassed: false, isHalf: true })));
  }

  /** Puts a batch that failed without an answer aside, so that others can show whether the network is at fault. */
  function setAside(): void {
    const { batch, group } = current!;
    const isDoubtful = batch.entries.some((entry) => doubts.openOf(entry).length > 0);
    ends(group);
    // In an outage every attempt would leave a group of its own, each a request later: those not under suspicion merge.
    const isSuspect = group?.isHalf || group?.otherPassed || isDoubtful;
    const other = isSuspect ? undefined : groups.find((candidate) => canMerge(candidate, batch));
    ends(other);
    groups.push({
      ids: [...(other?.ids ?? []), ...batch.entries.map(({ id }) => id)],
      failures: Math.max(other?.failures ?? 0, (group?.failures ?? 0) + 1),
      otherPassed: group?.otherPassed ?? false,
      isHalf: group?.isHalf ?? false,
    });
  }

  function canMerge({ ids, otherPassed, isHalf }: Group, batch: Batch): boolean {
    const entries = entriesOf(ids);
    return (
      !otherPassed &&
      !isHalf &&
      entries.length + batch.entries.length <= maxBatchEvents &&
      entries.every((entry) => doubts.openOf(entry).length === 0) &&
      entries.reduce((sum, entry) => sum + entry.bytes, batch.bytes) <= maxBatchBytes
    );
  }

  function dropCurrent(message: string): void {
    for (const entry of current?.batch.entries ?? []) drop(entry, 'refused', message);
    ends(current?.group);
    lastWentWell = true;
    current = undefined;
  }

  return {
    /** The next batch, which is then the current one; `undefined` when there is none of at most `maxBytes`. */
    next(maxBytes: number = maxBatchBytes): Batch | undefined {
      // After a failure without an answer fresh events go first: if they pass, the network was not at fault.
      const picked = lastWentWell ? pickGroup(maxBytes) : undefined;
      let entries = picked?.entries ?? pickFresh(maxBytes);
      let group = picked?.group;
      if (entries.length === 0) {
        const other = pickGroup(maxBytes);
        entries = other?.entries ?? [];
        group = other?.group;
      }
      current = entries.length > 0 ? { batch: toBatch(entries), group } : undefined;
      return current?.batch;
    },

    /** A batch to hand over at page exit, beside the current one. Take its events out of the outbox before the next call.
     * @param except Ids of events that stay. */
    atExit(maxBytes: number, except: ReadonlySet<string>): Batch | undefined {
      const fresh = pickFresh(maxBytes, except);
      if (fresh.length > 0) return toBatch(fresh);
      const picked = pickGroup(maxBytes);
      return picked && !picked.entries.some(({ id }) => except.has(id)) ? toBatch(picked.entries) : undefined;
    },

    /** The batch under way. */
    get current(): Batch | undefined {
      return current?.batch;
    },

    /** Whether events other than the current ones are due at once. */
    get hasBacklog(): boolean {
      return leftSome || groups.length > 0;
    },

    /** The current batch was accepted: it leaves the outbox. */
    accepted(): readonly OutboxEntry[] {
      const entries = current?.batch.entries ?? [];
      ends(current?.group);
      outbox.remove(entries.map(({ id }) => id));
      for (const entry of entries) doubts.accept(entry);
      groups = groups.map((group) => ({ ...group, otherPassed: true }));
      lastWentWell = true;
      current = undefined;
      return entries;
    },

    /** The current batch was refused for what is in it. */
    halve(): void {
      halve(0);
      lastWentWell = true;
      current = undefined;
    },

    /** The one event of the current batch was refused: the server minds what we doubted. */
    refused(message: string): void {
      for (const entry of current?.batch.entries ?? []) doubts.refuse(entry, message);
      dropCurrent(message);
    },

    /** No retry would help the current batch, and nobody knows why. */
    givenUp: dropCurrent,

    /** Whether every event of the current batch is too young to be refused for its age, and has a timestamp. */
    get canBlameClock(): boolean {
      return !clockIsWrong && (current?.batch.entries.every(isFresh) ?? false);
    },

    /** From now on fresh events travel without timestamp: the time of receipt is nearer the truth. */
    omitTimestamps(): void {
      clockIsWrong = true;
      current = undefined;
    },

    /** The current batch failed and stays.
     * @param isOpaque Whether there was no answer that says why. */
    failed(isOpaque: boolean): void {
      lastWentWell = !isOpaque;
      const suspect = current?.group;
      if (current && isOpaque) {
        if (suspect?.otherPassed && suspect.failures + 1 >= suspiciousFailures) {
          if (current.batch.entries.length > 1) halve(suspiciousFailures - 1);
          else dropCurrent('no answer to this event three times, while others passed');
        } else setAside();
      }
      current = undefined;
    },

    /** Forgets everything about single events. */
    clear(): void {
      groups = [];
      current = undefined;
    },
  };
}
