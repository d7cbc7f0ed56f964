import { inject, test } from 'vitest';
import { serveFolder } from '../examples/support/serve.js';
import { fullSurface, type Visitor, walkThrough } from '../examples/support/walk.js';
import { collectorInBuild } from './example.setup.js';
import { useStage } from './harness.js';
import type { Tab } from './tab.js';

const stage = useStage();

const visitorIn = (tab: Tab): Visitor => ({
  goto: tab.goto,
  reload: tab.reload,
  async click(selector) {
    await tab.until((selector) => document.querySelector(selector) !== null, selector);
    await tab.click(selector);
  },
  textOf: (selector) => tab.evaluate((selector) => document.querySelector(selector)!.textContent, selector),
  cookieNames: async () => Object.keys(await tab.cookies()),
});

test('examples/vue, installed from the package and built, serves a visitor from the first look to the refusal', async () => {
  const { collector } = stage;
  const server = await serveFolder(inject('exampleOutput'), (text) =>
    text.replaceAll(collectorInBuild, collector.origin),
  );
  try {
    const tab = await (await stage.profile()).newTab();
    await walkThrough(visitorIn(tab), `${server.origin}/`, collector, fullSurface);
  } finally {
    await server.close();
  }
});
