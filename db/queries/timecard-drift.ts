import { and, eq, inArray, sql } from 'drizzle-orm';
import type { TimecardDrift } from '../../domain/timecards.ts';
import { timecardPart } from '../schema/index.ts';
import type { Queryable, Tx } from '../types.ts';
import { addTimeLog, queueSheet } from './time-sheets.ts';
import { type PartRow, partOf } from './timecard-parts.ts';

/** The parts whose records these are. */
export async function knownParts(
  db: Queryable,
  account: string,
  companyId: string,
  stampPrefix: string,
  procoreIds: readonly string[],
): Promise<PartRow[]> {
  const rows = await db
    .select()
    .from(timecardPart)
    .where(
      and(
        eq(timecardPart.account, account),
        eq(timecardPart.companyId, companyId),
        inArray(timecardPart.procoreId, [...procoreIds]),
      ),
    );
  return rows.map((row) => partOf(row, stampPrefix));
}

/** The part a stamp names. */
export async function partByKey(
  db: Queryable,
  account: string,
  companyId: string,
  stampPrefix: string,
  partKey: string,
): Promise<PartRow | null> {
  const [row] = await db
    .select()
    .from(timecardPart)
    .where(
      and(eq(timecardPart.account, account), eq(timecardPart.companyId, companyId), eq(timecardPart.partKey, partKey)),
    );
  return row ? partOf(row, stampPrefix) : null;
}

/**
 * Notes what people in Procore did to a record, and tells it once in the story of the time sheet. A posting that began
 * meanwhile looks for itself.
 *
 * @returns whether it is news
 */
export async function noteDrift(tx: Tx, part: PartRow, drift: TimecardDrift | null): Promise<boolean> {
  const rows = await tx
    .update(timecardPart)
    .set({ drift, updatedAt: sql`now()` })
    .where(
      and(
        eq(timecardPart.account, part.account),
        eq(timecardPart.id, part.id),
        sql`${timecardPart.sending} is null and ${timecardPart.drift} is distinct from ${drift}`,
      ),
    )
    .returning({ id: timecardPart.id });
  if (rows.length === 0) return false;
  const { account, timeSheetId, date } = part;
  const message = drift === null ? `Time of ${date} is in Procore as it is here again.` : SENTENCES[drift](date);
  await addTimeLog(tx, account, timeSheetId, 'drift', 'info', message);
  return true;
}

const SENTENCES: Record<TimecardDrift, (date: string) => string> = {
  deleted: (date) => `Time of ${date} was deleted in Procore.`,
  changed: (date) => `Time of ${date} was changed in Procore.`,
  approved: (date) => `Time of ${date} was approved in Procore.`,
};

/** Has a part posted again whose record stands there twice; the posting takes the other away, or says why it cannot. */
export async function requeueTwin(tx: Tx, part: PartRow): Promise<void> {
  const { account, timeSheetId, id, date } = part;
  await tx
    .update(timecardPart)
    .set({ state: 'planned', updatedAt: sql`now()` })
    .where(and(eq(timecardPart.account, account), eq(timecardPart.id, id), eq(timecardPart.state, 'sent')));
  await addTimeLog(tx, account, timeSheetId, 'drift', 'info', `Time of ${date} stands in Procore twice; looked after.`);
  await queueSheet(tx, account, timeSheetId, 'procore', 0);
}
