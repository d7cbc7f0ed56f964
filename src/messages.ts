import type { TokenReason } from '../machines/index.js';
import { docsUrl } from './docs-url.js';
import type { Warning } from './options.types.js';

// The full sentences. Builds for production pages have messages.short.ts in the place of this module.

const rejectedIds: Readonly<Record<TokenReason, string>> = {
  'not-a-token': 'the id is neither a string nor a whole number',
  empty: 'the id is empty. Call logout() or sync(null) when nobody is logged in',
  'too-long': 'the id is longer than 129 characters',
  'bad-characters': 'the id has characters other than A-Z a-z 0-9 _ = + / -',
  'personal-data': 'the id looks like personal data, such as an e-mail address. Pass a pseudonymous id',
  'not-an-id': 'the id is the name of a missing value, such as "undefined"',
  'refused-by-check': 'your checkToken rejected the id',
};

const fieldRules: Readonly<Record<string, string>> = {
  eventType: 'click, conversion or view',
  eventName: '1 to 64 printable ASCII characters',
  index: 'a string that is not empty',
  eventSubtype: 'addToCart or purchase, on a conversion with objectIDs',
  objectIDs: '1 to 20 strings, and no filters in the same event',
  filters: '1 to 20 of attribute:value, and no objectIDs in the same event',
  positions: 'whole numbers from 1, one for each object, on a click with a queryID',
  queryID: '32 hexadecimal digits in lower case',
  objectData: 'one item for each object, with price, discount, quantity or queryID',
  value: 'a number, or a string of at most 16 characters',
  currency: 'three letters',
  agentID: 'a string, on an event of type instantsearch',
};

type Details = readonly (string | undefined)[];

const sentences: Readonly<Record<Warning['code'], (...details: Details) => string>> = {
  'token-rejected': (reason) =>
    `login ignored: ${rejectedIds[reason as TokenReason]}. The visitor and their events stay as they were.`,
  'event-suspect': (field = '') =>
    field === 'timestamp'
      ? '"timestamp" is not a whole number of milliseconds above 0. The event was sent without it, so the API takes the time it arrives. Pass a number such as Date.now().'
      : `"${field}" may be rejected by the Insights API (${fieldRules[field]}). The event was sent on its own.`,
  'event-dropped': (reason, field, expected) =>
    `an event was dropped (${reason}) and won't be sent. ${field ? `"${field}"` : 'It'} must be ${expected}.`,
  'credentials-refused': () =>
    'Algolia rejected the app ID or API key. Sending has stopped; events are kept. Check "appId" and "apiKey".',
  'api-unreachable': () =>
    'three requests in a row got no answer. Events are kept and retried. Look for a blocker, a content security policy or a wrong "host".',
  'api-redirected': () =>
    '"host" answers with a redirect. Events follow it, but each page needs one more request, and events of a closing page may be lost. Set "host" to the new address.',
  'blocked-by-policy': () =>
    'the page\'s Content-Security-Policy blocks requests to the Insights API. Events are kept and retried. Add its address, or that of your "host", to connect-src.',
  'host-insecure': () =>
    'the page is on https and "host" is not, so the browser blocks requests to it. Events are kept and retried. Use https for "host".',
  'fetch-missing': () =>
    'there is no global "fetch" here, so nothing can be sent. Events are kept. Define "fetch", or pass a "transport".',
  'request-refused': () =>
    'this runtime refused to make the request, so nothing was sent. Events are kept and retried. Pass a "transport" that works here.',
  'weak-randomness': () =>
    'there is no "crypto.getRandomValues" here, or it throws, so two visitors may get the same anonymous token. Add a polyfill. In workers, create the client inside a request.',
  'shared-instance': () =>
    'a client on a server got a second account while another was logged in. Requests share it, so events of one visitor are sent under another. Create a client for each request, or use createUserTokenServer.',
  'cookies-unavailable': () =>
    "this page can't keep cookies. Events are sent under a token that lasts as long as the page. Check whether cookies are blocked.",
  'cookie-domain-refused': () =>
    'the browser rejected the cookie option "domain". The cookies are host-only, so other sub-domains send events under other tokens. Set it to a domain that the page is on.',
  'cookie-duplicated': () =>
    'several cookies had the same name. One token was kept for events and the other cookies were expired. Find the script or server that writes them.',
  'token-foreign': (source) =>
    `"${source}" gave a user token that doesn't begin with "anonymous-". It was replaced, since it may be an account's id; events carry the new token. Name your own anonymous tokens "anonymous-...".`,
  'cookie-not-erased': (name) =>
    `the cookie "${name}" is still there after it was expired. The next page may send events under its token, even after a logout or denial. Find the script or server that writes it.`,
  'cookies-hidden': (reason) =>
    reason === 'unreadable'
      ? "a request couldn't be read, so no cookie was set, and its events need a known account. Pass a Request, an IncomingMessage, a function's event or the text of the Cookie header."
      : 'a request from another site came without its cookies, so no cookie was set, and its events need a known account. Pass the account as "user", or track in the page.',
  'error-contained': (name) =>
    `your listener, callback or port threw (${name}). Events and tokens carry on without it. Pause on caught exceptions to find it.`,
};

/** The text of a warning: what happened, what it means for events, what to do, and where to read on. */
export function messageOf(code: Warning['code'], ...details: Details): string {
  return `usertoken: ${sentences[code](...details)} See ${docsUrl}/troubleshooting#${code}`;
}
