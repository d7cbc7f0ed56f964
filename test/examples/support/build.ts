import { execFile } from 'node:child_process';
import { cp, readdir, symlink, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Places } from './test-faults.js';
import { fullSurface, type Surface } from './walk.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const leftOut = new Set(['node_modules', 'dist', '.git', '.tmp']);

/** An example as it is checked. */
export interface Example {
  readonly name: string;
  /** The file that names the collector, and what it holds then. */
  readonly configure: (host: string) => readonly [file: string, text: string];
  /** The folder that is served once the example is built, or the server that Node runs, with its arguments. */
  readonly output: string;
  /** The page's path there. @default '/' */
  readonly path?: string;
  readonly isServer?: true;
  /** The page of the guide whose start is followed, and what the framework's command makes of an empty folder, as far as it
   * matters. Needs `develop`. */
  readonly start?: { readonly page: string; readonly fresh: Readonly<Record<string, string>> };
  /** Whether the shop is shown by a script, as what Next.js streams is. */
  readonly needsScript?: true;
  /** The server for development, with its arguments. @default none is walked through */
  readonly develop?: string;
  /** Pages next to the shop. */
  readonly places?: Places;
  readonly surface?: Surface;
  /** A component's file and a text in it, where the tool replaces the component in the open page when the file changes. */
  readonly component?: string;
}

const byEnvironment: Example['configure'] = (host) => ['.env.local', `VITE_INSIGHTS_HOST=${host}\n`];
const environmentModule = (host: string) =>
  `export const environment = { appId: 'app', apiKey: 'key', host: '${host}' };\n`;

export const examples: readonly Example[] = [
  { name: 'vue', configure: byEnvironment, output: 'dist', component: 'src/Shop.vue' },
  { name: 'svelte', configure: byEnvironment, output: 'dist', component: 'src/Shop.svelte' },
  { name: 'react', configure: byEnvironment, output: 'dist', component: 'src/Shop.tsx' },
  {
    name: 'angular',
    configure: (host) => ['src/environment.ts', environmentModule(host)],
    output: 'dist',
  },
  {
    name: 'script-tag',
    configure: (host) => ['environment.js', environmentModule(host)],
    // Its page imports from the folder next to it.
    output: '..',
    path: '/script-tag/',
    surface: {
      ...fullSurface,
      waitsForConsent: false,
      afterLogout: /^anonymous$/,
      refusedSays: /^none$/,
    },
  },
  {
    name: 'next',
    configure: (host) => ['.env.local', `NEXT_PUBLIC_INSIGHTS_HOST=${host}\n`],
    output: 'node_modules/next/dist/bin/next start -H 127.0.0.1',
    develop: 'node_modules/next/dist/bin/next dev -H 127.0.0.1',
    isServer: true,
    start: {
      page: 'docs/nextjs.md',
      fresh: {
        // As create-next-app 16.4 writes it, without Tailwind.
        'next.config.ts': 'export default { cacheComponents: true, partialPrefetching: true };\n',
        'app/icon.svg': '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>\n',
      },
    },
    needsScript: true,
    places: { account: '/account', everybody: ['/about'] },
    surface: {
      ...fullSurface,
      boughtSays: /^Cart Bought: sent by the server$/,
      ownCookies: ['account', 'consent'],
    },
  },
  {
    name: 'nuxt',
    configure: (host) => ['.env', `ALGOLIA_APP_ID=app\nALGOLIA_SEARCH_KEY=key\nINSIGHTS_HOST=${host}\n`],
    output: '.output/server/index.mjs',
    start: { page: 'docs/nuxt.md', fresh: {} },
    isServer: true,
    places: { account: '/account', everybody: ['/about', '/offers', '/app'] },
    surface: {
      ...fullSurface,
      boughtSays: /^Cart Bought: sent by the server$/,
      ownCookies: ['account', 'consent'],
    },
  },
  {
    name: 'sveltekit',
    configure: (host) => ['.env.local', `PUBLIC_INSIGHTS_HOST=${host}\n`],
    output: 'build',
    isServer: true,
    places: { host: '127.0.0.1', account: '/account', everybody: ['/about'] },
    surface: {
      ...fullSurface,
      boughtSays: /^Cart Bought: sent by the server$/,
      ownCookies: ['account', 'consent'],
    },
  },
];

/** The environment of a user: the test runner sets NODE_ENV, which would have tools build for tests. */
const { NODE_ENV, ...env } = process.env;

async function npm(folder: string, ...args: string[]): Promise<void> {
  try {
    await promisify(execFile)('npm', args, { cwd: folder, env, maxBuffer: 1e7 });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`npm ${args.join(' ')} failed.\n${stdout}${stderr}`);
  }
}

/** Packs a copy of the sources, as a publish from a clean checkout would.
 * @returns The tarball. */
export async function packPackage(folder: string): Promise<string> {
  const source = join(folder, 'source');
  await cp(root, source, {
    recursive: true,
    filter: (path) => !leftOut.has(relative(root, path)) && !path.endsWith('.tgz'),
  });
  await symlink(join(root, 'node_modules'), join(source, 'node_modules'));
  await npm(source, 'pack', '--pack-destination', folder);
  const tarball = (await readdir(folder)).find((name) => name.endsWith('.tgz'));
  if (!tarball) throw new Error('npm pack left no tarball');
  return join(folder, tarball);
}

/** Installs an example and the files it shares outside of the repository, with the tarball as `usertoken`, and builds it.
 * @returns The example's folder there. */
export async function buildExample({ name, configure }: Example, folder: string, tarball: string, host: string) {
  const place = join(folder, name);
  for (const each of ['shared', name]) await cp(join(root, 'examples', each), join(folder, each), { recursive: true });
  const [file, text] = configure(host);
  await writeFile(join(place, file), text);
  await npm(place, 'install', '--no-audit', '--no-fund', '--prefer-offline', tarball);
  await npm(place, 'run', 'build', '--if-present');
  return place;
}
