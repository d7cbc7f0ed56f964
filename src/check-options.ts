import { tryCall } from '../machines/try-call.js';
import type { CookieOptions } from './adapters/cookie-token-store.js';
import { docsUrl } from './docs-url.js';
import type { UserTokenOptions } from './options.types.js';

// The rule of every option. Builds for production pages have check-options.short.ts in the place of this module.

/** Whether a value is right, and how the sentence about a wrong one goes on. */
type Rule = readonly [isRight: (value: unknown) => boolean, expected: string];

const text = (pattern: RegExp, expected: string): Rule => [
  (value) => typeof value === 'string' && pattern.test(value),
  `must be ${expected}`,
];
const oneOf = (...words: string[]): Rule => [
  (value) => words.includes(value as string),
  `must be ${words.map((word) => `'${word}'`).join(' or ')}`,
];
const whole = (min: number, max: number): Rule => [
  (value) => Number.isInteger(value) && (value as number) >= min && (value as number) <= max,
  `must be a whole number from ${min} to ${max}`,
];
const object = (expected: string): Rule => [
  (value) => typeof value === 'object' && value !== null,
  `must be an object ${expected}`,
];
const isFunction: Rule = [(value) => typeof value === 'function', 'must be a function'];
const isBoolean: Rule = [(value) => typeof value === 'boolean', 'must be true or false'];
const isAnything: Rule = [() => true, ''];

const seconds = whole(1, 34_560_000);
const cookieName = text(/^[\w!#$%&'*+.^`|~-]+$/, 'the name of a cookie');

const rules: Readonly<Record<keyof UserTokenOptions, Rule>> = {
  appId: text(/\S/, "your Algolia application's ID, a string that is not blank"),
  apiKey: text(/\S/, 'a search-only API key, a string that is not blank'),
  consent: oneOf('pending', 'granted', 'denied'),
  region: oneOf('us', 'de'),
  host: text(/^https?:\/\/[^\s/?#@]+(\/[^\s?#]*)?$/, 'an origin such as https://shop.example'),
  relay: text(/^(\/(?!\/)|https?:\/\/[^\s/?#@]+(\/|$))[^\s?#]*$/, 'a path such as /t, or a URL'),
  user: isAnything,
  strategy: oneOf('replace', 'link'),
  remember: oneOf('session', 'device', 'page'),
  onLogout: oneOf('restore', 'renew'),
  cookie: object('of cookie options, or false'),
  checkToken: isFunction,
  maxEventAgeMs: whole(1, 1e15),
  batchWindowMs: whole(0, 60_000),
  requestTimeoutMs: whole(1, 600_000),
  inspect: isAnything,
  onWarning: isFunction,
  tokenStore: object('with read() and write()'),
  outbox: object('with add(), entries() and remove()'),
  transport: object('with send() and sendOnExit()'),
  page: object('with isOnline() and subscribe()'),
  tabs: object('with open(), post() and close()'),
  clock: object('with now(), monotonicNow(), setTimeout() and clearTimeout()'),
  random: isFunction,
  generateToken: isFunction,
};

const cookieRules: Readonly<Record<keyof CookieOptions, Rule>> = {
  name: cookieName,
  userName: cookieName,
  domain: text(/^[\w-]+(\.[\w-]+)+$/, 'a domain such as shop.example'),
  maxAgeSeconds: seconds,
  userMaxAgeSeconds: seconds,
  renew: isBoolean,
  sameSite: oneOf('Lax', 'Strict', 'None'),
  server: isBoolean,
  secure: isBoolean,
};

function checkAll(options: object, rules: Readonly<Record<string, Rule>>, prefix = ''): void {
  for (const [name, value] of Object.entries(options)) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (rule && (value === undefined || rule[0](value))) continue;
    const problem = rule ? rule[1] : `is not ${prefix ? 'a cookie' : 'an'} option`;
    const anchor = prefix ? '#cookie' : rule ? `#${name.toLowerCase()}` : '';
    throw new TypeError(`usertoken: "${prefix}${name}" ${problem}. See ${docsUrl}/options${anchor}`);
  }
}

/** Checks what `createUserToken` was given.
 * @throws TypeError that names the option, says what would be right and links to it. */
export function checkOptions(options: UserTokenOptions): void {
  const {
    relay,
    appId = 0,
    apiKey = relay ? 'relay' : 0,
    consent = 0,
    cookie = {},
    checkToken,
  } = Object(options) as Partial<UserTokenOptions>;
  checkAll({ ...options, appId, apiKey, consent, cookie: cookie === false ? {} : cookie }, rules);
  checkAll(cookie || {}, cookieRules, 'cookie.');
  // A promise is truthy: a check that returned one would let every token in.
  if (Object(checkToken && tryCall(() => checkToken('anonymous-'))).then) {
    throw new TypeError(
      `usertoken: "checkToken" must return true or false, not a promise. Check the id before login(). See ${docsUrl}/options#checktoken`,
    );
  }
}
