import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildCli } from '../../scripts/build-cli.mjs';
import { exportedNames } from '../../src/cli/migrate/imports.js';
import { migrateFile } from '../../src/cli/migrate/migrate-file.js';
import { readMigrateArguments } from '../../src/cli/migrate/migrate-options.js';

const version = '9.9.9';

/** What becomes of a file, and the lines that a person has to look at. */
function migrated(path: string, text: string, target: 'drop-in' | 'client' = 'drop-in', clientModule?: string) {
  const result = migrateFile(path, text, { target, version, clientModule });
  return { text: result.text, undecided: result.undecided.map(({ line, text: why }) => `${line}: ${why}`) };
}

// Shapes of public code, in words of our own.
describe('imports become those of the drop-in', () => {
  test.each([
    [
      'an ES module',
      'track.js',
      `import aa from 'search-insights';\naa('init', { appId: 'a', apiKey: 'k' });\n`,
      `import aa from 'usertoken/aa';\naa('init', { appId: 'a', apiKey: 'k' });\n`,
    ],
    [
      'a module of TypeScript with types',
      'insights.ts',
      `import insights, { type InsightsClient } from "search-insights";
import type { InsightsMethodMap } from "search-insights";
type Params = import('search-insights').InitParams;
export const client: InsightsClient = insights;\n`,
      `import insights, { type InsightsClient } from "usertoken/aa";
import type { InsightsMethodMap } from "usertoken/aa";
type Params = import('usertoken/aa').InitParams;
export const client: InsightsClient = insights;\n`,
    ],
    [
      'a CommonJS module',
      'server.cjs',
      `const aa = require('search-insights').default;\nconst { createInsightsClient } = require('search-insights');\n`,
      `const aa = require('usertoken/aa').default;\nconst { createInsightsClient } = require('usertoken/aa');\n`,
    ],
    [
      'a React component that loads it later',
      'Shop.jsx',
      `export function Shop() {
  useEffect(() => { import('search-insights').then(({ default: aa }) => aa('init', { appId, apiKey })); }, []);
  return <button onClick={() => window.aa('clickedObjectIDs', click)}>Kettle</button>;
}\n`,
      `export function Shop() {
  useEffect(() => { import('usertoken/aa').then(({ default: aa }) => aa('init', { appId, apiKey })); }, []);
  return <button onClick={() => window.aa('clickedObjectIDs', click)}>Kettle</button>;
}\n`,
    ],
    [
      'a component of Vue',
      'Product.vue',
      `<script setup lang="ts">\nimport aa from 'search-insights';\nconst buy = (id: string) => aa('convertedObjectIDs', { objectIDs: [id] });\n</script>\n<template><button @click="buy('1')">Buy</button></template>\n`,
      `<script setup lang="ts">\nimport aa from 'usertoken/aa';\nconst buy = (id: string) => aa('convertedObjectIDs', { objectIDs: [id] });\n</script>\n<template><button @click="buy('1')">Buy</button></template>\n`,
    ],
    [
      'a test that mocks it',
      'track.test.ts',
      `vi.mock('search-insights');\njest.mock(\`search-insights\`, () => ({ default: jest.fn() }));\n`,
      `vi.mock('usertoken/aa');\njest.mock(\`usertoken/aa\`, () => ({ default: jest.fn() }));\n`,
    ],
    [
      'a page with the official snippet',
      'index.html',
      `<!doctype html><script>
  var ALGOLIA_INSIGHTS_SRC = "https://cdn.jsdelivr.net/npm/search-insights@2.17.2/dist/search-insights.min.js";
  !function(e,a,t,n,s,i,c){e.AlgoliaAnalyticsObject=s}(window,document,"script",ALGOLIA_INSIGHTS_SRC,"aa");
</script>\n`,
      `<!doctype html><script>
  var ALGOLIA_INSIGHTS_SRC = "https://cdn.jsdelivr.net/npm/usertoken@9.9.9/dist/aa.min.js";
  !function(e,a,t,n,s,i,c){e.AlgoliaAnalyticsObject=s}(window,document,"script",ALGOLIA_INSIGHTS_SRC,"aa");
</script>\n`,
    ],
    [
      'a component of Next with its script element',
      'layout.tsx',
      `export const Tag = () => <Script src="https://unpkg.com/search-insights@2" strategy="afterInteractive" />;\n`,
      `export const Tag = () => <Script src="https://unpkg.com/usertoken@9.9.9/dist/aa.min.js" strategy="afterInteractive" />;\n`,
    ],
  ])('%s', (_, path, before, after) => {
    expect(migrated(path, before)).toEqual({ text: after, undecided: [] });
    // A second run has nothing left to do.
    expect(migrated(path, after)).toEqual({ text: after, undecided: [] });
  });

  test.each([
    [
      'a file inside of the package',
      `import aa from 'search-insights/dist/index.js';`,
      /^1: .*is a file inside of search-insights/,
    ],
    [
      'a name that the drop-in does not have',
      `\nimport { secret } from 'search-insights';`,
      /^2: "usertoken\/aa" has no secret/,
    ],
    [
      'an address that no CDN has',
      `load('//shop.example/search-insights.min.js');`,
      /^1: This address of search-insights/,
    ],
    [
      'a script that can not be read',
      `import aa from 'search-insights';\nlet let = (;`,
      /^1: This script can't be read/,
    ],
  ])('leaves %s, and says where', (_, text, why) => {
    const result = migrated('some.js', text);
    expect(result.text).toBe(text);
    expect(result.undecided).toEqual([expect.stringMatching(why)]);
  });

  test.each([
    ['search.js', 'instantsearch({ indexName, searchClient, insights: true });'],
    ['Search.tsx', 'const Search = () => <InstantSearch searchClient={client} insights={true} />;'],
    ['Search.vue', '<template><ais-instant-search :search-client="client" insights /></template>'],
  ])('says of %s that InstantSearch loads search-insights itself', (path, text) => {
    expect(migrated(path, text)).toEqual({ text, undecided: [expect.stringMatching(/^1: InstantSearch loads/)] });
    const own = text.replace(/insights(: true|=\{true\})/, (all) =>
      all.includes('{') ? 'insights={{ insightsClient: aa }}' : 'insights: { insightsClient: aa }',
    );
    if (own !== text) expect(migrated(path, own).undecided).toEqual([]);
  });

  test('says that the hash of the old script has to go', () => {
    const tag = '<script src="https://cdn.jsdelivr.net/npm/search-insights@2.17.2" integrity="sha384-x"></script>';
    const { text, undecided } = migrated('index.html', tag);
    expect(text).toContain('usertoken@9.9.9/dist/aa.min.js" integrity');
    expect(undecided).toEqual([expect.stringContaining('integrity')]);
  });

  test('leaves what only looks like it', () => {
    const text = `// search-insights was here\nconst name = 'search-insights';\naa('init');\n`;
    expect(migrated('other.js', text)).toEqual({ text, undecided: [] });
  });

  test('knows what usertoken/aa exports', () => {
    const file = fileURLToPath(new URL('../../src/aa/index.ts', import.meta.url));
    const program = ts.createProgram([file], {
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      target: ts.ScriptTarget.ES2022,
    });
    const checker = program.getTypeChecker();
    const symbol = checker.getSymbolAtLocation(program.getSourceFile(file)!)!;
    const names = checker.getExportsOfModule(symbol).map(({ name }) => name);
    expect([...exportedNames].sort()).toEqual(names.sort());
  });
});

describe('calls become those of a client', () => {
  test('an init at the top creates it', () => {
    const { text, undecided } = migrated(
      'user.ts',
      `import aa from 'search-insights';
aa('init', { appId: 'a', apiKey: 'k', region: 'de', useCookie: true, userHasOptedOut: !agreed });
aa('viewedObjectIDs', { eventName: 'Seen', index: 'products', objectIDs: ['1'] });\n`,
      'client',
    );
    expect(text).toBe(`import { createUserToken } from 'usertoken';
export const user = createUserToken({ appId: 'a', apiKey: 'k', region: 'de', consent: (!agreed) ? 'denied' : 'granted' });
user.viewedObjectIDs({ eventName: 'Seen', index: 'products', objectIDs: ['1'] });\n`);
    expect(undecided).toEqual([expect.stringMatching(/^2: Set "consent" to what your visitor has decided/)]);
  });

  test('a component imports it from there', () => {
    const { text, undecided } = migrated(
      'Product.vue',
      `<script setup>
import aa from "search-insights";
function buy() {
  aa('setUserToken', account.id);
  aa('convertedObjectIDs', { userToken: aa('getUserToken'), objectIDs: ['1'] });
  aa('setAuthenticatedUserToken', undefined);
}
</script>\n`,
      'client',
      './user.js',
    );
    expect(text).toBe(`<script setup>
import { user } from "./user.js";
function buy() {
  user.login(account.id);
  user.convertedObjectIDs({ userToken: user.token, objectIDs: ['1'] });
  user.logout();
}
</script>\n`);
    expect(undecided).toEqual([expect.stringMatching(/^4: Is this always the id of an account/)]);
  });

  test('a CommonJS module gets it by require', () => {
    const before = `const aa = require('search-insights');\naa('init', { appId: 'a', apiKey: 'k' })\nmodule.exports.see = (e) => aa('viewedFilters', e);\n`;
    expect(migrated('a.cjs', before, 'client').text).toBe(`const { createUserToken } = require('usertoken');
const user = exports.user = createUserToken({ appId: 'a', apiKey: 'k', consent: 'granted' })
module.exports.see = (e) => user.viewedFilters(e);\n`);
  });

  const use = (call: string) => `import aa from 'search-insights';\n${call}\n`;
  test.each([
    ['a method by a variable', 'aa(method, event);', /^2: Not changed: the name of the method/],
    ['the function as a value', 'connect({ insightsClient: aa });', /^2: Not changed: aa is used as a value/],
    ['a callback', "aa('getUserToken', null, (error, token) => show(token));", /^2: Not changed: read user.token/],
    [
      'parameters of an event',
      "aa('clickedObjectIDs', event, { headers });",
      /^2: Not changed: .*is called with a second argument/,
    ],
    ['several events', "aa('sendEvents', events);", /^2: Not changed: call user.track/],
    [
      'an init inside of a function',
      "const f = () => aa('init', { appId, apiKey });",
      /^2: Not changed: create the client/,
    ],
    ['a later init', "aa('init', { partial: true, userHasOptedOut: true });", /^2: Not changed: create the client/],
    ['a listener', "aa('onUserTokenChange', (token) => show(token));", /^2: Not changed: use user\.on/],
    [
      'another user',
      "const user = load(); aa('viewedFilters', user.event);",
      /^2: Not changed: the name "user" is taken/,
    ],
  ])('leaves a file with %s as it is, and says why', (_, call, why) => {
    const text = use(`${call}\n/* and */ aa('viewedFilters', event);`);
    const result = migrated('some.ts', text, 'client', './user.js');
    expect(result.text).toBe(text);
    expect(result.undecided[0]).toMatch(why);
  });

  test.each(["aa('viewedFilters', event);", "window.aa('viewedFilters', event);"])(
    'leaves %s of the page, and says so',
    (call) => {
      expect(migrated('some.js', call, 'client', './user')).toEqual({
        text: call,
        undecided: [expect.stringMatching(/^1: Not changed: a call of the function that the page has/)],
      });
    },
  );

  test('leaves a file where no module creates the client', () => {
    const text = use("aa('viewedFilters', event);");
    expect(migrated('some.ts', text, 'client')).toEqual({
      text,
      undecided: [expect.stringMatching(/^1: .*no module with/)],
    });
  });
});

describe('npx usertoken migrate', () => {
  let folder: string;
  let site: string;
  const files: Record<string, string> = {
    'package.json': '{\n  "dependencies": {\n    "search-insights": "^2.0.0"\n  }\n}\n',
    'src/insights.ts': "import aa from 'search-insights';\naa('init', { appId: 'a', apiKey: 'k' });\n",
    'src/shop/product.js': "import aa from 'search-insights';\naa('viewedFilters', event);\n",
    'src/other.js': 'export {};\n',
    'node_modules/x/index.js': "require('search-insights');\n",
  };
  const content = (name: string) => readFile(join(site, name), 'utf8');
  const run = (...args: string[]) =>
    promisify(execFile)(process.execPath, [join(folder, 'dist/cli.js'), 'migrate', ...args], { cwd: site });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'usertoken-migrate-'));
    await buildCli(join(folder, 'dist/cli.js'));
    await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module', version }));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  async function reset() {
    site = await mkdtemp(join(folder, 'site-'));
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(site, name)), { recursive: true });
      await writeFile(join(site, name), text);
    }
  }

  test('--dry says what would change and changes nothing', async () => {
    await reset();
    const { stdout } = await run('--dry', '.');
    expect(stdout).toContain('2 files of 4 would change.');
    expect(stdout).toContain('src/insights.ts:1  "search-insights" is "usertoken/aa"');
    expect(stdout).toContain('package.json:3  Run npm install usertoken xstate');
    for (const [name, text] of Object.entries(files)) expect(await content(name)).toBe(text);
  });

  test('changes the files below a folder, and none of other packages', async () => {
    await reset();
    const { stdout } = await run('.');
    expect(stdout).toContain('2 files of 4 changed.');
    expect(await content('src/shop/product.js')).toBe("import aa from 'usertoken/aa';\naa('viewedFilters', event);\n");
    expect(await content('node_modules/x/index.js')).toBe(files['node_modules/x/index.js']);
  });

  test('--to client has every file import from the one with init', async () => {
    await reset();
    const { stdout } = await run('--to', 'client', 'src');
    expect(stdout).toContain('2 files of 3 changed.');
    expect(await content('src/insights.ts')).toContain("export const user = createUserToken({ appId: 'a'");
    expect(await content('src/shop/product.js')).toBe(
      "import { user } from '../insights';\nuser.viewedFilters(event);\n",
    );
  });

  test.each([
    [[], 'name the files or folders'],
    [['--to', 'moon', '.'], "--to must be drop-in or client, not 'moon'"],
    [['nowhere'], "there is no file or folder 'nowhere'"],
  ])('says what is wrong with %j, and how it is called', async (args, message) => {
    await reset();
    const { stderr, code } = await run(...args).catch((error) => error);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).toContain('npx usertoken migrate');
  });

  test('tells its options', async () => {
    const { stdout } = await run('--help');
    for (const option of ['--dry', '--to drop-in', '--to client', '--help']) expect(stdout).toContain(option);
    expect(readMigrateArguments(['--dry', 'a', 'b'])).toEqual({
      dry: true,
      help: false,
      target: 'drop-in',
      paths: ['a', 'b'],
    });
  });
});
