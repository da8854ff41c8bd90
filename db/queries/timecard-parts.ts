import { and, asc, eq, isNotNull, isNull, ne, notInArray, or, sql } from 'drizzle-orm';
import type { Problem } from '../../domain/errors.ts';
import { shortReference } from '../../domain/stamp.ts';
import type { AgreedTimecard, DesiredTimecard, TimecardPart, TimecardSending } from '../../domain/timecards.ts';
import { procoreCompany, procoreConnection, timecardPart, timeProject } from '../schema/index.ts';
import type { Queryable, Tx } from '../types.ts';

/** The journal of one part, and where its entry is reached. */
export interface PartRow extends TimecardPart {
  id: string;
  account: string;
  timeSheetId: string;
  companyId: string;
  partyId: string;
  partKey: string;
  state: (typeof timecardPart.$inferSelect)['state'];
  sending: TimecardSending | null;
  sendingToken: string | null;
}

/** One part of what a time sheet wants in Procore. `desired` null with a problem: it cannot be sent as it is. */
export interface PlannedTimecard {
  partKey: string;
  entryId: string;
  companyId: string;
  projectProcoreId: string;
  partyId: string;
  date: string;
  desired: DesiredTimecard | null;
  problem: Problem | null;
}

/**
 * Stores what a revision wants. A part it no longer has keeps its journal and loses its wish; one Procore never heard of
 * goes. A part that cannot be planned keeps what stands in Procore and its journal, and says why it failed.
 */
export async function savePlannedTimecards(
  tx: Tx,
  account: string,
  timeSheetId: string,
  parts: readonly PlannedTimecard[],
): Promise<void> {
  const kept = parts.map((part) => part.partKey);
  const others = and(
    eq(timecardPart.account, account),
    eq(timecardPart.timeSheetId, timeSheetId),
    kept.length > 0 ? notInArray(timecardPart.partKey, kept) : undefined,
  );
  await tx.delete(timecardPart).where(and(others, isNull(timecardPart.procoreId), isNull(timecardPart.sending)));
  await tx
    .update(timecardPart)
    .set({ desired: null, state: 'planned', problem: null, updatedAt: sql`now()` })
    .where(others);
  for (const { partKey, problem, ...part } of parts) {
    const state = problem === null ? ('planned' as const) : ('failed' as const);
    await tx
      .insert(timecardPart)
      .values({ account, timeSheetId, partKey, ...part, state, problem })
      .onConflictDoUpdate({
        target: [timecardPart.timeSheetId, timecardPart.partKey],
        set: {
          ...(problem === null ? { desired: part.desired, partyId: part.partyId } : {}),
          // What was sent as it is wanted now is left alone: a retry is for what failed.
          state:
            problem === null
              ? sql`case when ${timecardPart.state} in ('sent', 'skipped') and ${timecardPart.desired} = excluded.desired
                  then ${timecardPart.state} else 'planned' end`
              : state,
          problem,
          updatedAt: sql`now()`,
        },
      });
  }
}

/** Whose record each part of a sheet is that stands in Procore, or may, by part key. */
export async function standingParts(db: Queryable, account: string, timeSheetId: string): Promise<Map<string, string>> {
  const rows = await db
    .select({ partKey: timecardPart.partKey, partyId: timecardPart.partyId })
    .from(timecardPart)
    .where(
      and(
        eq(timecardPart.account, account),
        eq(timecardPart.timeSheetId, timeSheetId),
        or(isNotNull(timecardPart.procoreId), isNotNull(timecardPart.sending)),
      ),
    );
  return new Map(rows.map(({ partKey, partyId }) => [partKey, partyId]));
}

/** A person's day of a sheet: what one activity converges. */
export interface SheetDay {
  companyId: string;
  partyId: string;
  date: string;
}

/** The days of a sheet that still have something to do, what goes before what comes. */
export async function openDays(db: Queryable, account: string, timeSheetId: string): Promise<SheetDay[]> {
  const rows = await db
    .select({
      companyId: timecardPart.companyId,
      partyId: timecardPart.partyId,
      date: timecardPart.date,
      isRemoval: sql<boolean>`bool_or(${timecardPart.desired} is null)`,
    })
    .from(timecardPart)
    .where(
      and(
        eq(timecardPart.account, account),
        eq(timecardPart.timeSheetId, timeSheetId),
        sql`${timecardPart.state} in ('planned', 'sending')`,
      ),
    )
    .groupBy(timecardPart.companyId, timecardPart.partyId, timecardPart.date)
    .orderBy(sql`bool_or(${timecardPart.desired} is null) desc`, asc(timecardPart.date));
  return rows.map(({ isRemoval: _, ...day }) => day);
}

const ofDay = (account: string, { companyId, partyId, date }: SheetDay) =>
  and(
    eq(timecardPart.account, account),
    eq(timecardPart.companyId, companyId),
    eq(timecardPart.partyId, partyId),
    eq(timecardPart.date, date),
  );

/**
 * The parts of a person's day that this sheet has to bring about.
 *
 * @param stampPrefix what every stamp of the account begins with in that company
 */
export async function dayParts(
  db: Queryable,
  account: string,
  timeSheetId: string,
  day: SheetDay,
  stampPrefix: string,
): Promise<PartRow[]> {
  const rows = await db
    .select()
    .from(timecardPart)
    .where(
      and(
        ofDay(account, day),
        eq(timecardPart.timeSheetId, timeSheetId),
        sql`${timecardPart.state} in ('planned', 'sending')`,
      ),
    )
    .orderBy(sql`${timecardPart.desired} is not null`, asc(timecardPart.id));
  return rows.map((row) => partOf(row, stampPrefix));
}

/** A row of the journal as the rules know it. */
export function partOf(row: typeof timecardPart.$inferSelect, stampPrefix: string): PartRow {
  return {
    id: row.id,
    account: row.account,
    timeSheetId: row.timeSheetId,
    companyId: row.companyId,
    partyId: row.partyId,
    date: row.date,
    projectId: row.projectProcoreId,
    partKey: row.partKey,
    stamp: `${stampPrefix}${row.partKey}`,
    reference: shortReference(row.entryId),
    desired: row.desired as DesiredTimecard | null,
    agreed: row.agreed as AgreedTimecard | null,
    procoreId: row.procoreId,
    state: row.state,
    sending: row.sending as TimecardSending | null,
    sendingToken: row.sendingToken,
  };
}

/** Entries of that person and day that any sheet of ours made or linked. */
export async function ownEntryIds(db: Queryable, account: string, day: SheetDay): Promise<Set<string>> {
  const rows = await db.select({ procoreId: timecardPart.procoreId }).from(timecardPart).where(ofDay(account, day));
  return new Set(rows.flatMap((row) => row.procoreId ?? []));
}

export interface TimecardEntryJournal {
  desired?: DesiredTimecard;
  sending?: { write: TimecardSending; token: string } | null;
  agreed?: AgreedTimecard | null;
  procoreId?: string | null;
  state?: PartRow['state'];
  problem?: Problem | null;
}

/** Writes the journal by compare-and-set on the token of the write on its way; null when another attempt was faster. */
export async function journalTimecard(
  db: Queryable,
  part: PartRow,
  { sending, ...rest }: TimecardEntryJournal,
): Promise<PartRow | null> {
  const columns =
    sending === undefined ? {} : { sending: sending?.write ?? null, sendingToken: sending?.token ?? null };
  const rows = await db
    .update(timecardPart)
    .set({
      ...rest,
      ...columns,
      ...(rest.state === 'sent' ? { sentAt: sql`now()`, drift: null } : {}),
      updatedAt: sql`now()`,
    })
    .where(
      and(
        eq(timecardPart.account, part.account),
        eq(timecardPart.id, part.id),
        part.sendingToken === null
          ? isNull(timecardPart.sendingToken)
          : eq(timecardPart.sendingToken, part.sendingToken),
      ),
    )
    .returning({ id: timecardPart.id });
  if (rows.length === 0) return null;
  const { problem: _, ...fields } = rest;
  return { ...part, ...fields, ...columns };
}

/** A part that is done with: its record is gone and no entry wants one. */
export async function dropPart(db: Queryable, part: PartRow): Promise<void> {
  await db.delete(timecardPart).where(and(eq(timecardPart.account, part.account), eq(timecardPart.id, part.id)));
}

/** Remembers how a project counts time, as its refusal told; its other entries follow. */
export async function learnMode(
  tx: Queryable,
  account: string,
  companyId: string,
  projectProcoreId: string,
  mode: 'hours' | 'start-stop',
): Promise<void> {
  await tx.execute(sql`
    insert into ${timeProject} (project_id, account, mode)
    select l.local_id, l.account, ${mode} from procore_link l
    where l.account = ${account} and l.company_id = ${companyId} and l.kind = 'project'
      and l.procore_id = ${projectProcoreId} and l.local_id is not null
    on conflict (project_id) do update set mode = excluded.mode`);
}

/** Remembers whether a company gives stamps back. */
export async function learnStamps(
  db: Queryable,
  account: string,
  companyId: string,
  returnsStamp: boolean,
): Promise<void> {
  await db
    .update(procoreCompany)
    .set({ returnsStamp, updatedAt: sql`now()` })
    .where(
      and(
        eq(procoreCompany.account, account),
        eq(procoreCompany.id, companyId),
        or(isNull(procoreCompany.returnsStamp), ne(procoreCompany.returnsStamp, returnsStamp)),
      ),
    );
}

/** Where a company of ours is reached. */
export async function timeCompany(db: Queryable, account: string, companyId: string) {
  const [row] = await db
    .select({
      connectionId: procoreCompany.connectionId,
      apiUrl: procoreConnection.apiUrl,
      procoreId: procoreCompany.procoreId,
      name: procoreCompany.name,
      returnsStamp: procoreCompany.returnsStamp,
      goLiveDate: procoreCompany.goLiveDate,
    })
    .from(procoreCompany)
    .innerJoin(procoreConnection, eq(procoreConnection.id, procoreCompany.connectionId))
    .where(and(eq(procoreCompany.account, account), eq(procoreCompany.id, companyId)));
  return row ?? null;
}
