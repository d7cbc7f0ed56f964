import { expect, it } from 'vitest';
import { createUserToken } from '../src/index.js';

const options = { appId: 'app', apiKey: 'key', consent: 'granted' } as const;
const days400 = 34_560_000;

it.each([
  ['maxEventAgeMs', 1, 1e15, (value: number) => ({ maxEventAgeMs: value })],
  ['batchWindowMs', 0, 60_000, (value: number) => ({ batchWindowMs: value })],
  ['requestTimeoutMs', 1, 600_000, (value: number) => ({ requestTimeoutMs: value })],
  ['cookie.maxAgeSeconds', 1, days400, (value: number) => ({ cookie: { maxAgeSeconds: value } })],
  ['cookie.userMaxAgeSeconds', 1, days400, (value: number) => ({ cookie: { userMaxAgeSeconds: value } })],
])('%s takes whole numbers from %i to %i, and no other', (name, min, max, given) => {
  for (const value of [min, max]) createUserToken({ ...options, ...given(value) }).dispose();
  for (const value of [min - 1, max + 1, min + 0.5]) {
    expect(() => createUserToken({ ...options, ...given(value) })).toThrow(name);
  }
});
