import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'acorn';
import { build as esbuild } from 'esbuild';
import { build as viteBuild } from 'vite';
import { describe, expect, inject, test } from 'vitest';
import webpack, { type Configuration } from 'webpack';
import { dropInEdition } from '../../scripts/entries.mjs';

const { consumer } = inject('packed');
const run = promisify(execFile);

/** A module of a site that uses search-insights, or the drop-in by its own name. It prints what it was given. */
const moduleOf = (name: string) => `import aa, { AlgoliaAnalytics, createInsightsClient } from '${name}';
aa('setUserToken', 'visitor');
console.log(JSON.stringify([typeof aa, aa.version, aa('getUserToken'), typeof AlgoliaAnalytics, typeof createInsightsClient]));\n`;
const expected = ['function', '2.18.0', 'visitor', 'function', 'function'];

/** Runs a bundle on Node. */
async function outputOf(file: string): Promise<unknown> {
  return JSON.parse((await run(process.execPath, [file], { cwd: consumer })).stdout);
}

let made = 0;
/** Bundles a module of a site with webpack; resolves to the path of the bundle. */
async function bundleWithWebpack(name: string, resolve: Configuration['resolve']): Promise<string> {
  made += 1;
  const filename = `webpack-${made}.cjs`;
  const site = join(consumer, 'site');
  await mkdir(site, { recursive: true });
  // In a package of type `module` an import would have to name the file.
  await writeFile(join(site, 'package.json'), '{}');
  await writeFile(join(site, `${made}.js`), moduleOf(name));
  const compiler = webpack({
    ...{ mode: 'production', context: consumer, entry: `./site/${made}.js`, target: 'node' },
    output: { path: join(consumer, 'out'), filename },
    ...(resolve ? { resolve } : {}),
  });
  const stats = await promisify(compiler!.run.bind(compiler!))();
  expect(stats?.toJson().errors).toEqual([]);
  return join('out', filename);
}

// F04
describe('usertoken/aa, for tools that know no exports of packages', () => {
  test('is found by its folder, with a default export', async () => {
    const code =
      "const aa = require('./node_modules/usertoken/aa'); console.log(JSON.stringify([typeof aa, aa.default === aa]));";
    const { stdout } = await run(process.execPath, ['--input-type=commonjs', '--eval', code], { cwd: consumer });
    expect(JSON.parse(stdout)).toEqual(['function', true]);
  });

  test.each([
    ['webpack 4', { mainFields: ['browser', 'module', 'main'], extensions: ['.mjs', '.js', '.json'] }],
    // It reads no files that end in .cjs.
    ['old versions of Metro', { mainFields: ['react-native', 'browser', 'main'], extensions: ['.js', '.json'] }],
  ])('is found by the rules of %s', async (_, resolve) => {
    const file = await bundleWithWebpack('usertoken/aa', { ...resolve, exportsFields: [] });
    expect(await outputOf(file)).toEqual(expected);
  });

  test('is written in an edition that they parse', async () => {
    const text = await readFile(join(consumer, 'node_modules/usertoken/dist/aa.cjs'), 'utf8');
    expect(() => parse(text, { ecmaVersion: dropInEdition as 2019, sourceType: 'script' })).not.toThrow();
  });
});

// F04
describe('a site that imports search-insights gets the drop-in', () => {
  test('by an alias of esbuild', async () => {
    const outfile = join(consumer, 'out/alias-esbuild.mjs');
    await esbuild({
      absWorkingDir: consumer,
      stdin: { contents: moduleOf('search-insights'), resolveDir: consumer },
      ...{ bundle: true, format: 'esm', platform: 'node', outfile },
      alias: { 'search-insights': 'usertoken/aa' },
    });
    expect(await outputOf(outfile)).toEqual(expected);
  });

  test('by an alias of Vite', async () => {
    await writeFile(join(consumer, 'site-vite.mjs'), moduleOf('search-insights'));
    await viteBuild({
      ...{ root: consumer, configFile: false, logLevel: 'error' },
      resolve: { alias: { 'search-insights': 'usertoken/aa' } },
      build: {
        outDir: 'out/alias-vite',
        lib: { entry: 'site-vite.mjs', formats: ['es'], fileName: 'site' },
        rollupOptions: { output: { entryFileNames: 'site.mjs' } },
      },
    });
    expect(await outputOf('out/alias-vite/site.mjs')).toEqual(expected);
  });

  test('by an alias of webpack', async () => {
    const file = await bundleWithWebpack('search-insights', { alias: { 'search-insights$': 'usertoken/aa' } });
    expect(await outputOf(file)).toEqual(expected);
  });

  // The lines of docs/migrating.md.
  test('with types by a path of TypeScript', async () => {
    const guide = await readFile(new URL('../../docs/migrating.md', import.meta.url), 'utf8');
    const { compilerOptions } = JSON.parse(/```json\n([\s\S]*?)```/.exec(guide)![1]!);
    const typed = (event: string) =>
      `import aa, { type InsightsClient } from 'search-insights';\nconst client: InsightsClient = aa;\nclient('viewedObjectIDs', ${event});\n`;
    const file = join(consumer, 'alias.mts');
    const options = {
      ...compilerOptions,
      strict: true,
      noEmit: true,
      module: 'nodenext',
      target: 'es2022',
      lib: ['es2022', 'dom'],
    };
    await writeFile(
      join(consumer, 'tsconfig.alias.json'),
      JSON.stringify({ compilerOptions: options, files: ['alias.mts'] }),
    );
    const tsc = new URL('../../node_modules/typescript/bin/tsc', import.meta.url).pathname;
    const compile = () => run(process.execPath, [tsc, '-p', 'tsconfig.alias.json'], { cwd: consumer });
    await writeFile(file, typed("{ eventName: 'Seen', index: 'products', objectIDs: ['a'] }"));
    await compile();
    await writeFile(file, typed("{ eventName: 'Seen', index: 1, objectIDs: ['a'] }"));
    await expect(compile()).rejects.toMatchObject({
      stdout: expect.stringContaining("Type 'number' is not assignable"),
    });
  });

  test('by an override of npm, also in a dependency that asks for search-insights', async () => {
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'usertoken-override-')));
    try {
      const files: Record<string, object | string> = {
        'package.json': {
          name: 'site',
          private: true,
          dependencies: { widget: 'file:./widget', usertoken: 'file:./usertoken.tgz' },
          overrides: { 'search-insights': 'file:./search-insights' },
        },
        'widget/package.json': {
          ...{ name: 'widget', version: '1.0.0', main: 'index.js' },
          dependencies: { 'search-insights': '^2.0.0' },
        },
        'widget/index.js':
          "const { default: aa } = require('search-insights'); module.exports = [typeof aa, aa.version];",
        // What stands in for it: three lines in the site's own repository.
        'search-insights/package.json': { name: 'search-insights', version: '2.18.0', main: 'index.js' },
        'search-insights/index.js': "module.exports = require('usertoken/aa');",
      };
      for (const [path, content] of Object.entries(files)) {
        await mkdir(join(folder, path, '..'), { recursive: true });
        await writeFile(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content));
      }
      const { stdout: packed } = await run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], {
        cwd: join(consumer, 'node_modules/usertoken'),
      });
      await rename(join(folder, packed.trim()), join(folder, 'usertoken.tgz'));
      const options = ['--no-audit', '--no-fund', '--offline', '--legacy-peer-deps'];
      await run('npm', ['install', ...options], { cwd: folder });
      const code = "console.log(JSON.stringify(require('widget')))";
      const { stdout } = await run(process.execPath, ['--eval', code], { cwd: folder });
      expect(JSON.parse(stdout)).toEqual(['function', '2.18.0']);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
