import { parseArgs } from 'node:util';
import type { CollectorOptions, Fault } from '../testing/index.js';

/** What `npx usertoken collector --help` prints. */
export const collectorUsage = `npx usertoken collector [options]

Answers like the Algolia Insights API on 127.0.0.1 and checks every event against the API's rules. It shows what it
got as a timeline at /, and as JSON at /collected.

  --port N                 port, 1 to 65535 (default 4290, or a free one when that is taken)
  --app-id ID              accept this application ID only (default: any)
  --api-key KEY            accept this API key only (default: any)
  --max-event-age-days N   oldest accepted timestamp (default 30)
  --quiet                  no line for each request
  --help                   this text

Faults replace the API's answer to requests with events:
  --status N               answer with this status, 200 to 599 (503 if you set another fault below)
  --body TEXT              answer with this body
  --retry-after VALUE      answer with this Retry-After: seconds, or an HTTP date
  --hide-retry-after       don't let pages of other origins read Retry-After
  --no-cors                leave out CORS headers, on preflights too
  --drop                   reset the connection
  --drop-after-accept      keep the events, then reset the connection
  --hang                   never answer
  --delay MS               answer after this many milliseconds; with no other fault, as the API does
  --times N                end the fault after this many requests (default: never)

The timeline can set and end a fault while the collector runs.`;

/** The port when none is given. */
export const defaultPort = 4290;

/** What the command line asked for. */
export interface CollectorCommand {
  readonly help: boolean;
  readonly quiet: boolean;
  /** Whether a port was named; a named one is not replaced by a free one. */
  readonly isPortNamed: boolean;
  readonly options: CollectorOptions;
  /** Absent when no option of a fault was given. */
  readonly fault: Fault | undefined;
}

/** @throws RangeError that names the option at fault, or TypeError of `parseArgs` for one that does not exist. */
export function readCollectorArguments(args: readonly string[]): CollectorCommand {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string' },
      'app-id': { type: 'string' },
      'api-key': { type: 'string' },
      'max-event-age-days': { type: 'string' },
      quiet: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
      status: { type: 'string' },
      body: { type: 'string' },
      'retry-after': { type: 'string' },
      'hide-retry-after': { type: 'boolean' },
      'no-cors': { type: 'boolean' },
      drop: { type: 'boolean' },
      'drop-after-accept': { type: 'boolean' },
      hang: { type: 'boolean' },
      delay: { type: 'string' },
      times: { type: 'string' },
    },
  });
  const whole = (name: keyof typeof values, min: number, max: number) =>
    wholeNumber(`--${name}`, values[name] as string | undefined, min, max);

  const fault: Fault = withoutAbsent({
    status: whole('status', 200, 599),
    body: values.body,
    retryAfter: values['retry-after'],
    exposeRetryAfter: values['hide-retry-after'] ? false : undefined,
    cors: values['no-cors'] ? false : undefined,
    drop: values.drop,
    dropAfterAccept: values['drop-after-accept'],
    hang: values.hang,
    delayMs: whole('delay', 0, 2 ** 31 - 1),
  });
  const times = whole('times', 1, Number.MAX_SAFE_INTEGER);
  const isFaultNamed = Object.keys(fault).length > 0;
  if (times !== undefined && !isFaultNamed)
    throw new RangeError('--times needs an option that says which fault, such as --status 503.');

  return {
    help: values.help ?? false,
    quiet: values.quiet ?? false,
    isPortNamed: values.port !== undefined,
    options: {
      port: whole('port', 1, 65_535) ?? defaultPort,
      appId: values['app-id'],
      apiKey: values['api-key'],
      maxEventAgeDays: whole('max-event-age-days', 0, 36_500),
    },
    fault: isFaultNamed ? { ...fault, ...withoutAbsent({ times }) } : undefined,
  };
}

function wholeNumber(name: string, text: string | undefined, min: number, max: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw new RangeError(`${name} must be a whole number from ${min} to ${max}, not '${text}'`);
}

function withoutAbsent<T extends object>(values: T): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;
}
