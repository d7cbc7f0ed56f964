import { randomUUID } from 'node:crypto';
import { checkUserToken, isAnonymousToken } from 'usertoken/machines';
import type { NewEvent } from './store.js';

/** The largest body: 2 MB. The API takes 2,000,000 bytes, ids not counted. */
export const maxBodyBytes = 2_097_152;
/** The most events of a request. */
export const maxEvents = 1_000;
/** The most bytes of one event: the API's limits allow some 20 kB, and a NATS message has at most 1 MB. */
const maxEventBytes = 256_000;

/** Why a request is refused as a whole. */
export type RefusalCode =
  | 'not-found'
  | 'wrong-method'
  | 'origin-not-allowed'
  | 'unknown-application'
  | 'rate-limited'
  | 'too-slow'
  | 'too-large'
  | 'too-many'
  | 'not-json'
  | 'no-events'
  | 'no-ids'
  | 'authorize-failed'
  | 'store-unavailable'
  | 'closing';

/** Why one event is rejected while the others of its request are accepted. */
export type EventRejection = 'not-an-event' | 'no-id' | 'invalid-token' | 'forged-token' | 'too-large';

/** A request that is refused as a whole. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: RefusalCode,
    message: string,
    /** Further headers of the answer. */
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

/** One event that is rejected. */
export interface RejectedEvent {
  /** The event's id, or its place in the list where it has none. */
  readonly id: string;
  readonly reason: EventRejection;
  readonly message: string;
}

/** What is right about a request's events, and what is wrong. */
export interface ReadEvents {
  readonly events: readonly NewEvent[];
  readonly rejected: readonly RejectedEvent[];
}

/** What reading events depends on. */
export interface ReadOptions {
  readonly checkToken?: ((token: string) => boolean) | undefined;
  /** The accounts that the request may speak for; `undefined` where nobody checks. */
  readonly accounts: readonly string[] | undefined;
  /** Whether each event needs an id, without which nothing tells duplicates apart. */
  readonly needsIds: boolean;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
}

type Fields = Record<string, unknown>;
const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The parsed body of a request with the list of its events.
 * @throws Refusal where there is none. */
export function readBody(text: string): { readonly appId: unknown; readonly events: readonly unknown[] } {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new Refusal(400, 'not-json', 'The body must be JSON: {"appId":"...","events":[...]}.');
  }
  const { appId, events } = isObject(body) ? body : {};
  if (!Array.isArray(events) || events.length === 0) {
    throw new Refusal(400, 'no-events', 'The body must have a list "events" with 1 to 1000 events.');
  }
  if (events.length > maxEvents) {
    throw new Refusal(422, 'too-many', `The body has ${events.length} events; send at most ${maxEvents} at once.`);
  }
  return { appId, events };
}

function readEvent(raw: unknown, place: number, options: ReadOptions): NewEvent | RejectedEvent {
  const isNamed = isObject(raw) && typeof raw.id === 'string' && /^[!-~]{1,128}$/.test(raw.id);
  const id = isNamed ? (raw.id as string) : String(place);
  const reject = (reason: EventRejection, message: string): RejectedEvent => ({ id, reason, message });
  if (!isObject(raw) || typeof raw.eventType !== 'string' || !raw.eventType) {
    return reject('not-an-event', 'An event must be an object with an "eventType".');
  }
  if (!isNamed && options.needsIds) {
    return reject('no-id', 'An event must have an "id": 1 to 128 printable ASCII characters without a space.');
  }
  const { id: _, ...event } = raw;
  const tokens: string[] = [];
  for (const field of ['userToken', 'authenticatedUserToken']) {
    if (field === 'authenticatedUserToken' && event[field] == null) {
      delete event[field];
      continue;
    }
    const check = checkUserToken(event[field], options.checkToken);
    if (!check.ok) return reject('invalid-token', `"${field}" must be ${check.message}.`);
    if (options.accounts && !isAnonymousToken(check.token) && !options.accounts.includes(check.token)) {
      return reject('forged-token', `"${field}" names an account that is not logged in with this request.`);
    }
    event[field] = check.token;
    tokens.push(check.token);
  }
  // A page leaves the time out where it does not trust its clock. The event may be forwarded much later.
  event.timestamp ??= options.now;
  let json: string;
  try {
    json = JSON.stringify(event);
  } catch {
    return reject('not-an-event', 'The event is nested too deeply.');
  }
  if (Buffer.byteLength(json) > maxEventBytes) {
    return reject('too-large', `An event must have at most ${maxEventBytes} bytes.`);
  }
  return { id: isNamed ? id : randomUUID(), json, tokens };
}

/** Checks each event of a request on its own. */
export function readEvents(list: readonly unknown[], options: ReadOptions): ReadEvents {
  const events: NewEvent[] = [];
  const rejected: RejectedEvent[] = [];
  for (const [place, raw] of list.entries()) {
    const read = readEvent(raw, place, options);
    if ('reason' in read) rejected.push(read);
    else events.push(read);
  }
  return { events, rejected };
}
