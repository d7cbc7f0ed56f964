import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { external } from '../../scripts/entries.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Bytes of gzip that names of a binding add to a page. */
async function bytesOf(framework: string, names: readonly string[]) {
  const { outputFiles } = await build({
    stdin: { contents: `export { ${names} } from './src/bindings/${framework}.ts'`, resolveDir: root },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    external,
    write: false,
  });
  return gzipSync(outputFiles[0]!.contents, { level: 9 }).length;
}

test.each([
  ['react', ['UserTokenProvider', 'useUserToken'], ['useTrack', 'useView']],
  ['vue', ['userTokenPlugin', 'useUserToken'], ['vTrack']],
  ['svelte', ['setUserToken', 'useUserToken'], ['useTrack']],
  ['angular', ['provideUserToken', 'injectUserToken'], ['UserTokenTrack']],
] as const)(
  '%s: the client takes less than 0.46 kB, and tracking less than 0.4 kB more',
  async (framework, binding, tracking) => {
    const alone = await bytesOf(framework, binding);
    expect(alone).toBeLessThan(460);
    const both = await bytesOf(framework, [...binding, ...tracking]);
    expect(both - alone).toBeGreaterThan(0);
    expect(both - alone).toBeLessThan(400);
  },
);
