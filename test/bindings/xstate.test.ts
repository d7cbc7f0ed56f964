// @vitest-environment happy-dom
import { useSelector as useInReact } from '@xstate/react';
import { useSelector as useInVue } from '@xstate/vue';
import { act, createElement, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApp, h, nextTick } from 'vue';
import type { DeliveryActor, IdentityActor } from '../../src/index.js';
import { click } from '../support/setup.js';
import { alone } from './support/contract.js';
import { loadSvelte } from './support/load-svelte.js';

const { flushSync, mount, Selector, unmount } = await loadSvelte('client');

interface Actors {
  readonly identity: IdentityActor;
  readonly delivery: DeliveryActor;
}
interface Shown {
  /** Runs `change` and lets the framework render. */
  run(change: () => unknown): Promise<void>;
  unmount(): Promise<void>;
}

const environment = globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean };
beforeAll(() => {
  environment.IS_REACT_ACT_ENVIRONMENT = true;
});
afterAll(() => {
  delete environment.IS_REACT_ACT_ENVIRONMENT;
});

/** For each framework, an application that shows the visitor and the state of delivery. */
const frameworks: Record<string, (actors: Actors, target: Element) => Promise<Shown>> = {
  async react({ identity, delivery }, target) {
    function Reader() {
      const visitor = useInReact(identity, ({ value }) => value.visitor);
      const state = useInReact(delivery, ({ value }) => value);
      return createElement('p', null, `${visitor} ${state}`);
    }
    const root = createRoot(target);
    const run = (change: () => unknown) => act(async () => void (await change()));
    await run(() => root.render(createElement(StrictMode, null, createElement(Reader))));
    return { run, unmount: () => act(async () => root.unmount()) };
  },

  async vue({ identity, delivery }, target) {
    const app = createApp({
      setup() {
        const visitor = useInVue(identity, ({ value }) => value.visitor);
        const state = useInVue(delivery, ({ value }) => value);
        return () => h('p', `${visitor.value} ${state.value}`);
      },
    });
    app.mount(target);
    const run = async (change: () => unknown) => {
      await change();
      await nextTick();
    };
    return { run, unmount: async () => app.unmount() };
  },

  async svelte(actors, target) {
    const app = mount(Selector, { target, props: actors });
    const run = async (change: () => unknown) => {
      await change();
      flushSync();
    };
    return { run, unmount: () => unmount(app) };
  },
};

/** The same actor, with its subscriptions counted. */
function counted<Actor extends IdentityActor | DeliveryActor>(actor: Actor) {
  let subscriptions = 0;
  const subscribe = (observer: never) => {
    const subscription = (actor as IdentityActor).subscribe(observer);
    subscriptions += 1;
    return {
      unsubscribe() {
        subscriptions -= 1;
        subscription.unsubscribe();
      },
    };
  };
  return { actor: { ...actor, subscribe } as Actor, subscriptions: () => subscriptions };
}

describe.each(Object.keys(frameworks))('useSelector of @xstate/%s', (name) => {
  async function show() {
    const client = alone();
    const identity = counted(client.user.identity);
    const delivery = counted(client.user.delivery);
    const target = document.createElement('main');
    const app = await frameworks[name]!({ identity: identity.actor, delivery: delivery.actor }, target);
    const subscriptions = () => [identity.subscriptions(), delivery.subscriptions()];
    return { ...client, ...app, subscriptions, text: () => target.querySelector('p')?.textContent };
  }

  test('follows user.identity and user.delivery', async () => {
    const { user, send, run, text } = await show();
    expect(text()).toBe('anonymous idle');
    await run(() => user.login('u1'));
    expect(text()).toBe('identified idle');
    await run(() => void user.track(click()));
    expect(text()).toBe('identified collecting');
    await run(send);
    expect(text()).toBe('identified idle');
    await run(() => user.consent.deny());
    expect(text()).toBe('identified awaitingConsent');
  });

  test('ends its subscriptions and not the actors when the component goes', async () => {
    const { user, subscriptions, unmount } = await show();
    expect(subscriptions()).toEqual([1, 1]);
    await unmount();
    await expect.poll(subscriptions).toEqual([0, 0]);
    expect([user.identity, user.delivery].map((actor) => actor.getSnapshot().status)).toEqual(['active', 'active']);
    user.login('u1');
    expect(user.identity.getSnapshot().value.visitor).toBe('identified');
  });
});

test('user.identity and user.delivery cannot be sent events', () => {
  const { user } = alone();
  for (const actor of [user.identity, user.delivery]) {
    expect(Object.keys(actor).sort()).toEqual(['getSnapshot', 'id', 'on', 'subscribe']);
  }
});
