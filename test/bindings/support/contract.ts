import { describe, expect, test } from 'vitest';
import { memoryTokenStore, type UserTokenClient, type UserTokenSnapshot } from '../../../src/index.js';
import { fakeTabs } from '../../../src/testing/index.js';
import { click, setup } from '../../support/setup.js';

/** An application of one framework, with components that show what the binding gives them. */
export interface Mounted {
  /** The text of each component that reads: see {@link line}. */
  shown(): string[];
  /** What the first component got. */
  bound(): Pick<UserTokenClient, 'login' | 'logout' | 'track'> & { readonly user: UserTokenClient };
  /** How often components have rendered so far. */
  renders(): number;
  /** Takes components away or adds some, while the application stays. */
  setReaders(count: number): Promise<void>;
  /** Lets the framework finish what is due. */
  settle(): Promise<void>;
  unmount(): Promise<void>;
}

/** How the contract runs through one framework. */
export interface Binding {
  mount(user: UserTokenClient, readers: number): Promise<Mounted>;
  /** Mounts a component that reads where no instance was provided; the framework's error comes out. */
  mountWithoutInstance(): Promise<unknown>;
  readonly missingInstance: RegExp;
  /** The text that a server renders for one component. @default the framework's server part is not installed here */
  renderOnServer?(user: UserTokenClient): Promise<string>;
}

/** What a component shows. */
export const line = ({ token, authenticatedToken, state, consent }: UserTokenSnapshot) =>
  `${token} ${authenticatedToken} ${state} ${consent}`;

/** An instance on fakes that hears no other instance of the test. */
export const alone: typeof setup = (options) => setup({ tabs: fakeTabs()(), ...options });

/** The same instance, with its subscriptions counted. */
export function counted(user: UserTokenClient) {
  let listeners = 0;
  let disposals = 0;
  const descriptors = Object.getOwnPropertyDescriptors(user);
  const instance: UserTokenClient = Object.defineProperties({} as UserTokenClient, {
    ...descriptors,
    subscribe: {
      value: (listener: Parameters<UserTokenClient['subscribe']>[0]) => {
        const unsubscribe = user.subscribe(listener);
        let isOn = true;
        listeners += 1;
        return () => {
          if (isOn) listeners -= 1;
          isOn = false;
          unsubscribe();
        };
      },
    },
    dispose: {
      value: () => {
        disposals += 1;
        user.dispose();
      },
    },
  });
  return { user: instance, listeners: () => listeners, disposals: () => disposals };
}

/** The tests that every binding passes. */
export function bindingContract(name: string, binding: Binding) {
  describe(`the contract of bindings: ${name}`, () => {
    async function mounted(options: Parameters<typeof setup>[0] = {}, readers = 1) {
      const made = alone(options);
      const count = counted(made.user);
      return { ...made, ...count, app: await binding.mount(count.user, readers) };
    }

    test('shows what is in force when it is first rendered', async () => {
      const { app } = await mounted({ tokenStore: memoryTokenStore({ identified: 'u0' }), strategy: 'link' });
      expect(app.shown()).toEqual(['anonymous-1 u0 identified granted']);
      await app.unmount();
    });

    test('follows login, logout and consent, in every component alike', async () => {
      const { app, user } = await mounted({ consent: 'pending' }, 2);
      const expectShown = async (text: string) => {
        await app.settle();
        expect(app.shown()).toEqual([text, text]);
      };
      await expectShown('anonymous-1 undefined anonymous pending');
      user.consent.grant();
      await expectShown('anonymous-1 undefined anonymous granted');
      user.login('u1');
      await expectShown('u1 undefined identified granted');
      user.logout();
      await expectShown('anonymous-1 undefined loggedOut granted');
      user.consent.deny();
      await expectShown('undefined undefined loggedOut denied');
      await app.unmount();
    });

    test('follows the authenticated token of strategy link', async () => {
      const { app, user } = await mounted({ strategy: 'link' });
      user.login('u1');
      await app.settle();
      expect(app.shown()).toEqual(['anonymous-1 u1 identified granted']);
      await app.unmount();
    });

    test('follows what another tab does', async () => {
      const tabs = fakeTabs();
      const { app } = await mounted({ tabs: tabs() });
      setup({ tabs: tabs() }).user.login('u1');
      await app.settle();
      expect(app.shown()).toEqual(['u1 undefined identified granted']);
      await app.unmount();
    });

    test('gives methods that need no this, and the instance itself', async () => {
      const { app, user, transport, send } = await mounted();
      const { login, logout, track, user: given } = app.bound();
      expect(given).toBe(user);
      expect(login('u1')).toEqual({ ok: true, token: 'u1' });
      expect(login('jane@example.com')).toMatchObject({ ok: false });
      const receipts = [track(click('1')), given.viewedObjectIDs({ eventName: 'Seen', index: 'i', objectIDs: ['2'] })];
      logout();
      receipts.push(track(click('3')));
      await send();
      expect(await Promise.all(receipts)).toEqual(Array(3).fill({ status: 'delivered' }));
      expect(transport.accepted.map((event) => event.userToken)).toEqual(['u1', 'u1', 'anonymous-1']);
      await app.settle();
      expect(app.shown()).toEqual(['anonymous-1 undefined loggedOut granted']);
      await app.unmount();
    });

    // A client calls its subscribers at once, as Svelte's stores do: that must lead to no second render.
    test('renders nothing again while nothing changes, also right after it was mounted', async () => {
      const { app, user, send } = await mounted({ user: 'u1' });
      await app.settle();
      const before = app.renders();
      expect(before).toBe(1);
      user.login('u1');
      user.login('jane@example.com');
      user.consent.grant();
      user.track(click());
      await send();
      await app.settle();
      expect(app.renders()).toBe(before);
      user.logout();
      await app.settle();
      expect(app.renders()).toBe(before + 1);
      await app.unmount();
    });

    test('a component that comes later shows what is in force then', async () => {
      const { app, user } = await mounted({}, 1);
      await app.setReaders(0);
      expect(app.shown()).toEqual([]);
      user.login('u1');
      await app.setReaders(2);
      const text = 'u1 undefined identified granted';
      expect(app.shown()).toEqual([text, text]);
      user.logout();
      await app.settle();
      expect(app.shown()).toEqual(Array(2).fill('anonymous-1 undefined loggedOut granted'));
      await app.unmount();
    });

    test('two applications on one page show their own instances', async () => {
      const one = await mounted({ user: 'u1' });
      const two = await mounted({ user: 'u2' });
      one.user.logout();
      await one.app.settle();
      await two.app.settle();
      expect(one.app.shown()).toEqual(['anonymous-1 undefined loggedOut granted']);
      expect(two.app.shown()).toEqual(['u2 undefined identified granted']);
      await one.app.unmount();
      expect(two.listeners()).toBeGreaterThan(0);
      await two.app.unmount();
    });

    test('to unmount ends the subscriptions and leaves the instance at work', async () => {
      const { app, user, listeners, disposals, page, send } = await mounted({}, 3);
      const heard = page.listeners;
      expect(listeners()).toBeGreaterThan(0);
      await app.unmount();
      // A framework may end a subscription a moment later, in case another component takes it over.
      await expect.poll(listeners).toBe(0);
      expect(disposals()).toBe(0);
      expect(page.listeners).toBe(heard);
      user.login('u1');
      expect(user.token).toBe('u1');
      const receipt = user.track(click());
      await send();
      expect(await receipt).toEqual({ status: 'delivered' });
      expect(user.identity.getSnapshot().status).toBe('active');
    });

    test('twenty mounts of one instance, as hot reloads make them, leave no subscription and no second actor', async () => {
      const actors = new Set<string>();
      const made = alone({
        inspect: ({ type, actorRef }) => type === '@xstate.actor' && actors.add(actorRef.sessionId),
      });
      const { user, listeners, disposals } = counted(made.user);
      const first = await binding.mount(user, 2);
      const each = listeners();
      await first.unmount();
      for (let round = 0; round < 20; round += 1) {
        const app = await binding.mount(user, 2);
        user.login(`u${round}`);
        await app.settle();
        expect(app.shown()[1]).toBe(`u${round} undefined identified granted`);
        expect(listeners()).toBe(each);
        await app.unmount();
      }
      await expect.poll(listeners).toBe(0);
      expect(disposals()).toBe(0);
      expect(actors.size).toBe(2);
    });

    test('says what is missing where no instance was provided', async () => {
      await expect(binding.mountWithoutInstance()).rejects.toThrow(binding.missingInstance);
    });

    const { renderOnServer } = binding;
    if (!renderOnServer) return;
    // PK-01 of the test cases.
    test('a server renders the same text as the first render in the browser', async () => {
      const { user } = alone({ user: 'u1' });
      const app = await binding.mount(user, 1);
      expect(await renderOnServer(user)).toContain(app.shown()[0]);
      expect(app.shown()).toEqual(['u1 undefined identified granted']);
      await app.unmount();
    });

    test('a hundred renders at once on a server mix no two visitors', async () => {
      const all = await Promise.all(
        Array.from({ length: 100 }, async (_, index) => {
          const { user } = alone({ user: `u${index}` });
          return [await renderOnServer(user), `u${index} undefined identified granted`] as const;
        }),
      );
      for (const [html, text] of all) expect(html).toContain(text);
    });
  });
}
