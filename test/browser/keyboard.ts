import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** Works a form as somebody without a mouse does: each step waits until the focus is where the last key led. */
export function byKeyboard(page: Page) {
  const { keyboard } = page;
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute('data-field'));
  const fieldOf = (field: string) => page.locator(`[data-field="${field}"]`);
  return {
    focused,
    async typeInto(field: string, text: string): Promise<void> {
      await expect.poll(focused).toBe(field);
      await keyboard.type(text);
      await keyboard.press('Tab');
    },
    async pickIn(field: string, text: string, option: string | RegExp): Promise<void> {
      await expect.poll(focused).toBe(field);
      await keyboard.type(text);
      await keyboard.press('Enter');
      await expect.poll(() => fieldOf(field).getAttribute('aria-expanded')).toBe('false');
      expect(await fieldOf(field).inputValue()).toMatch(option);
      await keyboard.press('Tab');
    },
    async skip(field: string): Promise<void> {
      await expect.poll(focused).toBe(field);
      await keyboard.press('Tab');
    },
    /** Tabs to a button and presses it. */
    async press(name: string): Promise<void> {
      await page.getByRole('button', { name, exact: true }).waitFor();
      for (let presses = 0; presses < 60; presses++) {
        if ((await page.evaluate(() => document.activeElement?.textContent?.trim())) === name)
          return keyboard.press('Enter');
        await keyboard.press('Tab');
      }
      throw new Error(`Tab never reaches ${name}`);
    },
  };
}
