import type { Page } from 'playwright-core';
import { vi } from 'vitest';
import type { DriverTab } from './drivers/driver.types.js';

/** How long a condition may take to come true. */
export interface Patience {
  /** In milliseconds. @default 20_000 */
  readonly timeoutMs?: number;
}

/** A tab of any of the engines. */
export interface Tab extends Omit<DriverTab, 'run'> {
  /** Runs a function in the page, as Playwright's does. The function may use nothing from around it. Argument and result
   * travel as JSON, so that the engines agree. */
  readonly evaluate: Page['evaluate'];
  /** Asks the page again and again, over loads too, until the answer is true.
   * @throws Error (rejects) when the time is over. */
  until<Arg>(condition: (arg: Arg) => boolean | Promise<boolean>, arg: Arg, patience?: Patience): Promise<void>;
  until(condition: () => boolean | Promise<boolean>): Promise<void>;
  reload(): Promise<void>;
}

/** Makes a tab of what a driver can do with it. */
export function tabOf(driver: DriverTab): Tab {
  const textOf = (action: unknown, arg: unknown) =>
    `(async () => JSON.stringify((await (${action})(${JSON.stringify(arg)})) ?? null))()`;
  const evaluate = async (action: unknown, arg?: unknown): Promise<unknown> =>
    JSON.parse(await driver.run(textOf(action, arg), 30_000));
  return {
    ...driver,
    evaluate: evaluate as Page['evaluate'],
    async until(condition: unknown, arg?: unknown, { timeoutMs = 20_000 }: Patience = {}) {
      const ask = async () => {
        // While a page is being left there is nobody to ask.
        const answer = await driver.run(textOf(condition, arg), 2_000).catch(String);
        if (answer !== 'true') throw new Error(`${answer} from ${condition}`);
      };
      await vi.waitFor(ask, { timeout: timeoutMs, interval: 30 });
    },
    reload: async () => driver.goto((await evaluate(() => location.href)) as string),
  };
}
