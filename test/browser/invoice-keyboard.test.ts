import { expect, test } from 'vitest';
import { openDesk, signIn } from './browser.ts';
import { byKeyboard } from './keyboard.ts';
import { type Coding, prepareProject } from './records.ts';

let coding: Coding;
const desk = openDesk({}, async (desk) => {
  coding = await prepareProject(desk.stack);
  await signIn(desk);
});

test('an invoice is entered, checked, approved and sent without a mouse', async () => {
  const { page } = desk;
  const { keyboard } = page;
  const { focused, typeInto, pickIn, skip, press } = byKeyboard(page);

  await page.goto('/invoices/new');
  await pickIn('supplier', coding.vendor.description, coding.vendor.description);
  await typeInto('number', 'INV-1042');
  await typeInto('date', '18 nov 2026');
  await skip('kind');
  await skip('invoiceType');
  await skip('order');
  await typeInto('total', '12400');
  await typeInto('tax', '1860');
  await pickIn('project', 'P-1007', /Harbour Apartments/);
  await skip('code');
  await skip('costType');
  await typeInto('description', 'Foundations, level 1');
  await skip('line-1-project');
  await pickIn('line-1-code', 'foundations', /^03-310/);
  await expect.poll(focused).toBe('line-1-costType');
  await keyboard.press('Alt+ArrowDown');
  await page
    .getByRole('option', { name: /In the Procore budget/ })
    .first()
    .waitFor();
  await keyboard.press('Enter');
  await keyboard.press('Tab');
  await typeInto('line-1-description', 'Concrete 25 MPa');
  await skip('line-1-quantity');
  await skip('line-1-unitPrice');
  await typeInto('line-1-amount', '8400');
  await pickIn('line-1-taxCode', coding.taxCode.code, new RegExp(coding.taxCode.code));
  await page.getByRole('textbox', { name: 'Line 1 amount' }).focus();
  await keyboard.press('Enter');
  await expect.poll(focused).toBe('line-2-amount');
  await keyboard.type('4000');
  await keyboard.press('ArrowUp');
  await expect.poll(focused).toBe('line-1-amount');
  await keyboard.press('ArrowDown');
  for (let column = 0; column < 5; column++) await keyboard.press('Shift+Tab');
  await pickIn('line-2-code', '03-310', /^03-310/);
  await expect.poll(() => page.getByText('Difference ($)').locator('xpath=..').innerText()).toContain('0.00');

  await keyboard.press('Control+s');
  await page.getByText('Saved.').waitFor();
  await keyboard.press('Control+Enter');
  await page.getByText('Checked.', { exact: true }).first().waitFor();
  for (const step of ['Approve', 'Send']) await press(step);
  await page.locator('main header').getByText('Sent', { exact: true }).waitFor({ timeout: 60_000 });
  await page.getByRole('region', { name: 'In Procore' }).getByText('P-1007 Harbour Apartments').waitFor();
});

test('Ctrl K opens an invoice by its number from anywhere', async () => {
  const { page } = desk;
  await page.goto('/');
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('INV-1042');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: /INV-1042/ }).waitFor();
});
