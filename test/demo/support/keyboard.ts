import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** Moves the focus forwards to the control of this name. Every stop on the way must be seen: outlined, and not behind a bar
 * on top. */
export async function tabTo(page: Page, name: string): Promise<void> {
  for (let stops = 0; stops < 200; stops += 1) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(() => {
      const focused = document.activeElement as HTMLElement;
      const { left, top, width, height } = focused.getBoundingClientRect();
      const hit = document.elementFromPoint(left + width / 2, top + height / 2);
      const label = (focused as HTMLInputElement).labels?.[0];
      return {
        name: focused.ariaLabel ?? label?.textContent ?? (focused.textContent || focused.title),
        outline: getComputedStyle(focused).outlineStyle,
        isSeen: height > innerHeight || (hit !== null && (hit.contains(focused) || focused.contains(hit))),
      };
    });
    expect({ ...stop, outline: stop.outline !== 'none' }).toEqual({ name: stop.name, outline: true, isSeen: true });
    if (stop.name.trim() === name) return;
  }
  throw new Error(`No control named ${name} was reached by Tab`);
}
