import type { UserTokenClient, UserTokenSnapshot } from '../client.types.js';
import { eventMethods } from '../events/event-methods.js';
import type { Receipt } from '../events/receipt.types.js';

/** What the HTML of a page without a visitor shows. */
export const nobody: UserTokenSnapshot = {
  token: undefined,
  authenticatedToken: undefined,
  state: 'anonymous',
  consent: 'denied',
};

const nothing = () => {};
const drop = (): Promise<Receipt> => Promise.resolve({ status: 'dropped', reason: 'opted-out' });
const refuse = () => ({ ok: true, token: '' }) as const;

/** Renders a page whose HTML is for everybody: it holds no token, sends nothing and asks for no random number, which Next.js
 * takes for a mistake in a prerendered page. */
export const staticClient = {
  ...eventMethods(drop),
  ...nobody,
  consent: { state: nobody.consent, grant: nothing, deny: nothing },
  login: refuse,
  logout: nothing,
  sync: refuse,
  track: drop,
  getSnapshot: () => nobody,
  subscribe: () => nothing,
  on: () => nothing,
  flush: async () => true,
  dispose: nothing,
} as unknown as UserTokenClient;
