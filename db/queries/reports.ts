import { type SQL, sql } from 'drizzle-orm';
import { Decimal, sum } from '../../domain/decimal.ts';
import type { Queryable } from '../types.ts';

export interface CostPeriod {
  from?: string | undefined;
  to?: string | undefined;
  projectId?: string | undefined;
}

interface Standing {
  posted: string;
  pending: string;
  failed: string;
  leftOut: string;
  total: string;
}

export interface CostRow extends Standing, Record<string, unknown> {
  projectId: string | null;
  projectCode: string | null;
  projectName: string | null;
  costTypeCode: string | null;
  costTypeName: string | null;
  glCode: string | null;
}

/**
 * What invoices cost each project, by cost type and GL code. Lines take what they leave blank from the header and the
 * code, as when they are posted (domain/invoice.ts); credits count negative. Every line stands in exactly one column, so
 * the whole adds up to the invoices.
 */
export async function projectCosts(db: Queryable, account: string, period: CostPeriod) {
  const rows = [...(await db.execute<CostRow>(costs(account, period)))];
  const totals = COLUMNS.map((column) => [column, sum(rows.map((row) => row[column])).toFixed(2)]);
  const invoiceTotal = period.projectId === undefined ? await headers(db, account, period) : null;
  const lines = sum(rows.map((row) => row.total));
  return {
    rows,
    totals: Object.fromEntries(totals) as Standing & Record<string, string>,
    invoiceTotal,
    difference: invoiceTotal === null ? null : new Decimal(invoiceTotal).minus(lines).toFixed(2),
  };
}

const COLUMNS = ['posted', 'pending', 'failed', 'leftOut', 'total'] as const;

const inPeriod = ({ from, to }: CostPeriod): SQL => sql`
  ${from === undefined ? sql`true` : sql`i.invoice_date >= ${from}::date`}
  and ${to === undefined ? sql`true` : sql`i.invoice_date <= ${to}::date`}`;

async function headers(db: Queryable, account: string, period: CostPeriod): Promise<string> {
  const [row] = await db.execute<{ total: string }>(sql`
    select coalesce(sum(case i.kind when 'credit' then -i.total else i.total end), 0)::numeric(18, 2)::text as total
    from payable_invoice i where i.account = ${account} and ${inPeriod(period)}`);
  return row?.total ?? '0.00';
}

const costs = (account: string, period: CostPeriod): SQL => sql`
  with line as (
    select i.id as invoice_id, i.integration, coalesce(l.project_id, i.project_id) as project_id, l.gl_code,
      coalesce(l.project_cost_code_id, header_code.id) as code_id, coalesce(l.cost_type_id, i.cost_type_id) as chosen_id,
      case i.kind when 'credit' then -l.amount else l.amount end as amount
    from payable_invoice i
    join payable_invoice_line l on l.invoice_id = i.id
    left join project_cost_code header_code
      on header_code.id = i.project_cost_code_id and header_code.project_id = coalesce(l.project_id, i.project_id)
    where i.account = ${account} and ${inPeriod(period)}
  ), typed as (
    select line.*, coalesce(chosen_id, (
      select case
        when count(*) filter (where t.source = 'budget') = 1
          then (array_agg(t.cost_type_id) filter (where t.source = 'budget'))[1]
        when bool_or(t.is_default) then (array_agg(t.cost_type_id order by t.id) filter (where t.is_default))[1]
        when count(*) = 1 then (array_agg(t.cost_type_id))[1] end
      from project_cost_code_type t where t.project_cost_code_id = line.code_id
    )) as type_id,
    case
      when integration = 'ignored' then 'leftOut'
      when integration in ('sent', 'skipped') then 'posted'
      when integration = 'partial' and exists (
        select from push_part p where p.document_id = line.invoice_id and p.state = 'sent'
          and p.part_key = 'project:' || line.project_id
      ) then 'posted'
      when integration in ('failed', 'held', 'partial') then 'failed'
      else 'pending'
    end as standing
    from line
    where ${period.projectId === undefined ? sql`true` : sql`line.project_id = ${period.projectId}::uuid`}
  )
  select p.id as "projectId", p.code as "projectCode", p.description as "projectName",
    c.code as "costTypeCode", c.description as "costTypeName", coalesce(typed.gl_code, c.gl_code) as "glCode",
    ${sql.join(
      ['posted', 'pending', 'failed', 'leftOut'].map(
        (standing) =>
          sql`coalesce(sum(amount) filter (where standing = ${sql.raw(`'${standing}'`)}), 0)::numeric(18, 2)::text
            as ${sql.raw(`"${standing}"`)}`,
      ),
      sql`, `,
    )},
    sum(amount)::numeric(18, 2)::text as total
  from typed
  left join project p on p.id = typed.project_id
  left join cost_type c on c.id = typed.type_id
  group by p.id, p.code, p.description, c.code, c.description, coalesce(typed.gl_code, c.gl_code)
  order by p.code nulls last, c.code nulls last, 6 nulls last`;
