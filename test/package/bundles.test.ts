import { type BuildOptions, build } from 'esbuild';
import { describe, expect, inject, test } from 'vitest';

const { consumer } = inject('packed');

/** Bundles `code` in the project that has the package installed. Whatever does not resolve is an error. */
async function bundle(code: string, options: BuildOptions = {}) {
  const result = await build({
    absWorkingDir: consumer,
    stdin: { contents: code, resolveDir: consumer },
    bundle: true,
    format: 'esm',
    write: false,
    metafile: true,
    logLevel: 'silent',
    define: { 'process.env.NODE_ENV': '"production"' },
    ...options,
  });
  const [output] = Object.values(result.metafile?.outputs ?? {});
  return {
    text: result.outputFiles?.[0]?.text ?? '',
    imports: output?.imports.map(({ path }) => path) ?? [],
    inputs: Object.keys(output?.inputs ?? {}),
  };
}

/** Sets of conditions that a runtime resolves packages with. */
const runtimes = {
  browser: { platform: 'browser' },
  worker: { platform: 'browser', conditions: ['worker', 'workerd', 'edge-light'] },
  'React Native': { platform: 'neutral', conditions: ['react-native'], mainFields: ['react-native', 'main'] },
  'no runtime in particular': { platform: 'neutral' },
} as const satisfies Record<string, BuildOptions>;

describe.each(['usertoken', 'usertoken/machines'])('%s', (entry) => {
  const all = `import * as all from '${entry}';\nglobalThis.all = all;`;

  describe.each(Object.entries(runtimes))('bundled for %s', (_, runtime) => {
    // PK-06 of the test cases.
    test('uses no built-in of Node and leaves no import unresolved', async () => {
      const { text, imports, inputs } = await bundle(all, { ...runtime });
      expect(inputs.some((input) => input.startsWith('node_modules/usertoken/dist/'))).toBe(true);
      expect(imports).toEqual([]);
      expect(text).not.toMatch(/["']node:/);
    });

    // PK-07 of the test cases.
    test('uses no require, no process and no code from strings', async () => {
      const { text } = await bundle(all, { ...runtime });
      expect(text).not.toMatch(/\brequire\(|\bprocess\.|\beval\(|\bnew Function\b|\bFunction\(/);
    });
  });

  test.each(['import', 'require'])('the code that %s loads is the same for production and development', async (way) => {
    const code = way === 'import' ? all : `globalThis.all = require('${entry}');`;
    const texts = ['production', 'development'].map(async (mode) => {
      const define = { 'process.env.NODE_ENV': JSON.stringify(mode) };
      return (await bundle(code, { platform: 'neutral', external: ['xstate'], define })).text;
    });
    const [production, development] = await Promise.all(texts);
    expect(production).toBe(development);
    expect(production).not.toMatch(/\beval\(|\bFunction\(|["']node:/);
  });
});

describe('tree-shaking', () => {
  test.each(['usertoken', 'usertoken/machines'])("drops import '%s' when nothing of it is used", async (entry) => {
    expect((await bundle(`import '${entry}';`, { platform: 'browser', minify: true })).text.trim()).toBe('');
  });

  test("keeps import 'usertoken/aa', whose client UI libraries find on the page", async () => {
    const { text } = await bundle("import 'usertoken/aa';", { platform: 'browser', minify: true });
    expect(text).toContain('AlgoliaAnalyticsObject');
    const entry = await bundle("import { createUserToken } from 'usertoken'; globalThis.x = createUserToken;");
    expect(entry.text).not.toContain('AlgoliaAnalyticsObject');
  });

  test('drops an imported name that is not used', async () => {
    const code = "import { createUserToken } from 'usertoken';";
    expect((await bundle(code, { platform: 'browser', minify: true })).text.trim()).toBe('');
  });

  test('keeps usertoken/testing out of the entry usertoken', async () => {
    const { text } = await bundle("export * from 'usertoken';", { platform: 'node' });
    expect(text).toContain('createUserToken');
    expect(text).not.toMatch(/createCollector|fakeClock/);
  });
});

test('a built-in of Node fails a bundle for browsers', async () => {
  const code = "export * from 'usertoken/testing';";
  await expect(bundle(code, { platform: 'browser' })).rejects.toThrow('node:http');
});
