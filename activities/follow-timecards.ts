import { knownParts, noteDrift, partByKey, requeueTwin } from '../db/queries/timecard-drift.ts';
import type { PartRow } from '../db/queries/timecard-parts.ts';
import type { Db, Tx } from '../db/types.ts';
import { installationOf } from '../domain/stamp.ts';
import { ownRows, type RemoteTimecard, type TimecardDrift, timecardDrift } from '../domain/timecards.ts';
import type { CompanyApi } from '../procore/client.ts';
import type { FlowPage, RecordOutcome } from './flow.ts';
import { remoteDay, remoteOf, showTimecard } from './timecard-record.ts';

/** What became of time card entries that Procore told of, as far as they are ours. */
export interface TimecardsRead {
  drifts: { part: PartRow; drift: TimecardDrift | null }[];
  /** entries with our stamp beside the one the journal names */
  twins: { part: PartRow; procoreId: string }[];
}

/**
 * Reads the entries of a page in one call, and again by its id each of ours that the list does not show: only then is one
 * deleted. An entry whose posting is on its way is left to it.
 */
export async function readTimecards(
  db: Db,
  { account, companyId }: FlowPage,
  api: CompanyApi,
  connectionId: string,
  ids: readonly string[],
): Promise<TimecardsRead> {
  const read: TimecardsRead = { drifts: [], twins: [] };
  if (ids.length === 0) return read;
  const stampPrefix = `lentune/${installationOf(connectionId)}/${account}/`;
  const rows = (await api.timecards.ofIds(ids)).map(remoteOf);
  for (const part of await knownParts(db, account, companyId, stampPrefix, ids)) {
    if (part.sending !== null || part.agreed === null || part.procoreId === null) continue;
    const listed = rows.find((row) => row.id === part.procoreId);
    const now = listed ?? (await showTimecard(api.timecards, part.procoreId));
    read.drifts.push({ part, drift: timecardDrift(part, part.agreed, now) });
  }
  for (const row of rows) {
    const part = await namesake(db, account, companyId, stampPrefix, row);
    if (part === null || part.sending !== null || part.procoreId === row.id) continue;
    // What an overtime rule split off may carry the stamp of its entry, and is none.
    const day = { rows: await remoteDay(api.timecards, part), ownIds: new Set<string>(), stampPrefix };
    if (ownRows(part, day).length > 1) read.twins.push({ part, procoreId: row.id });
  }
  return read;
}

function namesake(db: Db, account: string, companyId: string, stampPrefix: string, { originData }: RemoteTimecard) {
  if (originData === null || !originData.startsWith(stampPrefix)) return null;
  return partByKey(db, account, companyId, stampPrefix, originData.slice(stampPrefix.length));
}

/** Notes what was read, and has a second edition of an entry looked after by a posting. */
export async function applyTimecards(tx: Tx, { drifts, twins }: TimecardsRead): Promise<RecordOutcome[]> {
  const outcomes: RecordOutcome[] = [];
  for (const { part, drift } of drifts) {
    const isNew = await noteDrift(tx, part, drift);
    outcomes.push({
      kind: 'timecard_entry',
      id: part.procoreId,
      state: isNew ? 'applied' : 'unchanged',
      outcome: drift === null ? 'As the time sheet says.' : OUTCOMES[drift],
    });
  }
  for (const { part, procoreId } of twins) {
    await requeueTwin(tx, part);
    outcomes.push({
      kind: 'timecard_entry',
      id: procoreId,
      state: 'applied',
      outcome: 'A second edition of an entry of ours; its time sheet is posted again.',
    });
  }
  return outcomes;
}

const OUTCOMES: Record<TimecardDrift, string> = {
  deleted: 'Deleted in Procore; the time sheet says so.',
  changed: 'Changed in Procore; the time sheet says so.',
  approved: 'Approved in Procore; the time sheet says so.',
};
