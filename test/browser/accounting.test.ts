import { expect, test } from 'vitest';
import { openDesk, picture, signIn } from './browser.ts';
import { type Coding, prepareProject } from './records.ts';

let coding: Coding;
const desk = openDesk({}, async (desk) => {
  coding = await prepareProject(desk.stack);
  await signIn(desk);
});

test('the onboarding lead connects Xero, maps the tax rates and keeps mixed invoices split', async () => {
  const { page } = desk;
  await page.goto('/settings');
  await page.getByRole('tab', { name: 'Accounting' }).click();
  await page.getByText('Not connected to Xero.').waitFor();
  expect(await page.getByRole('textbox', { name: 'Xero callback url' }).inputValue()).toContain('/oauth/xero/callback');
  await page.getByRole('button', { name: 'Connect to Xero' }).click();
  await page.getByRole('combobox', { name: 'Organisation' }).selectOption('Kauri Construction Ltd');
  await page.getByRole('button', { name: 'Allow access' }).click();
  await page.getByText('Connected to Xero.').waitFor();
  const organisation = page.getByRole('region', { name: 'Organisation' });
  await expect
    .poll(() =>
      organisation.getByRole('combobox').evaluate((field: HTMLSelectElement) => field.selectedOptions[0]?.text),
    )
    .toBe('Kauri Construction Ltd');

  const rate = page.getByRole('combobox', { name: `Xero tax rate for ${coding.taxCode.code}` });
  await rate.selectOption('15% GST on Expenses');
  await page.getByRole('region', { name: 'Tax rates' }).getByRole('button', { name: 'Save' }).click();
  await page.getByText('Tax rates saved.').waitFor();
  await page.getByRole('textbox', { name: 'Days until a bill is due' }).fill('20');
  await page.getByRole('region', { name: 'Sending overheads' }).getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved.', { exact: true }).waitFor();
  await page.reload();
  expect(await page.getByRole('textbox', { name: 'Days until a bill is due' }).inputValue()).toBe('20');
  await picture(page, 'accounting');
});

test('a line without a project takes a GL code; the invoice shows both amounts and that they sum to it', async () => {
  const { page, stack } = desk;
  const code = {
    projectId: coding.project.id,
    projectCostCodeId: coding.code.id,
    costTypeId: coding.code.costTypes[0]?.id,
  };
  const { body: invoice } = await stack.api<{ id: string }>('POST', '/api/invoices', {
    number: 'MIX-77',
    payableAccountId: coding.vendor.id,
    invoiceDate: '2026-03-18',
    total: '150.00',
    tax: '22.50',
    lines: [
      { ...code, amount: '100.00', taxCodeId: coding.taxCode.id },
      { amount: '50.00', description: 'Power of the office', taxCodeId: coding.taxCode.id },
    ],
  });
  await page.goto(`/invoices/${invoice.id}`);
  await page.getByRole('button', { name: 'Check', exact: true }).click();
  await page.getByText('Line 2 has no project and no GL code. Choose').waitFor();
  await page.getByRole('button', { name: 'Go to line 2' }).click();
  await page.keyboard.type('power');
  await page.getByRole('option', { name: /445/ }).waitFor();
  await page.keyboard.press('Enter');
  await expect.poll(() => page.locator('[data-field="line-2-code"]').inputValue()).toBe('445');
  await page.keyboard.press('Control+s');
  await page.getByText('Saved.', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Check', exact: true }).click();
  await page.getByText('Checked.', { exact: true }).first().waitFor();
  await page.getByRole('button', { name: 'Approve' }).click();
  await page.getByRole('button', { name: 'Send' }).click();
  const accounting = page.getByRole('region', { name: 'In accounting' });
  await accounting.getByText('Bill in Xero').waitFor();
  await accounting.getByText('Sent').waitFor({ timeout: 40_000 });
  await accounting.getByText(/Procore \$100\.00 and accounting \$50\.00 sum to the invoice, \$150\.00/).waitFor();
  await page.getByRole('region', { name: 'In Procore' }).getByText('Sent').waitFor({ timeout: 40_000 });
  await picture(page, 'overheads');
});
