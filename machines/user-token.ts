/** Why a value is not usable as a user token. The union is closed: no other reason is ever given. */
export type TokenReason =
  | 'not-a-token'
  | 'empty'
  | 'too-long'
  | 'bad-characters'
  | 'personal-data'
  /** The application's own `checkToken` said no. */
  | 'refused-by-check';

/** The answer of a token check. It never holds the refused value, so it can be logged. */
export type TokenCheck =
  | { readonly ok: true; readonly token: string }
  | {
      readonly ok: false;
      readonly reason: TokenReason;
      /** Index of the first offending UTF-16 code unit, where one can be named. */
      readonly position?: number;
      /** What would be right, in a sentence. */
      readonly message: string;
    };

/** The refusing half of {@link TokenCheck}. */
export type TokenRefusal = Extract<TokenCheck, { ok: false }>;

/** The longest user token the API's pattern allows, in characters (its error text says 128, its pattern 129).
 * @see https://www.algolia.com/doc/rest-api/insights/ (field `userToken`) */
export const maxTokenLength = 129;

const badCharacter = /[^\w=+/-]/;
const email = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const internationalPhone = /^\+\d{8,15}$/;
const printable = /^[ -~]+$/;

const messages: Record<TokenReason, string> = {
  'not-a-token': 'pass the account id as a string, or as a whole number',
  empty: 'pass the account id; for a visitor who is not logged in call logout() or sync(null)',
  'too-long': `at most ${maxTokenLength} characters; hash a longer id`,
  'bad-characters': 'only A-Z a-z 0-9 _ = + / - are allowed; hash ids that hold others',
  'personal-data': 'no e-mail address or phone number, encoded or not; use a pseudonymous id',
  'refused-by-check': "the application's own checkToken refused it",
};

/** The refusal for `reason`, with the sentence that says what would be right. */
export function refuseToken(reason: TokenReason, position?: number): TokenRefusal {
  const refusal = { ok: false, reason, message: messages[reason] } as const;
  return position === undefined ? refusal : { ...refusal, position };
}

declare function atob(base64: string): string;

function decodedBase64(token: string): string {
  try {
    return atob(token.replace(/-/g, '+').replace(/_/g, '/'));
  } catch {
    return '';
  }
}

function isPersonal(token: string): boolean {
  if (internationalPhone.test(token)) return true;
  const text = decodedBase64(token);
  return printable.test(text) && (email.test(text) || internationalPhone.test(text));
}

/** The string form of a token: a string as it is; a safe integer or a bigint in decimals; else `undefined`.
 * Numbers that a double can't hold exactly are refused, since two accounts could become one. */
function asText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'bigint' || Number.isSafeInteger(value)) return String(value);
  return undefined;
}

/** The pattern of the API alone: `[A-Za-z0-9_=+/-]`, 1 to 129 characters, the whole value. */
function checkPattern(value: unknown): TokenCheck {
  const token = asText(value);
  if (token === undefined) return refuseToken('not-a-token');
  if (token === '') return refuseToken('empty');
  if (token.length > maxTokenLength) return refuseToken('too-long', maxTokenLength);
  if (email.test(token)) return refuseToken('personal-data');
  const position = token.search(badCharacter);
  return position < 0 ? { ok: true, token } : refuseToken('bad-characters', position);
}

/** Checks a value as user token: the API's pattern (1 to 129 of `A-Z a-z 0-9 _ = + / -`), then a guard against what is
 * recognisably personal: an e-mail address, an international phone number, either of them in base64.
 * A safe integer or bigint becomes its decimal string.
 * @param value Anything; nothing is thrown for nonsense.
 * @param isAllowed Takes the place of the guard against personal data. It must answer `true` at once: a promise is a
 *   refusal, and so is a throw (`refused-by-check`).
 * @see https://www.algolia.com/doc/guides/sending-events/concepts/usertoken/ */
export function checkUserToken(value: unknown, isAllowed?: (token: string) => boolean): TokenCheck {
  const check = checkPattern(value);
  if (!check.ok) return check;
  if (!isAllowed) return isPersonal(check.token) ? refuseToken('personal-data') : check;
  try {
    return isAllowed(check.token) === true ? check : refuseToken('refused-by-check');
  } catch {
    return refuseToken('refused-by-check');
  }
}

/** Whether a value is a user token as {@link checkUserToken} sees it. Numbers are: their decimal string is the token. */
export function isUserToken(value: unknown): value is string | number | bigint {
  return checkUserToken(value).ok;
}

/** Whether a value is a token that this library, or search-insights, made for a visitor it does not know. */
export function isAnonymousToken(value: unknown): value is string {
  return typeof value === 'string' && value.startsWith('anonymous-') && isUserToken(value);
}
