// Makes sure that there is a Chromium for the browser tests; `npm test` runs it first.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const commands = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const installations = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** Commands that install the browser on Debian. */
const aptCommands = [
  ['apt-get', 'update'],
  ['apt-get', 'install', '--yes', '--no-install-recommends', 'chromium'],
];

/** The browser that tests start: what `CHROMIUM_PATH` names, else the first Chromium or Chrome found.
 * @param {{ env?: Record<string, string | undefined>, exists?: (path: string) => boolean }} [facts]
 * @returns {string | undefined} Its path; `undefined` when there is none. */
export function findBrowser({ env = process.env, exists = existsSync } = {}) {
  if (env.CHROMIUM_PATH) return exists(env.CHROMIUM_PATH) ? env.CHROMIUM_PATH : undefined;
  const folders = (env.PATH ?? '').split(delimiter).filter(Boolean);
  const onPath = commands.flatMap((command) => folders.map((folder) => join(folder, command)));
  return [...onPath, ...installations].find((path) => exists(path));
}

/** What to do about the browser.
 * @param {{ browser: string | undefined, configured: string | undefined, hasApt: boolean, isRoot: boolean }} facts
 *   `configured` is the value of `CHROMIUM_PATH`.
 * @returns {{ kind: 'ready', browser: string } | { kind: 'install', commands: string[][] } |
 *   { kind: 'fail', message: string }} */
export function decide({ browser, configured, hasApt, isRoot }) {
  if (browser) return { kind: 'ready', browser };
  if (configured) return { kind: 'fail', message: `CHROMIUM_PATH names ${configured}, and there is no such file.` };
  if (hasApt && isRoot) return { kind: 'install', commands: aptCommands };
  const remedy = hasApt
    ? `Run:\n  ${aptCommands.map((command) => `sudo ${command.join(' ')}`).join(' && ')}`
    : 'Install Chromium or Chrome, and if it is not on the PATH set CHROMIUM_PATH to its path.';
  return { kind: 'fail', message: `The browser tests need Chromium, and there is none. ${remedy}` };
}

function isOnPath(command) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => folder && existsSync(join(folder, command)));
}

function ensureBrowser() {
  const facts = {
    configured: process.env.CHROMIUM_PATH,
    hasApt: isOnPath('apt-get'),
    isRoot: process.getuid?.() === 0,
  };
  const decision = decide({ ...facts, browser: findBrowser() });
  if (decision.kind === 'ready') return;
  if (decision.kind === 'fail') throw new Error(decision.message);
  console.log('The browser tests need Chromium, and there is none. Installing it.');
  for (const [command, ...args] of decision.commands) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    execFileSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'], env });
  }
  if (!findBrowser()) throw new Error('apt-get installed chromium, and still there is none on the PATH.');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    ensureBrowser();
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
