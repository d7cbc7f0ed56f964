import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { compile } from 'svelte/compiler';

const folder = join(dirname(fileURLToPath(import.meta.url)), 'svelte');

const svelte = (generate: 'client' | 'server'): Plugin => ({
  name: 'svelte',
  setup({ onLoad }) {
    onLoad({ filter: /\.svelte$/ }, async ({ path }) => {
      const { js, warnings } = compile(await readFile(path, 'utf8'), {
        filename: path,
        generate,
        runes: true,
        dev: true,
      });
      return { contents: js.code, loader: 'js', warnings: warnings.map(({ message }) => ({ text: message })) };
    });
  },
});

/** Compiles a module that imports components, with the framework inside, and loads it. */
export async function loadSvelte(generate: 'client' | 'server') {
  const { outputFiles, warnings } = await build({
    entryPoints: [join(folder, `${generate}.ts`)],
    bundle: true,
    write: false,
    format: 'esm',
    platform: generate === 'client' ? 'browser' : 'node',
    // The framework's server part asks Node for built-ins through require.
    banner:
      generate === 'client'
        ? {}
        : { js: "import { createRequire } from 'node:module'; const require = createRequire('/');" },
    plugins: [svelte(generate)],
    logLevel: 'silent',
  });
  if (warnings.length > 0) throw new Error(warnings.map(({ text }) => text).join('\n'));
  const code = Buffer.from(outputFiles[0]!.contents).toString('base64');
  return import(/* @vite-ignore */ `data:text/javascript;base64,${code}`);
}
