import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Driver, drive } from './drive.ts';

let it: Driver;
let project: number;
let order: { id: number; lines: { id: number; amount: string }[] };
let period: { id: number };

beforeAll(async () => {
  it = await drive({ checkContract: true });
  project = it.guide.exampleProjects.inConstruction.id;
}, 30_000);
afterAll(async () => {
  const { body } = await it.control('GET', '/contract');
  await it.close();
  expect(body.violations).toEqual([]);
});
beforeEach(async () => {
  await it.control('POST', '/reset', {});
  await it.control('PUT', '/settings', { commitmentsPermission: 'admin' });
  const { access_token } = (await it.control('POST', '/tokens', {})).body;
  it.tokens.access_token = access_token;
  const [, second] = (await it.api('GET', `/rest/v1.0/purchase_order_contracts?project_id=${project}`)).body;
  const shown = (await it.api('GET', `/rest/v1.0/purchase_order_contracts/${second.id}?project_id=${project}`)).body;
  order = { id: second.id, lines: shown.line_items };
  [period] = (await it.api('GET', `/rest/v1.0/projects/${project}/billing_periods`)).body;
});

const make = (requisition: object) =>
  it.api('POST', '/rest/v1.1/requisitions?view=items', {
    project_id: project,
    commitment_id: order.id,
    requisition: { status: 'draft', ...requisition },
  });
const change = (id: number, requisition: object) =>
  it.api('PATCH', `/rest/v1.1/requisitions/${id}?view=items`, {
    project_id: project,
    commitment_id: order.id,
    requisition,
  });
const item = (fields: object) => ({ line_item_id: order.lines[0]!.id, item_type: 'contract_item', ...fields });

test('a second invoice remembers what the first billed and held, line by line', async () => {
  const retained = { work_completed_retainage_retained_this_period: '10' };
  await make({ invoice_number: 'A', items: [item({ work_completed_this_period: '100', ...retained })] });
  const second = (await make({ invoice_number: 'B' })).body;
  expect(second).toMatchObject({ number: 2, previous_requisition_id: expect.any(Number), period_id: period.id });
  expect(second.items[0]).toMatchObject({
    work_completed_from_previous_application: '100.0',
    work_completed_retainage_from_previous_application: '10.0',
    work_completed_this_period: '0.0',
  });
  const released = await change(second.id, {
    items: [{ ...item({}), id: second.items[0].id, work_completed_retainage_released_this_period: '10.00' }],
  });
  expect(released.body.items[0]).toMatchObject({ net_amount: '10.0', gross_amount: '0.0' });
  const tooMuch = await change(second.id, {
    items: [{ ...item({}), id: second.items[0].id, work_completed_retainage_released_this_period: '10.01' }],
  });
  expect(tooMuch.status).toBe(422);
});

test('retainage that nobody speaks of is kept back at the percentage of the commitment', async () => {
  await it.control('PATCH', `/records/purchase_order_contracts/${order.id}`, { retainage_percent: '10.0' });
  const { body } = await make({ items: [item({ work_completed_this_period: '50' })] });
  expect(body.items[0]).toMatchObject({ work_completed_retainage_retained_this_period: '5.0', net_amount: '45.0' });
});

test.each([
  ['requisitions_are_enabled', false, /not enabled/],
  ['ssov', 'under_review', /schedule of values/],
  ['status', 'Draft', /not approved/],
])('a commitment whose %s is %s takes no invoice', async (field, value, said) => {
  await it.control('PATCH', `/records/purchase_order_contracts/${order.id}`, { [field]: value });
  const { status, body } = await make({});
  expect(status).toBe(422);
  expect(JSON.stringify(body)).toMatch(said);
});

test('without an open period there is no invoice, and only one period is open', async () => {
  const dates = { start_date: '2031-01-01', end_date: '2031-01-31', due_date: '2031-01-31', status: 'open' };
  const periods = `/rest/v1.0/projects/${project}/billing_periods`;
  expect((await it.api('POST', periods, { billing_period: dates })).status).toBe(422);
  await it.control('PATCH', `/records/billing_periods/${period.id}`, { status: 'closed' });
  expect((await make({})).status).toBe(422);
  expect((await it.api('POST', periods, { billing_period: dates })).status).toBe(201);
  expect((await make({})).status).toBe(201);
});

test('without administration of commitments, retainage, approval and a second invoice of a period are refused', async () => {
  await it.control('PATCH', `/records/billing_periods/${period.id}`, { due_date: '2099-01-01' });
  await it.control('PUT', '/settings', { commitmentsPermission: 'standard' });
  const retained = { work_completed_retainage_retained_this_period: '1' };
  expect((await make({ items: [item({ work_completed_this_period: '10', ...retained })] })).status).toBe(403);
  const { status, body } = await make({ items: [item({ work_completed_this_period: '10' })] });
  expect(status).toBe(201);
  expect((await change(body.id, { status: 'approved' })).status).toBe(403);
  expect((await change(body.id, { status: 'under_review' })).status).toBe(200);
  expect((await change(body.id, { status: 'draft' })).status).toBe(403);
  expect((await make({})).status).toBe(403);
});
