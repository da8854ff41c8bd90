import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Driver, drive } from './drive.ts';

let it: Driver;
beforeAll(async () => {
  it = await drive({ checkContract: true });
}, 30_000);
afterAll(async () => {
  const { body } = await it.control('GET', '/contract');
  await it.close();
  expect(body.violations).toEqual([]);
});

const project = (name: string) => it.guide.exampleProjects[name];
const get = async (path: string, name = 'inConstruction') =>
  (await it.api('GET', `/rest/v1.0/${path}${path.includes('?') ? '&' : '?'}project_id=${project(name).id}`)).body;
const create = async (collection: string, fields: object) =>
  (await it.control('POST', `/records/${collection}`, fields)).body;
const sum = (rows: { amount?: string; extended_amount?: string }[]) =>
  rows.reduce((total, row) => total + Number(row.extended_amount ?? row.amount), 0);

describe('a construction project has purchase orders and subcontracts', () => {
  test('lists of each kind hold their own statuses, vendors and totals of their lines', async () => {
    const orders = await get('purchase_order_contracts');
    expect(orders.map((one: { status: string }) => one.status)).toEqual([
      'Approved',
      'Approved',
      'Partially Received',
      'Draft',
      'Closed',
    ]);
    for (const order of orders) {
      const shown = await get(`purchase_order_contracts/${order.id}`);
      expect(shown.vendor).toMatchObject({ id: order.vendor.id, company: expect.any(String) });
      expect(Number(shown.grand_total)).toBeCloseTo(sum(shown.line_items), 2);
    }
    const [subcontract] = await get('work_order_contracts');
    expect(subcontract).toMatchObject({ number: 'SC-1007-01', status: 'Approved', retainage_percent: '10.0' });
  });

  test('filters by id and status, and shows deleted ones only when asked', async () => {
    const [order] = await get('purchase_order_contracts?filters[status]=Draft');
    expect(await get(`purchase_order_contracts?filters[id][]=${order.id}`)).toHaveLength(1);
    await it.control('DELETE', `/records/purchase_order_contracts/${order.id}`);
    expect(await get(`purchase_order_contracts?filters[id][]=${order.id}`)).toEqual([]);
    const [gone] = await get(`purchase_order_contracts?filters[id][]=${order.id}&filters[include_deleted]=with`);
    expect(gone.deleted_at).toEqual(expect.any(String));
    const { status } = await it.api(
      'GET',
      `/rest/v1.0/purchase_order_contracts/${order.id}?project_id=${project('inConstruction').id}`,
    );
    expect(status).toBe(404);
  });

  test('hides private commitments from an app they are not shared with', async () => {
    const before = await get('work_order_contracts');
    await it.control('PUT', '/settings', { privateCommitmentsHidden: true });
    const after = await get('work_order_contracts');
    await it.control('PUT', '/settings', { privateCommitmentsHidden: false });
    expect(before.filter((one: { private: boolean }) => one.private)).toHaveLength(1);
    expect(after).toHaveLength(before.length - 1);
  });
});

describe('change orders', () => {
  test('stand in every status, and only approved ones count in the revised contract', async () => {
    const [subcontract] = await get('work_order_contracts');
    const packages = await get(`change_order_packages?contract_id=${subcontract.id}`);
    const statuses = (await it.api('GET', `/rest/v1.0/change_order/statuses?company_id=${it.companyId}`)).body;
    expect(packages.map((one: { status: string }) => one.status).sort()).toEqual(
      statuses.map((one: { mapped_to_status: string }) => one.mapped_to_status).sort(),
    );
    expect(statuses.find((one: { name: string }) => one.name === 'Declined')).toMatchObject({
      mapped_to_status: 'rejected',
    });
    const approved = packages.find((one: { status: string }) => one.status === 'approved');
    expect(subcontract.approved_change_orders).toBe(approved.grand_total);
  });

  test('of one tier keep their lines on the hidden potential change order; with a switch the package shows them', async () => {
    const [subcontract] = await get('work_order_contracts');
    const [listed] = await get(`change_order_packages?contract_id=${subcontract.id}`);
    const shown = await get(`change_order_packages/${listed.id}`);
    expect(shown).toMatchObject({ type: 'CommitmentContractChangeOrder', line_items: [] });
    const requests = await get(`change_order_requests?contract_id=${subcontract.id}`);
    const request = requests.find(
      (one: { change_order_package_id: number }) => one.change_order_package_id === listed.id,
    );
    const potentials = await get(`potential_change_orders?filters[contract_id]=${subcontract.id}`);
    const potential = potentials.find(
      (one: { change_order_request_id: number }) => one.change_order_request_id === request.id,
    );
    expect(potential.change_order_tiers).toBe(1);
    const lines = await get(`potential_change_orders/${potential.id}/line_items`);
    expect(sum(lines)).toBeCloseTo(Number(listed.grand_total), 2);
    await it.control('PUT', '/switches', { one_tier_package_lines: 'shown' });
    expect((await get(`change_order_packages/${listed.id}`)).line_items).toHaveLength(lines.length);
    await it.control('PUT', '/switches', { one_tier_package_lines: 'left out' });
  });

  test.each(['withSubJobs', 'large300Codes'])('of more tiers (%s) show their lines on the package', async (name) => {
    const [subcontract] = await get('work_order_contracts', name);
    const [listed] = await get(`change_order_packages?contract_id=${subcontract.id}`, name);
    const shown = await get(`change_order_packages/${listed.id}`, name);
    expect(sum(shown.line_items)).toBeCloseTo(Number(listed.grand_total), 2);
  });

  test('a person adds one line by line, and removing it takes everything along', async () => {
    const [, order] = await get('purchase_order_contracts');
    const place = { project_id: project('inConstruction').id, contract_id: order.id };
    const made = await create('change_order_packages', { ...place, number: '009', title: 'More', status: 'approved' });
    const request = await create('change_order_requests', { change_order_package_id: made.id });
    const potential = await create('potential_change_orders', { change_order_request_id: request.id });
    await create('potential_change_order_line_items', { holder_id: potential.id, amount: '125.50' });
    const before = Number(order.approved_change_orders);
    const changed = await get(`purchase_order_contracts/${order.id}`);
    expect(Number(changed.approved_change_orders)).toBeCloseTo(before + 125.5, 2);
    await it.control('DELETE', `/records/change_order_packages/${made.id}`);
    expect(Number((await get(`purchase_order_contracts/${order.id}`)).approved_change_orders)).toBeCloseTo(before, 2);
    const left = await get(`potential_change_orders?filters[id][]=${potential.id}`);
    expect(left).toEqual([]);
  });
});
