import { expect, test } from 'vitest';
import type { Invoice } from '../../schemas/invoices.ts';
import { eventually } from '../environment/stack.ts';
import { openDesk, picture, signIn } from './browser.ts';
import { type Coding, enterInvoice, prepareProject } from './records.ts';

let coding: Coding;
const desk = openDesk({}, async (desk) => {
  coding = await prepareProject(desk.stack);
  await signIn(desk);
});

/** The worked case of the rounding tolerance: 25,000.00 at 1,234.56 comes out four cents off. */
const ROUNDING = { total: '25000.00', tax: '3750.00', line: { amount: '25000.00', unitPrice: '1234.56' } };

test('an invoice that fails says why in its row, and passes after the fix', async () => {
  const { page, stack } = desk;
  const { id } = await enterInvoice(stack, coding, { number: 'INV-2001', ...ROUNDING });
  await page.goto(`/invoices/${id}`);
  await page.getByRole('button', { name: 'Check' }).click();
  await page.getByRole('heading', { name: 'Problems (1)' }).waitFor();
  await page.getByText(/misses the invoice by \$0\.04; the tolerance is \$0\.00/).waitFor();
  await page.getByText('Smallest tolerance that passes: $0.04').waitFor();
  for (const step of ['Approve', 'Send']) await page.getByRole('button', { name: step }).click();

  await page.getByRole('navigation').getByRole('link', { name: 'Invoices' }).click();
  await page.getByRole('row', { name: /Failed INV-2001 .*misses the invoice by \$0\.04/ }).waitFor({ timeout: 60_000 });
  await page.getByRole('link', { name: 'Fix invoice INV-2001' }).click();
  await page.getByRole('button', { name: 'Retry' }).waitFor();
  await picture(page, 'check-screen');
  await page.getByRole('link', { name: 'Open Options' }).click();
  await page.getByRole('textbox', { name: 'Invoice rounding tolerance' }).fill('0.10');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('row', { name: 'Invoice rounding tolerance $0.00 $0.10' }).waitFor();
  await page.getByRole('button', { name: 'Save changes' }).click();
  await page.getByText('Settings saved.').waitFor();

  await page.goto(`/invoices/${id}`);
  await page.getByRole('button', { name: 'Retry' }).click();
  await page.locator('main header').getByText('Sent', { exact: true }).waitFor({ timeout: 60_000 });
});

test('a code that Procore lacks fails in the row; Fix leads to the way out, and Retry sends it', async () => {
  const { page, stack } = desk;
  const code = await stack.api<Coding['code']>('POST', '/api/project-cost-codes', {
    projectId: coding.project.id,
    code: '99-900',
    description: 'Site extras',
  });
  const costTypeId = coding.code.costTypes[0]?.id;
  await stack.api('POST', `/api/project-cost-codes/${code.body.id}/cost-types`, { costTypeId });
  const line = { projectCostCodeId: code.body.id, costTypeId };
  const { id } = await enterInvoice(stack, coding, { number: 'INV-2002', line });
  for (const step of ['check', 'approve', 'send']) await stack.api('POST', `/api/invoices/${id}/${step}`);
  await eventually(async () => {
    const invoice = await stack.api<Invoice>('GET', `/api/invoices/${id}`);
    return invoice.body.integration === 'failed';
  }, 60_000);

  await page.goto('/invoices?tab=failed');
  await page
    .getByRole('row', { name: /Failed.*INV-2002.*Cost code 99-900 does not exist in Procore project/ })
    .waitFor();
  await page.getByRole('link', { name: 'Fix invoice INV-2002' }).click();
  await page.getByRole('link', { name: 'Open Create code settings' }).click();
  await page.getByLabel('Create cost code and cost type in procore').check();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('button', { name: 'Save changes' }).click();
  await page.getByText('Settings saved.').waitFor();

  await page.goto(`/invoices/${id}`);
  await page.getByRole('button', { name: 'Retry' }).click();
  await page.locator('main header').getByText('Sent', { exact: true }).waitFor({ timeout: 60_000 });
  const log = page.getByRole('region', { name: 'Log' });
  await log.getByLabel('Fail').first().waitFor();
  await log.getByLabel('Success').first().waitFor();
});

/** A month of invoices of several suppliers; every third is sent, and the newest of all stays to be checked. */
async function enterMany(count: number): Promise<void> {
  const { stack } = desk;
  const { body } = await stack.api<{ rows: Coding['vendor'][] }>('GET', '/api/vendors');
  const vendors = body.rows.filter((vendor) => vendor.isActive && vendor.isLinked);
  for (let n = 1; n <= count; n++) {
    const cents = n * 123_450;
    const { id } = await enterInvoice(stack, coding, {
      number: `INV-${3000 + n}`,
      payableAccountId: vendors[n % vendors.length]?.id,
      invoiceDate: `2026-11-${String(n).padStart(2, '0')}`,
      total: (cents / 100).toFixed(2),
      tax: (Math.round(cents * 0.15) / 100).toFixed(2),
    });
    const steps =
      n === count ? [] : n % 3 === 0 ? ['check', 'approve', 'send'] : n % 3 === 1 ? ['check', 'approve'] : [];
    for (const step of steps) await stack.api('POST', `/api/invoices/${id}/${step}`);
  }
}

test('at 1280 by 800 the list shows 15 invoices, each with its mark and amount to read', async () => {
  const { page } = desk;
  await enterMany(24);
  await page.goto('/invoices');
  await page.getByRole('link', { name: 'INV-3024' }).waitFor();
  const readable = await page.evaluate(() => {
    const isInView = (element: Element) => {
      const box = element.getBoundingClientRect();
      return box.top >= 0 && box.bottom <= window.innerHeight;
    };
    const isWhole = (element: Element) => element.scrollWidth <= element.clientWidth;
    return [...document.querySelectorAll('table[aria-label="Invoices"] tbody tr')].filter((row) => {
      const cells = [...row.querySelectorAll('td')];
      const [, mark, , , , , total, tax] = cells;
      return isInView(row) && [mark, total, tax].every((cell) => cell !== undefined && isWhole(cell));
    }).length;
  });
  expect(readable).toBeGreaterThanOrEqual(15);

  await page.mouse.move(0, 0);
  await picture(page, 'invoices');
  await page.getByLabel('Choose invoice INV-3024').check();
  await page.getByLabel('Choose invoice INV-3023').check();
  await page.getByText('$58,021.50 ex GST').waitFor();
  await page.getByRole('button', { name: 'Choose none' }).click();
});

test('a file with mistakes imports nothing and names each place', async () => {
  const { page } = desk;
  await page.goto('/invoices');
  await page.getByLabel('CSV file of invoices').setInputFiles({
    name: 'november.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from('number,supplier\nINV-9,Nobody Ltd\n'),
  });
  const dialog = page.getByRole('dialog', { name: 'Nothing was imported from november.csv' });
  await dialog.waitFor();
  await dialog.getByRole('table', { name: 'Rows at fault' }).waitFor();
});
