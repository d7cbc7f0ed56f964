import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { cli } from './entries.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** An import that ends in `?bundle` is the module's script for browsers, as a text. */
const scriptsAsText = {
  name: 'scripts as text',
  setup({ onResolve, onLoad, resolve }) {
    onResolve({ filter: /\?bundle$/ }, async ({ path, resolveDir, kind }) => {
      const { path: file } = await resolve(path.replace(/\?bundle$/, ''), { resolveDir, kind });
      // The path is named in the output, which must not depend on where it was built.
      return { path: relative(root, file), namespace: 'script' };
    });
    onLoad({ filter: /.*/, namespace: 'script' }, async ({ path }) => {
      const { outputFiles } = await build({
        absWorkingDir: root,
        entryPoints: [path],
        bundle: true,
        format: 'esm',
        target: 'es2022',
        minify: true,
        write: false,
      });
      return { contents: outputFiles[0].text, loader: 'text', watchFiles: [join(root, path)] };
    });
  },
};

/** Builds the command `usertoken`, with all it needs, its pages included. What a command alone needs is in a chunk next to it.
 * @param {string} outfile */
export async function buildCli(outfile) {
  await build({
    absWorkingDir: root,
    entryPoints: { [basename(outfile, '.js')]: cli.source },
    outdir: dirname(outfile),
    splitting: true,
    chunkNames: 'shared-[hash]',
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'es2022',
    // The parser is large, and would name the folder that it came from.
    minify: true,
    loader: { '.html': 'text', '.css': 'text' },
    plugins: [scriptsAsText],
    logLevel: 'warning',
  });
}
