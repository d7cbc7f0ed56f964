import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, expect, inject, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const tsc = join(root, 'node_modules/typescript/bin/tsc');
const { consumer, oldestConsumer } = inject('packed');

/** A consumer whose mistakes must be errors: an unused `@ts-expect-error` is one, so `any` would be noticed. */
const usage = `
const options = { appId: 'app', apiKey: 'key', consent: 'granted' } as const;
const user: UserTokenClient = createUserToken(options);
const token: string | undefined = user.token;
export const receipt: Promise<Receipt> = user.viewedObjectIDs({ eventName: 'Seen', index: 'products', objectIDs: ['a'] });
export const state: 'anonymous' | 'identified' | 'loggedOut' = user.state;
export const actor = createActor(identityMachine, { input: { anonymousToken: token ?? '', consent: 'pending' } });
export const visitor: 'starting' | 'anonymous' | 'identified' | 'loggedOut' = actor.getSnapshot().value.visitor;
export const identity = user.identity;
identity.subscribe((snapshot) => snapshot.matches({ visitor: 'identified' }));

// @ts-expect-error consent has no default
createUserToken({ appId: 'app', apiKey: 'key' });
// @ts-expect-error there is no such option
createUserToken({ ...options, token: 'x' });
// @ts-expect-error there is no such property
user.nonsense;
// @ts-expect-error a number is no consent
createActor(identityMachine, { input: { anonymousToken: '', consent: 1 } });
// @ts-expect-error only the client's methods send events
user.identity.send({ type: 'identity.logout' });
`;
const imports = `import { createUserToken, type Receipt, type UserTokenClient } from 'usertoken';
import { identityMachine } from 'usertoken/machines';
import { createActor } from 'xstate';
`;
/** The drop-in, by its default and by what require() gives. */
const aaUsage = `
aa('init', { appId: 'app', apiKey: 'key' });
export const token: string | number | undefined = aa('getUserToken');
export const client: InsightsClient = aa;
export const analytics: AlgoliaAnalytics = new AlgoliaAnalytics({});
// @ts-expect-error there is no such method
aa('nonsense');
`;
const aaImports = {
  default: `import aa, { AlgoliaAnalytics, type InsightsClient } from 'usertoken/aa';`,
  require: `import aa = require('usertoken/aa');
import { AlgoliaAnalytics, type InsightsClient } from 'usertoken/aa';
export const same: typeof aa = aa.default;
export const version: string | undefined = aa.version;`,
};
const testingUsage = `
export async function collect(): Promise<number> {
  const collector = await createCollector({ appId: 'app' });
  const events = await collector.waitForEvents(1);
  // @ts-expect-error there is no such fault
  collector.setFault({ nonsense: true });
  await collector.close();
  return events.length + fakeClock().timers;
}
`;
const testingImports = "import { createCollector, fakeClock } from 'usertoken/testing';\n";

const resolutions = {
  'node16 in an ES module': { end: 'mts', module: 'node16', moduleResolution: 'node16' },
  'node16 in CommonJS': { end: 'cts', module: 'node16', moduleResolution: 'node16' },
  bundler: { end: 'ts', module: 'esnext', moduleResolution: 'bundler' },
  node10: { end: 'ts', module: 'commonjs', moduleResolution: 'node10' },
};

type Resolution = (typeof resolutions)[keyof typeof resolutions];

const allFiles = ['page', 'spec', 'mistake', 'drop-in'];

/** Errors of the compiler, empty when it is content.
 * @param types Packages whose global declarations are there. */
async function compile(folder: string, resolution: Resolution, names: readonly string[], types: readonly string[]) {
  const { end, ...options } = resolution;
  const config = join(folder, `tsconfig.${options.moduleResolution}.${end}.${types.length}.json`);
  const compilerOptions = {
    ...options,
    strict: true,
    esModuleInterop: true,
    skipLibCheck: false,
    noEmit: true,
    target: 'es2022',
    lib: ['es2022', 'dom', 'dom.iterable'],
    typeRoots: [join(root, 'node_modules/@types')],
    types,
  };
  await writeFile(config, JSON.stringify({ compilerOptions, files: names.map((name) => `${name}.${end}`) }));
  const { stdout } = await promisify(execFile)(process.execPath, [tsc, '-p', config], { cwd: folder }).catch(
    (failure: { stdout: string }) => failure,
  );
  return stdout;
}

beforeAll(async () => {
  for (const folder of [consumer, oldestConsumer]) {
    for (const end of ['ts', 'mts', 'cts']) {
      await writeFile(join(folder, `page.${end}`), imports + usage);
      await writeFile(join(folder, `spec.${end}`), testingImports + testingUsage);
      await writeFile(join(folder, `drop-in.${end}`), aaImports[end === 'cts' ? 'require' : 'default'] + aaUsage);
      await writeFile(join(folder, `mistake.${end}`), `${imports}createUserToken({ appId: 'app', apiKey: 'key' });\n`);
    }
  }
});

// PK-04 of the test cases.
test.each(Object.entries(resolutions))(
  'TypeScript with %s accepts every entry without skipLibCheck, and refuses options without consent',
  async (_, resolution) => {
    const errors = await compile(consumer, resolution, allFiles, ['node']);
    expect(errors.match(/^\S+: error TS\d+/gm)).toEqual([`mistake.${resolution.end}(4,17): error TS2345`]);
    expect(errors).toContain("Property 'consent' is missing");
  },
);

test('the declarations for pages compile without those of Node', async () => {
  expect(await compile(consumer, resolutions['node16 in an ES module'], ['page'], [])).toBe('');
});

test('the declarations compile with the oldest xstate that the package supports', async () => {
  expect(await compile(oldestConsumer, resolutions.bundler, ['page', 'spec'], ['node'])).toBe('');
});
