import { tryCall } from './try-call.js';

/** Why a value is not usable as a user token. The union is closed: no other reason is ever given. */
export type TokenReason =
  | 'not-a-token'
  | 'empty'
  | 'too-long'
  | 'bad-characters'
  | 'personal-data'
  /** A missing value that was turned into text: `undefined`, `null` or `NaN`. Real users would share it. */
  | 'not-an-id'
  /** Your `checkToken` rejected the id. */
  | 'refused-by-check';

/** The result of a token check. You can log it: it never contains a rejected value. */
export type TokenCheck =
  | { readonly ok: true; readonly token: string }
  | {
      readonly ok: false;
      readonly reason: TokenReason;
      /** Index of the first offending UTF-16 code unit, where one can be named. */
      readonly position?: number | undefined;
      /** What would be right. */
      readonly message: string;
    };

/** The refusing half of {@link TokenCheck}. */
export type TokenRefusal = Extract<TokenCheck, { ok: false }>;

/** The longest user token the API's pattern allows, in characters (its error text says 128, its pattern 129).
 * @see https://www.algolia.com/doc/rest-api/insights/ (field `userToken`) */
export const maxTokenLength = 129;

const email = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
// Printable characters but @.
const personalText = /^([ -?A-~\u00a0-\uffff]+@[ -?A-~\u00a0-\uffff]+\.[ -?A-~\u00a0-\uffff]+|\+\d{8,15})\s*$/;

const messages: Record<TokenReason, string> = {
  'not-a-token': 'a string or whole number',
  empty: 'an id, or logout() for nobody',
  'too-long': 'at most 129 characters',
  'bad-characters': 'only A-Z a-z 0-9 _ = + / -',
  'personal-data': 'a pseudonymous id',
  'not-an-id': "an id, not a missing value's name",
  'refused-by-check': 'what checkToken allows',
};

/** The refusal for `reason`, with what would be right. */
export function refuseToken(reason: TokenReason, position?: number): TokenRefusal {
  return { ok: false, reason, position, message: messages[reason] };
}

declare function atob(base64: string): string;

/** Whether a token is not recognisably personal: no international phone number, and neither that nor an e-mail address
 * in base64. */
function isImpersonal(token: string): boolean {
  const bytes = tryCall(() => atob(token.replace(/-/g, '+').replace(/_/g, '/'))) ?? '';
  // What is no UTF-8 throws, which is slow: it is asked of little.
  const decoded = /@|^\+/.test(bytes) ? tryCall(() => decodeURIComponent(escape(bytes))) : undefined;
  return !personalText.test(token) && !personalText.test(decoded ?? '');
}

/** Checks whether a value can be a user token. It must match the API's pattern (1 to 129 of `A-Z a-z 0-9 _ = + / -`) and must not
 * be an e-mail address or an international phone number, plain or in base64. A bigint or a safe integer becomes its decimal
 * string.
 * @param value Any value; the check never throws.
 * @param isAllowed Replaces the guard against personal data. It must return `true` synchronously: if it returns a promise or
 *   throws, the token is rejected as `refused-by-check`.
 * @see https://www.algolia.com/doc/guides/sending-events/concepts/usertoken/ */
export function checkUserToken(value: unknown, isAllowed?: (token: string) => boolean): TokenCheck {
  const token = typeof value === 'bigint' || Number.isSafeInteger(value) ? String(value) : value;
  if (typeof token !== 'string') return refuseToken('not-a-token');
  if (!token) return refuseToken('empty');
  if (token.length > maxTokenLength) return refuseToken('too-long', maxTokenLength);
  if (/^(undefined|null|NaN)$/.test(token)) return refuseToken('not-an-id');
  if (email.test(token)) return refuseToken('personal-data');
  const position = token.search(/[^\w=+/-]/);
  if (position >= 0) return refuseToken('bad-characters', position);
  if (tryCall(isAllowed ?? isImpersonal, undefined, token) === true) return { ok: true, token };
  return refuseToken(isAllowed ? 'refused-by-check' : 'personal-data');
}

/** Whether {@link checkUserToken} accepts a value. It accepts whole numbers too; the token is their decimal string. */
export function isUserToken(value: unknown): value is string | number | bigint {
  return checkUserToken(value).ok;
}

/** Whether a value is a token that this library, or search-insights, made for a visitor it does not know. */
export function isAnonymousToken(value: unknown): value is string {
  return typeof value === 'string' && value.startsWith('anonymous-') && checkUserToken(value).ok;
}
