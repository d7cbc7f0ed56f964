import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { cookieTokenStore, isAnonymousToken, isUserToken } from '../../src/index.js';
import { setup } from '../support/setup.js';
import { fuzz, watchProcess } from './support/fuzz.js';

watchProcess();

const value = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('%', '%00', '%E0%A4%A', '%0d%0aSet-Cookie:x=1', '"quoted"', 'anonymous-', 'anonymous-a\u0000b', ''),
  fc.constantFrom('anonymous-11111111-1111-4111-8111-111111111111', 'mallory', '[object Object]', '__proto__'),
  fc.integer({ min: 100, max: 4096 }).map((length) => `anonymous-${'x'.repeat(length)}`),
  fc.string({ unit: 'grapheme' }).map((text) => `anonymous-${text}`),
);
const name = fc.constantFrom('_ALGOLIA', '_ALGOLIA_USER', '__Host-_ALGOLIA_USER', '__proto__', '', 'a b', '_ALGOLIA ');
const separator = fc.constantFrom('; ', ';', ';;', ' ; ', '=', '\n');
const header = fc
  .array(fc.tuple(name, fc.constantFrom('=', '==', '', ' = '), value, separator), { maxLength: 12 })
  .map((parts) => parts.flat().join(''));

/** A `document` that shows `before` and whatever is written, and follows no rule. */
function documentOf(before: string, pathname: string) {
  const writes: string[] = [];
  return {
    writes,
    location: { protocol: 'http:', hostname: 'www.shop.example', pathname },
    get cookie() {
      return before;
    },
    set cookie(text: string) {
      writes.push(text);
    },
  };
}

describe('whatever cookies there are', () => {
  fuzz(
    'the tokens in force are valid ones, and what is written is one cookie with a token and our attributes',
    1_000,
    [header, fc.webPath(), fc.constantFrom<unknown>('u1', 'a;b', 'x\r\ny', '%00', null, undefined)],
    (cookies, path, user) => {
      const document = documentOf(cookies, path);
      const tokenStore = cookieTokenStore({}, { document });
      const { user: instance } = setup({ tokenStore });
      for (const slot of ['anonymous', 'identified'] as const) {
        const found = tokenStore.read(slot);
        if (found !== undefined) expect(slot === 'anonymous' ? isAnonymousToken(found) : isUserToken(found)).toBe(true);
      }
      expect(isUserToken(instance.token)).toBe(true);
      instance.sync(user as string);
      instance.login(user as string);
      expect(isUserToken(instance.token)).toBe(true);
      instance.logout();
      expect(isAnonymousToken(instance.token)).toBe(true);
      instance.consent.deny();
      for (const text of document.writes) {
        expect(text).toMatch(
          /^(_ALGOLIA|_ALGOLIA_USER|__Host-_ALGOLIA_USER)=[\w=+/-]{0,129}; Path=[^;\s]*; SameSite=Lax(; Domain=(www\.)?shop\.example)?(; Max-Age=\d+)?$/,
        );
      }
      instance.dispose();
    },
  );
});
