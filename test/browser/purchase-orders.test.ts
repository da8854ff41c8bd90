import { expect, test } from 'vitest';
import type { Company } from '../../schemas/connection.ts';
import type { PurchaseOrder } from '../../schemas/purchase-orders.ts';
import { openDesk, picture, signIn } from './browser.ts';
import { byKeyboard } from './keyboard.ts';
import { type Coding, prepareProject } from './records.ts';

let coding: Coding;
let companies: Company[];
let company: Company;
const desk = openDesk({}, async (opened) => {
  const { stack } = opened;
  coding = await prepareProject(stack);
  companies = (await stack.api<Company[]>('GET', '/api/companies')).body;
  company = companies.find(({ name }) => name === 'Kauri Construction Ltd')!;
  await stack.api('PATCH', `/api/companies/${company.id}`, { purchaseOrderMaster: 'lentune' });
  await signIn(opened);
});

const entered = async (number: string): Promise<PurchaseOrder> => {
  const { body } = await desk.stack.api<PurchaseOrder>('POST', '/api/purchase-orders', {
    number,
    projectId: coding.project.id,
    payableAccountId: coding.vendor.id,
    orderDate: '2026-11-18',
    lines: [{ projectCostCodeId: coding.code.id, amount: '250.00', taxCodeId: coding.taxCode.id }],
  });
  return body;
};

test('a purchase order is entered, approved and sent without a mouse', async () => {
  const { page } = desk;
  const { keyboard } = page;
  const { focused, typeInto, pickIn, skip, press } = byKeyboard(page);
  await page.goto('/purchase-orders');
  await page.getByText('No purchase orders yet').waitFor();
  await page.getByRole('link', { name: 'New' }).focus();
  await keyboard.press('Enter');

  await pickIn('supplier', coding.vendor.description, coding.vendor.description);
  await typeInto('number', 'PO-3001');
  await pickIn('project', 'P-1007', /Harbour Apartments/);
  await typeInto('date', '18 nov 2026');
  await skip('delivery');
  await typeInto('description', 'Reinforcing steel, level 1');
  await pickIn('line-1-code', 'foundations', /^03-310/);
  await skip('line-1-costType');
  await typeInto('line-1-description', 'Bars, 12 mm');
  await typeInto('line-1-quantity', '40');
  await typeInto('line-1-unit', 'ea');
  await typeInto('line-1-unitPrice', '12.5');
  expect(await page.getByRole('textbox', { name: 'Line 1 amount' }).inputValue()).toBe('500.00');
  await skip('line-1-amount');
  await pickIn('line-1-taxCode', coding.taxCode.code, new RegExp(coding.taxCode.code));
  await page.getByRole('textbox', { name: 'Line 1 amount' }).focus();
  await keyboard.press('Enter');
  await expect.poll(focused).toBe('line-2-amount');
  await keyboard.type('75');

  await keyboard.press('Control+s');
  await page.getByRole('heading', { name: 'Purchase order PO-3001' }).waitFor();
  const problems = page.getByRole('region', { name: 'Problems' });
  await problems.getByText('Line 2 has no cost code.').waitFor();
  await problems.getByRole('button', { name: 'Go to the field' }).focus();
  await keyboard.press('Enter');
  await pickIn('line-2-code', '03-310', /^03-310/);
  await keyboard.press('Control+s');
  await problems.waitFor({ state: 'detached' });
  await expect.poll(() => page.getByText('Lines ex GST ($)').locator('xpath=..').innerText()).toContain('575.00');
  await press('Approve');
  await press('Send');
  await page.locator('main header').getByText('Sent', { exact: true }).waitFor({ timeout: 60_000 });
  const log = page.getByRole('region', { name: 'Log' });
  for (const entry of ['Entered.', 'Changed.', 'Approved: $575.00.', 'Queued for Procore.'])
    await log.getByText(entry, { exact: true }).waitFor();
  await picture(page, 'purchase-order');
});

test('a PDF goes with an order; people change its amount in Procore, and the clerk takes ours', async () => {
  const { page, stack } = desk;
  await stack.control('PUT', '/switches', { approved_orders: 'open' });
  const order = await entered('PO-3020');
  await page.goto(`/purchase-orders/${order.id}`);
  const files = page.getByRole('region', { name: 'Files' });
  await files
    .getByLabel('PDF of the purchase order')
    .setInputFiles({ name: 'drawing.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4 drawing') });
  await files.getByRole('link', { name: 'drawing.pdf' }).waitFor();
  await page.getByRole('button', { name: 'Approve' }).click();
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  const mark = (word: string) => page.locator('main header').getByText(word, { exact: true });
  await mark('Sent').waitFor({ timeout: 60_000 });
  await page
    .getByRole('region', { name: 'Log' })
    .getByText(/Attached drawing\.pdf in P-1007/)
    .first()
    .waitFor();

  const { records } = await stack.control<{ records: { id: number; origin_data: string | null }[] }>(
    'GET',
    '/records/purchase_order_contract_line_items',
  );
  const line = records.find(({ origin_data }) => origin_data?.includes(order.id));
  await stack.control('PATCH', `/records/purchase_order_contract_line_items/${line!.id}`, { amount: '111' });
  await page.getByRole('button', { name: 'Withdraw approval' }).click();
  await page.getByRole('button', { name: 'Approve' }).click();
  const problems = page.getByRole('region', { name: 'Problems' });
  await problems.getByText(/PO-3020 was changed in Procore: it totals \$111\.00 there/).waitFor({ timeout: 60_000 });
  await problems.getByRole('button', { name: 'Take ours' }).click();
  await problems.waitFor({ state: 'detached', timeout: 60_000 });
  await mark('Sent').waitFor({ timeout: 60_000 });
});

test('an administrator says how much is approved in one order, and more than that is refused in words', async () => {
  const { page, stack } = desk;
  await page.goto('/settings?tab=options');
  const limits = page.getByRole('region', { name: 'Approving purchase orders' });
  await limits.getByLabel('All approvers').fill('200');
  await limits.getByRole('button', { name: 'Save limits' }).click();
  await page.getByText('Approval limits saved.').waitFor();
  const { id } = await entered('PO-3010');
  await page.goto(`/purchase-orders/${id}`);
  await page.getByRole('button', { name: 'Approve' }).click();
  await page.getByText('PO-3010 comes to $250.00; you may approve up to $200.00.').waitFor();
  await stack.api('PUT', '/api/approval-limits', { roles: [], people: [] });
});

test('the list shows the marks, and several are sent at once', async () => {
  const { page, stack } = desk;
  const [first, second] = [await entered('PO-3002'), await entered('PO-3003')];
  await stack.api('POST', `/api/purchase-orders/${first.id}/approve`);
  await page.goto('/purchase-orders');
  await page.getByRole('row', { name: /PO-3001 Kiwi Plumbing.*P-1007 Harbour Apartments 18 Nov 2026/ }).waitFor();
  await page.getByRole('row', { name: /PO-3003 .* Draft/ }).waitFor();
  for (const { number } of [first, second])
    await page.getByRole('checkbox', { name: `Choose purchase order ${number}` }).check();
  const chosen = page.getByRole('region', { name: 'Chosen purchase orders' });
  await chosen.getByText('$500.00 ex GST').waitFor();
  await chosen.getByRole('button', { name: 'Send 1' }).click();
  await page.getByText('1 purchase order on the way to Procore.').waitFor();
  await page.getByRole('row', { name: /Sent .*PO-3002/ }).waitFor({ timeout: 60_000 });
  await picture(page, 'purchase-orders');
});

test('Procore becomes the master in two steps; then none is entered here, and the screens say why', async () => {
  const { page, stack } = desk;
  for (const { id } of companies.filter((one) => one.id !== company.id))
    await stack.api('PATCH', `/api/companies/${id}`, { purchaseOrderMaster: 'procore' });
  await page.goto('/settings?tab=procore');
  const card = page.getByRole('group', { name: 'Kauri Construction Ltd', exact: true });
  await card.getByRole('radio', { name: 'Procore purchase orders' }).check();
  await page.getByRole('button', { name: 'Save' }).click();
  const review = page.getByRole('dialog');
  const effect = review.getByRole('region', { name: 'Effect on the purchase orders of Kauri Construction Ltd' });
  await effect.getByText(/New is not available here/).waitFor();
  await effect.getByText('PO-3003').waitFor();
  await review.getByRole('button', { name: 'Save changes' }).click();
  await page.getByText(/Look at the preview of the change and confirm it/).waitFor();
  await effect.getByRole('checkbox', { name: /I have seen what becomes of/ }).check();
  await review.getByRole('button', { name: 'Save changes' }).click();
  await page.getByText('Settings saved.').waitFor();

  await page.getByRole('navigation').getByRole('link', { name: 'Purchase orders' }).click();
  await page.getByText(/^Procore is the master of the purchase orders of Kauri Construction Ltd/).waitFor();
  await page.getByRole('button', { name: 'New' }).and(page.locator('[aria-disabled="true"]')).waitFor();
  await page.goto('/purchase-orders/new');
  await page.getByText('Purchase orders are not entered here').waitFor();
  const { body: kept } = await stack.api<{ rows: PurchaseOrder[] }>('GET', '/api/purchase-orders?search=PO-3003');
  await page.goto(`/purchase-orders/${kept.rows[0]!.id}`);
  await page.getByText(/they are entered and changed there/).waitFor();
  expect(await page.getByRole('button', { name: 'Save' }).count()).toBe(0);
});
