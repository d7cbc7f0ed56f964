import { expect, test } from 'vitest';
import { createActor } from 'xstate';
import { graphsOf, transitionKey } from '../../demo/chart/graph.mjs';
import { chartOf } from '../../demo/chart/layout.mjs';
import { deliveryMachine, identityMachine } from '../../machines/index.js';
import { useStage } from '../browser/harness.js';
import { choose, press, shows, useDemoPages } from './support/serve-demo.js';

const machines = [
  ['identity', identityMachine],
  ['delivery', deliveryMachine],
] as const;
const stage = useStage();
const demo = useDemoPages(stage);

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}
interface Region {
  readonly width: number;
  readonly height: number;
  readonly states: readonly (Box & { readonly id: string; readonly isShared: boolean })[];
  readonly edges: readonly {
    readonly labels: readonly (Box & { readonly lines: readonly { readonly key: string }[] })[];
  }[];
}
const regionsOf = async (machine: unknown) => (await chartOf(machine)).regions as readonly Region[];
const overlap = (a: Box, b: Box) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

interface Node {
  readonly id: string;
  readonly states: Readonly<Record<string, Node>>;
  readonly always?: readonly { readonly target?: readonly unknown[] | undefined }[] | undefined;
  readonly transitions: ReadonlyMap<string, readonly { readonly target?: readonly unknown[] | undefined }[]>;
}
const nodesOf = (node: Node): Node[] => [node, ...Object.values(node.states).flatMap(nodesOf)];

test.each(machines)('the chart of %s has every state and every transition that leads to one', async (_, machine) => {
  const regions = await regionsOf(machine);
  const nodes = nodesOf(machine.root as unknown as Node);
  const leaves = nodes.filter(({ states }) => Object.keys(states).length === 0).map(({ id }) => id);
  const drawn = regions.flatMap(({ states }) => states.filter(({ isShared }) => !isShared).map(({ id }) => id));
  expect(drawn.sort()).toEqual(leaves.sort());

  const moves = nodes
    .flatMap(({ always = [], transitions }) => [...always, ...[...transitions.values()].flat()])
    .filter(({ target }) => target);
  const keys = regions.flatMap(({ edges }) => edges.flatMap(({ labels }) => labels.flatMap(({ lines }) => lines)));
  expect(new Set(keys.map(({ key }) => key)).size).toBe(moves.length);
});

test.each(machines)(
  'in the chart of %s no state or label lies on another, and none beyond the edge',
  async (_, machine) => {
    for (const { width, height, states, edges } of await regionsOf(machine)) {
      const boxes: Box[] = [...states, ...edges.flatMap(({ labels }) => labels)];
      const overlaps = boxes.flatMap((box, index) => boxes.slice(index + 1).filter((other) => overlap(box, other)));
      expect(overlaps).toEqual([]);
      for (const box of boxes) {
        expect(Math.min(box.x, box.y)).toBeGreaterThanOrEqual(0);
        expect(box.x + box.width).toBeLessThanOrEqual(width);
        expect(box.y + box.height).toBeLessThanOrEqual(height);
      }
    }
  },
);

test('what XState tells of a taken transition names one of the chart', () => {
  const taken: string[] = [];
  const inspect = ((event: { _transitions?: readonly object[] }) => {
    for (const each of event._transitions ?? []) taken.push(transitionKey(JSON.parse(JSON.stringify(each))));
  }) as never;
  const actor = createActor(identityMachine, {
    input: { anonymousToken: 'anonymous-a', consent: 'pending' },
    inspect,
  }).start();
  actor.send({ type: 'identity.login', token: 'u' });
  actor.send({ type: 'identity.login', token: '' });
  actor.send({ type: 'consent.grant' });
  actor.send({ type: 'tabs.changed', state: { visitor: 'loggedOut', anonymousToken: 'anonymous-b' } });
  actor.send({ type: 'consent.deny' });
  const { causes } = graphsOf(identityMachine);
  expect(taken).toContain('#identity.visitor|tabs.changed|isTabVisitor loggedOut|#identity.visitor.loggedOut');
  expect(taken.filter((key) => !(key in causes))).toEqual([]);
});

test('the active states are lit, and what led there is marked', async () => {
  const page = await demo.open();
  const lit = () => page.locator('[data-state].is-active').evaluateAll((all) => all.map((each) => each.dataset.state));
  const marked = (machine: string) =>
    page.locator(`.machine-${machine} text.is-last`).evaluateAll((all) => all.map(({ textContent }) => textContent));
  await expect.poll(lit).toEqual(['identity.visitor.anonymous', 'identity.consent.pending', 'delivery.held']);
  await press(page, 'Grant');
  await expect.poll(lit).toEqual(['identity.visitor.anonymous', 'identity.consent.granted', 'delivery.idle']);
  expect(await marked('identity')).toContain('consent.grant');
  await press(page, 'Log in as Ada');
  await expect.poll(lit).toEqual(['identity.visitor.identified', 'identity.consent.granted', 'delivery.idle']);
  expect(await marked('identity')).toEqual(['identity.login', '[isUserToken]']);
  expect(await page.locator('.machine-identity .last').textContent()).toMatch(
    /^Last: identity\.login \[isUserToken\]: visitor → visitor\.identified/,
  );
  const names = await page.getByRole('img').evaluateAll((all) => all.map((each) => each.getAttribute('aria-label')));
  expect(names).toEqual([
    'identity.visitor is in state identified',
    'identity.consent is in state granted',
    'delivery is in state idle',
  ]);
});

test('a button sends its event to the machine; one whose event changes nothing now says so and does nothing', async () => {
  const page = await demo.open();
  const button = (name: string, machine = 'identity') =>
    page.getByRole('group', { name: `Events of ${machine}` }).getByRole('button', { name, exact: true });
  const offline = button('network.offline', 'delivery');
  await button('consent.grant').click();
  await shows(page, 'delivery', /idle/);
  expect(await offline.getAttribute('aria-disabled')).toBe('true');
  await offline.press('Enter');
  await button('delivery.queued', 'delivery').click();
  expect(await page.locator('#delivery').textContent()).toBe('idle');
  await choose(page, 'hang');
  await press(page, 'Look: Teapot');
  await shows(page, 'delivery', /backingOff/);
  // While a retry is under way the event changes nothing; until the next one it does.
  await expect.poll(() => offline.getAttribute('aria-disabled')).toBe('false');
  const goOffline = async () => {
    await offline.press('Enter');
    return page.locator('#delivery').textContent();
  };
  await expect.poll(goOffline).toBe('offline');
  await choose(page, 'none');
  await button('network.online', 'delivery').click();
  await shows(page, 'accepted', /^1$/);
  await button('identity.login ada-1815').click();
  await shows(page, 'token', /^ada-1815$/);
  await button('identity.login grace-1906').click();
  await shows(page, 'token', /^grace-1906$/);
  await button('identity.sync null').click();
  await shows(page, 'visitor', /loggedOut/);
});

test('on a phone a chart scrolls in its own frame, to the state that is active', async () => {
  const page = await demo.open({ viewport: { width: 360, height: 800 } });
  const frames = page.locator('.regions .scroll');
  const widths = await frames.evaluateAll((all) =>
    all.map(({ clientWidth, scrollWidth }) => [clientWidth, scrollWidth]),
  );
  expect(widths).toHaveLength(3);
  for (const [client] of widths) expect(client).toBeLessThanOrEqual(360);
  expect(widths.at(-1)![1]!).toBeGreaterThan(600);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  for (const state of ['awaitingConsent', 'idle']) {
    if (state === 'idle') await press(page, 'Grant');
    await shows(page, 'delivery', new RegExp(state));
    await expect
      .poll(() =>
        frames.last().evaluate((frame) => {
          const { left, right } = frame.querySelector('.is-active')!.getBoundingClientRect();
          const around = frame.getBoundingClientRect();
          return left >= around.left && right <= around.right;
        }),
      )
      .toBe(true);
  }
});
