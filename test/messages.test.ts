import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { checkOptions } from '../src/check-options.js';
import { checkOptions as checkInProduction } from '../src/check-options.short.js';
import { docsUrl } from '../src/docs-url.js';
import { messageOf } from '../src/messages.js';
import { messageOf as shortMessageOf } from '../src/messages.short.js';
import type { UserTokenOptions, Warning } from '../src/options.types.js';
import { createWarnings } from '../src/warnings.js';
import { fieldsOf, literalsOf } from './docs/support/exports.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const codes = literalsOf('Warning', 'code') as Warning['code'][];
const right: UserTokenOptions = { appId: 'app', apiKey: 'key', consent: 'granted' };

const linksIn = (text: string) => text.match(/https:\/\/\S+/g) ?? [];

/** Whether a link of a message leads to a heading of the guide. */
function leadsToHeading(link: string): boolean {
  const [page, anchor] = link.slice(docsUrl.length + 1).split('#');
  const text = readFileSync(`${root}docs/${page}.md`, 'utf8');
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading!.replaceAll('`', '').toLowerCase());
  return anchor === undefined || headings.includes(anchor);
}

function errorOf(check: (options: UserTokenOptions) => void, more: object): Error | undefined {
  try {
    check({ ...right, ...more });
  } catch (error) {
    return error as Error;
  }
  return undefined;
}

describe.each([
  ['in development', messageOf],
  ['in production', shortMessageOf],
])('each warning %s', (_, messageOf) => {
  it.each(codes)('%s links to its heading in docs/troubleshooting.md', (code) => {
    const message = messageOf(code, 'too-long');
    expect(linksIn(message)).toEqual([`${docsUrl}/troubleshooting#${code}`]);
    expect(linksIn(message).filter(leadsToHeading)).toHaveLength(1);
  });
});

describe('warnings', () => {
  afterEach(() => void vi.restoreAllMocks());

  it.each([
    ['token-rejected', ['refused-by-check'], 'login ignored: your checkToken rejected the id.'],
    ['event-suspect', ['eventName'], '"eventName" may be rejected by the Insights API (1 to 64 printable ASCII'],
    [
      'event-dropped',
      ['too-large', '', 'at most 10 bytes'],
      "dropped (too-large) and won't be sent. It must be at most",
    ],
    ['event-dropped', ['invalid-token', 'userToken', 'an id'], '"userToken" must be an id.'],
    ['credentials-refused', [], 'Algolia rejected the app ID or API key. Sending has stopped; events are kept.'],
  ] as const)('say in a sentence what %s means', (code, details, sentence) => {
    expect(messageOf(code, ...details)).toContain(sentence);
  });

  it('give each message once, to the console unless there is a listener', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const { post, postError } = createWarnings();
    post('event-suspect', 'index');
    post('event-suspect', 'index');
    post('event-suspect', 'value');
    postError(new RangeError('a token'));
    expect(warn.mock.calls.map(([message]) => message)).toEqual([
      messageOf('event-suspect', 'index'),
      messageOf('event-suspect', 'value'),
      messageOf('error-contained', 'RangeError'),
    ]);
  });
});

describe('the error about an option', () => {
  const wrong = fieldsOf('UserTokenOptions').filter((name) => !['user', 'inspect'].includes(name));

  it.each(wrong)('names %s and links to its heading in docs/options.md', (name) => {
    const error = errorOf(checkOptions, { [name]: Symbol('wrong') });
    expect(error).toBeInstanceOf(TypeError);
    expect(error?.message).toMatch(new RegExp(`^usertoken: "${name}" must be .+\\. See https://\\S+$`));
    const link = linksIn(error!.message).at(-1)!;
    expect(link).toBe(`${docsUrl}/options#${name.toLowerCase()}`);
    expect(leadsToHeading(link)).toBe(true);
  });

  it.each([
    [{ tokenStore: 1 }, '"tokenStore" must be an object with read() and write().'],
    [{ region: 'eu' }, `"region" must be 'us' or 'de'.`],
    [{ colour: 'red' }, '"colour" is not an option.'],
    [{ cookie: { colour: 'red' } }, '"cookie.colour" is not a cookie option.'],
    [{ cookie: { maxAgeSeconds: 0 } }, '"cookie.maxAgeSeconds" must be a whole number from 1 to 34560000.'],
    [{ checkToken: async () => true }, '"checkToken" must return true or false, not a promise.'],
  ])('says what would be right: %j', (more, sentence) => {
    const { message } = errorOf(checkOptions, more)!;
    expect(message).toContain(`usertoken: ${sentence}`);
    expect(linksIn(message).filter(leadsToHeading)).toHaveLength(1);
  });

  it.each([
    ['appId', { appId: ' ' }],
    ['apiKey', { apiKey: undefined }],
    ['consent', { consent: 'yes' }],
    ['checkToken', { checkToken: async () => true }],
  ])('is thrown for %s in production too, with a link', (name, more) => {
    const error = errorOf(checkInProduction, more);
    expect(error).toBeInstanceOf(TypeError);
    expect(error?.message).toBe(`usertoken: "${name}" is wrong. See ${docsUrl}/options#${name.toLowerCase()}`);
  });

  it('is left to development for the other options', () => {
    expect(errorOf(checkInProduction, { region: 'eu', tokenStore: 1 })).toBeUndefined();
  });
});
