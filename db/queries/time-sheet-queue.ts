import { and, asc, eq, gt, inArray, isNotNull, sql } from 'drizzle-orm';
import type { ErrorCode } from '../../domain/errors.ts';
import { timecardPart, timeSheet } from '../schema/index.ts';
import type { Db, Queryable, Tx } from '../types.ts';
import { addTimeLog } from './time-sheets.ts';

/** A queued time sheet whose turn it is. Nothing of the person goes along. */
export interface DueTimeSheet extends Record<string, unknown> {
  id: string;
  account: string;
  weekStart: string;
  companyId: string | null;
  companyProcoreId: string | null;
  queuedAt: string;
}

export interface SheetRef {
  account: string;
  timeSheetId: string;
}

/** Queued sheets that may start now: as many of each account as leave it at `openPerAccount` under way. */
export async function dueTimeSheets(db: Queryable, openPerAccount: number): Promise<DueTimeSheet[]> {
  const [any] = await db.execute(
    sql`select 1 from time_sheet where queued_at is not null and dispatched_at is null limit 1`,
  );
  if (any === undefined) return [];
  return db.execute<DueTimeSheet>(sql`
    with turns as (
      select *, row_number() over (partition by account order by queued_priority desc, queued_at, id) + (
        select count(*) from time_sheet o where o.account = w.account and o.dispatched_at is not null
      ) as turn
      from time_sheet w where queued_at is not null and dispatched_at is null
    )
    select t.id, t.account, t.week_start::text as "weekStart", c.id as "companyId", c.procore_id as "companyProcoreId",
      t.queued_at::text as "queuedAt"
    from turns t
    left join lateral (
      select c.id, c.procore_id from time_sheet_entry e
      join project p on p.id = e.project_id join procore_company c on c.id = p.company_id
      where e.time_sheet_id = t.id order by e.date limit 1
    ) c on true
    where t.turn <= ${openPerAccount}
    order by t.queued_priority desc, t.queued_at, t.id`);
}

const mine = ({ account, timeSheetId }: SheetRef) => and(eq(timeSheet.account, account), eq(timeSheet.id, timeSheetId));
const underWay = (ref: SheetRef) => and(mine(ref), isNotNull(timeSheet.queuedAt));

export async function markSheetDispatched(db: Queryable, { account, id, queuedAt }: DueTimeSheet): Promise<void> {
  await db
    .update(timeSheet)
    .set({ dispatchedAt: sql`now()`, integration: 'sending', updatedAt: sql`now()` })
    .where(
      and(mine({ account, timeSheetId: id }), eq(timeSheet.queuedAt, queuedAt), eq(timeSheet.integration, 'queued')),
    );
}

/** The run takes the queueing, and tells which revision it works on. Null when there is nothing to do any more. */
export async function takeSheet(db: Queryable, ref: SheetRef): Promise<{ revision: number } | null> {
  const [row] = await db
    .update(timeSheet)
    .set({
      integration: 'sending',
      dispatchedAt: sql`coalesce(${timeSheet.dispatchedAt}, now())`,
      updatedAt: sql`now()`,
    })
    .where(underWay(ref))
    .returning({ revision: timeSheet.revision });
  return row ?? null;
}

/** Notes what a run waits for; returns since when. */
export async function noteSheetWaiting(db: Queryable, ref: SheetRef, code: ErrorCode): Promise<string> {
  const [row] = await db
    .update(timeSheet)
    .set({
      integration: 'waiting',
      waitingSince: sql`case when ${timeSheet.waitingFor} = ${code} then ${timeSheet.waitingSince} else now() end`,
      waitingFor: code,
      updatedAt: sql`now()`,
    })
    .where(underWay(ref))
    .returning({ since: timeSheet.waitingSince });
  return row?.since ?? new Date().toISOString();
}

export async function clearSheetWaiting(db: Queryable, ref: SheetRef): Promise<void> {
  await db
    .update(timeSheet)
    .set({ integration: 'sending', waitingSince: null, waitingFor: null, updatedAt: sql`now()` })
    .where(and(underWay(ref), isNotNull(timeSheet.waitingSince)));
}

const OFF_THE_QUEUE = { queuedAt: null, queuedBy: null, dispatchedAt: null, waitingSince: null, waitingFor: null };

export type SheetMark = 'sent' | 'failed' | 'partial' | 'skipped' | null;

/**
 * Ends a run: mark, log. A sheet that changed meanwhile goes back to the queue and is posted once more.
 *
 * @param revision what the run planned; null when it got no further
 * @param code why the run as a whole could not go on; null when it went through
 */
export async function endSheet(
  db: Db,
  ref: SheetRef,
  revision: number | null,
  code: string | null,
  run: { workflowId: string | null; runId: string | null },
): Promise<{ mark: SheetMark; code: string | null }> {
  return db.transaction(async (tx) => {
    const [sheet] = await tx.select().from(timeSheet).where(underWay(ref)).for('update');
    const parts = await tx
      .select({ state: timecardPart.state, problem: timecardPart.problem })
      .from(timecardPart)
      .where(eq(timecardPart.timeSheetId, ref.timeSheetId));
    const failed = parts.filter((part) => part.state === 'failed');
    const reason = code ?? (failed[0]?.problem as { code?: string } | null)?.code ?? null;
    const mark = markOf(parts, code !== null);
    if (!sheet) return { mark, code: reason };
    const isOutdated = revision !== null && sheet.revision > revision;
    await tx
      .update(timeSheet)
      .set({
        ...(isOutdated
          ? { dispatchedAt: null, waitingSince: null, waitingFor: null, integration: 'queued' }
          : { ...OFF_THE_QUEUE, integration: mark }),
        postedRevision: code === null && revision !== null ? revision : sheet.postedRevision,
        ...(mark === 'sent' ? { sentAt: sql`now()` } : {}),
        updatedAt: sql`now()`,
      })
      .where(mine(ref));
    if (!isOutdated) await spendChoices(tx, ref);
    const isSuccess = mark !== 'failed' && mark !== 'partial';
    await addTimeLog(
      tx,
      ref.account,
      ref.timeSheetId,
      isSuccess ? 'sent' : 'failed',
      isSuccess ? 'success' : 'fail',
      isSuccess ? ENDED[mark ?? 'none'] : `${failed.length} of ${parts.length} entries were not sent.`,
      null,
      { code: reason, ...run },
    );
    return { mark, code: isSuccess ? null : reason };
  });
}

/** "Add ours anyway" was said of what stood there then: what is deleted or typed in later is asked again. */
async function spendChoices(tx: Tx, { account, timeSheetId }: SheetRef): Promise<void> {
  await tx.execute(sql`
    with spent as (
      update time_sheet_entry e set choice = null
      where e.account = ${account} and e.time_sheet_id = ${timeSheetId} and e.choice = 'add'
        and not exists (select from timecard_part p where p.entry_id = e.id and p.state <> 'sent')
      returning e.id
    )
    update timecard_part p set desired = jsonb_set(p.desired, '{choice}', 'null')
    from spent where p.entry_id = spent.id and p.desired is not null`);
}

const ENDED = {
  sent: 'Procore has what the time sheet says.',
  skipped: 'Nothing was sent, as was chosen.',
  none: 'Nothing of it is in Procore.',
};

function markOf(parts: readonly { state: string }[], hasFailed: boolean): SheetMark {
  const count = (state: string) => parts.filter((part) => part.state === state).length;
  if (hasFailed || count('failed') > 0) return count('sent') > 0 ? 'partial' : 'failed';
  if (count('sent') > 0) return 'sent';
  return count('skipped') > 0 ? 'skipped' : null;
}

/** Sheets started long enough ago to ask whether their run still lives. */
export const sheetsLongUnderWay = (db: Queryable, limit: number): Promise<{ id: string; account: string }[]> =>
  db
    .select({ id: timeSheet.id, account: timeSheet.account })
    .from(timeSheet)
    .where(
      and(
        inArray(timeSheet.integration, ['sending', 'waiting']),
        sql`${timeSheet.dispatchedAt} < now() - interval '2 minutes'`,
      ),
    )
    .orderBy(asc(timeSheet.dispatchedAt))
    .limit(limit);

/** A run that ended without saying how: a person decides how to go on. */
export async function holdSheet(db: Queryable, account: string, id: string): Promise<void> {
  const rows = await db
    .update(timeSheet)
    .set({ ...OFF_THE_QUEUE, integration: 'held', updatedAt: sql`now()` })
    .where(and(mine({ account, timeSheetId: id }), inArray(timeSheet.integration, ['sending', 'waiting'])))
    .returning({ id: timeSheet.id });
  if (rows.length > 0)
    await addTimeLog(
      db,
      account,
      id,
      'failed',
      'fail',
      'Its run was ended from outside. Retry goes on from what stands in Procore.',
    );
}

/** Sheets of an account whose runs wait for somebody to sign in again, in pages by id. */
export async function sheetsWaitingForSignIn(db: Queryable, account: string, after: string | null): Promise<string[]> {
  const rows = await db
    .select({ id: timeSheet.id })
    .from(timeSheet)
    .where(
      and(
        eq(timeSheet.account, account),
        eq(timeSheet.waitingFor, 'AUTH_EXPIRED'),
        after === null ? undefined : gt(timeSheet.id, after),
      ),
    )
    .orderBy(asc(timeSheet.id))
    .limit(100);
  return rows.map(({ id }) => id);
}
