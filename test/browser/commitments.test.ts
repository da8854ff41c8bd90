import { sql } from 'drizzle-orm';
import { test } from 'vitest';
import { inboxScope } from '../../db/schema/index.ts';
import { connectStack, eventually } from '../environment/stack.ts';
import { openDesk, picture, signIn } from './browser.ts';

interface Sample {
  exampleProjects: Record<string, { id: number }>;
}

const desk = openDesk({}, async (opened) => {
  await opened.stack.startWorker();
  await connectStack(opened.stack);
  await opened.stack.api('PATCH', '/api/settings', { invoicesInterface: 'procore' });
  await signIn(opened);
});

test('subcontracts and purchase orders of Procore are switched on', async () => {
  const { page } = desk;
  await page.goto('/settings?tab=procore');
  const company = page.getByRole('group', { name: 'Kauri Construction Ltd', exact: true });
  await company.getByRole('checkbox', { name: 'Procore sub-contracts' }).check();
  await company.getByRole('radio', { name: 'Procore purchase orders' }).check();
  await page.getByRole('button', { name: 'Save' }).click();
  const review = page.getByRole('dialog');
  await review.getByRole('row', { name: /Purchase orders No purchase orders Procore purchase orders/ }).waitFor();
  await review.getByRole('button', { name: 'Save changes' }).click();
  await page.getByText('Settings saved.').waitFor();
});

test('a subcontract is found in the list and shows its lines and variations in the words of the company', async () => {
  const { page, stack } = desk;
  const { exampleProjects } = await stack.control<Sample>('GET', '/sample');
  const { body } = await stack.api<{ id: string; name: string }[]>('GET', '/api/companies');
  const companyId = body.find(({ name }) => name === 'Kauri Construction Ltd')?.id;
  await stack.api('POST', '/api/fetches', { companyId, projectId: String(exampleProjects.inConstruction?.id) });
  await eventually(async () => {
    const { body: list } = await stack.api<{ total: number }>('GET', '/api/subcontracts');
    return list.total === 4;
  }, 60_000);
  await page.getByRole('navigation').getByRole('link', { name: 'Subcontracts' }).click();
  const row = page.getByRole('row', {
    name: /SC-1007-01 Foundations and slabs .* P-1007 Harbour Apartments Approved 12/,
  });
  await row.waitFor();
  await picture(page, 'subcontracts');
  await row.getByRole('link', { name: 'SC-1007-01' }).click();
  await page.getByRole('heading', { name: 'SC-1007-01 Foundations and slabs' }).waitFor();
  await page.getByRole('table', { name: 'Lines', exact: true }).getByRole('row').nth(1).waitFor();
  const declined = page.getByRole('region', { name: /^Variation 011/ });
  await declined.getByText('No longer required').waitFor();
  await declined.getByText('in Procore: Declined').waitFor();
  await declined.getByText('$0.00').waitFor();
  await picture(page, 'subcontract');
});

test('retention is set, and a claim entered by its lines keeps it back and carries its tax code', async () => {
  const { page } = desk;
  const retention = page.getByRole('region', { name: 'Retention' });
  await retention.getByLabel('Per cent kept back').fill('10');
  await retention.getByRole('button', { name: 'Save retention' }).click();
  await retention.getByText('10 % is kept back.').waitFor();
  await page.getByRole('button', { name: 'New claim' }).click();
  const dialog = page.getByRole('dialog', { name: 'Claim on SC-1007-01' });
  await dialog.getByLabel('Claim number').fill('CL-77');
  await dialog.getByRole('textbox', { name: 'Date' }).fill('18/11/2026');
  await dialog
    .getByLabel(/^This claim/)
    .first()
    .fill('1000.00');
  await dialog.getByText('To pay ex GST: $900.00').waitFor();
  await dialog.getByLabel('Tax code').selectOption({ index: 1 });
  await picture(page, 'claim-entry');
  await dialog.getByRole('button', { name: 'Enter claim' }).click();
  await page.getByRole('heading', { name: /CL-77/ }).waitFor();
});

test('a purchase order that is not approved is greyed, and the question why it is missing is answered with what to do', async () => {
  const { page, stack } = desk;
  await page.getByRole('navigation').getByRole('link', { name: 'Purchase orders' }).click();
  await page.getByRole('row', { name: /PO-1007-04 .* Draft .* Joinery hardware/ }).waitFor();
  await page.getByRole('button', { name: 'Why is my commitment not here?' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('combobox', { name: 'Project' }).fill('P-1007');
  await page.getByRole('option', { name: /P-1007 Harbour Apartments/ }).click();
  await dialog.getByLabel('Number of the purchase order').fill('PO-1007-04');
  await dialog.getByRole('button', { name: 'Find out' }).click();
  const answer = dialog.getByRole('status', { name: 'Answer' });
  await answer.getByText(/Its status in Procore is Draft; only Approved, Partially Received or Received/).waitFor();
  await answer.getByText('Have it approved in Procore.').waitFor();
  await picture(page, 'why-not-here');

  const orders = await stack.control<{ records: { id: number; number: string }[] }>(
    'GET',
    '/records/purchase_order_contracts',
  );
  const draft = orders.records.find(({ number }) => number === 'PO-1007-04');
  await stack.deps.db.update(inboxScope).set({ quietUntil: sql`now()`, paidUntil: sql`now()` });
  await stack.control('PATCH', `/records/purchase_order_contracts/${draft?.id}`, { status: 'Approved' });
  await answer.getByRole('button', { name: 'Refresh from Procore' }).click();
  await answer.getByRole('link', { name: 'Open the purchase order' }).click();
  await page.getByRole('heading', { name: 'PO-1007-04 Joinery hardware' }).waitFor();
  await page.getByText('Approved', { exact: true }).waitFor();

  // What a webhook brings shows without a click.
  await stack.deps.db.update(inboxScope).set({ quietUntil: sql`now()`, paidUntil: sql`now()` });
  await stack.control('PATCH', `/records/purchase_order_contracts/${draft?.id}`, {
    title: 'Joinery hardware, revised',
  });
  await page.getByRole('heading', { name: 'PO-1007-04 Joinery hardware, revised' }).waitFor({ timeout: 60_000 });
});
