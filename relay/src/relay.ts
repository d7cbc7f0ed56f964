import { pino } from 'pino';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { type CookieOptions, isAnonymousToken } from 'usertoken';
import { createUserTokenServer } from 'usertoken/server';
import { type Application, apiUrl, createForwarder, type Forwarder, type ForwarderPorts } from './forwarder.js';
import { createMetrics } from './metrics.js';
import { maxBodyBytes, maxEvents, Refusal, type RejectedEvent, readBody, readEvents } from './read-events.js';
import { type RelayStatus, statusPage } from './status-page.js';
import type { RelayStore } from './store.js';

/** The part of a pino logger that a relay uses. */
export interface RelayLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

/** What {@link createRelay} takes. */
export interface RelayOptions {
  /** The applications whose events are taken, by their id. */
  readonly applications: Readonly<Record<string, Application>>;
  /** Where events are kept until the API has them: `sqliteStore({ file })`, `jetStreamStore({ servers })`, `memoryStore()`. */
  readonly store: RelayStore;
  /** Origins whose pages may send events, such as `https://shop.example`, in addition to those of the host that the request
   * was made to. @default none */
  readonly origins?: readonly string[] | undefined;
  /** The account that is logged in by your own session, `null` for nobody, or a list where the session may still speak for
   * earlier accounts, such as the one that just logged out. An event that names another account is rejected. Where it
   * throws, nothing is stored and the page tries again.
   * @default nobody checks: anyone can write events in another visitor's name, as without a relay */
  readonly authorize?:
    | ((request: Request) => string | readonly string[] | null | Promise<string | readonly string[] | null>)
    | undefined;
  /** Has each answer set the cookie of the anonymous token anew where the request shows one, so that it outlives the seven days
   * after which Safari forgets cookies that script wrote. Options are those of the page. @default false */
  readonly cookie?: boolean | Pick<CookieOptions, 'name' | 'domain' | 'maxAgeSeconds' | 'sameSite'> | undefined;
  /** Takes the place of the guard against personal data in tokens, as the page's option of this name. */
  readonly checkToken?: ((token: string) => boolean) | undefined;
  /** The most events in a minute from one address, or from one token where no address is passed to `handle`; 1,000 or more.
   * @default 6_000 */
  readonly eventsPerMinute?: number | undefined;
  /** How long a request's body may take to arrive, in milliseconds. @default 10_000 */
  readonly bodyTimeoutMs?: number | undefined;
  /** Whether `GET /metrics` and `GET /status` answer. Leave it out where strangers reach the relay. @default false */
  readonly statusPages?: boolean | undefined;
  /** How long events are collected before they are forwarded together, in milliseconds. @default 250 */
  readonly batchWindowMs?: number | undefined;
  /** How long a request to the API may take, in milliseconds. @default 30_000 */
  readonly requestTimeoutMs?: number | undefined;
  /** Inspects the delivery machines, as XState's option of this name does. No token is in what it gets. */
  readonly inspect?: ForwarderPorts['inspect'];
  /** @default a pino logger that writes JSON to standard output */
  readonly log?: RelayLog | undefined;
}

/** What a server knows about a request beyond the request itself. */
export interface RequestInfo {
  /** Who sent it, for the rate limit. It reaches no log. */
  readonly address?: string | undefined;
}

/** See {@link createRelay}. */
export interface Relay {
  /** Answers a request, whatever the path it is mounted at: `POST .../events`, `POST .../1/events`, `GET .../health`, and with
   * `statusPages` `GET .../metrics` and `GET .../status`. It never rejects. */
  handle(request: Request, info?: RequestInfo): Promise<Response>;
  /** Removes what is queued of a visitor and, for applications with an `adminKey`, has the API delete what it knows.
   * @returns The number of queued events that were removed.
   * @throws Error (rejects) when the store or the API can't do it now: call it again. */
  forget(token: string): Promise<number>;
  /** Stops taking events, finishes the open requests and closes the store. Queued events stay stored. */
  close(): Promise<void>;
}

const sentences: Readonly<Record<string, string>> = {
  'credentials-refused':
    'Algolia rejected the app ID or API key. Forwarding has stopped; events are accepted and kept. Correct the key and restart.',
  'api-unreachable':
    'Three requests to the Insights API in a row got no answer. Events are accepted, kept and retried.',
  'api-reachable': 'The Insights API answers again.',
  'event-rejected': 'The Insights API rejected an event. It was dropped.',
  'store-unavailable':
    "The store can't save events. Requests get 503, and pages send their events again. Check its disk or servers.",
  'store-available': 'The store works again.',
  'error-contained':
    'The relay failed. Forwarding has stopped; events are accepted and kept. Restart it, and report this as a bug.',
};

const inFive = { 'retry-after': '5' };
const unavailable = () => new Refusal(503, 'store-unavailable', "Events can't be stored now. Send them again.", inFive);

/** The address of a request without what a proxy may have changed. */
const hostOf = (request: Request) =>
  request.headers.get('x-forwarded-host')?.split(',')[0]?.trim() ??
  request.headers.get('host') ??
  new URL(request.url).host;

/** Reads the body of a request.
 * @throws Refusal for one that is too large, or takes too long. */
async function textOf(request: Request, timeoutMs: number): Promise<string> {
  const tooLarge = () => new Refusal(413, 'too-large', `The body must have less than ${maxBodyBytes} bytes.`);
  if (Number(request.headers.get('content-length')) >= maxBodyBytes) throw tooLarge();
  const reader = request.body?.getReader();
  if (!reader) return '';
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    const tooSlow = () => new Refusal(408, 'too-slow', `The body must arrive within ${timeoutMs / 1000} seconds.`);
    timer = setTimeout(() => reject(tooSlow()), timeoutMs);
  });
  try {
    for (;;) {
      const { done, value } = await Promise.race([reader.read(), timeout]);
      if (done) return Buffer.concat(chunks).toString('utf8');
      bytes += value.byteLength;
      if (bytes >= maxBodyBytes) throw tooLarge();
      chunks.push(value);
    }
  } catch (error) {
    void reader.cancel().catch(() => {});
    // The client left.
    throw error instanceof Refusal ? error : new Refusal(400, 'not-json', 'The body ended early.');
  } finally {
    clearTimeout(timer);
  }
}

/** Counts what came in within the last sixty seconds. */
function countMinute() {
  const seconds = new Map<number, number>();
  const now = () => Math.floor(Date.now() / 1000);
  function forget(): void {
    for (const second of seconds.keys()) if (second <= now() - 60) seconds.delete(second);
  }
  return {
    add(count: number): void {
      forget();
      seconds.set(now(), (seconds.get(now()) ?? 0) + count);
    },
    count(): number {
      forget();
      return [...seconds.values()].reduce((sum, count) => sum + count, 0);
    },
  };
}

/** Checks options.
 * @throws TypeError that names the option at fault. */
function checkOptions({ applications, store, origins = [], eventsPerMinute = maxEvents }: RelayOptions): void {
  const ids = Object.entries(Object(applications) as RelayOptions['applications']);
  if (ids.length === 0 || !ids.every(([id, app]) => id && typeof app?.apiKey === 'string' && app.apiKey)) {
    throw new TypeError('usertoken-relay: "applications" must have an apiKey for each application ID.');
  }
  if (typeof store?.add !== 'function')
    throw new TypeError('usertoken-relay: "store" must be a store, such as sqliteStore({ file }).');
  for (const origin of origins) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
      throw new TypeError('usertoken-relay: "origins" must hold origins such as https://shop.example, without a path.');
    }
  }
  if (!(eventsPerMinute >= maxEvents))
    throw new TypeError(`usertoken-relay: "eventsPerMinute" must be ${maxEvents} or more.`);
}

/** Creates a relay: it takes events of your pages, answers once they are on disk, and forwards each to the Insights API.
 * @throws TypeError that names the option at fault. */
export function createRelay(options: RelayOptions): Relay {
  checkOptions(options);
  const { applications, store, authorize, statusPages, origins = [], bodyTimeoutMs = 10_000 } = options;
  const log: RelayLog = options.log ?? pino({ name: 'usertoken-relay' });
  const metrics = createMetrics();
  const limiter = new RateLimiterMemory({ points: options.eventsPerMinute ?? 6_000, duration: 60 });
  const startedAt = Date.now();
  /** The last troubles, newest first, for the status page. */
  const troubles: { at: number; message: string; details: object }[] = [];
  const minute = countMinute();
  let isClosing = false;
  let isStoreFailing = false;
  let requests = 0;

  function report(trouble: string, details: object = {}): void {
    const level =
      /(reach|avail)able$/.test(trouble) && !trouble.includes('un')
        ? 'info'
        : /refused|contained/.test(trouble)
          ? 'error'
          : 'warn';
    const message = sentences[trouble] ?? trouble;
    log[level]({ code: trouble, ...details }, message);
    if (level !== 'info') troubles.unshift({ at: Date.now(), message, details });
    troubles.length = Math.min(troubles.length, 20);
  }

  const forwarders = new Map<string, Forwarder>(
    Object.entries(applications).map(([appId, application]) => [
      appId,
      createForwarder({
        ...application,
        appId,
        store,
        metrics,
        inspect: options.inspect,
        batchWindowMs: options.batchWindowMs,
        requestTimeoutMs: options.requestTimeoutMs,
        onTrouble: (trouble, details) => report(trouble, { app: appId, ...details }),
      }),
    ]),
  );
  const cookieOptions = options.cookie === true ? {} : options.cookie || undefined;
  const [anyAppId = ''] = forwarders.keys();
  const serverFor = (secure: boolean) =>
    createUserTokenServer({
      appId: anyAppId,
      apiKey: 'unused',
      secure,
      cookie: cookieOptions ?? false,
      // It only renews cookies, and warns of requests that show none.
      onWarning: () => {},
    });
  const servers = cookieOptions && { secure: serverFor(true), plain: serverFor(false) };

  if (!authorize) {
    log.warn({}, 'Without "authorize" anyone can send events for any account. Pass it to check your session.');
  }

  /** What the answer needs so that the page may read it.
   * @throws Refusal for an origin that is not listed. */
  function corsOf(request: Request): Record<string, string> {
    const origin = request.headers.get('origin');
    // Requests of servers have none.
    if (!origin) return {};
    if (origins.includes(origin)) {
      return {
        'access-control-allow-origin': origin,
        'access-control-allow-credentials': 'true',
        'access-control-expose-headers': 'Retry-After',
        vary: 'Origin',
      };
    }
    if (URL.canParse(origin) && new URL(origin).host === hostOf(request)) return {};
    throw new Refusal(403, 'origin-not-allowed', 'Pages of this origin may not send events here. Add it to "origins".');
  }

  async function spend(key: string, points: number): Promise<void> {
    try {
      await limiter.consume(key, points);
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      const seconds = Math.ceil(error.msBeforeNext / 1000);
      throw new Refusal(429, 'rate-limited', `Too many events from here. Try again in ${seconds} seconds.`, {
        'retry-after': String(seconds),
      });
    }
  }

  async function accountsOf(request: Request): Promise<readonly string[] | undefined> {
    if (!authorize) return undefined;
    try {
      return [(await authorize(request)) ?? []].flat();
    } catch (error) {
      log.error(
        { error: (error as Error)?.name },
        'Your "authorize" threw, so a request got 503. Its page sends the events again.',
      );
      throw new Refusal(
        503,
        'authorize-failed',
        "The relay can't find out who is logged in. Send the events again.",
        inFive,
      );
    }
  }

  async function store503<Result>(action: () => Promise<Result>): Promise<Result> {
    try {
      const result = await action();
      if (isStoreFailing) report('store-available');
      isStoreFailing = false;
      return result;
    } catch (error) {
      // Said once: in an outage every request fails.
      if (!isStoreFailing) report('store-unavailable', { error: String(error) });
      isStoreFailing = true;
      throw unavailable();
    }
  }

  /** The cookie of the anonymous token, if the request shows one. */
  function cookiesFor(request: Request): readonly string[] {
    if (!servers) return [];
    const name = cookieOptions?.name ?? '_ALGOLIA';
    const value = request.headers
      .get('cookie')
      ?.split(/;\s*/)
      .find((pair) => pair.startsWith(`${name}=`));
    if (!isAnonymousToken(value?.slice(name.length + 1))) return [];
    const origin = request.headers.get('origin') ?? request.url;
    const server = origin.startsWith('https:') ? servers.secure : servers.plain;
    return server
      .visitor(request, { consent: 'granted' })
      .setCookie.filter((line) => line.startsWith(`${name}=`) && !line.includes('Max-Age=0'));
  }

  /** @param isPlain Whether the request is one of search-insights: the application is in the query, events have no ids. */
  async function takeEvents(request: Request, info: RequestInfo, isPlain: boolean): Promise<Response> {
    const { address } = info;
    if (address !== undefined) await spend(address, 1);
    const body = readBody(await textOf(request, bodyTimeoutMs));
    const query = new URL(request.url).searchParams;
    const appId = String(
      body.appId ?? query.get('X-Algolia-Application-Id') ?? query.get('x-algolia-application-id') ?? '',
    );
    const forwarder = forwarders.get(appId);
    if (!forwarder)
      throw new Refusal(
        403,
        'unknown-application',
        'This relay takes no events for this application. Add it to "applications".',
      );
    const accounts = await accountsOf(request);
    const read = readEvents(body.events, {
      checkToken: options.checkToken,
      accounts,
      needsIds: !isPlain,
      now: Date.now(),
    });
    const { events, rejected } = read;
    for (const { reason } of rejected) metrics.rejected.inc({ app: appId, reason });
    if (address !== undefined) await spend(address, body.events.length - 1);
    else if (events[0]) await spend(events[0].tokens[0]!, events.length);
    const areNew = events.length > 0 ? await store503(() => store.add(appId, events)) : [];
    const accepted = areNew.filter(Boolean).length;
    const duplicates = areNew.length - accepted;
    metrics.accepted.inc({ app: appId }, accepted);
    minute.add(accepted);
    metrics.duplicates.inc({ app: appId }, duplicates);
    if (accepted > 0) forwarder.wake();
    return answerTo(request, { accepted, duplicates, rejected });
  }

  function answerTo(
    request: Request,
    counts: { accepted: number; duplicates: number; rejected: readonly RejectedEvent[] },
  ) {
    const { accepted, duplicates, rejected } = counts;
    if (accepted + duplicates === 0) {
      const areAllNameless = rejected.every(({ reason }) => reason === 'no-id');
      const [{ reason, message }] = rejected as [RejectedEvent];
      const code = areAllNameless ? 'no-ids' : reason;
      return json(areAllNameless ? 400 : 422, { status: areAllNameless ? 400 : 422, code, message, ...counts });
    }
    const response = json(200, counts);
    for (const line of cookiesFor(request)) response.headers.append('set-cookie', line);
    return response;
  }

  async function statusNow(): Promise<RelayStatus> {
    const apps = await Promise.all(
      [...forwarders].map(async ([appId, forwarder]) => {
        const { events, oldestAt } = await store.size(appId);
        return { appId, state: forwarder.state(), queued: events, oldestAt };
      }),
    );
    return { apps, troubles, startedAt, lastMinute: minute.count(), ...(await counts()) };
  }
  async function counts() {
    const sum = async (counter: { get(): Promise<{ values: { value: number }[] }> }) =>
      (await counter.get()).values.reduce((total, { value }) => total + value, 0);
    return {
      accepted: await sum(metrics.accepted),
      duplicates: await sum(metrics.duplicates),
      forwarded: await sum(metrics.forwarded),
      rejected: await sum(metrics.rejected),
      ambiguous: await sum(metrics.ambiguous),
    };
  }

  const pages: Readonly<Record<string, () => Promise<Response>>> = {
    async health() {
      try {
        const { apps } = await statusNow();
        const isWell = !isStoreFailing && !isClosing;
        const states = Object.fromEntries(apps.map(({ appId, state, queued }) => [appId, { state, queued }]));
        return json(isWell ? 200 : 503, {
          status: isClosing ? 'closing' : isStoreFailing ? 'store-unavailable' : 'ok',
          applications: states,
        });
      } catch {
        return json(503, { status: 'store-unavailable' });
      }
    },
    async metrics() {
      const { apps } = await statusNow();
      for (const { appId, queued, oldestAt } of apps) {
        metrics.queued.set({ app: appId }, queued);
        metrics.oldestAge.set({ app: appId }, oldestAt === undefined ? 0 : (Date.now() - oldestAt) / 1000);
      }
      if (store.bytes) metrics.storeBytes.set(await store.bytes());
      return new Response(await metrics.registry.metrics(), {
        headers: { 'content-type': metrics.registry.contentType },
      });
    },
    status: async () =>
      new Response(statusPage(await statusNow()), {
        headers: {
          'content-type': 'text/html; charset=utf-8',
          'cache-control': 'no-store',
          'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
        },
      }),
  };

  async function route(request: Request, info: RequestInfo): Promise<Response> {
    const { pathname } = new URL(request.url);
    const [, path = ''] = /\/(1\/events|events|health|metrics|status)\/?$/.exec(pathname) ?? [];
    const isEvents = path.endsWith('events');
    if (!path || (!statusPages && !isEvents && path !== 'health')) {
      throw new Refusal(404, 'not-found', 'Nothing is served at this address. Send events to /events.');
    }
    if (!isEvents) {
      if (request.method === 'GET' || request.method === 'HEAD') return await pages[path]!();
      throw new Refusal(405, 'wrong-method', 'The method must be GET.', { allow: 'GET, HEAD' });
    }
    const cors = corsOf(request);
    try {
      if (request.method === 'OPTIONS') {
        const allow = { 'access-control-allow-methods': 'POST', 'access-control-allow-headers': 'content-type' };
        return new Response(null, {
          status: 204,
          headers: { allow: 'POST, OPTIONS', ...(cors.vary && allow), ...cors },
        });
      }
      if (request.method !== 'POST')
        throw new Refusal(405, 'wrong-method', 'The method must be POST.', { allow: 'POST, OPTIONS' });
      if (isClosing)
        throw new Refusal(503, 'closing', 'This relay is shutting down. Send the events again.', {
          'retry-after': '1',
        });
      const response = await takeEvents(request, info, path === '1/events');
      for (const [name, value] of Object.entries(cors)) response.headers.set(name, value);
      return response;
    } catch (error) {
      return refuse(error, cors);
    }
  }

  function json(status: number, body: object, headers: Record<string, string> = {}): Response {
    return new Response(JSON.stringify(body), {
      status,
      headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', ...headers },
    });
  }

  function refuse(error: unknown, headers: Record<string, string> = {}): Response {
    const isOurs = error instanceof Refusal;
    // Its message may hold anything.
    if (!isOurs)
      log.error(
        { error: (error as Error)?.name },
        'A request failed unexpectedly and got 503. Its page sends the events again.',
      );
    const refusal = isOurs ? error : unavailable();
    const { status, code, message } = refusal;
    metrics.refused.inc({ code });
    return json(status, { status, code, message }, { ...headers, ...refusal.headers });
  }

  return {
    async handle(request, info = {}) {
      requests += 1;
      try {
        return await route(request, info);
      } catch (error) {
        return refuse(error);
      } finally {
        requests -= 1;
      }
    },
    async forget(token) {
      let removed = 0;
      for (const [appId, forwarder] of forwarders) {
        removed += await store.forget(appId, token);
        await forwarder.forget(token);
        const { adminKey } = applications[appId]!;
        if (!adminKey) continue;
        const path = `/1/usertokens/${encodeURIComponent(token)}`;
        const { ok, status } = await fetch(apiUrl(path, appId, { ...applications[appId]!, apiKey: adminKey }), {
          method: 'DELETE',
        });
        if (!ok)
          throw new Error(`usertoken-relay: the Insights API answered ${status} to the deletion. Call forget again.`);
      }
      return removed;
    },
    async close() {
      isClosing = true;
      const until = Date.now() + bodyTimeoutMs;
      while (requests > 0 && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 10));
      await Promise.all([...forwarders.values()].map((forwarder) => forwarder.close()));
      await store.close();
    },
  };
}
