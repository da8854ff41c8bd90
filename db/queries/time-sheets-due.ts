import { and, eq, sql } from 'drizzle-orm';
import { procoreCompany } from '../schema/index.ts';
import type { Queryable, Tx } from '../types.ts';
import { writeAudit } from './audit.ts';

/** What automatic sending of time sheets would take. */
export interface DueTimeSheets {
  count: number;
  /** the first day of time that would be sent */
  oldestDate: string | null;
  /** due too, but all their time is from before go-live: only an admin sends them, one by one */
  beforeGoLive: number;
}

/** Time that leaves Lentune (domain/time-sheets.ts, leavesLentune), with the company it goes to. */
const LEAVING = sql`time_sheet_entry e
  join entry_type y on y.id = e.entry_type_id and y.kind in ('normal', 'overtime') and not y.is_confidential
  join project p on p.id = e.project_id
  join procore_company c on c.id = p.company_id
  where e.time_sheet_id = t.id and e.hours > 0`;

/** The settings want it in Procore (domain/time-sheets.ts, wishOf), and no run has posted it or is to. */
const IS_UNSENT = sql`t.queued_at is null and t.integration is null and t.revision > t.posted_revision
  and t.status <> 'draft' and exists (
    select from integration_settings s where s.account = t.account and (
      s.send_time_sheet_on_submission or (s.send_time_sheet_after_approval and (
        t.status in ('approved', 'processed') or (t.status = 'first_approved' and s.time_sheet_approval = 'first')))))`;

/** Some of its time is from the go-live date on; older entries of the same week stay, each with that reason. */
const IS_LIVE = sql`exists (select from ${LEAVING} and e.date >= c.go_live_date)`;

/**
 * Queues the time sheets that are due in the companies where that is on. One that also goes to a company where it is off
 * waits for a person.
 *
 * @returns how many
 */
export async function queueDueTimeSheets(tx: Tx, account: string, actor: string): Promise<number> {
  const rows = await tx.execute<{ id: string }>(sql`
    with due as (
      select t.id from time_sheet t where t.account = ${account} and ${IS_UNSENT} and ${IS_LIVE}
        and not exists (select from ${LEAVING} and not (c.is_active and c.send_time_sheets_by_schedule))
      order by t.id for update of t
    ), queued as (
      update time_sheet t set queued_at = now(), queued_by = ${actor}, queued_priority = 0, integration = 'queued',
        updated_at = now()
      from due where due.id = t.id returning t.id
    )
    insert into integration_log (account, document_kind, document_id, event, result, message, actor)
    select ${account}, 'time_sheet', id, 'queued', 'info', 'Queued by schedule.', ${actor} from queued
    returning document_id as id`);
  if (rows.length > 0)
    await writeAudit(tx, { account, actor, action: 'time-sheets.queued', subject: `${rows.length} time sheets` });
  return rows.length;
}

/** What automatic sending of one company's time sheets would send first: the dry run an admin sees before turning it on. */
export async function previewDueTimeSheets(db: Queryable, account: string, companyId: string): Promise<DueTimeSheets> {
  const [row] = await db.execute<DueTimeSheets & Record<string, unknown>>(sql`
    with due as (
      select ${IS_LIVE} as is_live,
        (select min(e.date) from ${LEAVING} and c.id = ${companyId} and e.date >= c.go_live_date) as oldest
      from time_sheet t
      where t.account = ${account} and ${IS_UNSENT} and exists (select from ${LEAVING} and c.id = ${companyId})
    )
    select (count(*) filter (where is_live))::int as count, min(oldest)::text as "oldestDate",
      (count(*) filter (where not is_live))::int as "beforeGoLive"
    from due`);
  return row ?? { count: 0, oldestDate: null, beforeGoLive: 0 };
}

/** Turns automatic sending of a company's time sheets on or off. */
export async function setAutomaticTime(
  db: Queryable,
  account: string,
  companyId: string,
  isOn: boolean,
): Promise<void> {
  await db
    .update(procoreCompany)
    .set({ sendTimeSheetsBySchedule: isOn, updatedAt: sql`now()` })
    .where(and(eq(procoreCompany.account, account), eq(procoreCompany.id, companyId)));
}
