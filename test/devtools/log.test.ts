// @vitest-environment happy-dom
import { expect, test, vi } from 'vitest';
import { attachDevtools } from '../../src/devtools/index.js';
import { alone } from '../bindings/support/contract.js';
import { click } from '../support/setup.js';

function logged(options: Parameters<typeof alone>[0] = {}) {
  const made = alone(options);
  const lines: string[] = [];
  const detach = attachDevtools(made.user, { overlay: false, log: (line) => lines.push(line) });
  return { ...made, lines, detach };
}

test('prints who acts, consent, delivery and the end of each event, with tokens masked', async () => {
  const { user, lines, send, detach } = logged({ consent: 'pending' });
  user.consent.grant();
  user.login('account-1815');
  const receipt = user.track(click('kettle'));
  await send();
  await receipt;
  detach();
  const [anonymous] = /anonymous-…\d+/.exec(lines[0]!) ?? [];
  const [account] = /user-…\d+/.exec(lines.join()) ?? [];
  expect(lines).toEqual([
    `anonymous acts as ${anonymous}`,
    'consent is pending',
    'delivery is awaitingConsent',
    'consent is granted',
    'delivery is idle',
    `identified acts as ${account}`,
    'delivery is collecting',
    'delivery is sending',
    '"Clicked" (click, products: kettle) delivered',
    'delivery is idle',
  ]);
  expect(lines.join()).not.toContain('account-1815');
});

test('prints why an event was dropped, and by when the next try comes', async () => {
  const { user, lines, transport, send, detach } = logged();
  transport.answerWith({ status: 503 });
  const receipt = user.track(click('kettle'));
  await send();
  expect(lines.at(-1)).toBe('delivery is backingOff, try 2 within 2 s');
  user.consent.deny();
  await receipt;
  detach();
  expect(lines).toContain('"Clicked" (click, products: kettle) dropped: opted-out');
});

test('prints why a token was refused, and not the token', () => {
  const { user, lines, detach } = logged();
  user.login('jane@example.com');
  detach();
  expect(lines).toContain('a token was refused: personal-data');
  expect(lines.join()).not.toContain('jane');
});

test('prints nothing once it is detached, and gives the console back', () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const mocked = console.warn;
  const { user, lines, detach } = logged();
  expect(console.warn).not.toBe(mocked);
  detach();
  const before = lines.length;
  user.login('account-1815');
  expect(lines).toHaveLength(before);
  expect(console.warn).toBe(mocked);
  warn.mockRestore();
});

test('log: true prints to the console', () => {
  const info = vi.spyOn(console, 'info').mockImplementation(() => {});
  const detach = attachDevtools(alone().user, { overlay: false, log: true });
  expect(info.mock.calls.flat()).toContain('usertoken: consent is granted');
  detach();
  info.mockRestore();
});
