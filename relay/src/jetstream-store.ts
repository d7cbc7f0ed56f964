import { createHash } from 'node:crypto';
import {
  AckPolicy,
  type Consumer,
  DiscardPolicy,
  JetStreamApiError,
  type JsMsg,
  jetstream,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
} from '@nats-io/jetstream';
import { connect, type NatsConnection, type NodeConnectionOptions, nanos } from '@nats-io/transport-node';
import { idLifetimeMs, type NewEvent, type QueuedEvent, type RelayStore } from './store.js';

/** How {@link jetStreamStore} keeps events. */
export interface JetStreamStoreOptions {
  /** Addresses of the NATS servers, such as `nats://a:4222`. */
  readonly servers: readonly string[];
  /** Credentials and TLS, as `@nats-io/transport-node` takes them. @default none */
  readonly connection?: NodeConnectionOptions | undefined;
  /** Copies of each event, an odd number. @default 3, or 1 with one server */
  readonly replicas?: number | undefined;
  /** Name of the stream, and what its subjects begin with. @default 'usertoken' */
  readonly stream?: string | undefined;
  /** How long nobody else is given the events that a relay had taken when it died, in milliseconds. @default 30_000 */
  readonly leaseMs?: number | undefined;
}

/** How long a server may take to answer. */
const answerMs = 5_000;
/** How long a cluster may take to choose a leader at the start. */
const startMs = 30_000;
/** "Store failed", for many reasons; a known id is one of them. */
const storeFailed = 10_077;

/** A part of a subject that hides what it stands for, and has no character with a meaning. */
const hidden = (text: string) => createHash('sha256').update(text).digest('base64url').slice(0, 22);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Keeps events in a NATS JetStream cluster, which any number of relays share. Each event has its own subject, made of its
 * id, and the stream takes one message a subject: so a duplicate is refused for as long as the first is kept, 31 days.
 * @throws Error (rejects) when no server answers. */
export async function jetStreamStore(options: JetStreamStoreOptions): Promise<RelayStore> {
  const { servers, stream = 'usertoken', leaseMs = 30_000, replicas = servers.length > 1 ? 3 : 1 } = options;
  const connection: NatsConnection = await connect({
    ...options.connection,
    servers: [...servers],
    // A cluster that is away comes back.
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    pingInterval: 5_000,
    maxPingOut: 2,
  });
  const js = jetstream(connection, { timeout: answerMs });
  const consumers = new Map<string, Promise<Consumer>>();
  const held = new Map<unknown, JsMsg>();
  const heldOf = (appId: string) => {
    const mine = `${stream}.${hidden(appId)}.`;
    return [...held.values()].filter(({ subject }) => subject.startsWith(mine)).length;
  };

  async function openStream() {
    for (const until = Date.now() + startMs; ; await pause(500)) {
      try {
        const manager = await jetstreamManager(connection, { timeout: answerMs });
        await manager.streams.add({
          name: stream,
          subjects: [`${stream}.>`],
          storage: StorageType.File,
          retention: RetentionPolicy.Limits,
          num_replicas: replicas,
          max_msgs_per_subject: 1,
          discard: DiscardPolicy.New,
          discard_new_per_subject: true,
          max_age: nanos(idLifetimeMs),
        });
        return manager;
      } catch (error) {
        if (Date.now() > until) {
          await connection.close();
          throw error;
        }
      }
    }
  }
  const manager = await openStream();

  const subjectOf = (appId: string, { id, tokens: [token = '', account = ''] }: NewEvent) =>
    [stream, hidden(appId), hidden(token), account ? hidden(account) : '-', hidden(id)].join('.');
  const subjectsOf = (appId: string) => `${stream}.${hidden(appId)}.>`;

  /** The queue of an application, which all relays share. */
  function consumerOf(appId: string): Promise<Consumer> {
    const name = hidden(appId);
    const opened =
      consumers.get(name) ??
      (async () => {
        await manager.consumers.add(stream, {
          durable_name: name,
          filter_subject: subjectsOf(appId),
          ack_policy: AckPolicy.Explicit,
          ack_wait: nanos(leaseMs),
          max_ack_pending: 100_000,
        });
        return js.consumers.get(stream, name);
      })();
    consumers.set(name, opened);
    opened.catch(() => consumers.delete(name));
    return opened;
  }

  /** @returns Whether the event is new. */
  async function publish(appId: string, event: NewEvent): Promise<boolean> {
    try {
      // The id for the window of two minutes too: of two that come at once, each server of the cluster sees the first.
      const subject = subjectOf(appId, event);
      const { duplicate } = await js.publish(subject, event.json, { msgID: subject, timeout: answerMs });
      return !duplicate;
    } catch (error) {
      const isKnown =
        error instanceof JetStreamApiError && error.code === storeFailed && /per subject/.test(error.message);
      if (isKnown) return false;
      throw error;
    }
  }

  // Without a sign of life the events would be given to another relay.
  const renewal = setInterval(() => {
    for (const message of held.values()) message.working();
  }, leaseMs / 3);
  renewal.unref();

  return {
    async add(appId, events) {
      // Wait for all, so that none is still on its way when the caller gets a failure.
      const outcomes = await Promise.allSettled(events.map((event) => publish(appId, event)));
      return outcomes.map((outcome) => {
        if (outcome.status === 'rejected') throw outcome.reason;
        return outcome.value;
      });
    },
    async take(appId, maxEvents, maxBytes) {
      const consumer = await consumerOf(appId);
      const { num_pending: pending, num_ack_pending: given } = await consumer.info();
      // Those that were given back, or whose taker died, count as given.
      const wanted = Math.min(maxEvents, pending + given - heldOf(appId));
      if (wanted <= 0) return [];
      const messages: JsMsg[] = [];
      let bytes = 0;
      try {
        for await (const message of await consumer.fetch({ max_messages: wanted, expires: 1_000 })) {
          bytes += message.data.length + 1;
          if (bytes > maxBytes && messages.length > 0) message.nak();
          else messages.push(message);
        }
      } catch (error) {
        // What came before the connection broke is given out again.
        for (const message of messages) message.nak();
        throw error;
      }
      for (const message of messages) held.set(message.seq, message);
      const taken: QueuedEvent[] = messages.map((message) => ({
        key: message.seq,
        json: message.string(),
        mayHaveArrived: message.redelivered,
      }));
      return taken;
    },
    async settle(_, events) {
      await Promise.all(
        events.map(async ({ key }) => {
          const message = held.get(key) as (JsMsg & { readonly reply?: string }) | undefined;
          if (!message?.reply) return;
          // Not `ackAck`, which does nothing the second time, also when the first has failed.
          await connection.request(message.reply, '+ACK', { timeout: answerMs });
          held.delete(key);
        }),
      );
    },
    async release(_, events) {
      for (const { key } of events) {
        held.get(key)?.nak();
        held.delete(key);
      }
      await connection.flush();
    },
    async forget(appId, token) {
      const app = `${stream}.${hidden(appId)}`;
      let removed = 0;
      for (const filter of [`${app}.${hidden(token)}.>`, `${app}.*.${hidden(token)}.*`]) {
        removed += (await manager.streams.purge(stream, { filter })).purged;
      }
      return removed;
    },
    async size(appId) {
      const info = await (await consumerOf(appId)).info();
      const events = info.num_pending + info.num_ack_pending;
      if (events === 0) return { events, oldestAt: undefined };
      const oldest = await manager.streams
        // The server takes both together: the first of these subjects from there on. The types know only one of them.
        .getMessage(stream, { seq: info.ack_floor.stream_seq + 1, next_by_subj: subjectsOf(appId) } as never)
        .catch(() => null);
      return { events, oldestAt: oldest ? oldest.time.getTime() : undefined };
    },
    async bytes() {
      return (await manager.streams.info(stream)).state.bytes;
    },
    async close() {
      clearInterval(renewal);
      await connection.drain();
    },
  };
}
