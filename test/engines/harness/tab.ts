import { vi } from 'vitest';
import type { DriverTab } from './engine.types.js';

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** How long a condition may take to come true. */
export interface Patience {
  /** In milliseconds. @default 10_000 */
  readonly timeoutMs?: number;
}

/** A tab of any of the engines. */
export interface Tab extends Omit<DriverTab, 'run'> {
  /** Runs a function in the page. Arguments and result travel as JSON, `undefined` as null, so that the engines agree.
   * The function may use nothing from around it. */
  evaluate<Args extends readonly unknown[], Result>(
    action: (...args: Args) => Result | Promise<Result>,
    ...args: Args
  ): Promise<Result>;
  /** Asks the page again and again, over loads too, until the answer is true.
   * @throws Error (rejects) when the time is over. */
  until<Args extends readonly unknown[]>(
    condition: (...args: Args) => boolean | Promise<boolean>,
    args?: Args,
    patience?: Patience,
  ): Promise<void>;
  reload(): Promise<void>;
}

/** Makes a tab of what a driver can do with it. */
export function tabOf(driver: DriverTab): Tab {
  const textOf = (action: (...args: never[]) => unknown, args: readonly unknown[]) =>
    `(async () => JSON.stringify((await (${action})(...${JSON.stringify(args)})) ?? null))()`;
  const evaluate: Tab['evaluate'] = async (action, ...args) => {
    const answer: Json = JSON.parse(await driver.run(textOf(action, args), 30_000));
    return answer as never;
  };
  return {
    ...driver,
    evaluate,
    async until(condition, args, { timeoutMs = 20_000 } = {}) {
      const ask = async () => {
        // While a page is being left there is nobody to ask.
        const answer = await driver.run(textOf(condition, args ?? []), 2_000).catch(String);
        if (answer !== 'true') throw new Error(`${answer} from ${condition}`);
      };
      await vi.waitFor(ask, { timeout: timeoutMs, interval: 30 });
    },
    reload: async () => driver.goto((await evaluate(() => location.href)) as string),
  };
}
