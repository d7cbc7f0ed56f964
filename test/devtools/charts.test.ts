import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { deliveryMachine, identityMachine } from '../../machines/index.js';
import { drawCharts } from '../../scripts/draw-charts.mjs';
import { charts } from '../../src/devtools/generated/charts.js';

test('npm run charts has drawn the machines as they are', async () => {
  const file = new URL('../../src/devtools/generated/charts.ts', import.meta.url);
  expect(await readFile(file, 'utf8')).toBe(await drawCharts());
});

test('every state of both machines is drawn', () => {
  const { visitor, consent } = identityMachine.root.states as Readonly<Record<string, { readonly states: object }>>;
  const regions = { 'identity.visitor': visitor!, 'identity.consent': consent!, delivery: deliveryMachine.root };
  const drawn = charts.map(({ name, states }) => [name, states.map(({ key }) => key)]);
  expect(drawn).toEqual(Object.entries(regions).map(([name, { states }]) => [name, Object.keys(states)]));
});
