import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Driver, drive } from './drive.ts';

let it: Driver;
let defaults: Record<string, string>;
let costs: string;
let vendorId: number;
let number = 0;

beforeAll(async () => {
  it = await drive();
  defaults = (await it.control('GET', '/switches')).body.switches;
  costs = `projects/${it.guide.exampleProjects.inConstruction.id}/direct_costs`;
  vendorId = it.guide.exampleVendors.acmeSteel.id;
});
afterAll(() => it.close());
afterEach(() => it.control('PUT', '/switches', defaults));

const turn = (name: string, value: string) => it.control('PUT', '/switches', { [name]: value });
const c = () => `company_id=${it.companyId}`;
const cost = (fields: object, headers?: Record<string, string>) => {
  number += 1;
  const item = { direct_cost_type: 'invoice', invoice_number: `SW-${number}`, vendor_id: vendorId, ...fields };
  return it.api('POST', `/rest/v1.0/${costs}`, { item }, headers);
};

test('an unknown switch or value is refused in words', async () => {
  expect((await turn('colour', 'red')).body.error).toContain('there is no switch "colour"');
  expect((await turn('origin_data', 'perhaps')).body.error).toContain('given back | dropped');
});

test('updated_at_inclusive: no leaves out the ends', async () => {
  const { body } = await it.control('GET', `/records/vendors/${vendorId}`);
  const find = async () => {
    const range = encodeURIComponent(`${body.updated_at}...${body.updated_at}`);
    return (await it.api('GET', `/rest/v1.0/vendors?${c()}&filters[updated_at]=${range}&filters[id]=${vendorId}`)).body
      .length;
  };
  expect(await find()).toBe(1);
  await turn('updated_at_inclusive', 'no');
  expect(await find()).toBe(0);
});

test('segment_item_ids: equal to the ids of cost codes, or not', async () => {
  const project = it.guide.exampleProjects.inConstruction.id;
  const base = `/rest/v1.0/projects/${project}/work_breakdown_structure/segments`;
  const segment = (await it.api('GET', base)).body.find((one: { type: string }) => one.type === 'cost_code').id;
  const [code] = (await it.api('GET', `/rest/v1.0/cost_codes?project_id=${project}`)).body;
  const itemId = async () =>
    (await it.api('GET', `${base}/${segment}/segment_items?legacy_cost_code_id=${code.id}`)).body[0].id;
  expect(await itemId()).not.toBe(code.id);
  await turn('segment_item_ids', 'equal');
  expect(await itemId()).toBe(code.id);
});

test('inactive_vendors: in the list, or only in their own', async () => {
  const { id } = it.guide.exampleVendors.inactive;
  const listed = async () => (await it.api('GET', `/rest/v1.0/vendors?${c()}&filters[id]=${id}`)).body.length;
  expect(await listed()).toBe(0);
  await turn('inactive_vendors', 'in the list');
  expect(await listed()).toBe(1);
});

test('per_page_over_cap: clamped or refused', async () => {
  const list = () => it.api('GET', `/rest/v1.0/tax_codes?${c()}&per_page=500`);
  expect((await list()).headers.get('per-page')).toBe('100');
  await turn('per_page_over_cap', 'refuse');
  expect((await list()).status).toBe(400);
});

test('duplicate_origin_id: the status it is refused with', async () => {
  await cost({ origin_id: 'one-key' });
  expect((await cost({ origin_id: 'one-key' })).status).toBe(422);
  await turn('duplicate_origin_id', '409');
  expect((await cost({ origin_id: 'one-key' })).status).toBe(409);
});

test('duplicate_invoice_number: accepted or refused', async () => {
  await cost({ invoice_number: 'SAME' });
  expect((await cost({ invoice_number: 'SAME' })).status).toBe(201);
  await turn('duplicate_invoice_number', 'refuse');
  expect((await cost({ invoice_number: 'SAME' })).status).toBe(422);
});

test('origin_id_locks_api: a row with an origin_id can be edited, or not', async () => {
  const { id } = (await cost({ origin_id: 'locked-key' })).body;
  const edit = () => it.api('PATCH', `/rest/v1.1/${costs}/${id}`, { direct_cost: { terms: 'net 20' } });
  expect((await edit()).status).toBe(200);
  await turn('origin_id_locks_api', 'yes');
  expect((await edit()).body.errors.base[0]).toContain('synced with an external system');
});

test('line_touches_parent: a line change moves the direct cost’s updated_at, or not', async () => {
  const { id } = (await cost({})).body;
  const { wbsCodeId } = it.guide.exampleProjects.inConstruction.codes[0].budgeted[0];
  const updated = async () => (await it.control('GET', `/records/direct_costs/${id}`)).body.updated_at;
  const addLine = () =>
    it.api('POST', `/rest/v1.0/${costs}/${id}/line_items`, { line_item: { wbs_code_id: wbsCodeId, amount: 1 } });
  await turn('line_touches_parent', 'no');
  const before = await updated();
  await addLine();
  expect(await updated()).toBe(before);
  await turn('line_touches_parent', 'yes');
  await new Promise((resolve) => setTimeout(resolve, 5));
  await addLine();
  expect(await updated()).not.toBe(before);
});

test('idempotency_token: ignored, or the first answer is given again', async () => {
  const headers = { 'idempotency-token': 'token-1' };
  const same = { invoice_number: 'IDEMPOTENT' };
  const [first, second] = [(await cost(same, headers)).body.id, (await cost(same, headers)).body.id];
  expect(second).not.toBe(first);
  await turn('idempotency_token', 'honoured');
  const [third, fourth] = [(await cost(same, headers)).body.id, (await cost(same, headers)).body.id];
  expect(fourth).toBe(third);
});

test('rate_limit_body and retry_after_on_429 shape the refusal', async () => {
  const refused = async () => {
    await it.control('POST', '/faults', { match: { path: '/me$' }, effect: { kind: 'status', status: 429 } });
    return it.api('GET', '/rest/v1.0/me');
  };
  expect(typeof (await refused()).body).toBe('string');
  await turn('rate_limit_body', 'json');
  await turn('retry_after_on_429', 'left out');
  const { body, headers } = await refused();
  expect(body.errors).toContain('surpassed');
  expect(headers.get('retry-after')).toBeNull();
});
