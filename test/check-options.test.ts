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
    ['no appId', { appId: undefined }, /"appId" must be .+ not blank\. See /],
    ['an empty apiKey', { apiKey: ' ' }, /"apiKey" must be /],
    ['an apiKey that is no string', { apiKey: 7 }, /"apiKey" must be /],
    ['no consent', { consent: undefined }, /"consent" must be 'pending' or 'granted' or 'denied'\. See /],
    ['an unknown consent', { consent: 'yes' }, /"consent" must be 'pending' or 'granted' or 'denied'\. See /],
    ['an unknown region', { region: 'eu' }, /"region" must be 'us' or 'de'\. See /],
    ['a host without scheme', { host: 'insights.example.com' }, /"host" must be .*https/],
    ['a host with a query', { host: 'https://a.example/?x=1' }, /"host" must be .*https/],
    ['a host of another scheme', { host: 'ftp://a.example' }, /"host" must be .*https/],
    ['a host with credentials', { host: 'https://me:pw@a.example' }, /"host" must be .*https/],
    ['an unknown strategy', { strategy: 'merge' }, /"strategy" must be 'replace' or 'link'\. See /],
    ['an unknown remember', { remember: 'forever' }, /"remember" must be 'session' or 'device' or 'page'\. See /],
    ['an unknown onLogout', { onLogout: 'forget' }, /"onLogout" must be 'restore' or 'renew'\. See /],
    ['a cookie that is true', { cookie: true }, /"cookie" must be an object/],
    [
      // CK-05 of the test cases.
      'a lifetime of zero',
      { cookie: { maxAgeSeconds: 0 } },
      /"cookie\.maxAgeSeconds" must be a whole number from 1 to 34560000/,
    ],
    [
      // CK-05 of the test cases.
      'a negative lifetime',
      { cookie: { userMaxAgeSeconds: -1 } },
      /"cookie\.userMaxAgeSeconds" must be a whole number from 1 to/,
    ],
    [
      // CK-05 of the test cases.
      'a lifetime that is no integer',
      { cookie: { maxAgeSeconds: 1.5 } },
      /"cookie\.maxAgeSeconds" must be a whole number from 1 to/,
    ],
    ['a cookie name with a separator', { cookie: { name: 'a;b' } }, /"cookie\.name" must be the name of a cookie\./],
    [
      'a cookie domain that is an address',
      { cookie: { domain: 'https://a.example' } },
      /"cookie\.domain" must be a domain such as shop\.example\./,
    ],
    ['an unknown cookie option', { cookie: { maxage: 1 } }, /"cookie\.maxage" is not a cookie option/],
    ['a duration that is a string', { batchWindowMs: '250' }, /"batchWindowMs" must be a whole number from 0 to 60000/],
    ['an age that is NaN', { maxEventAgeMs: Number.NaN }, /"maxEventAgeMs" must be a whole number from 1 to/],
    ['an unknown option', { regoin: 'de' }, /"regoin" is not an option/],
    ['an option named like a part of every object', { constructor: 1 }, /"constructor" is not an option/],
    ['a tokenStore that is a function', { tokenStore: () => {} }, /"tokenStore" must be an object with read/],
    ['a transport that is null', { transport: null }, /"transport" must be an object with send/],
    [
      // XS-06 of the test cases.
      'a checkToken that answers with a promise',
      { checkToken: async () => true },
      /"checkToken" must return true or false, not a promise/,
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
