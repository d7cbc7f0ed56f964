import { describe, expectTypeOf, test } from 'vitest';
import type { InspectionEvent } from 'xstate';
import {
  type Consent,
  createUserToken,
  type RelayedOptions,
  type UserTokenClient,
  type UserTokenOptions,
  type Warning,
} from '../../src/index.js';

const required = { appId: 'app', apiKey: 'key', consent: 'granted' } as const;

describe('createUserToken', () => {
  test('takes options and gives an instance', () => {
    expectTypeOf(createUserToken).parameters.toEqualTypeOf<[options: UserTokenOptions | RelayedOptions]>();
    expectTypeOf(createUserToken).returns.toEqualTypeOf<UserTokenClient>();
    expectTypeOf(required).toExtend<UserTokenOptions>();
  });

  test('needs appId, apiKey and consent', () => {
    // @ts-expect-error consent has no default
    createUserToken({ appId: 'app', apiKey: 'key' });
    // @ts-expect-error consent can't be left undecided
    createUserToken({ appId: 'app', apiKey: 'key', consent: undefined });
    // @ts-expect-error a boolean does not say whether nobody was asked yet
    createUserToken({ appId: 'app', apiKey: 'key', consent: true });
    // @ts-expect-error appId is missing
    createUserToken({ apiKey: 'key', consent: 'granted' });
    // @ts-expect-error apiKey is missing
    createUserToken({ appId: 'app', consent: 'granted' });
    // @ts-expect-error a relay is an address
    createUserToken({ appId: 'app', apiKey: 'key', consent: 'granted', relay: 7 });
    createUserToken({ appId: 'app', relay: '/t', consent: 'granted' });
    // @ts-expect-error there is nothing to work with
    createUserToken();
  });

  test('takes no option that it does not know', () => {
    // @ts-expect-error a misspelt option
    createUserToken({ ...required, batchWindow: 100 });
    // @ts-expect-error a misspelt cookie option
    createUserToken({ ...required, cookie: { maxAge: 100 } });
  });
});

describe('options', () => {
  test('are closed unions where there is a choice', () => {
    expectTypeOf<UserTokenOptions['consent']>().toEqualTypeOf<'pending' | 'granted' | 'denied'>();
    expectTypeOf<UserTokenOptions['consent']>().toEqualTypeOf<Consent>();
    expectTypeOf<UserTokenOptions['region']>().toEqualTypeOf<'us' | 'de' | undefined>();
    expectTypeOf<UserTokenOptions['strategy']>().toEqualTypeOf<'replace' | 'link' | undefined>();
    expectTypeOf<UserTokenOptions['remember']>().toEqualTypeOf<'session' | 'device' | 'page' | undefined>();
    expectTypeOf<UserTokenOptions['onLogout']>().toEqualTypeOf<'restore' | 'renew' | undefined>();
    // @ts-expect-error there is no such region
    createUserToken({ ...required, region: 'eu' });
    // @ts-expect-error there is no such strategy
    createUserToken({ ...required, strategy: 'merge' });
    // @ts-expect-error cookies are configured or off, never just on
    createUserToken({ ...required, cookie: true });
  });

  test('may be given as undefined, as configuration that is read from elsewhere is', () => {
    type Optional = Omit<UserTokenOptions, 'appId' | 'apiKey' | 'consent'>;
    expectTypeOf<{ [Name in keyof Optional]-?: undefined }>().toExtend<Optional>();
  });

  test('take an id as the user, or null for nobody', () => {
    expectTypeOf<UserTokenOptions['user']>().toEqualTypeOf<string | number | bigint | null | undefined>();
    // @ts-expect-error an object is no id
    createUserToken({ ...required, user: { id: 1 } });
  });

  test('take only a synchronous checkToken: a promise would be truthy for every token', () => {
    expectTypeOf<NonNullable<UserTokenOptions['checkToken']>>().toEqualTypeOf<(token: string) => boolean>();
    createUserToken({ ...required, checkToken: (token) => token.startsWith('u_') });
    // @ts-expect-error an async check is refused
    createUserToken({ ...required, checkToken: async () => true });
    // @ts-expect-error so is a check that may forget to answer
    createUserToken({ ...required, checkToken: () => undefined });
  });

  test('type what listeners are given', () => {
    expectTypeOf<NonNullable<UserTokenOptions['onWarning']>>().parameter(0).toEqualTypeOf<Warning>();
    expectTypeOf<NonNullable<UserTokenOptions['inspect']>>().parameter(0).toEqualTypeOf<InspectionEvent>();
    // @ts-expect-error the codes of warnings are a closed union
    createUserToken({ ...required, onWarning: ({ code }) => code === 'nonsense' });
  });
});
