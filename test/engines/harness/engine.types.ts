/** The engines the suite runs in, by the names of their makers' ports. */
export type EngineName = 'chromium' | 'firefox' | 'webkit';

/** What a driver does with a tab; {@link Tab} is made of it. */
export interface DriverTab {
  /** Loads an address and waits for the load event. */
  goto(url: string): Promise<void>;
  /** Evaluates an expression in the page's own world.
   * @param expression Resolves to a string in the page.
   * @param timeoutMs When to give up: a page that goes into the back-forward cache meanwhile never answers.
   * @throws Error (rejects) when the page throws, goes away first or takes too long. */
  run(expression: string, timeoutMs: number): Promise<string>;
  /** Goes back in the history without waiting for a load, which a page from the back-forward cache doesn't have. */
  back(): Promise<void>;
  /** A user's click in the middle of the first element that matches. */
  click(selector: string): Promise<void>;
  /** The cookies that the browser itself keeps for the tab's page, values by name. */
  cookies(): Promise<Record<string, string>>;
  /** Closes the tab as a visitor does, without asking the page. */
  close(): Promise<void>;
  /** Ends the process that renders the tab, without warning. The tab is of no use afterwards. */
  crash(): Promise<void>;
}

/** Cookies and storage of one visitor, apart from all others. */
export interface DriverProfile {
  newTab(): Promise<DriverTab>;
  /** Tabs that pages opened themselves since the last call.
   * @returns Those that came up; empty when there are none yet. */
  openedTabs(): Promise<DriverTab[]>;
  /** Whether the engine's driver could cut the profile off the network, or connect it again. */
  setOffline(isOffline: boolean): Promise<boolean>;
  close(): Promise<void>;
}

/** A running browser. */
export interface Driver {
  /** As the browser says it itself. */
  readonly version: string;
  /** A fresh profile; in WebKitGTK one at a time. */
  newProfile(): Promise<DriverProfile>;
  close(): Promise<void>;
}

/** How an engine is started. */
export interface Engine {
  readonly name: EngineName;
  launch(): Promise<Driver>;
  /** Starts a browser whose only profile is kept in this folder, for a later start to find.
   * @returns The profile, whose `close` ends the browser; `undefined` where the driver has no such thing. */
  launchWith(folder: string): Promise<DriverProfile | undefined>;
}
