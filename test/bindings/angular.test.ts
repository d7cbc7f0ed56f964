// @vitest-environment happy-dom
import '@angular/compiler';
import {
  type ApplicationRef,
  Component,
  createEnvironmentInjector,
  type EnvironmentInjector,
  type EnvironmentProviders,
  ErrorHandler,
  NgZone,
  provideZonelessChangeDetection,
  runInInjectionContext,
  signal,
} from '@angular/core';
import { bootstrapApplication } from '@angular/platform-browser';
import { expect, test } from 'vitest';
import {
  injectUserToken,
  provideUserToken,
  type UserTokenSignals,
  UserTokenTrack,
} from '../../src/bindings/angular.js';
import type { InsightsEvent } from '../../src/index.js';
import { alone, bindingContract, counted, line } from './support/contract.js';
import { trackingContract } from './support/tracking.js';

let roots = 0;

/** Bootstraps components compiled at run time; decorators are called as the functions they are. */
async function mountApp(providers: readonly EnvironmentProviders[], readers: number) {
  // An application looks for its place in the whole document.
  roots += 1;
  const count = signal(readers);
  const got: UserTokenSignals[] = [];
  let renders = 0;
  class Reader {
    readonly signals = injectUserToken();
    constructor() {
      got.push(this.signals);
    }
    line() {
      renders += 1;
      const { token, authenticatedToken, state, consent } = this.signals;
      return line({
        token: token(),
        authenticatedToken: authenticatedToken(),
        state: state(),
        consent: consent(),
      });
    }
  }
  Component({ selector: `test-reader-${roots}`, template: '<p>{{ line() }}</p>' })(Reader);
  class Root {
    readonly all = () => Array.from({ length: count() }, (_, key) => key);
  }
  const selector = `test-root-${roots}`;
  const template = `@for (key of all(); track key) { <test-reader-${roots} /> }`;
  Component({ selector, imports: [Reader], template })(Root);

  const host = document.createElement(selector);
  document.body.append(host);
  const errors: unknown[] = [];
  const errorHandler = { provide: ErrorHandler, useValue: { handleError: (error: unknown) => errors.push(error) } };
  const app: ApplicationRef = await bootstrapApplication(Root, {
    providers: [provideZonelessChangeDetection(), errorHandler, ...providers],
  });
  await app.whenStable();
  if (errors.length > 0) throw errors[0];
  const settle = () => app.whenStable();
  return {
    shown: () => [...host.querySelectorAll('p')].map((node) => node.textContent ?? ''),
    bound: () => got[0]!,
    // In development each pass is checked by a second one.
    renders: () => renders / 2,
    async setReaders(next: number) {
      count.set(next);
      await settle();
    },
    settle,
    async unmount() {
      app.destroy();
      host.remove();
    },
  };
}

bindingContract('angular', {
  mount: (user, readers) => mountApp([provideUserToken(() => user)], readers),
  mountWithoutInstance: () => mountApp([], 1),
  missingInstance: /NG0201.*usertoken/,
});

/** What every application has. */
const zone = { run: (effect: () => unknown) => effect() };
const parent = {
  get: (token: unknown, other: unknown) => (token === NgZone ? zone : other),
} as EnvironmentInjector;

test('makes the instance once for an application, when it is first needed', () => {
  let made = 0;
  const getUser = () => {
    made += 1;
    return alone().user;
  };
  const injector = createEnvironmentInjector([provideUserToken(getUser)], parent);
  expect(made).toBe(0);
  const [one, two] = [0, 1].map(() => runInInjectionContext(injector, injectUserToken));
  expect(one).toBe(two);
  expect(made).toBe(1);
  injector.destroy();
});

test('works without a page, as on a server, each application with its own instance', () => {
  const requests = Array.from({ length: 50 }, (_, index) => {
    const { user, listeners } = counted(alone({ user: `u${index}` }).user);
    const injector = createEnvironmentInjector([provideUserToken(() => user)], parent);
    return { listeners, injector, signals: runInInjectionContext(injector, injectUserToken) };
  });
  expect(requests.map(({ signals }) => signals.token())).toEqual(requests.map((_, index) => `u${index}`));
  for (const { injector } of requests) injector.destroy();
  expect(requests.map(({ listeners }) => listeners())).toEqual(requests.map(() => 0));
});

trackingContract('angular', {
  async mount(user, first) {
    roots += 1;
    const event = signal<InsightsEvent | undefined>(first);
    class Root {
      readonly event = event;
    }
    const selector = `test-root-${roots}`;
    const template = '<button [userTokenTrack]="event()">Kettle</button>';
    Component({ selector, imports: [UserTokenTrack], template })(Root);
    const host = document.createElement(selector);
    document.body.append(host);
    const providers = [provideZonelessChangeDetection(), provideUserToken(() => user)];
    const app = await bootstrapApplication(Root, { providers });
    await app.whenStable();
    return {
      button: host.querySelector('button')!,
      async update(next) {
        event.set(next);
        await app.whenStable();
      },
      async unmount() {
        app.destroy();
        host.remove();
      },
    };
  },
});
