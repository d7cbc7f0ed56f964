import { describe, expect, it } from 'vitest';
import { eventsUrl } from '../src/events/events-url.js';
import { createUserToken, type UserTokenOptions } from '../src/index.js';

const good = { appId: 'APP', apiKey: 'SECRET-KEY', consent: 'pending', cookie: false } as const;

function failure(options: unknown): Error | undefined {
  try {
    createUserToken(options as UserTokenOptions).dispose();
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

describe('creation with what can not work', () => {
  it.each<[string, object, RegExp]>([
    ['no appId', { appId: undefined }, /option appId must be a string that is not blank$/],
    ['an empty apiKey', { apiKey: ' ' }, /option apiKey must be /],
    ['an apiKey that is no string', { apiKey: 7 }, /option apiKey must be /],
    ['no consent', { consent: undefined }, /option consent must be pending or granted or denied$/],
    ['an unknown consent', { consent: 'yes' }, /option consent must be pending or granted or denied$/],
    ['an unknown region', { region: 'eu' }, /option region must be us or de$/],
    ['a host without scheme', { host: 'insights.example.com' }, /option host must be .*https/],
    ['a host with a query', { host: 'https://a.example/?x=1' }, /option host must be .*https/],
    ['a host of another scheme', { host: 'ftp://a.example' }, /option host must be .*https/],
    ['a host with credentials', { host: 'https://me:pw@a.example' }, /option host must be .*https/],
    ['an unknown strategy', { strategy: 'merge' }, /option strategy must be replace or link$/],
    ['an unknown remember', { remember: 'forever' }, /option remember must be session or device or page$/],
    ['an unknown onLogout', { onLogout: 'forget' }, /option onLogout must be restore or renew$/],
    ['a cookie that is true', { cookie: true }, /option cookie must be object/],
    [
      'CK-05: a lifetime of zero',
      { cookie: { maxAgeSeconds: 0 } },
      /option cookie\.maxAgeSeconds must be 1 to 34560000/,
    ],
    [
      'CK-05: a negative lifetime',
      { cookie: { userMaxAgeSeconds: -1 } },
      /option cookie\.userMaxAgeSeconds must be 1 to/,
    ],
    [
      'CK-05: a lifetime that is no integer',
      { cookie: { maxAgeSeconds: 1.5 } },
      /option cookie\.maxAgeSeconds must be 1 to/,
    ],
    [
      'a cookie name with a separator',
      { cookie: { name: 'a;b' } },
      /option cookie\.name must be the name of a cookie$/,
    ],
    [
      'a cookie domain that is an address',
      { cookie: { domain: 'https://a.example' } },
      /option cookie\.domain must be a domain such as shop\.example$/,
    ],
    ['an unknown cookie option', { cookie: { maxage: 1 } }, /option cookie\.maxage is none of name,/],
    ['a duration that is a string', { batchWindowMs: '250' }, /option batchWindowMs must be 0 to 60000/],
    ['an age that is NaN', { maxEventAgeMs: Number.NaN }, /option maxEventAgeMs must be 1 to/],
    ['an unknown option', { regoin: 'de' }, /option regoin is none of appId,/],
    ['an option named like a part of every object', { constructor: 1 }, /option constructor is none of/],
    ['a tokenStore that is a function', { tokenStore: () => {} }, /option tokenStore must be object/],
    ['a transport that is null', { transport: null }, /option transport must be object/],
    [
      'XS-06: a checkToken that answers with a promise',
      { checkToken: async () => true },
      /option checkToken must be synchronous/,
    ],
  ])('%s is a TypeError that names the option and what would be right', (_, options, message) => {
    const error = failure({ ...good, ...options });
    expect(error).toBeInstanceOf(TypeError);
    expect(error?.message).toMatch(message);
    expect(error?.message).not.toContain('SECRET-KEY');
  });

  it.each([undefined, null, 7, 'x'])('%s instead of options is a TypeError too', (options) => {
    expect(failure(options)).toBeInstanceOf(TypeError);
  });

  it('takes every option as undefined for left out', () => {
    const names = [
      'region',
      'host',
      'user',
      'strategy',
      'remember',
      'onLogout',
      'checkToken',
      'inspect',
      'tokenStore',
      'clock',
    ];
    expect(failure({ ...good, ...Object.fromEntries(names.map((name) => [name, undefined])) })).toBeUndefined();
  });

  it('a checkToken that throws on some token is no configuration error', () => {
    const checkToken = () => {
      throw new Error('no');
    };
    expect(failure({ ...good, checkToken })).toBeUndefined();
  });
});

describe('where events go', () => {
  it.each([
    [{}, 'https://insights.algolia.io/1/events'],
    [{ region: 'de' }, 'https://insights.de.algolia.io/1/events'],
    [{ region: 'us' }, 'https://insights.us.algolia.io/1/events'],
    [{ host: 'https://shop.example/proxy/' }, 'https://shop.example/proxy/1/events'],
    [{ host: 'http://127.0.0.1:8080', region: 'de' }, 'http://127.0.0.1:8080/1/events'],
  ] as const)('%o: %s', (options, expected) => {
    const url = new URL(eventsUrl({ ...good, ...options }));
    expect(url.origin + url.pathname).toBe(expected);
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      'X-Algolia-Application-Id': 'APP',
      'X-Algolia-API-Key': 'SECRET-KEY',
    });
  });
});
