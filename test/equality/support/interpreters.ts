import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import * as xstate from 'xstate';
import * as machines from '../../../machines/index.js';
import { lightBuild } from '../../../scripts/light-build.mjs';

/** What our sources and the charts here import from XState. */
export type Kit = Pick<
  typeof xstate,
  'setup' | 'createActor' | 'fromPromise' | 'assign' | 'emit' | 'and' | 'or' | 'not' | 'stateIn'
>;

/** An interpreter, and our machines as they run on it. */
export interface Interpreter {
  readonly kit: Kit;
  readonly machines: Pick<typeof machines, 'identityMachine' | 'deliveryMachine'>;
}

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** The subset and our machines on it, bundled and minified as for a page. */
async function bundled(): Promise<Interpreter> {
  const { outputFiles } = await build({
    ...lightBuild,
    stdin: {
      contents: "export * as kit from 'xstate'; export * as machines from './machines/index.js';",
      resolveDir: root,
    },
    minify: true,
    format: 'esm',
    write: false,
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0]!.contents).toString('base64')}`);
}

export const original: Interpreter = { kit: xstate, machines };
export const subset: Interpreter = await bundled();
