import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build as esbuild } from 'esbuild';
import { build as viteBuild } from 'vite';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { cli, developmentEntries, entries, nuxtFiles, scriptTag } from '../../scripts/entries.mjs';
import { exportNames } from './support/export-names.js';
import { runProbe, writeProbes } from './support/probe.js';

const { files, consumer, oldestConsumer } = inject('packed');
const manifestIn = async (folder: string) =>
  JSON.parse(await readFile(join(folder, 'node_modules/usertoken/package.json'), 'utf8'));

beforeAll(async () => {
  await writeProbes(consumer);
  await writeProbes(oldestConsumer);
});

describe('the tarball', () => {
  // PK-03 of the test cases, as the tests of the installed package.
  test('holds the entries in both formats, shared chunks, declarations, papers, and nothing else', () => {
    const perEntry = Object.keys(entries).flatMap((name) =>
      ['js', 'cjs', 'd.ts', 'd.cts'].map((end) => `dist/${name}.${end}`),
    );
    const expected = [
      'package.json',
      'README.md',
      'CHANGELOG.md',
      'LICENSE',
      'aa/package.json',
      `dist/${cli.file}`,
      `dist/${scriptTag.file}`,
      ...perEntry,
      ...Object.keys(nuxtFiles).flatMap((name) => ['js', 'cjs'].map((end) => `dist/${name}.${end}`)),
      ...developmentEntries.flatMap((name) => ['js', 'cjs'].map((end) => `dist/${name}.development.${end}`)),
    ].map((name) => `package/${name}`);
    const patterns = [
      /^package\/dist\/shared-[A-Z0-9]{8}\.js$/,
      /^package\/dist\/types\/(machines|src)\/([\w-]+\/)*[\w.-]+\.d\.c?ts$/,
    ];
    const others = files.filter((file) => !patterns.some((pattern) => pattern.test(file)));
    expect(others).toEqual(expected.sort());
  });

  test('has declarations for both formats of every module', () => {
    const declarations = files.filter((file) => file.endsWith('.d.ts'));
    expect(declarations.length).toBeGreaterThan(Object.keys(entries).length);
    const missing = declarations.map((file) => file.replace(/ts$/, 'cts')).filter((file) => !files.includes(file));
    expect(missing).toEqual([]);
  });

  // Its build looks for the text before it parses a file.
  test('declares the directive for Angular in the letters that its build looks for', async () => {
    const text = await readFile(join(consumer, 'node_modules/usertoken/dist/angular.js'), 'utf8');
    expect(text).toContain('ɵɵngDeclareDirective(');
  });

  test('exports every entry with import before require and types before code', async () => {
    const { exports } = await manifestIn(consumer);
    const names = Object.keys(entries);
    expect(Object.keys(exports)).toEqual([
      ...names.map((name) => (name === 'index' ? '.' : `./${name}`)),
      ...Object.keys(nuxtFiles).map((name) => `./${name}`),
      './dist/aa.min.js',
      './package.json',
    ]);
    for (const name of names) {
      const conditions = (declarations: string, code: string) => {
        const inFull = `./dist/${name}.development.${code}`;
        return [
          ['types', `./dist/${name}.${declarations}`],
          ...(developmentEntries.includes(name)
            ? [
                ['development', inFull],
                ['node', inFull],
              ]
            : []),
          ['default', `./dist/${name}.${code}`],
        ];
      };
      const found = exports[name === 'index' ? '.' : `./${name}`];
      expect(Object.keys(found)).toEqual(['import', 'require']);
      expect(Object.entries(found.import)).toEqual(conditions('d.ts', 'js'));
      expect(Object.entries(found.require)).toEqual(conditions('d.cts', 'cjs'));
    }
  });

  test('exports the script tag to content delivery networks and bundlers', async () => {
    const { exports, unpkg, jsdelivr } = await manifestIn(consumer);
    expect([exports['./dist/aa.min.js'], unpkg, jsdelivr]).toEqual(Array(3).fill('./dist/aa.min.js'));
    expect(files).toContain('package/dist/aa.min.js');
  });

  test('names no folder of the machine that built it', async () => {
    for (const file of files.filter((file) => /\.(c?js|c?ts|json)$/.test(file))) {
      const text = await readFile(join(consumer, 'node_modules/usertoken', file.replace('package/', '')), 'utf8');
      expect(text, file).not.toMatch(/file:\/\/|\/tmp\/|\/work\/|\/home\/|node_modules\/(?!\.)/);
    }
  });
});

describe('messages', () => {
  test.each(developmentEntries)(
    'of the entry %s are sentences in development and Node, and a code with a link elsewhere',
    async (name) => {
      const textOf = (file: string) => readFile(join(consumer, 'node_modules/usertoken/dist', file), 'utf8');
      const bundled = async (conditions: string[]) => {
        const { outputFiles } = await esbuild({
          stdin: {
            contents: `export * from 'usertoken${name === 'index' ? '' : `/${name}`}';`,
            resolveDir: consumer,
          },
          bundle: true,
          format: 'esm',
          external: ['xstate'],
          conditions,
          write: false,
        });
        return outputFiles[0]!.text;
      };
      const sentence = 'Algolia rejected the app ID or API key';
      expect(await bundled([])).not.toContain(sentence);
      expect(await bundled(['development'])).toContain(sentence);
      expect(await bundled(['node'])).toContain(sentence);
      expect(await textOf('aa.min.js')).not.toContain(sentence);
    },
  );
});

describe('the installed package', () => {
  async function expectToWork(folder: string, file: string) {
    const { version } = await manifestIn(folder);
    const { usertoken, machines, testing } = exportNames;
    expect(await runProbe(folder, file)).toEqual({
      names: { usertoken, machines, testing },
      login: { ok: true, token: 'account-1' },
      receipt: { status: 'delivered' },
      state: 'identified',
      requests: [{ agent: `usertoken (${version})`, status: 200 }],
      events: [
        {
          eventType: 'view',
          eventName: 'Product Seen',
          index: 'products',
          objectIDs: ['a'],
          userToken: 'account-1',
        },
      ],
    });
  }

  test.each(Object.entries(exportNames))(
    'has an entry %s with the listed exports, by import and require',
    async (entry, names) => {
      const specifier = JSON.stringify(entry === 'usertoken' ? entry : `usertoken/${entry}`);
      // require() of the drop-in gives its function, which has a version as search-insights' has.
      const code = `const isOwn = (name) => !/^(default|module.exports)$/.test(name);
      const own = (all) => Object.keys(all).filter((name) => isOwn(name) && !(typeof all === 'function' && name === 'version')).sort();
      const { createRequire } = await import('node:module');
      console.log(JSON.stringify([await import(${specifier}), createRequire(import.meta.url)(${specifier})].map(own)));`;
      await writeFile(join(consumer, `names-${entry}.mjs`), code);
      const { stdout } = await promisify(execFile)(process.execPath, [`names-${entry}.mjs`], { cwd: consumer });
      expect(JSON.parse(stdout)).toEqual([names, names]);
    },
  );

  test('brings the command usertoken', async () => {
    const { version } = await manifestIn(consumer);
    const { stdout } = await promisify(execFile)(join(consumer, 'node_modules/.bin/usertoken'), ['--version']);
    expect(stdout).toBe(`${version}\n`);
  });

  test('works in Node as an ES module', () => expectToWork(consumer, 'probe.mjs'));

  test('works in Node through require', () => expectToWork(consumer, 'probe.cjs'));

  test.each(['browser', 'node', 'neutral'] as const)('works bundled by esbuild for %s', async (platform) => {
    const outfile = `out/esbuild-${platform}.mjs`;
    await esbuild({
      absWorkingDir: consumer,
      entryPoints: ['probe.mjs'],
      bundle: true,
      format: 'esm',
      platform,
      // Neutral knows no fields of package.json but `exports`; xstate has both, and its default is for development.
      minify: true,
      outfile,
    });
    await expectToWork(consumer, outfile);
  });

  test('works bundled by esbuild from CommonJS', async () => {
    const outfile = 'out/esbuild.cjs';
    await esbuild({ absWorkingDir: consumer, entryPoints: ['probe.cjs'], bundle: true, platform: 'node', outfile });
    await expectToWork(consumer, outfile);
  });

  async function bundleWithVite(outDir: string, options: { ssr: boolean; noExternal: boolean }) {
    await viteBuild({
      root: consumer,
      configFile: false,
      logLevel: 'error',
      ssr: options.noExternal ? { noExternal: true } : {},
      build: {
        outDir,
        ...(options.ssr ? { ssr: 'probe.mjs' } : { lib: { entry: 'probe.mjs', formats: ['es'], fileName: 'probe' } }),
        rollupOptions: { output: { entryFileNames: 'probe.mjs' } },
      },
    });
    return `${outDir}/probe.mjs`;
  }

  test.each([
    ['for the client', 'vite-client', { ssr: false, noExternal: false }],
    ['for a server, left outside of the bundle', 'vite-ssr', { ssr: true, noExternal: false }],
    ['for a server, inside of the bundle', 'vite-ssr-inside', { ssr: true, noExternal: true }],
  ])('works bundled by Vite %s', async (_, name, options) => {
    await expectToWork(consumer, await bundleWithVite(`out/${name}`, options));
  });

  test.each(['probe.mjs', 'probe.cjs'])('works with the oldest xstate that it supports: %s', async (file) => {
    const { peerDependencies } = await manifestIn(oldestConsumer);
    const xstate = JSON.parse(await readFile(join(oldestConsumer, 'node_modules/xstate/package.json'), 'utf8'));
    expect(`^${xstate.version}`).toBe(peerDependencies.xstate);
    await expectToWork(oldestConsumer, file);
  });
});
