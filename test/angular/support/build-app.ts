import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { installed } from '../../support/install.js';

const here = dirname(fileURLToPath(import.meta.url));

/** Versions of Angular that the binding works with, the oldest and the newest, each with its Zone.js. */
const versions = {
  17: { angular: '17.3.12', zone: '0.14.10' },
  20: { angular: '20.3.32', zone: '0.15.1' },
} as const;
export type Major = keyof typeof versions;

/** Installs a version of Angular.
 * @returns Its folder. */
export function installAngular(major: Major): Promise<string> {
  const { angular, zone } = versions[major];
  const names = ['common', 'compiler', 'core', 'platform-browser', 'platform-server'];
  if (major === 17) names.push('animations');
  return installed(`angular-${major}`, {
    ...Object.fromEntries(names.map((name) => [`@angular/${name}`, angular])),
    rxjs: '7.8.2',
    'zone.js': zone,
  });
}

/** Takes Angular, and what belongs to it, from a folder. */
const from = (folder: string): Plugin => ({
  name: 'angular',
  setup(build) {
    build.onResolve({ filter: /^(@angular\/|rxjs|zone\.js)/ }, ({ path, kind, pluginData }) =>
      pluginData === 'found' ? undefined : build.resolve(path, { kind, resolveDir: folder, pluginData: 'found' }),
    );
  },
});

/** Bundles an application, compiled where it runs.
 * @param hasZone Whether Zone.js is loaded before it. */
export async function buildApp(name: 'client' | 'server', folder: string, hasZone: boolean): Promise<string> {
  const isClient = name === 'client';
  const zone = join(folder, 'node_modules/zone.js/fesm2015', isClient ? 'zone.js' : 'zone-node.js');
  const { outputFiles } = await build({
    entryPoints: [join(here, `${name}.ts`)],
    inject: hasZone ? [zone] : [],
    bundle: true,
    write: false,
    format: isClient ? 'iife' : 'esm',
    platform: isClient ? 'browser' : 'node',
    target: 'es2022',
    mainFields: ['es2020', 'module', 'main'],
    // The framework's server part asks Node for built-ins through require.
    banner: isClient ? {} : { js: "import { createRequire } from 'node:module'; const require = createRequire('/');" },
    // Angular's compiler says that importing it does nothing.
    ignoreAnnotations: true,
    plugins: [from(folder)],
    // XState from this repository.
    nodePaths: [join(here, '../../../node_modules')],
    logLevel: 'silent',
  });
  return outputFiles[0]!.text;
}
