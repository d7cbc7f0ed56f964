import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Stage } from '../../browser/harness.js';
import { isStep, snippetsOf } from '../../docs/support/guide.js';
import type { Example } from './build.js';
import { serveBuild } from './serve.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** The most commands and edits that lead to a first event. */
const mostSteps = 10;

/** The test that a page's start leads a stranger to a first event. It turns the installed example into a fresh application, so
 * it comes last. */
export function testStart(stage: Stage, placeOf: () => string, { start, develop }: Example): void {
  if (!start || !develop) return;
  test(`the start of ${start.page} leads from a fresh application to a first event`, async () => {
    const place = placeOf();
    const kept = ['node_modules', 'package.json', 'package-lock.json', 'tsconfig.json'];
    for (const name of await readdir(place)) {
      if (!kept.includes(name)) await rm(join(place, name), { recursive: true, force: true });
    }
    const text = await readFile(join(root, start.page), 'utf8');
    const section = /^## Start\n([\s\S]*?)^## /m.exec(text)![1]!;
    const snippets = snippetsOf({ path: start.page, text: section });
    const commands = snippets.filter(({ language }) => language === 'sh').flatMap(({ code }) => code.split(/\n|&&/));
    const edits = snippets.filter(isStep);
    expect(edits.length).toBeGreaterThan(2);
    expect(commands.length + edits.length).toBeLessThanOrEqual(mostSteps);

    const files = edits.map(
      ({ flags, code }) => [flags.find((flag) => flag.startsWith('file='))!.slice(5), code] as const,
    );
    for (const [file, code] of [...Object.entries(start.fresh), ...files]) {
      await mkdir(dirname(join(place, file)), { recursive: true });
      const withHost = code.replace("apiKey: 'YourSearchKey'", `$&, host: '${stage.collector.origin}'`);
      await writeFile(join(place, file), withHost);
    }
    const server = await serveBuild(place, develop, 'development');
    try {
      const page = await (await stage.context()).newPage();
      await page.goto(`${server.origin.replace('127.0.0.1', 'localhost')}/`, { timeout: 120_000 });
      // A click before the page is hydrated does nothing.
      await expect
        .poll(async () => {
          await page.getByRole('button', { name: 'Kettle' }).click();
          return stage.collector.events.length;
        })
        .toBeGreaterThan(0);
      const [{ event, userToken }] = stage.collector.events as [(typeof stage.collector.events)[0]];
      expect(event).toMatchObject({ eventType: 'click', eventName: 'Product Clicked', objectIDs: ['kettle'] });
      expect(userToken).toMatch(/^anonymous-/);
      const cookies = await page.context().cookies();
      expect(cookies.find(({ name }) => name === '_ALGOLIA')?.value).toBe(userToken);
      await page.close();
    } finally {
      await server.close();
    }
  });
}
