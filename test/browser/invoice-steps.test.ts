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

async function approved(number: string): Promise<Invoice> {
  const invoice = await enterInvoice(desk.stack, coding, { number });
  for (const step of ['check', 'approve']) await desk.stack.api('POST', `/api/invoices/${invoice.id}/${step}`);
  return invoice;
}

test('a file without mistakes is imported whole', async () => {
  const { page } = desk;
  const csv = [
    'invoice_number,supplier,invoice_date,total,gst,project,cost_code,cost_type,line_description,amount,tax_code',
    ...[1, 2].map((n) =>
      [
        `CSV-${n}`,
        coding.vendor.description,
        '2026-11-18',
        '100.00',
        '15.00',
        coding.project.code,
        coding.code.code,
        coding.code.costTypes[0]?.code,
        'Timber',
        '100.00',
        coding.taxCode.code,
      ].join(','),
    ),
  ].join('\n');
  await page.goto('/invoices');
  await page
    .getByLabel('CSV file of invoices')
    .setInputFiles({ name: 'november.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) });
  await page.getByText('2 invoices imported.').waitFor();
  await page.getByRole('link', { name: 'CSV-1' }).click();
  await page.getByRole('button', { name: 'Check' }).click();
  await page.getByText('Checked.', { exact: true }).first().waitFor();
});

test('an approval is withdrawn, and an invoice that Procore never heard of is deleted', async () => {
  const { page } = desk;
  const { id } = await approved('STEP-1');
  await page.goto(`/invoices/${id}`);
  await page.getByRole('button', { name: 'Withdraw approval' }).click();
  await page.getByRole('button', { name: 'Approve' }).waitFor();
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await page.getByRole('button', { name: 'Delete the invoice' }).click();
  await page.getByText('STEP-1 deleted.').waitFor();
  await expect.poll(() => page.getByRole('link', { name: 'STEP-1' }).count()).toBe(0);
});

test('an invoice on its way is cancelled, and nothing reaches Procore', async () => {
  const { page, stack } = desk;
  const { id } = await approved('STEP-2');
  await stack.stopWorker();
  try {
    await page.goto(`/invoices/${id}`);
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByRole('button', { name: 'Cancel sending' }).click();
    await page.getByText('Cancelled.', { exact: true }).waitFor();
  } finally {
    await stack.startWorker();
  }
  await eventually(async () => {
    const { body } = await stack.api<Invoice>('GET', `/api/invoices/${id}`);
    return body.integration === null;
  }, 60_000);
  const { records } = await stack.control<{ records: { invoice_number: string }[] }>('GET', '/records/direct_costs');
  expect(records.filter((cost) => cost.invoice_number === 'STEP-2')).toEqual([]);
});

test('a fetch is cancelled from its screen', async () => {
  const { page, stack } = desk;
  await stack.stopWorker();
  try {
    const { body: companies } = await stack.api<{ id: string }[]>('GET', '/api/companies');
    const { body: fetched } = await stack.api<{ id: string }>('POST', '/api/fetches', {
      companyId: companies[0]?.id,
      startDate: '2025-12-01',
      endDate: '2026-11-01',
    });
    await page.goto(`/fetch?id=${fetched.id}`);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('Cancelled').first().waitFor();
  } finally {
    await stack.startWorker();
  }
});

test('an invoice is ignored with a reason, and no longer ignored', async () => {
  const { page } = desk;
  const { id } = await approved('STEP-4');
  await page.goto(`/invoices/${id}`);
  await page.getByRole('button', { name: 'Ignore' }).click();
  const dialog = page.getByRole('dialog', { name: 'Ignore this invoice' });
  await dialog.getByLabel('Reason').fill('Paid by card.');
  await dialog.getByRole('button', { name: 'Ignore this invoice' }).click();
  await page.locator('main header').getByText('Ignored', { exact: true }).waitFor();
  await page.goto('/invoices?search=STEP-4');
  await page.getByRole('row', { name: /Ignored STEP-4.*Paid by card\./ }).waitFor();
  await page.goto(`/invoices/${id}`);
  await page.getByRole('button', { name: 'No longer ignore' }).click();
  await page.getByRole('button', { name: 'Send', exact: true }).waitFor();
});

test('all that failed for one reason are retried at once', async () => {
  const { page, stack } = desk;
  const ids: string[] = [];
  for (const number of ['STEP-5', 'STEP-6']) {
    const { id } = await enterInvoice(stack, coding, {
      number,
      total: '25000.00',
      tax: '3750.00',
      line: { amount: '25000.00', unitPrice: '1234.56' },
    });
    for (const step of ['check', 'approve', 'send']) await stack.api('POST', `/api/invoices/${id}/${step}`);
    ids.push(id);
    await eventually(async () => {
      const { body } = await stack.api<Invoice>('GET', `/api/invoices/${id}`);
      return body.integration === 'failed';
    }, 60_000);
  }
  await page.goto('/');
  await page.getByRole('link', { name: /2 .*misses the invoice by \$0\.04/ }).click();
  await page.getByRole('link', { name: 'STEP-6', exact: true }).waitFor();
  await stack.api('PATCH', '/api/settings', { roundingTolerance: '0.10' });
  await page.getByRole('button', { name: 'Retry all' }).click();
  const dialog = page.getByRole('dialog', { name: 'Retry all of these?' });
  await dialog.getByText('2 invoices, $50,000.00 ex GST, the oldest of 18 Nov 2026.').waitFor();
  await dialog.getByRole('button', { name: 'Retry 2' }).click();
  await page.getByText('2 invoices on the way to Procore.').waitFor();
  for (const id of ids)
    await eventually(async () => {
      const { body } = await stack.api<Invoice>('GET', `/api/invoices/${id}`);
      return body.integration === 'sent';
    }, 60_000);
});

test('a sent invoice is taken back from Procore after a look at what that comes to', async () => {
  const { page, stack } = desk;
  const { id } = await approved('STEP-7');
  await stack.api('POST', `/api/invoices/${id}/send`);
  await page.goto(`/invoices/${id}`);
  await page.locator('main header').getByText('Sent', { exact: true }).waitFor({ timeout: 60_000 });
  await page.getByRole('button', { name: 'Take back' }).click();
  const dialog = page.getByRole('dialog', { name: 'Take STEP-7 back?' });
  await dialog.getByText(/P-1007 Harbour Apartments #\d+, \$1,000\.00: is deleted/).waitFor();
  await dialog.getByLabel('Reason').fill('Wrong supplier.');
  await dialog.getByRole('button', { name: 'Take it back' }).click();
  await page.locator('main header').getByText('Ignored', { exact: true }).waitFor({ timeout: 60_000 });
  const { records } = await stack.control<{ records: { invoice_number: string }[] }>('GET', '/records/direct_costs');
  expect(records.filter((cost) => cost.invoice_number === 'STEP-7')).toEqual([]);
});

test('many are taken back at once after a look at each; one that was never sent stays and says why', async () => {
  const { page, stack } = desk;
  const { id: unsent } = await approved('BACK-3');
  const sent = [await approved('BACK-1'), await approved('BACK-2')];
  for (const { id } of sent) await stack.api('POST', `/api/invoices/${id}/send`);
  for (const { id } of sent)
    await eventually(async () => {
      const { body } = await stack.api<Invoice>('GET', `/api/invoices/${id}`);
      return body.integration === 'sent';
    }, 60_000);
  await page.goto('/invoices?search=BACK-');
  await page.getByRole('row', { name: /Sent BACK-2/ }).waitFor();
  await page.getByLabel('Choose all rows').check();
  await page.getByRole('button', { name: 'Take back' }).click();
  const dialog = page.getByRole('dialog', { name: 'Take these back?' });
  await dialog.getByText('2 invoices, $2,000.00 ex GST, can be removed').waitFor();
  await dialog
    .getByRole('region', { name: 'Not touched' })
    .getByText(/BACK-3, \$1,000\.00:/)
    .waitFor();
  await picture(page, 'bulk-undo');
  await dialog.getByLabel('Reason').fill('Entered for another builder.');
  await dialog.getByRole('button', { name: 'Take 2 back' }).click();
  await page.getByText('2 invoices on the way back.').waitFor();
  for (const number of ['BACK-1', 'BACK-2'])
    await page.getByRole('row', { name: new RegExp(`Ignored ${number}`) }).waitFor({ timeout: 60_000 });
  const { body } = await stack.api<Invoice>('GET', `/api/invoices/${unsent}`);
  expect(body.integration).toBeNull();
  const { records } = await stack.control<{ records: { invoice_number: string }[] }>('GET', '/records/direct_costs');
  expect(records.filter(({ invoice_number }) => invoice_number.startsWith('BACK-'))).toEqual([]);
});

test('the PDF stands beside its coding, and arrives in Procore with the invoice', async () => {
  const { page, stack } = desk;
  const { id } = await approved('STEP-3');
  await page.goto(`/invoices/${id}`);
  const pane = page.getByRole('complementary', { name: 'Document' });
  await pane.getByText('No document').waitFor();
  await pane.getByLabel('PDF of the invoice').setInputFiles({
    name: 'STEP-3.pdf',
    mimeType: 'application/pdf',
    buffer: Buffer.from(BLANK_PDF),
  });
  await page.getByText('STEP-3.pdf attached.').waitFor();
  await pane.getByTitle('STEP-3.pdf').waitFor();
  await pane.getByRole('button', { name: 'Hide document' }).click();
  await expect.poll(() => pane.getByTitle('STEP-3.pdf').count()).toBe(0);
  await pane.getByRole('button', { name: 'Show document' }).click();
  await page.getByRole('button', { name: 'Dry run' }).click();
  const dialog = page.getByRole('dialog', { name: 'Dry run' });
  await dialog.getByText('1 invoice would be sent').waitFor();
  await dialog.getByText('Direct cost in P-1007 Harbour Apartments, approved').waitFor();
  await dialog.getByText('Attaches STEP-3.pdf.').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.locator('main header').getByText('Sent', { exact: true }).waitFor({ timeout: 60_000 });
  const { records } = await stack.control<{
    records: { invoice_number: string; attachments: { filename: string }[] }[];
  }>('GET', '/records/direct_costs');
  const [cost] = records.filter(({ invoice_number }) => invoice_number === 'STEP-3');
  expect(cost?.attachments.map(({ filename }) => filename)).toEqual(['STEP-3.pdf']);
});

test('a duplicate in Procore is laid beside the invoice before it is taken over', async () => {
  const { page, stack } = desk;
  const { records } = await stack.control<{ records: { id: number; project_id: number; vendor_id: number }[] }>(
    'GET',
    '/records/direct_costs',
  );
  const [model] = records;
  await stack.control('POST', '/records/direct_costs', {
    project_id: model?.project_id,
    vendor_id: model?.vendor_id,
    invoice_number: 'STEP-8',
    direct_cost_date: '2026-11-17',
    status: 'draft',
  });
  const { id } = await approved('STEP-8');
  await stack.api('POST', `/api/invoices/${id}/send`);
  await page.goto(`/invoices/${id}`);
  await page.getByRole('button', { name: 'Take over' }).click();
  const dialog = page.getByRole('dialog', { name: 'Take over the record in Procore' });
  await dialog.getByRole('row', { name: 'The date 2026-11-17 2026-11-18' }).waitFor();
  await dialog.getByLabel('Reason').fill('Typed by mistake.');
  await dialog.getByRole('button', { name: 'Take over' }).click();
  await page.locator('main header').getByText('Sent', { exact: true }).waitFor({ timeout: 60_000 });
});

test('automatic sending is turned on after a look at what it would send first', async () => {
  const { page } = desk;
  await approved('STEP-9');
  await page.goto('/settings?tab=options');
  const company = page
    .getByRole('group', { name: 'Automatic sending to Kauri Construction Ltd' })
    .getByRole('region', { name: 'Invoices by schedule' });
  await company.getByText('Invoices leave only when somebody sends them.').waitFor();
  await company.getByRole('button', { name: 'Turn on' }).click();
  const dialog = page.getByRole('dialog', { name: 'Invoices by schedule' });
  await dialog.getByText(/Now it would send \d+ invoices?, \$/).waitFor();
  await dialog.getByRole('button', { name: 'Turn automatic sending on' }).click();
  await company.getByText('Every 15 minutes.').waitFor();
  await company.getByRole('button', { name: 'Turn off' }).click();
  await company.getByRole('button', { name: 'Turn on' }).waitFor();
});

const BLANK_PDF = `%PDF-1.1
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 300 144]>>endobj
3 0 obj<</Type/Page/Parent 2 0 R>>endobj
trailer<</Root 1 0 R>>`;
