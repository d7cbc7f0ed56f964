import type { EngineName } from './harness/engine.types.js';

/** What the suite is about, each topic a file of tests that all engines run. */
export const topicTitles = [
  'The story of a visit',
  'Login and logout',
  'Tabs agree',
  'Page exits',
  'Outages',
  'Offline and reopened',
  'Back-forward cache',
  'The drop-in',
  'An example app',
  'Privacy',
] as const;

export type TopicTitle = (typeof topicTitles)[number];

/** What an engine, or its driver, may or may not be able to do. Each is probed by a test of the suite. */
export const capabilities = {
  'back-forward cache': 'a page that is left comes back as it was',
  'offline mode': 'the browser is cut off the network and knows it',
  'hidden tabs': 'a tab that another covers is hidden',
  'whole page exits': 'a listener of pagehide runs to its end when a tab is closed',
  'kept profiles': 'a profile is kept on disk and found by the next start',
  'crash with storage': 'cookies and storage outlive a crash of the renderer',
} as const;

export type Capability = keyof typeof capabilities;

/** What is not there, and why. A probe that says otherwise fails the suite: then a line here goes or comes. */
export const lacks: Readonly<Record<EngineName, Partial<Record<Capability, string>>>> = {
  chromium: {
    'hidden tabs': 'the driver keeps every page in front',
  },
  firefox: {
    'whole page exits': 'it aborts the running script of a tab that is closed (`dom.abort_script_on_child_shutdown`)',
  },
  webkit: {
    'offline mode': 'its WebDriver has no command for it; a server that refuses connections stands in',
    'hidden tabs': 'its WebDriver opens tabs behind, and brings none to the front',
    'crash with storage': 'its WebDriver gives up the session, and the storage with it, when a renderer ends',
    'kept profiles': 'MiniBrowser keeps nothing on disk under automation',
  },
};
