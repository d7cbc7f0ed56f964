import type { Engine, EngineName } from './drivers/driver.types.js';

const engines: Readonly<Record<EngineName, () => Promise<Engine>>> = {
  chromium: async () => (await import('./drivers/chromium.js')).chromiumEngine,
  firefox: async () => (await import('./drivers/firefox.js')).firefoxEngine,
  webkit: async () => (await import('./drivers/webkit.js')).webkitEngine,
};

/** What some tests need of a browser, and not every engine or its driver has. */
export type Ability =
  /** Playwright drives it: frames, request interception, certificates, host names, attributes of cookies. */
  | 'playwright'
  /** The driver takes the network away, and the browser knows it. */
  | 'offline'
  /** A renderer that crashes leaves the profile and its storage to the next tab. */
  | 'crash'
  /** A profile is kept on disk, and the next start finds it. */
  | 'profile on disk'
  /** A tab behind another tab is hidden. */
  | 'hidden tabs'
  /** A listener of `pagehide` runs to its end in a tab that is closed. */
  | 'whole page exit'
  /** A page learns where its visitor goes. */
  | 'navigation';

/** What an engine lacks, with the reason. These are facts about engines and drivers: tests that need more don't run there.
 * docs/support.md lists those that matter to an application. */
const lacks: Readonly<Record<EngineName, Partial<Record<Ability, string>>>> = {
  chromium: {},
  firefox: {
    playwright: 'Playwright drives only a Firefox that it has patched',
    'whole page exit': 'dom.abort_script_on_child_shutdown aborts the running script of a tab that is closed',
  },
  webkit: {
    playwright: 'Playwright drives only a WebKit that it has patched',
    offline: 'WebKitWebDriver has no command for it',
    crash: 'WebKitWebDriver ends the session, and with it the storage, when a renderer ends',
    'profile on disk': 'MiniBrowser keeps nothing on disk under automation',
    navigation: 'WebKitGTK 2.50 has no Navigation API',
    'hidden tabs': 'WebKitWebDriver opens tabs behind, and brings none to the front',
  },
};

const name = (process.env.ENGINE ?? 'chromium') as EngineName;
if (!(name in engines)) throw new Error(`ENGINE is ${name}. It must be ${Object.keys(engines).join(', ')}.`);

/** The engine that the tests run in: `ENGINE=firefox npx vitest run --project browser`. */
export const engine: Engine = await engines[name]();

/** Whether the engine has what a test needs. */
export const can = (ability: Ability): boolean => !(ability in lacks[name]);
