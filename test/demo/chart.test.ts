import { expect, test } from 'vitest';
import { graphsOf } from '../../demo/chart/graph.mjs';
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
    readonly labels: readonly Box[];
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
  const arrows = graphsOf(machine).regions.flatMap(({ edges }) => edges);
  expect(arrows.flatMap(({ transitions }) => transitions)).toHaveLength(moves.length);
  expect(regions.flatMap(({ edges }) => edges.filter(({ labels }) => labels.length > 0))).toHaveLength(arrows.length);
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

test('the active states are lit, and the last transition is marked', async () => {
  const page = await demo.open();
  const lit = () => page.locator('[data-state].is-active').evaluateAll((all) => all.map((each) => each.dataset.state));
  const marked = (machine: string) => page.locator(`.machine-${machine} .is-last .label`).allTextContents();
  await expect
    .poll(lit)
    .toEqual(['identity.visitor.anonymous', 'identity.consent.pending', 'delivery.awaitingConsent']);
  await press(page, 'Grant');
  await expect.poll(lit).toEqual(['identity.visitor.anonymous', 'identity.consent.granted', 'delivery.idle']);
  expect(await marked('identity')).toEqual([expect.stringContaining('consent.grant')]);
  await press(page, 'Log in as Ada');
  await expect.poll(lit).toEqual(['identity.visitor.identified', 'identity.consent.granted', 'delivery.idle']);
  expect(await marked('identity')).toContainEqual(expect.stringContaining('identity.login'));
  expect(await page.locator('.machine-identity .last').textContent()).toBe(
    'Last: identity.login: anonymous → identified',
  );
  const names = await page.getByRole('img').evaluateAll((all) => all.map((each) => each.getAttribute('aria-label')));
  expect(names).toEqual([
    'identity.visitor is in state identified',
    'identity.consent is in state granted',
    'delivery is in state idle',
  ]);
});

test('the last transition of delivery is marked while a request fails and is sent again', async () => {
  stage.expectErrors(/status of 503/);
  const page = await demo.open();
  const last = page.locator('.machine-delivery .last');
  await press(page, 'Grant');
  await choose(page, '503');
  await press(page, 'Look: Teapot');
  await expect.poll(() => last.textContent()).toBe('Last: sendBatch done: sending → backingOff');
  await choose(page, 'none');
  await shows(page, 'delivered', /^1$/);
  expect(await last.textContent()).toBe('Last: sendBatch done: sending → idle');
});

test('the buttons below a chart call the client', async () => {
  const page = await demo.open();
  const call = (name: string) => press(page, `user.${name}`);
  await call('consent.grant()');
  await shows(page, 'delivery', /idle/);
  await call("login('ada-1815')");
  await shows(page, 'token', /^ada-1815$/);
  await call('clickedObjectIDs(…)');
  await call('flush()');
  await shows(page, 'delivered', /^1$/);
  await call("login('grace-1906')");
  await shows(page, 'token', /^grace-1906$/);
  await call('sync(null)');
  await shows(page, 'visitor', /loggedOut/);
  await call("login('ada-1815')");
  await call('logout()');
  await shows(page, 'visitor', /loggedOut/);
  await call('consent.deny()');
  await shows(page, 'token', /^none$/);
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
