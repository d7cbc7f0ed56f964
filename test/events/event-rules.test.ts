import { expect, it } from 'vitest';
import { createUserToken } from '../../src/index.js';
import { fakeTransport } from '../../src/testing/index.js';

const fields = [
  'currency',
  'eventName',
  'eventSubtype',
  'eventType',
  'filters',
  'index',
  'objectData',
  'objectIDs',
  'positions',
  'queryID',
  'timestamp',
  'value',
];

it('a warning names each field of an event that breaks a rule of the API, once', async () => {
  const named: string[] = [];
  const user = createUserToken({
    appId: 'app',
    apiKey: 'key',
    consent: 'granted',
    transport: fakeTransport(),
    onWarning: ({ message }) => named.push(...fields.filter((field) => message.startsWith(`usertoken: "${field}" `))),
  });
  const wrong = Object.fromEntries(fields.map((field) => [field, ['']]));
  for (const eventType of ['click', 'nothing known']) {
    await user.track({ ...wrong, objectIDs: [''], filters: [''], eventType, timestamp: 0.5 } as never);
  }
  user.dispose();
  expect(named.sort()).toEqual(fields);
});
