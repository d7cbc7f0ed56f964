import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';
import { root } from './guide.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The folder of the built site. */
    site: string;
  }
}

/** The path that the site is built for, since it may be put under any. */
export const base = '/docs/of/usertoken/';

/** Builds the documentation site once for all tests of the project. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'usertoken-site-'));
  await promisify(execFile)('npm', ['run', 'docs:build', '--', '--base', base, '--outDir', folder], { cwd: root });
  project.provide('site', folder);
  return () => rm(folder, { recursive: true, force: true });
}
