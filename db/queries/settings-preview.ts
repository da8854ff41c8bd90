import { sql } from 'drizzle-orm';
import type { Queryable } from '../types.ts';

/** What "Fetch cost code linked to cost type only" would do to the codes of one project. */
export interface CodesOfProject extends Record<string, unknown> {
  id: string;
  code: string;
  description: string;
  goes: number;
  comes: number;
  isKept: boolean;
}

/**
 * Counts, per monitored project, the codes that would leave new lines when only budgeted ones are kept, or come back when
 * all are. Where a biller has no budgeted code its list stays (domain.md Q35). Codes that were never fetched cannot be
 * counted before they are read.
 */
export async function previewCodes(
  db: Queryable,
  account: string,
  linkedCodesOnly: boolean,
): Promise<CodesOfProject[]> {
  const rows = await db.execute<CodesOfProject>(sql`
    with codes as (
      select c.project_id, coalesce(c.sub_job_id, '') as biller, c.is_active, c.is_budgeted
      from project_cost_code c
      join procore_link l on l.kind = 'project_cost_code' and l.local_id = c.id and l.state = 'linked'
      where c.account = ${account}
    ), billers as (
      select project_id, biller,
        count(*) filter (where is_active and not is_budgeted)::int as unbudgeted,
        count(*) filter (where is_budgeted)::int as budgeted,
        count(*) filter (where not is_active)::int as dropped
      from codes group by project_id, biller
    )
    select p.id, p.code, p.description,
      ${linkedCodesOnly ? sql`sum(case when budgeted > 0 then unbudgeted else 0 end)::int` : sql`0`} as goes,
      ${linkedCodesOnly ? sql`0` : sql`sum(dropped)::int`} as comes,
      ${linkedCodesOnly ? sql`bool_and(budgeted = 0)` : sql`false`} as "isKept"
    from billers b join project p on p.id = b.project_id and p.is_monitored
    group by p.id, p.code, p.description order by p.code`);
  return [...rows];
}
