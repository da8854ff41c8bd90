import { seededRandom } from '../engine/seeded-random.ts';
import type { Simulator } from '../engine/simulator.ts';
import type { Row } from '../engine/store.ts';
import { buildPeriod, periodTable } from '../resources/billing-periods.ts';
import type { BudgetRow } from '../resources/budgets.ts';
import { buildPackage } from '../resources/change-order-packages.ts';
import { buildRequest } from '../resources/change-order-requests.ts';
import { packageTable, requestTable } from '../resources/change-order-rows.ts';
import { buildChangeOrderStatus } from '../resources/change-order-statuses.ts';
import {
  buildCommitment,
  type CommitmentKind,
  type CommitmentRow,
  commitmentTable,
} from '../resources/commitment-contracts.ts';
import {
  buildContractLine,
  type ContractLineRow,
  contractLineTable,
  type LineHolder,
} from '../resources/commitment-lines.ts';
import { buildPotential, POTENTIAL_CHANGE_ORDER, potentialTable } from '../resources/potential-change-orders.ts';
import type { ProjectRow } from '../resources/projects.ts';
import { PURCHASE_ORDERS } from '../resources/purchase-order-contracts.ts';
import { taxCodeTable } from '../resources/tax-codes.ts';
import { vendorTable } from '../resources/vendors.ts';
import { SUBCONTRACTS } from '../resources/work-order-contracts.ts';

/** What a company calls the statuses of change orders; "Declined" is its own word for rejected. */
const STATUS_NAMES: [name: string, mappedTo: string][] = [
  ['Draft', 'draft'],
  ['Pending - Not Pricing', 'not_pricing'],
  ['Pending - Pricing', 'pricing'],
  ['Pending - In Review', 'pending'],
  ['Pending - Revised', 'revised'],
  ['Pending - Proceeding', 'proceeding'],
  ['Pending - Not Proceeding', 'not_proceeding'],
  ['Pending - Billable', 'pending_billable'],
  ['No Charge', 'no_charge'],
  ['Approved', 'approved'],
  ['Declined', 'rejected'],
  ['Void', 'void'],
];

const VARIATIONS = [
  'Ground water pumping',
  'Thicker slab at grid C',
  'Extra door to stair 2',
  'Acoustic lining to level 3',
  'Weekend crane hire',
  'Revised balustrade',
];

interface Plan {
  kind: CommitmentKind;
  number: string;
  title: string;
  status: string;
  fields?: Partial<CommitmentRow>;
  /** quantity and price per line instead of amounts */
  byUnit?: boolean;
  /** statuses of its change orders */
  changes?: string[];
}

/** What every construction project of the sample has; the number is completed with the project's. */
const PLANS: Plan[] = [
  {
    kind: PURCHASE_ORDERS,
    number: 'PO-01',
    title: 'Ready-mix concrete',
    status: 'Approved',
    byUnit: true,
    fields: { accounting_method: 'unit' },
  },
  { kind: PURCHASE_ORDERS, number: 'PO-02', title: 'Reinforcing steel', status: 'Approved', changes: ['approved'] },
  { kind: PURCHASE_ORDERS, number: 'PO-03', title: 'Scaffold hire', status: 'Partially Received' },
  { kind: PURCHASE_ORDERS, number: 'PO-04', title: 'Joinery hardware', status: 'Draft' },
  { kind: PURCHASE_ORDERS, number: 'PO-05', title: 'Site fencing', status: 'Closed' },
  {
    kind: SUBCONTRACTS,
    number: 'SC-01',
    title: 'Foundations and slabs',
    status: 'Approved',
    fields: { retainage_percent: '10.0', executed: true },
    changes: STATUS_NAMES.map(([, status]) => status),
  },
  {
    kind: SUBCONTRACTS,
    number: 'SC-02',
    title: 'Electrical services',
    status: 'Complete',
    fields: { retainage_percent: '5.0', executed: true },
    changes: ['approved', 'pending'],
  },
  { kind: SUBCONTRACTS, number: 'SC-03', title: 'Painting', status: 'Out For Signature' },
  { kind: SUBCONTRACTS, number: 'SC-04', title: 'Landscaping', status: 'Draft', fields: { private: true } },
];

/**
 * Adds purchase orders, subcontracts and their change orders to finished sample data: tiers 1, 2 and 3 in turn.
 * Draws from its own random numbers, so that the rest of a seed stays as it is.
 */
export function addCommitments(sim: Simulator, seed: number, projectIds: readonly number[], at: string): void {
  const random = seededRandom(seed + 1);
  for (const { id: company_id } of sim.store.table<Row>('companies').all())
    for (const [name, mapped_to_status] of STATUS_NAMES)
      sim.store
        .table('change_order_statuses')
        .insert(buildChangeOrderStatus({ company_id, name, mapped_to_status }) as object as Row);
  projectIds.forEach((projectId, index) => {
    const project = sim.store.table<ProjectRow>('projects').get(projectId)!;
    const { company_id } = project;
    const tiers = (index % 3) + 1;
    sim.store.table('change_order_settings').insert({ company_id, project_id: projectId, tiers } as object as Row);
    addPeriod(sim, project.id, at);
    const builder = createBuilder(sim, project, random, at);
    PLANS.forEach((plan, n) => {
      builder.add(plan, n);
    });
  });
}

/** The billing period that is open: the month the sample's commitments were made in and the next. */
function addPeriod(sim: Simulator, projectId: number, at: string): void {
  const start = `${at.slice(0, 7)}-01`;
  const end = new Date(Date.parse(start) + 60 * 86_400_000).toISOString().slice(0, 10);
  const dates = { start_date: start, end_date: end, due_date: end, created_at: at, updated_at: at };
  periodTable(sim).insert(buildPeriod({ project_id: projectId, ...dates }, sim));
}

function createBuilder(sim: Simulator, project: ProjectRow, random: () => number, at: string) {
  const dates = { created_at: at, updated_at: at };
  const budget = sim.store.table<BudgetRow>('budget_rows').where('project_id', project.id);
  const vendors = vendorTable(sim)
    .where('company_id', project.company_id)
    .filter((vendor) => vendor.is_active && vendor.project_ids.includes(project.id));
  const gst = taxCodeTable(sim)
    .where('company_id', project.company_id)
    .find((code) => code.code === 'GST');
  const suffix = project.project_number?.replace(/^P-/, '') ?? '';

  function addLines(holder: LineHolder, holderId: number, from: number, count: number, byUnit = false): void {
    for (let n = 0; n < count; n++) {
      const code = budget[(from + n) % budget.length]!;
      const dollars = Math.round(50_000 + random() * 4_000_000);
      const money: Partial<ContractLineRow> = byUnit
        ? { quantity: String(10 + n * 5), unit_cost: (dollars / 10_000).toFixed(2), uom: 'm3' }
        : { amount: (dollars / 100).toFixed(2) };
      const fields = { holder_id: holderId, wbs_code_id: code.wbs_code_id, tax_code_id: gst?.id ?? null };
      contractLineTable(sim, holder).insert(
        buildContractLine(
          holder,
          { ...fields, description: `Part ${n + 1}`, position: n + 1, ...money, ...dates },
          sim,
        ) as object as ContractLineRow,
      );
    }
  }

  function addChange(contract: CommitmentRow, status: string, n: number): void {
    const number = String(n + 1).padStart(3, '0');
    const title = VARIATIONS[n % VARIATIONS.length]!;
    const place = { project_id: project.id, contract_id: contract.id };
    const fields = { ...place, number, title, status, ...dates };
    const made = packageTable(sim).insert(buildPackage({ ...fields, executed: status === 'approved' }, sim));
    const request = requestTable(sim).insert(
      buildRequest({ change_order_package_id: made.id, number, title, status, ...dates }, sim),
    );
    const potential = potentialTable(sim).insert(
      buildPotential({ change_order_request_id: request.id, number, title, status, ...dates }, sim),
    );
    addLines(POTENTIAL_CHANGE_ORDER, potential.id, n, 1 + (n % 2));
  }

  return {
    add({ kind, number, title, status, fields, byUnit, changes = [] }: Plan, n: number): void {
      const contract = commitmentTable(sim, kind).insert(
        buildCommitment(
          {
            project_id: project.id,
            vendor_id: vendors[n % vendors.length]?.id ?? null,
            number: `${number.slice(0, 2)}-${suffix}${number.slice(2)}`,
            title,
            status,
            contract_date: at.slice(0, 10),
            ...dates,
            ...fields,
          },
          sim,
        ),
      );
      addLines(kind.holder, contract.id, n * 3, 1 + (n % 3), byUnit);
      changes.forEach((change, index) => {
        addChange(contract, change, index);
      });
    },
  };
}
