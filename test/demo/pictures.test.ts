import { stat } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { pictures } from '../../scripts/pictures.mjs';

test('every picture of the README is there in light and dark, and below 200 kB', async () => {
  expect(pictures).toEqual([
    'demo-light.png',
    'demo-dark.png',
    'statechart-identity-light.png',
    'statechart-identity-dark.png',
    'statechart-delivery-light.png',
    'statechart-delivery-dark.png',
  ]);
  for (const picture of pictures) {
    const { size } = await stat(new URL(`../../docs/pictures/${picture}`, import.meta.url));
    expect(size).toBeGreaterThan(10_000);
    expect(size).toBeLessThan(200_000);
  }
});
