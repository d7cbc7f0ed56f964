import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { buildExample, examples, packPackage } from '../examples/support/build.js';

/** Stands for the collector in the built files, since each test file has a collector of its own. */
export const collectorInBuild = 'http://collector.invalid';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of examples/vue as it is served. */
    exampleOutput: string;
  }
}

/** Installs and builds the example outside of the repository. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'usertoken-engines-')));
  const example = examples.find(({ name }) => name === 'vue')!;
  const place = await buildExample(example, folder, await packPackage(folder), collectorInBuild);
  project.provide('exampleOutput', join(place, example.output));
  return () => rm(folder, { recursive: true, force: true });
}
