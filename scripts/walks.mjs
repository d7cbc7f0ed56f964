// Counts the functions of this package that run on two walks: a click from its call to its receipt, and a login from one tab
// to another. V8 says which ran, over the published fakes; functions of the fakes and of XState don't count.
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { Session } from 'node:inspector/promises';
import { SourceMap } from 'node:module';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
// Below node_modules, so that xstate is found from there.
const out = join(root, 'node_modules/.cache/usertoken-walks');

const sources = [];
for (const folder of ['machines', 'src']) {
  for (const file of await readdir(join(root, folder), { recursive: true })) {
    if (/\.ts$/.test(file) && !/^(bindings|cli)/.test(file)) sources.push(join(folder, file));
  }
}
await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
await build({
  absWorkingDir: root,
  entryPoints: sources,
  outdir: out,
  outbase: root,
  format: 'esm',
  sourcemap: true,
  logLevel: 'warning',
});

const load = (file) => import(pathToFileURL(join(out, file)).href);
const { createUserToken, memoryTokenStore } = await load('src/index.js');
const { fakeClock, fakePage, fakeTabs, fakeTransport } = await load('src/testing/index.js');

const session = new Session();
session.connect();
await session.post('Profiler.enable');

/** The functions that `walk` runs, as `file:line name`. */
async function functionsOf(walk) {
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  await walk();
  const { result } = await session.post('Profiler.takePreciseCoverage');
  await session.post('Profiler.stopPreciseCoverage');
  const found = new Map();
  for (const { url, functions } of result) {
    const file = url.startsWith('file:') ? relative(out, fileURLToPath(url)) : '';
    if (!/^(machines|src)\//.test(file) || file.startsWith('src/testing/')) continue;
    const code = await readFile(join(out, file), 'utf8');
    const map = new SourceMap(JSON.parse(await readFile(join(out, `${file}.map`), 'utf8')));
    for (const { functionName, ranges, isBlockCoverage } of functions) {
      const [{ startOffset, endOffset, count }] = ranges;
      // The module itself runs when it is loaded.
      if (count === 0 || isBlockCoverage || (startOffset === 0 && endOffset === code.length)) continue;
      const before = code.slice(0, startOffset).split('\n');
      const { originalLine = before.length - 1 } = map.findEntry(before.length - 1, before.at(-1).length);
      const name = `${originalLine + 1} ${functionName || '(anonymous)'}`;
      const source = file.replace(/\.js$/, '.ts');
      found.set(source, [...(found.get(source) ?? []), name]);
    }
  }
  return found;
}

function print(title, found) {
  const count = [...found.values()].flat().length;
  console.log(`${title}: ${count} functions in ${found.size} files\n`);
  for (const [file, names] of [...found].sort(([, a], [, b]) => b.length - a.length)) {
    console.log(`  ${file} (${names.length})`);
    for (const name of names) console.log(`    ${name}`);
  }
  console.log();
  return count;
}

const options = { appId: 'app', apiKey: 'key', consent: 'granted' };

async function click() {
  const clock = fakeClock();
  const page = fakePage();
  const [openTab, transport] = [fakeTabs(), fakeTransport()];
  const user = createUserToken({
    ...options,
    clock,
    page,
    transport,
    tabs: openTab(),
    tokenStore: memoryTokenStore(),
  });
  const found = await functionsOf(async () => {
    const receipt = user.clickedObjectIDs({ eventName: 'Product Clicked', index: 'products', objectIDs: ['kettle'] });
    await clock.advance(250);
    if ((await receipt).status !== 'delivered') throw new Error('the click was not delivered');
  });
  user.dispose();
  return found;
}

async function login() {
  const openTab = fakeTabs();
  const tokenStore = memoryTokenStore();
  const tab = () =>
    createUserToken({
      ...options,
      clock: fakeClock(),
      page: fakePage(),
      transport: fakeTransport(),
      tabs: openTab(),
      tokenStore,
    });
  const [here, there] = [tab(), tab()];
  const found = await functionsOf(async () => {
    here.login('account-1815');
    if (there.token !== 'account-1815') throw new Error('the other tab did not follow');
  });
  here.dispose();
  there.dispose();
  return found;
}

const counts = [print('A click', await click()), print('A login', await login())];
console.log(`click ${counts[0]}, login ${counts[1]}`);
session.disconnect();
