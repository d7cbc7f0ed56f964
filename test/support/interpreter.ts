import { fileURLToPath } from 'node:url';
import { type BuildOptions, build } from 'esbuild';
import { lightBuild } from '../../scripts/light-build.mjs';

/** Whether the tests run on the small interpreter: in the projects `lite` and `lite-compat` of vitest.config.ts. */
export const isLight = process.env.INTERPRETER === 'lite';

/** A script of a page, on the interpreter that the tests run on.
 * @param source Its path from the root. */
export async function bundleForPage(source: string, options: BuildOptions = {}): Promise<string> {
  const { outputFiles } = await build({
    ...(isLight ? lightBuild : {}),
    entryPoints: [fileURLToPath(new URL(`../../${source}`, import.meta.url))],
    bundle: true,
    format: 'iife',
    target: 'es2022',
    ...options,
    write: false,
  });
  return outputFiles![0]!.text;
}
