import { fileURLToPath } from 'node:url';
import { type BuildOptions, build } from 'esbuild';
import { lightBuild } from '../../scripts/light-build.mjs';

/** Whether the tests run on the small interpreter: in the project `lite` of vitest.config.ts. */
export const isLight = process.env.INTERPRETER === 'lite';

/** A script of a page, for production, on the interpreter that the tests run on.
 * @param source Its path from the root. */
export async function bundleForPage(source: string, options: BuildOptions = {}): Promise<string> {
  const { outputFiles } = await build({
    ...(isLight ? lightBuild : {}),
    entryPoints: [fileURLToPath(new URL(`../../${source}`, import.meta.url))],
    bundle: true,
    format: 'iife',
    target: 'es2022',
    platform: 'browser',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'error',
    ...options,
    write: false,
  });
  return outputFiles![0]!.text;
}
