import type { Browser } from 'playwright-core';

/** The engines that the suite runs in. */
export type EngineName = 'chromium' | 'firefox' | 'webkit';

/** What a driver does with a tab. */
export interface DriverTab {
  /** Loads an address and waits for the load event. */
  goto(url: string): Promise<void>;
  /** Evaluates an expression in the page.
   * @param expression Resolves to a string in the page.
   * @param timeoutMs When to give up: a page that goes into the back-forward cache meanwhile never answers.
   * @throws Error (rejects) when the page throws, goes away first or takes too long. */
  run(expression: string, timeoutMs: number): Promise<string>;
  /** Goes back in the history without waiting for a load, which a page from the back-forward cache doesn't have. */
  back(): Promise<void>;
  /** Clicks in the middle of the first element that matches. */
  click(selector: string): Promise<void>;
  /** The cookies that the browser keeps for the tab's page, values by name. */
  cookies(): Promise<Record<string, string>>;
  /** Closes the tab as a visitor does, without asking the page. */
  close(): Promise<void>;
  /** Ends the process that renders the tab, without warning. The tab is of no use afterwards. */
  crash(): Promise<void>;
}

/** Cookies and storage of one visitor, apart from all others. */
export interface DriverProfile {
  newTab(): Promise<DriverTab>;
  /** Tabs that pages opened themselves since the last call. */
  openedTabs(): Promise<DriverTab[]>;
  /** Cuts the profile off the network, or connects it again. */
  setOffline(isOffline: boolean): Promise<void>;
  close(): Promise<void>;
}

/** How a browser is started. */
export interface LaunchOptions {
  /** More arguments for Chromium. */
  readonly args?: readonly string[];
  /** Whether pages that are left may come back as they were, as they do for visitors. WebKitWebDriver can't turn this off.
   * @default true */
  readonly pageCache?: boolean;
}

/** A running browser. */
export interface Driver {
  /** A fresh profile; in WebKitGTK one at a time. */
  newProfile(): Promise<DriverProfile>;
  /** Playwright's browser, in Chromium. */
  readonly browser?: Browser;
  close(): Promise<void>;
}

/** How an engine is started. */
export interface Engine {
  readonly name: EngineName;
  launch(options: LaunchOptions): Promise<Driver>;
  /** Starts a browser as a visitor has it, whose only profile is kept in this folder for a later start to find.
   * @returns The profile, whose `close` ends the browser. */
  launchIn(folder: string): Promise<DriverProfile>;
}
