import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBrowser } from '../../scripts/ensure-browser.mjs';
import type { UserTokenClient } from '../../src/index.js';
import { type InspectedShop, serveInspectedShop } from './support/viewer.js';

declare global {
  interface Window {
    /** What the viewer was sent. */
    received: Received[];
  }
}

interface Received {
  readonly type: string;
  readonly name?: string;
  readonly definition?: string;
  readonly sessionId: string;
  readonly event?: { readonly type: string };
  readonly snapshot?: { readonly value?: unknown; readonly context?: Record<string, unknown> };
}

const secrets = {
  key: 'canary-key',
  users: ['account-4711', 'account-4712'] as const,
  refused: 'jane.canary@example.com',
};

let browser: Browser;
let shop: InspectedShop;
let status = 200;
let received: Received[];
let anonymousToken: string;
const errors: string[] = [];

/** What a visitor does, and what arrives in the viewer of it. */
async function visit(): Promise<Received[]> {
  const page = await browser.newPage();
  page.on('pageerror', ({ message }) => errors.push(message));
  const [viewer] = await Promise.all([page.waitForEvent('popup'), page.goto(shop.origin)]);
  anonymousToken = await page.evaluate(() => (window as unknown as { user: UserTokenClient }).user.token!);
  await page.evaluate(async ({ users, refused }) => {
    const { user } = window as unknown as { user: UserTokenClient };
    const view = () => user.viewedObjectIDs({ eventName: 'Product Seen', index: 'products', objectIDs: ['a'] });
    user.login(users[0]);
    user.login(refused);
    await view();
    user.sync(users[1]);
    user.logout();
  }, secrets);
  status = 422;
  await page.evaluate(async () => {
    const { user } = window as unknown as { user: UserTokenClient };
    await user.viewedObjectIDs({ eventName: 'Product Seen', index: 'products', objectIDs: ['b'] });
    user.consent.deny();
  });
  await viewer.waitForFunction(() =>
    window.received.some(
      ({ type, snapshot }) => type === '@xstate.snapshot' && JSON.stringify(snapshot?.value ?? '').includes('denied'),
    ),
  );
  const all = await viewer.evaluate(() => window.received);
  await page.context().close();
  return all;
}

beforeAll(async () => {
  browser = await chromium.launch({ executablePath: findBrowser()!, args: ['--no-sandbox'] });
  shop = await serveInspectedShop(() => status);
  received = await visit();
});
afterAll(async () => {
  await Promise.all([browser?.close(), shop?.close()]);
});

/** Every string in a value, names of fields included, six levels deep; a definition is looked into as well. */
function* stringsIn(value: unknown, depth = 0): Generator<string> {
  if (typeof value === 'string') yield value;
  if (value === null || typeof value !== 'object' || depth > 6) return;
  for (const [key, inner] of Object.entries(value)) {
    yield key;
    yield* stringsIn(inner, depth + 1);
  }
}

describe('the viewer of @statelyai/inspect', () => {
  const actors = () => received.filter(({ type }) => type === '@xstate.actor');
  const isIdentity = ({ snapshot }: Received) => JSON.stringify(snapshot?.value ?? '').includes('visitor');
  const of = (name: 'identity' | 'delivery', type: string) => {
    const { sessionId } = received.find((each) => each.type === '@xstate.snapshot' && isIdentity(each))!;
    return received.filter((each) => each.type === type && (each.sessionId === sessionId) === (name === 'identity'));
  };

  // An actor that is shown has no getSnapshot, which the inspector calls.
  it('is sent both actors, each with its chart', () => {
    expect(errors).toEqual([]);
    expect(actors().map(({ name }) => name)).toEqual(expect.arrayContaining(['identity', 'delivery']));
    for (const id of ['identity', 'delivery']) {
      const { definition } = actors().find(({ name }) => name === id)!;
      expect(JSON.parse(definition!)).toMatchObject({ id, states: expect.anything() });
    }
  });

  it('is sent the snapshots of both, in the order of what happened', () => {
    const values = (name: 'identity' | 'delivery') =>
      of(name, '@xstate.snapshot').map(({ snapshot }) => snapshot?.value);
    const visitors = (values('identity') as { visitor: string; consent: string }[]).map(({ visitor }) => visitor);
    expect(visitors.filter((each, index) => each !== visitors[index - 1])).toEqual([
      'anonymous',
      'identified',
      'loggedOut',
    ]);
    expect(values('identity').at(-1)).toEqual({ visitor: 'loggedOut', consent: 'denied' });
    expect(values('delivery')).toEqual(expect.arrayContaining(['sending', 'idle', 'awaitingConsent']));
  });

  it('is sent the events of both', () => {
    const types = (name: 'identity' | 'delivery') => of(name, '@xstate.event').map(({ event }) => event?.type);
    expect(types('identity')).toEqual(
      expect.arrayContaining(['identity.login', 'identity.sync', 'identity.logout', 'consent.deny']),
    );
    expect(types('delivery')).toEqual(expect.arrayContaining(['delivery.queued', 'consent.deny']));
  });

  it('is sent no full token and no API key, six levels deep', () => {
    const strings = [...stringsIn(received)];
    expect(strings.length).toBeGreaterThan(500);
    const canaries = [secrets.key, ...secrets.users, secrets.refused, anonymousToken];
    expect(canaries.every((each) => each.length > 8)).toBe(true);
    for (const canary of canaries) expect(strings.filter((text) => text.includes(canary))).toEqual([]);
    expect(strings.filter((text) => /^(user|anonymous)-…/.test(text)).length).toBeGreaterThan(0);
  });
});
