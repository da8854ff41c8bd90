import type { Answer, Driver } from './drive.ts';

/** Every write of purchase orders once; gives back the statuses answered. */
export async function driveOrders(it: Driver): Promise<number[]> {
  const project = it.guide.exampleProjects.inConstruction.id;
  const p = `project_id=${project}`;
  const answers: Answer[] = [];
  const call = async (method: string, path: string, body?: unknown) => {
    const answer = await it.api(method, path, body);
    answers.push(answer);
    return answer.body;
  };
  const base = '/rest/v1.0/purchase_order_contracts';
  const [vendor] = await call('GET', `/rest/v1.1/projects/${project}/vendors`);
  const codes = await call('GET', `/rest/v1.0/cost_codes?${p}`);
  const [type] = await call('GET', `/rest/v1.0/line_item_types?${p}`);
  const fields = { number: 'PO-1', title: 'Pipes', vendor_id: vendor.id, status: 'Draft', accounting_method: 'amount' };
  const made = await call('POST', base, {
    project_id: project,
    purchase_order_contract: { ...fields, contract_date: '2026-03-01', origin_data: 'ours' },
  });
  const line = { cost_code_id: codes[1].id, line_item_type_id: type.id };
  const synced = await call('PATCH', `${base}/${made.id}/line_items/sync?${p}`, {
    updates: [
      { ...line, amount: '100.50', extended_type: 'manual', origin_data: 'ours/1' },
      { ...line, quantity: '2', unit_cost: '3.333', uom: 'ea' },
      { amount: '1.00' },
    ],
  });
  await call('DELETE', `${base}/${made.id}/line_items/${synced.entities[0].id}?${p}`);
  await call('PATCH', `${base}/${made.id}`, {
    project_id: project,
    purchase_order_contract: { delivery_date: '2026-04-01' },
  });
  await call('DELETE', `${base}/${made.id}?${p}`);
  return answers.map(({ status }) => status);
}
