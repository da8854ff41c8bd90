import type { Stack } from '../environment/stack.ts';

export interface SimRow {
  id: number;
  company_id: number;
  project_id: number;
  parent_id?: number | null;
  sub_job_id?: number | null;
  name: string;
  title: string | null;
  number: string | null;
  code: string;
  full_code: string;
  status: string;
  is_active: boolean;
  active: boolean;
  template: boolean;
  is_demo: boolean;
  project_number: string | null;
  project_stage_id: number | null;
  is_bidding_stage?: boolean;
  first_name: string;
  last_name: string;
  email_address: string;
  is_service_account: boolean;
  can_sign_in: boolean;
}

/** A person at work in Procore, whose choices follow from a seed. */
export interface Editor {
  edit(): Promise<string>;
  records(collection: string): Promise<SimRow[]>;
}

type Random = () => number;

export function createEditor(stack: Stack, companyProcoreId: string, random: Random): Editor {
  let made = 0;
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];
  const records = async (collection: string) =>
    (
      await stack.control<{ records: SimRow[] }>('GET', `/records/${collection}?companyId=${companyProcoreId}`)
    ).records.filter((row) => row.is_service_account !== true);
  const change = (collection: string, row: SimRow, fields: object) =>
    stack.control('PATCH', `/records/${collection}/${row.id}`, fields);
  const remove = (collection: string, row: SimRow) => stack.control('DELETE', `/records/${collection}/${row.id}`);
  const create = (collection: string, fields: object) =>
    stack.control('POST', `/records/${collection}`, { company_id: Number(companyProcoreId), ...fields });
  const fresh = (noun: string) => `${noun} ${Math.floor(random() * 1e6)}-${++made}`;

  /** On some row of a collection. */
  const on = (collection: string, act: (row: SimRow, rows: SimRow[]) => Promise<unknown> | undefined) => async () => {
    const rows = await records(collection);
    const row = pick(rows);
    if (row !== undefined) await act(row, rows);
  };
  const isParent = (row: SimRow, rows: SimRow[]) => rows.some(({ parent_id }) => parent_id === row.id);

  const edits: Record<string, () => Promise<unknown>> = {
    'rename project': on('projects', (row) => change('projects', row, { name: fresh('Project') })),
    'move project to a stage': on('projects', async (row) => {
      const stage = pick(await records('project_stages'));
      return stage && change('projects', row, { project_stage_id: stage.id });
    }),
    'open or close project': on('projects', (row) => change('projects', row, { active: !row.active })),
    'create project': async () => {
      const stage = pick((await records('project_stages')).filter((one) => one.is_bidding_stage !== true));
      return create('projects', {
        name: fresh('New project'),
        project_number: random() < 0.7 ? fresh('C') : null,
        project_stage_id: stage?.id,
      });
    },
    'rename vendor': on('vendors', (row) => change('vendors', row, { name: fresh('Vendor') })),
    'deactivate or reactivate vendor': on('vendors', (row) => change('vendors', row, { is_active: !row.is_active })),
    'create vendor': () => create('vendors', { name: fresh('New vendor') }),
    'delete vendor': on('vendors', (row) => remove('vendors', row)),
    'rename cost code': on('cost_codes', (row) => change('cost_codes', row, { name: fresh('Code') })),
    'move cost code': on('cost_codes', (row, rows) => {
      if (row.parent_id == null || isParent(row, rows)) return undefined;
      const parent = pick(
        rows.filter(
          (one) =>
            one.project_id === row.project_id &&
            one.sub_job_id === row.sub_job_id &&
            one.parent_id == null &&
            one.id !== row.id,
        ),
      );
      return (
        parent &&
        change('cost_codes', row, { parent_id: parent.id, code: `${100 + Math.floor(random() * 899)}-${++made}` })
      );
    }),
    'create cost code': on('cost_codes', (row) =>
      create('cost_codes', {
        project_id: row.project_id,
        sub_job_id: row.sub_job_id,
        parent_id: row.parent_id,
        code: `9${++made}-${Math.floor(random() * 1000)}`,
        name: fresh('New code'),
      }),
    ),
    'delete cost code': on('cost_codes', (row, rows) => (isParent(row, rows) ? undefined : remove('cost_codes', row))),
    'rename sub job': on('sub_jobs', (row) => change('sub_jobs', row, { name: fresh('Sub job') })),
    'rename cost type': on('line_item_types', (row) => change('line_item_types', row, { name: fresh('Type') })),
    'rename master code': on('standard_cost_codes', (row) =>
      change('standard_cost_codes', row, { name: fresh('Master') }),
    ),
    'delete master code': on('standard_cost_codes', (row, rows) =>
      isParent(row, rows) ? undefined : remove('standard_cost_codes', row),
    ),
    'rename user': on('company_users', (row) => change('company_users', row, { last_name: fresh('Person') })),
    'change email': on('company_users', (row) =>
      change('company_users', row, { email_address: `person-${Math.floor(random() * 1e6)}-${++made}@example.nz` }),
    ),
    'deactivate or reactivate user': on('company_users', (row) =>
      row.can_sign_in ? undefined : change('company_users', row, { is_active: !row.is_active }),
    ),
    'create user': () =>
      create('company_users', {
        first_name: 'New',
        last_name: fresh('Person'),
        email_address: `new-${++made}@example.nz`,
      }),
    'approve or withdraw subcontract': on('work_order_contracts', (row) =>
      change('work_order_contracts', row, { status: row.status === 'Approved' ? 'Draft' : 'Approved' }),
    ),
    'rename subcontract': on('work_order_contracts', (row) =>
      change('work_order_contracts', row, { title: fresh('Subcontract') }),
    ),
    'approve or withdraw purchase order': on('purchase_order_contracts', (row) =>
      change('purchase_order_contracts', row, { status: row.status === 'Approved' ? 'Draft' : 'Approved' }),
    ),
    'delete purchase order': on('purchase_order_contracts', (row) =>
      random() < 0.5 ? remove('purchase_order_contracts', row) : undefined,
    ),
  };

  return {
    records,
    async edit() {
      const name = pick(Object.keys(edits)) ?? '';
      await edits[name]?.();
      return name;
    },
  };
}
