import { tryCall } from '../machines/try-call.js';
import type { CookieOptions } from './adapters/cookie-token-store.js';
import type { UserTokenOptions } from './options.types.js';

/** What an option must be: a string that matches, with what that means, a whole number between two, or of a type. */
type Rule =
  | readonly [RegExp, meaning: string]
  | readonly [min: number, max: number]
  | 'object'
  | 'function'
  | 'boolean';

const oneOf = (...words: string[]): Rule => [RegExp(`^(${words.join('|')})$`), words.join(' or ')];
const someText: Rule = [/\S/, 'a string that is not blank'];
const seconds: Rule = [1, 34_560_000];
const cookieName: Rule = [/^[\w!#$%&'*+.^`|~-]+$/, 'the name of a cookie'];

const rules: Readonly<Record<keyof UserTokenOptions, Rule | undefined>> = {
  appId: someText,
  apiKey: someText,
  consent: /* @__PURE__ */ oneOf('pending', 'granted', 'denied'),
  region: /* @__PURE__ */ oneOf('us', 'de'),
  host: [/^https?:\/\/[^\s/?#@]+(\/[^\s?#]*)?$/, 'an origin such as https://shop.example'],
  user: undefined,
  strategy: /* @__PURE__ */ oneOf('replace', 'link'),
  remember: /* @__PURE__ */ oneOf('session', 'device', 'page'),
  onLogout: /* @__PURE__ */ oneOf('restore', 'renew'),
  cookie: 'object',
  checkToken: 'function',
  maxEventAgeMs: [1, 1e15],
  batchWindowMs: [0, 60_000],
  requestTimeoutMs: [1, 600_000],
  inspect: undefined,
  onWarning: 'function',
  tokenStore: 'object',
  outbox: 'object',
  transport: 'object',
  page: 'object',
  tabs: 'object',
  clock: 'object',
  random: 'function',
  generateToken: 'function',
};

const cookieRules: Readonly<Record<keyof CookieOptions, Rule>> = {
  name: cookieName,
  userName: cookieName,
  domain: [/^[\w-]+(\.[\w-]+)+$/, 'a domain such as shop.example'],
  maxAgeSeconds: seconds,
  userMaxAgeSeconds: seconds,
  renew: 'boolean',
  sameSite: /* @__PURE__ */ oneOf('Lax', 'Strict', 'None'),
  server: 'boolean',
};

function keeps(value: unknown, rule: Rule): boolean {
  if (typeof rule === 'string') return value !== null && typeof value === rule;
  const [least, most] = rule;
  if (typeof least === 'object') return typeof value === 'string' && least.test(value);
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= (most as number);
}

function checkAll(options: object, rules: Readonly<Record<string, Rule | undefined>>, prefix = ''): void {
  for (const [name, value] of Object.entries(options)) {
    const rule = rules[name];
    const isKnown = Object.hasOwn(rules, name);
    if (isKnown && (value === undefined || !rule || keeps(value, rule))) continue;
    const expected = isKnown
      ? `must be ${typeof rule === 'object' ? (typeof rule[1] === 'string' ? rule[1] : rule.join(' to ')) : rule}`
      : `is none of ${Object.keys(rules)}`;
    throw new TypeError(`usertoken: option ${prefix}${name} ${expected}`);
  }
}

/** Checks what `createUserToken` was given.
 * @throws TypeError that names the option and what would be right. */
export function checkOptions(options: UserTokenOptions): void {
  const { appId = 0, apiKey = 0, consent = 0, cookie = {}, checkToken } = Object(options) as Partial<UserTokenOptions>;
  checkAll({ ...options, appId, apiKey, consent, cookie: cookie === false ? {} : cookie }, rules);
  checkAll(cookie || {}, cookieRules, 'cookie.');
  // A promise is truthy: a guard that returned one would let every token in.
  if (Object(checkToken && tryCall(() => checkToken('anonymous-'))).then) {
    throw new TypeError('usertoken: option checkToken must be synchronous; check before login()');
  }
}
