// Makes sure that there is a Chromium for the browser tests; `npm test` runs it first. With --all, Firefox and WebKitGTK
// too, for the tests in three engines.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const commands = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const installations = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** Commands that install packages on Debian. */
const aptCommands = (packages) => [
  ['apt-get', 'update'],
  ['apt-get', 'install', '--yes', '--no-install-recommends', ...packages],
];

/** The browser that tests start: what `CHROMIUM_PATH` names, else the first Chromium or Chrome found.
 * @param {{ env?: Record<string, string | undefined>, exists?: (path: string) => boolean }} [facts]
 * @returns {string | undefined} Its path; `undefined` when there is none. */
export function findBrowser({ env = process.env, exists = existsSync } = {}) {
  if (env.CHROMIUM_PATH) return exists(env.CHROMIUM_PATH) ? env.CHROMIUM_PATH : undefined;
  return [...pathsOf(commands, env), ...installations].find((path) => exists(path));
}

/** The Firefox that tests start: what `FIREFOX_PATH` names, else the first on the PATH.
 * @returns {string | undefined} Its path; `undefined` when there is none. */
export function findFirefox() {
  const { FIREFOX_PATH } = process.env;
  return [FIREFOX_PATH, ...pathsOf(['firefox-esr', 'firefox'])].find((path) => path && existsSync(path));
}

/** The WebDriver server of WebKitGTK on the PATH.
 * @returns {string | undefined} Its path; `undefined` when there is none. */
export function findWebKitDriver() {
  return pathsOf(['WebKitWebDriver']).find((path) => existsSync(path));
}

/** WebKitGTK's own small browser, which belongs to the library and is not on the PATH.
 * @param {string} [libraries] Where the libraries are, in a folder for each architecture.
 * @returns {string | undefined} Its path; `undefined` when there is none. */
export function findMiniBrowser(libraries = '/usr/lib') {
  const folders = existsSync(libraries) ? readdirSync(libraries) : [];
  const versions = ['webkitgtk-6.0', 'webkit2gtk-4.1', 'webkit2gtk-4.0'];
  return versions
    .flatMap((version) => [...folders, '.'].map((folder) => join(libraries, folder, version, 'MiniBrowser')))
    .find((path) => existsSync(path));
}

/** Debian packages that the engines other than Chromium need and that are not there. */
function missingPackages() {
  const found = {
    'firefox-esr': findFirefox(),
    'webkit2gtk-driver': findWebKitDriver() && findMiniBrowser(),
    xvfb: isOnPath('Xvfb'),
  };
  return Object.keys(found).filter((name) => !found[name]);
}

/** Where commands would be, in the order in which they are preferred. */
function pathsOf(names, env = process.env) {
  const folders = (env.PATH ?? '').split(delimiter).filter(Boolean);
  return names.flatMap((command) => folders.map((folder) => join(folder, command)));
}

/** What to do about the browser.
 * @param {{ browser: string | undefined, configured: string | undefined, hasApt: boolean, isRoot: boolean }} facts
 *   `configured` is the value of `CHROMIUM_PATH`.
 * @returns {{ kind: 'ready', browser: string } | { kind: 'install', commands: string[][] } |
 *   { kind: 'fail', message: string }} */
export function decide({ browser, configured, hasApt, isRoot }) {
  if (browser) return { kind: 'ready', browser };
  if (configured) return { kind: 'fail', message: `CHROMIUM_PATH names ${configured}, and there is no such file.` };
  if (hasApt && isRoot) return { kind: 'install', commands: aptCommands(['chromium']) };
  const remedy = hasApt
    ? `Run:\n  ${asSudo(aptCommands(['chromium']))}`
    : 'Install Chromium or Chrome, and if it is not on the PATH set CHROMIUM_PATH to its path.';
  return { kind: 'fail', message: `The browser tests need Chromium, and there is none. ${remedy}` };
}

const asSudo = (commands) => commands.map((command) => `sudo ${command.join(' ')}`).join(' && ');

const isOnPath = (command) => pathsOf([command]).some((path) => existsSync(path));
const isRoot = () => process.getuid?.() === 0;

function runAll(commands) {
  for (const [command, ...args] of commands) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    execFileSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'], env });
  }
}

function ensureBrowser() {
  const facts = {
    configured: process.env.CHROMIUM_PATH,
    hasApt: isOnPath('apt-get'),
    isRoot: isRoot(),
  };
  const decision = decide({ ...facts, browser: findBrowser() });
  if (decision.kind === 'ready') return;
  if (decision.kind === 'fail') throw new Error(decision.message);
  console.log('The browser tests need Chromium, and there is none. Installing it.');
  runAll(decision.commands);
  if (!findBrowser()) throw new Error('apt-get installed chromium, and still there is none on the PATH.');
}

/** Firefox and WebKitGTK with its driver, from Debian's packages. */
function ensureOtherEngines() {
  const missing = missingPackages();
  if (missing.length === 0) return;
  const commands = aptCommands(missing);
  if (!isOnPath('apt-get') || !isRoot()) {
    throw new Error(
      `The tests in three engines need Debian's packages ${missing.join(', ')}. Run:\n  ${asSudo(commands)}`,
    );
  }
  console.log(`The tests in three engines need ${missing.join(', ')}. Installing.`);
  runAll(commands);
  const left = missingPackages();
  if (left.length > 0) throw new Error(`apt-get installed ${left.join(', ')}, and still nothing is found of it.`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    ensureBrowser();
    if (process.argv.includes('--all')) ensureOtherEngines();
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
