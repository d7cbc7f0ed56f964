import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type EventKind, eventMethods } from '../../src/events/event-methods.js';
import { eventsUrl } from '../../src/events/events-url.js';
import { createUserToken } from '../../src/index.js';
import { fakeTransport } from '../../src/testing/index.js';
import { eventMethodFields, keysOf, membersOf } from './support/exports.js';
import { guidePages, root } from './support/guide.js';

/** First cells of the table whose head begins with `title`, with the whole rows. */
function rowsOf(path: string, title: string): Map<string, string> {
  const lines = readFileSync(root + path, 'utf8').split('\n');
  const head = lines.findIndex((line) => new RegExp(`^\\| ${title} +\\|`).test(line));
  if (head < 0) throw new Error(`${path} has no table of ${title}`);
  const after = lines.slice(head + 2);
  const end = after.findIndex((line) => !line.startsWith('|'));
  const rows = after.slice(0, end < 0 ? undefined : end);
  return new Map(rows.map((row) => [/^\| `([^`]+)`/.exec(row)?.[1] ?? row, row]));
}

const names = (members: readonly { readonly name: string }[]) => members.map(({ name }) => name).sort();
const firsts = (rows: ReadonlyMap<string, string>) => [...rows.keys()].sort();

/** The literal at the beginning of a `@default`: `'session'`, `250`, `true`. */
const literalIn = (text: string) => /^('[^']*'|[\d_]+|true|false)(?=$|[\s,(])/.exec(text)?.[1]?.replaceAll('_', '');

describe.each([
  ['options of createUserToken', 'docs/options.md', 'option', 'UserTokenOptions'],
  ['cookie options', 'docs/tokens.md', 'cookie option', 'CookieOptions'],
])('the table of %s', (_, path, title, type) => {
  it('has each of them, and no other', () => {
    expect(firsts(rowsOf(path, title))).toEqual(names(membersOf(type)));
  });

  it('has the defaults that the docstrings name', () => {
    const rows = rowsOf(path, title);
    const defaults = membersOf(type).map(({ name, defaultText }) => [name, literalIn(defaultText)] as const);
    const missing = defaults.filter(
      ([name, literal]) => literal && !rows.get(name)?.replaceAll('_', '').includes(literal.replaceAll('_', '')),
    );
    expect(defaults.filter(([, literal]) => literal).length).toBeGreaterThan(2);
    expect(missing).toEqual([]);
  });
});

describe('the ranges of docs/options.md', () => {
  const options = { appId: 'app', apiKey: 'key', consent: 'granted' } as const;
  const range = String.raw`(\d+) to (\d+)`;
  const rows = [...rowsOf('docs/options.md', 'option')].flatMap(([name, row]) => {
    const [, min, max] = new RegExp(`\\. ${range} +\\|$`).exec(row) ?? [];
    return min && max ? [[name, Number(min), Number(max), (value: number) => ({ [name]: value })] as const] : [];
  });
  const text = readFileSync(`${root}docs/options.md`, 'utf8');
  const [, min, max] = new RegExp(`whole numbers of seconds from ${range}\\.`).exec(text) ?? [];
  const cookie = ['maxAgeSeconds', 'userMaxAgeSeconds'].map(
    (name) => [name, Number(min), Number(max), (value: number) => ({ cookie: { [name]: value } })] as const,
  );

  it('are those of each number', () => {
    const numbers = names(membersOf('UserTokenOptions')).filter((name) => name.endsWith('Ms'));
    expect(rows.map(([name]) => name).sort()).toEqual(numbers);
  });

  it.each([...rows, ...cookie])('hold for %s: %i to %i', (name, min, max, given) => {
    for (const value of [min, max]) createUserToken({ ...options, ...given(value) }).dispose();
    for (const value of [min - 1, max + 1, min + 0.5]) {
      expect(() => createUserToken({ ...options, ...given(value) })).toThrow(name);
    }
  });
});

describe('the table of methods for events', () => {
  const table = [...rowsOf('docs/getting-started.md', 'method')].map(([name, row]) => {
    const cells = row.split('|').slice(2, -1);
    const [kind, required, optional] = cells.map((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, it]) => it!));
    return [name, { kind, required: required!.sort(), optional: optional!.sort() }] as const;
  });

  it('has each of them, with the type and subtype it fills in', () => {
    const kinds: EventKind[] = [];
    const methods = eventMethods(async (_, kind) => {
      kinds.push(kind);
      return { status: 'stored' };
    });
    for (const method of Object.values(methods)) void method({});
    const filledIn = kinds.map(({ eventType, eventSubtype }) => [eventType, eventSubtype].filter(Boolean));
    const actual = Object.keys(methods).map((name, index) => [name, filledIn[index]]);
    expect(Object.fromEntries(table.map(([name, { kind }]) => [name, kind]))).toEqual(Object.fromEntries(actual));
    expect(table).toHaveLength(12);
  });

  it('has the fields that their types require and allow', () => {
    const fields = table.map(([name, { required, optional }]) => [name, { required, optional }]);
    expect(Object.fromEntries(fields)).toEqual(Object.fromEntries(eventMethodFields()));
  });
});

describe('the tables of reasons', () => {
  it('have each reason why a token is refused', () => {
    expect(firsts(rowsOf('docs/tokens.md', 'reason'))).toEqual(names(membersOf('TokenReason')));
  });

  it('have each reason why an event is dropped', () => {
    expect(firsts(rowsOf('docs/delivery.md', 'reason'))).toEqual(names(membersOf('DropReason')));
  });
});

describe('the table of suspect fields', () => {
  const fields = firsts(rowsOf('docs/troubleshooting.md', 'field'));
  const others = ['eventType', 'timestamp'];

  it('has each field for which there is a rule', () => {
    const rules = ['isWrong', 'ofItems'].flatMap((name) => keysOf('src/events/event-rules.ts', name));
    expect(fields).toEqual([...rules, ...others].sort());
  });

  it('has the fields that a warning names for events in which all is wrong', async () => {
    const told: string[] = [];
    const user = createUserToken({
      appId: 'app',
      apiKey: 'key',
      consent: 'granted',
      transport: fakeTransport(),
      onWarning: ({ message }) => told.push(/"(\w+)"/.exec(message)?.[1] ?? message),
    });
    const rules = fields.filter((field) => !others.includes(field));
    const wrong = Object.fromEntries(rules.map((field) => [field, ['']]));
    for (const eventType of ['click', 'nothing known']) {
      await user.track({ ...wrong, objectIDs: [''], filters: [''], eventType, timestamp: 0.5 } as never);
    }
    user.dispose();
    expect(told.sort()).toEqual(fields);
  });
});

it('the guide names no other version of the package than this one', () => {
  const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
  const named = guidePages().flatMap(({ text }) =>
    [...text.matchAll(/\/usertoken@([^/]+)\//g)].map(([, found]) => found),
  );
  expect(new Set(named)).toEqual(new Set([version]));
});

describe('the content security policy of the guide', () => {
  it('names each address that events are sent to', () => {
    const guide = readFileSync(`${root}docs/security.md`, 'utf8');
    const options = { appId: 'a', apiKey: 'k', consent: 'granted' } as const;
    for (const region of [undefined, 'us', 'de'] as const) {
      expect(guide).toContain(`\`${new URL(eventsUrl({ ...options, region })).origin}\``);
    }
  });
});

describe('README.md', () => {
  const readme = readFileSync(`${root}README.md`, 'utf8');

  it('says how to run and how to test', () => {
    expect(readme).toContain('npm ci && npm start');
    expect(readme).toContain('npm ci && npm test');
  });

  it('links to the known limits', () => {
    expect(readme).toContain('[Known limits](docs/known-limits.md)');
  });
});
