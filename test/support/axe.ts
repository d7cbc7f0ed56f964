import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const script = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** What axe-core finds wrong with a page: a line for each rule, with the first elements that break it.
 * @param skipped Ids of rules to leave out. */
export async function violationsOf(page: Page, skipped: readonly string[] = []): Promise<string[]> {
  await page.addScriptTag({ path: script });
  return page.evaluate(async (skipped) => {
    const { axe } = window as unknown as { axe: typeof import('axe-core') };
    const rules = Object.fromEntries(skipped.map((id) => [id, { enabled: false }]));
    const { violations } = await axe.run({ rules });
    return violations.map(({ id, help, nodes }) => {
      const where = nodes.slice(0, 3).map(({ target, failureSummary }) => `${target.join(' ')}: ${failureSummary}`);
      return `${id} (${help}): ${where.join('; ')}`;
    });
  }, skipped);
}
