import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What a page or server with this package does: names of the exports, and one event on its way. */
const body = `
const names = Object.fromEntries(Object.entries({ usertoken, machines }).map(([entry, exported]) => [
  entry, Object.keys(exported).filter((name) => name !== 'default' && name !== 'module.exports').sort(),
]));
async function trackOne(host) {
  const user = usertoken.createUserToken({ appId: 'app', apiKey: 'key', consent: 'granted', host, batchWindowMs: 0 });
  const login = user.login('account-1');
  const receipt = await user.viewedObjectIDs({ eventName: 'Product Seen', index: 'products', objectIDs: ['a'] });
  const { state } = user;
  user.dispose();
  return { login, receipt, state };
}`;

/** Sources that load the package, to be bundled or run. Each exports `names` and `trackOne`. */
export const probes = {
  'probe.mjs': `import * as usertoken from 'usertoken';\nimport * as machines from 'usertoken/machines';\n${body}
export { names, trackOne };\n`,
  'probe.cjs': `const usertoken = require('usertoken');\nconst machines = require('usertoken/machines');\n${body}
module.exports = { names, trackOne };\n`,
};

/** Runs a probe against a collector, both from the installed package, and prints what came of it. */
const runner = `
const { names, trackOne } = probe;
const collector = await testing.createCollector();
const told = await trackOne(collector.origin);
const requests = collector.requests.map(({ query, status }) => ({ agent: query['X-Algolia-Agent'], status }));
const events = collector.events.map(({ event: { timestamp, ...event } }) => event);
await collector.close();
console.log(JSON.stringify({ names: { ...names, testing: Object.keys(testing).sort() }, ...told, requests, events }));`;

const runners = {
  'run.mjs': `import * as testing from 'usertoken/testing';\nconst probe = await import(process.argv[2]);${runner}`,
  'run.cjs': `const testing = require('usertoken/testing');\nconst probe = require(process.argv[2]);
(async () => {${runner}})();`,
};

/** What a run of a probe tells. */
export interface ProbeResult {
  readonly names: { readonly usertoken: string[]; readonly machines: string[]; readonly testing: string[] };
  readonly login: unknown;
  readonly receipt: unknown;
  readonly state: string;
  readonly requests: readonly { readonly agent: string; readonly status: number }[];
  readonly events: readonly object[];
}

/** Puts the probes into a project. */
export async function writeProbes(folder: string): Promise<void> {
  for (const [name, text] of Object.entries({ ...probes, ...runners })) await writeFile(join(folder, name), text);
}

/** Runs a probe, or a bundle of one, in a fresh Node process of a project. */
export async function runProbe(folder: string, file: string): Promise<ProbeResult> {
  const name = file.endsWith('.cjs') ? 'run.cjs' : 'run.mjs';
  const { stdout } = await run(process.execPath, [name, `./${file}`], { cwd: folder, timeout: 30_000 });
  return JSON.parse(stdout);
}
