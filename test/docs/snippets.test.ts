import { readFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { guidePages, isFromExample, isStep, root, type Snippet, snippetsOf } from './support/guide.js';
import { launchChromium, runInBrowser } from './support/run-in-browser.js';
import { runInNode } from './support/run-in-node.js';
import { runInVitest } from './support/run-in-vitest.js';
import { typeErrorsOf } from './support/snippet-types.js';

const snippets = guidePages()
  .flatMap(snippetsOf)
  .filter((each) => !isFromExample(each) && !isStep(each));
const isOnlyCompiled = ({ flags }: Snippet) => flags.includes('compiled');
const isModule = (each: Snippet) => ['ts', 'js'].includes(each.language) || isOnlyCompiled(each);
const isForVitest = ({ flags }: Snippet) => flags.includes('vitest');
/** A component that a test of its page imports. */
const isForTest = ({ flags }: Snippet) => /\.svelte$/.test(flags[0] ?? '');
const isForBrowser = (each: Snippet) =>
  (['html', 'tsx', 'vue', 'svelte'].includes(each.language) &&
    !isOnlyCompiled(each) &&
    !isForVitest(each) &&
    !isForTest(each)) ||
  each.flags.includes('browser');

const modules = snippets.filter(isModule);
const isElsewhere = (each: Snippet) => isForBrowser(each) || isForVitest(each) || isOnlyCompiled(each);
const forNode = modules.filter((snippet) => !isElsewhere(snippet));
const forVitest = snippets.filter(isForVitest);
const pageOf = ({ at }: Snippet) => at.split(':')[0];
const componentsOf = (test: Snippet) => snippets.filter((each) => isForTest(each) && pageOf(each) === pageOf(test));
const forBrowser = snippets.filter(isForBrowser);
const commands = snippets.filter(({ language }) => language === 'sh');

const snippet = (code: string, language = 'ts'): Snippet => ({ at: 'a page:1', language, flags: [], code });
const view = "{ eventType: 'view', eventName: 'Seen', index: 'products', userToken: 'u1', objectIDs: ['a'] }";
const send = (event: string) =>
  `await fetch('https://insights.algolia.io/1/events?X-Algolia-Application-Id=a&X-Algolia-API-Key=k', {
    method: 'POST', body: JSON.stringify({ events: [${event}] }) });`;

const right = `const a: number = 1;\na; // => 1\n({ b: ['c', a] }); // => { b: [/^c$/, 1] }\n${send(view)}`;
const withoutConsent = `import { createUserToken } from 'usertoken';\ncreateUserToken({ appId: 'a', apiKey: 'k' });`;

let typeErrors: readonly string[];
let browser: Browser | undefined;
beforeAll(async () => {
  const typed = snippets.filter((each) => isModule(each) || each.language === 'tsx');
  typeErrors = typeErrorsOf([...typed, snippet(right), { ...snippet(withoutConsent), at: 'a wrong one' }]);
  browser = await launchChromium();
}, 60_000);
afterAll(() => browser?.close());

describe('the guide', () => {
  it('has only blocks that are checked, and data', () => {
    const isRun = (each: Snippet) => isForBrowser(each) || isForVitest(each) || isForTest(each);
    const others = snippets.filter((each) => !isModule(each) && !isRun(each) && !commands.includes(each));
    expect(others.filter(({ language }) => !['mermaid', 'json', 'text'].includes(language))).toEqual([]);
    expect(forNode.length).toBeGreaterThan(10);
    expect(forBrowser.length).toBeGreaterThan(0);
  });

  it('has snippets that compile', () => {
    expect(typeErrors.filter((error) => !error.startsWith('a wrong one'))).toEqual([]);
  });

  it.each(forNode.map((each) => [each.at, each] as const))('the snippet at %s runs in Node as it says', (_, each) =>
    runInNode(each),
  );

  it.each(forVitest.map((each) => [each.at, each] as const))('the test at %s passes', (_, each) =>
    runInVitest(each, componentsOf(each)),
  );

  it.each(forBrowser.map((each) => [each.at, each] as const))(
    'the page or module at %s runs in Chromium as it says',
    (_, each) => runInBrowser(browser!, each),
  );

  // docs/troubleshooting.md says so.
  it('a module that awaits a receipt without a flush ends Node with code 13', async () => {
    const code = `import { createUserToken } from 'usertoken';
const user = createUserToken({ appId: 'a', apiKey: 'k', consent: 'granted' });
await user.track(${view.replace("userToken: 'u1', ", '')});`;
    await expect(runInNode(snippet(code))).rejects.toThrow('ended with 13');
    await runInNode(
      snippet(code.replace('await user.track', 'void user.track').concat('\nawait user.flush(); // => true')),
    );
  });

  it('names only npm commands that package.json has', () => {
    const { scripts } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
    const lines = commands.flatMap(({ code }) => code.split(/\n|&&/)).map((line) => line.trim());
    const named = lines.flatMap((line) => /^npm (?:run )?(\S+)/.exec(line)?.[1] ?? []);
    expect(named.length).toBeGreaterThan(5);
    const builtIn = ['ci', 'install'];
    expect(named.filter((name) => !builtIn.includes(name) && !(name in scripts))).toEqual([]);
  });
});

/** How long to wait for events that must not come. */
const impatientMs = 2_000;

describe('the check of snippets', () => {
  it('passes a snippet that runs as it says', async () => {
    await runInNode(snippet(right));
    await runInBrowser(browser!, snippet(right));
  });

  it.each([
    ['a wrong value', '1 + 1; // => 3', /1 \+ 1; is 2/],
    ['a wrong value inside of a callback that contains errors', 'try { 1; // => 2\n } catch {}', /1; is 1/],
    ['a value that is never reached', 'if (Date.now() < 0) { 1; // => 1\n }', /not everything it says was reached/],
    ['a throw', "throw new Error('no')", /no/],
    ['an event that the API would refuse', send("{ eventType: 'view' }"), /422/],
  ])('fails a snippet with %s', async (_, code, message) => {
    await expect(runInNode(snippet(code))).rejects.toThrow(message);
    await expect(runInBrowser(browser!, snippet(code))).rejects.toThrow(message);
  });

  it('fails a snippet that expects a value after a statement', async () => {
    await expect(runInNode(snippet('const a = 1; // => 1'))).rejects.toThrow('1 lines say what to expect, but only 0');
  });

  it('fails a snippet that imports an entry which does not exist', async () => {
    await expect(runInNode(snippet("import 'usertoken/nothing';"))).rejects.toThrow('there is no entry');
  });

  it('fails a snippet with a wrong type', () => {
    const found = typeErrors.filter((error) => error.startsWith('a wrong one'));
    expect(found).toEqual([expect.stringContaining("Property 'consent' is missing")]);
  });

  it.each([
    [
      'whose test fails',
      "import { expect, test } from 'vitest';\ntest('one', () => expect(1).toBe(2));",
      /expected 1 to be 2/,
    ],
    ['without a test', 'const a = 1;', /No test suite found/],
    ['that expects where nobody looks', '1; // => 1', /expects with expect/],
  ])('fails a snippet for Vitest %s', async (_, code, message) => {
    await expect(runInVitest(snippet(code))).rejects.toThrow(message);
  });

  it('fails a page that throws', async () => {
    const page = snippet('<button onclick="throw new Error(\'broken\')">Buy</button>', 'html');
    await expect(runInBrowser(browser!, page)).rejects.toThrow('broken');
  });

  it('fails a component whose event carries another token than its search', async () => {
    const component = `<script setup>
import { liteClient } from 'algoliasearch/lite';
import { user } from './user-token';
async function look() {
  const params = { clickAnalytics: true, userToken: 'another' };
  const { results } = await liteClient('a', 'k').search([{ indexName: 'products', params }]);
  const { queryID } = results[0];
  user.convertedObjectIDsAfterSearch({ eventName: 'Bought', index: 'products', objectIDs: ['o1'], queryID });
}
</script>
<template><button @click="look">Look</button></template>`;
    await expect(runInBrowser(browser!, snippet(component, 'vue'))).rejects.toThrow('follows a search of another');
  });

  it.each([
    ['does not name the API', 'connect-src https://insights.algolia.io', "connect-src 'none'"],
    ['stops its import map', 'type="importmap" nonce="r4nd0m"', 'type="importmap"'],
    ['stops its module', 'type="module" nonce="r4nd0m"', 'type="module"'],
  ])('fails a page whose content security policy %s', async (_, part, instead) => {
    const page = forBrowser.find(({ at, language }) => at.startsWith('docs/security.md') && language === 'html')!;
    expect(page.code).toContain(part);
    const code = page.code.replace(part, instead);
    await expect(runInBrowser(browser!, { ...page, code }, impatientMs)).rejects.toThrow();
  });

  it('fails a page without a button', async () => {
    await expect(runInBrowser(browser!, snippet('<p>Empty</p>', 'html'), impatientMs)).rejects.toThrow(
      'needs a button',
    );
  });
});
