import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** What machines/ exports, bundled from its source, on XState.
 * @returns {Promise<typeof import('../machines/index.js')>} */
export async function loadMachines() {
  const { outputFiles } = await build({
    absWorkingDir: fileURLToPath(new URL('..', import.meta.url)),
    entryPoints: ['machines/index.ts'],
    bundle: true,
    format: 'esm',
    platform: 'node',
    write: false,
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}
