import { build, type Plugin } from 'esbuild';
import { entries } from '../../../scripts/entries.mjs';
import { root } from './guide.js';

const sources: Readonly<Record<string, string>> = entries;

const toSource: Plugin = {
  name: 'usertoken to its source',
  setup({ onResolve }) {
    onResolve({ filter: /^usertoken(\/|$)/ }, ({ path }) => {
      const source = sources[path === 'usertoken' ? 'index' : path.slice('usertoken/'.length)];
      return source ? { path: root + source } : { errors: [{ text: `there is no entry ${path}` }] };
    });
  },
};

/** An ES module in one piece, with the package's entries taken from the source. */
export async function bundle(code: string, platform: 'node' | 'browser', external: string[] = []): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: root, loader: 'ts' },
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    platform,
    external,
    plugins: [toSource],
    logLevel: 'silent',
  });
  return outputFiles[0]!.text;
}
