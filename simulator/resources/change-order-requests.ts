import { Decimal } from 'decimal.js';
import { type Call, page, type Resource } from '../engine/api.ts';
import { onFields } from '../engine/errors.ts';
import { money, now, seconds } from '../engine/fields.ts';
import { among, sorted, within } from '../engine/query.ts';
import type { Simulator } from '../engine/simulator.ts';
import type { Row } from '../engine/store.ts';
import { type RequestRow, requestTable } from './change-order-rows.ts';
import { contractLinesOf, totalOf } from './commitment-lines.ts';
import { POTENTIAL_CHANGE_ORDER, potentialsOf } from './potential-change-orders.ts';

export function buildRequest(fields: Partial<RequestRow>, sim: Simulator): Omit<RequestRow, 'id'> {
  const whole = sim.store
    .table<Row & Pick<RequestRow, 'company_id' | 'project_id' | 'contract_id'>>('change_order_packages')
    .get(fields.change_order_package_id ?? 0);
  const at = now();
  return {
    company_id: whole?.company_id ?? 0,
    project_id: whole?.project_id ?? 0,
    contract_id: whole?.contract_id ?? 0,
    change_order_package_id: null,
    number: null,
    title: null,
    status: 'draft',
    created_at: at,
    updated_at: at,
    ...fields,
  };
}

export const changeOrderRequests: Resource = {
  tables: [
    {
      name: 'change_order_requests',
      firstId: 598_134_421_100_001,
      ledger: true,
      build: buildRequest,
      event: (row: RequestRow) => ({
        resource: 'Change Order Requests',
        companyId: row.company_id,
        projectId: row.project_id,
      }),
    },
  ],
  routes(api) {
    api.get('/rest/v1.0/change_order_requests', list);
  },
};

function list(call: Call) {
  const { query, sim } = call;
  const project = call.project('commitments');
  const contractId = query.number('contract_id');
  if (contractId === undefined) throw onFields(400, { contract_id: ["can't be blank"] });
  let rows = requestTable(sim)
    .where('contract_id', contractId)
    .filter((row) => row.project_id === project.id);
  rows = among(rows, query.filter('id'), (row) => row.id);
  rows = among(rows, query.filter('status'), (row) => row.status);
  rows = among(rows, query.filter('change_order_package_id'), (row) => row.change_order_package_id);
  rows = within(rows, query.range('updated_at'), (row) => row.updated_at);
  return page(call, sorted(rows, undefined), (row) => present(sim, row), { table: 'change_order_requests' });
}

const present = (sim: Simulator, row: RequestRow) => ({
  id: row.id,
  created_at: seconds(row.created_at),
  created_by_id: null,
  deleted_at: null,
  due_date: null,
  invoiced_date: null,
  number: row.number,
  paid_date: null,
  status: row.status,
  title: row.title,
  change_order_package_id: row.change_order_package_id,
  updated_at: seconds(row.updated_at),
  revision: 0,
  grand_total: money(
    potentialsOf(sim, row.id).reduce(
      (sum, one) => sum.plus(totalOf(contractLinesOf(sim, POTENTIAL_CHANGE_ORDER, one.id))),
      new Decimal(0),
    ),
  ),
  schedule_impact_amount: null,
  currency_configuration: null,
});
