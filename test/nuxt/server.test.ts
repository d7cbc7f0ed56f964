import { expect, test, vi } from 'vitest';
import { isForEverybody, type NuxtEvent, useVisitor } from '../../src/nuxt/server.js';

vi.mock('#imports', () => ({
  getRouteRules: ({ path }: NuxtEvent) => ({
    ...(path === '/about' ? { prerender: true } : {}),
    ...(path === '/offers' ? { swr: 60, cache: { swr: true } } : {}),
    ...(path === '/plans' ? { isr: true } : {}),
  }),
  useNitroApp: () => ({ hooks: { hook: () => {} } }),
  useRuntimeConfig: () => ({
    public: { usertoken: { appId: 'app', apiKey: 'key', secure: true, consentCookie: 'consent' } },
  }),
}));
vi.mock('#usertoken/known', () => ({ default: async () => ({ consent: 'granted', user: 'ada-1815' }) }));

const eventAt = (path: string) =>
  ({
    method: 'GET',
    path,
    context: {},
    node: { req: { method: 'GET', url: path, headers: { host: 'shop.example' } } },
  }) as never;

test.each(['/about', '/offers', '/plans'])('a visitor is refused on %s, whose HTML is for everybody', (path) => {
  expect(isForEverybody(eventAt(path))).toBe(true);
  expect(() => useVisitor(eventAt(`${path}`))).toThrow(
    `usertoken: ${path} is prerendered or cached, so its HTML is for everybody and must not hold a visitor.`,
  );
});

test('a request has one visitor, who is whom the application knows', async () => {
  const event = eventAt('/');
  const visitor = await useVisitor(event);
  expect(visitor.token).toBe('ada-1815');
  expect(await useVisitor(event)).toBe(visitor);
  expect(await useVisitor(eventAt('/'))).not.toBe(visitor);
});
