import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Driver, drive } from './drive.ts';

let it: Driver;
let project: number;
const base = '/rest/v1.0/purchase_order_contracts';

beforeAll(async () => {
  it = await drive({ checkContract: true });
  project = it.guide.exampleProjects.inConstruction.id;
}, 30_000);
afterAll(async () => {
  const { body } = await it.control('GET', '/contract');
  await it.close();
  expect(body.violations).toEqual([]);
});

const write = (method: string, path: string, fields: object) =>
  it.api(method, path, { project_id: project, purchase_order_contract: fields });
const sync = (id: number, updates: object[]) =>
  it.api('PATCH', `${base}/${id}/line_items/sync?project_id=${project}`, { updates });
const show = async (id: number) => (await it.api('GET', `${base}/${id}?project_id=${project}`)).body;

async function order(number: string, fields: object = {}) {
  const [vendor] = (await it.api('GET', `/rest/v1.1/projects/${project}/vendors`)).body;
  return write('POST', base, { number, vendor_id: vendor.id, ...fields });
}

async function code() {
  const codes = (await it.api('GET', `/rest/v1.0/cost_codes?project_id=${project}`)).body;
  const [type] = (await it.api('GET', `/rest/v1.0/line_item_types?project_id=${project}`)).body;
  return { cost_code_id: codes[1].id, line_item_type_id: type.id };
}

test('an order is made as a draft, and its lines by one sync that keeps what it can', async () => {
  const { status, body } = await order('NEW-1', { origin_data: 'ours' });
  expect([status, body.status, body.origin_data, body.line_items]).toEqual([201, 'Draft', 'ours', []]);
  const at = await code();
  const { body: synced } = await sync(body.id, [
    { ...at, amount: '10.01', origin_data: 'ours/1' },
    { ...at, quantity: '3', unit_cost: '1.115' },
    { ...at, amount: '5', uom: 'no such unit' },
  ]);
  expect(synced.errors).toMatchObject([{ errors: { uom: ['is not included in the list'] } }]);
  expect(synced.entities.map((line: { amount: string }) => Number(line.amount)).sort()).toEqual([10.01, 3.35]);
  expect(Number((await show(body.id)).grand_total)).toBe(13.36);
});

test('a number is used once in a project, unless a switch allows it again', async () => {
  expect((await order('ONCE')).status).toBe(201);
  expect(await order('ONCE')).toMatchObject({ status: 400, body: { errors: { number: ['has already been taken'] } } });
  await it.control('PUT', '/switches', { order_numbers: 'any' });
  expect((await order('ONCE')).status).toBe(201);
  await it.control('PUT', '/switches', { order_numbers: 'unique' });
});

test('the lines of an approved order are locked, unless a switch opens them', async () => {
  const { body: made } = await order('APPROVED-1');
  const at = await code();
  const { body: first } = await sync(made.id, [{ ...at, amount: '10' }]);
  expect((await write('PATCH', `${base}/${made.id}`, { status: 'Approved' })).body.status).toBe('Approved');
  const line = first.entities[0].id;
  expect((await sync(made.id, [{ id: line, amount: '20' }])).body).toMatchObject({
    entities: [],
    errors: [{ id: line }],
  });
  expect((await it.api('DELETE', `${base}/${made.id}?project_id=${project}`)).status).toBe(400);
  await it.control('PUT', '/switches', { approved_orders: 'open' });
  expect((await sync(made.id, [{ id: line, amount: '20' }])).body.errors).toEqual([]);
  await it.control('PUT', '/switches', { approved_orders: 'locked' });
  expect(Number((await show(made.id)).grand_total)).toBe(20);
});

test('the accounting method stays once there are lines', async () => {
  const { body: made } = await order('METHOD-1', { accounting_method: 'unit' });
  await sync(made.id, [{ ...(await code()), quantity: '2', unit_cost: '5' }]);
  const changed = await write('PATCH', `${base}/${made.id}`, { accounting_method: 'amount' });
  expect([changed.status, changed.body.errors]).toEqual([422, { accounting_method: ['cannot be changed'] }]);
});
