import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

type Extractor = typeof import('@xstate/machine-extractor');

const require = createRequire(import.meta.url);

/** Loads the parser with which Stately's editor and the extension of VS Code find machines in a source. It is made of
 * parts of XState 4, which are handed to it here. */
export async function loadExtractor(): Promise<Extractor> {
  const folder = await mkdtemp(join(tmpdir(), 'usertoken-extractor-'));
  try {
    const outfile = join(folder, 'extractor.cjs');
    await build({
      entryPoints: [require.resolve('@xstate/machine-extractor')],
      outfile,
      bundle: true,
      format: 'cjs',
      platform: 'node',
      logLevel: 'error',
      plugins: [
        {
          name: 'xstate 4',
          setup: ({ onResolve }) =>
            onResolve({ filter: /^xstate\// }, ({ path }) => ({
              path: require.resolve(path.replace('xstate', 'xstate-4')),
            })),
        },
      ],
    });
    return require(outfile);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
