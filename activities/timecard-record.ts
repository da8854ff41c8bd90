import type { PartRow, SheetDay } from '../db/queries/timecard-parts.ts';
import { Decimal, sum } from '../domain/decimal.ts';
import type { RemoteTimecard, TimecardFields, TimecardWrite } from '../domain/timecards.ts';
import type { CompanyApi } from '../procore/client.ts';
import { ProcoreError } from '../procore/errors.ts';
import type { TimecardFields as Sent, TimecardEntry } from '../procore/timecard-entries.ts';

type Timecards = CompanyApi['timecards'];

/** A person's day, entries with what overtime rules split off from them counted as one. */
export async function remoteDay(timecards: Timecards, { partyId, date }: SheetDay): Promise<RemoteTimecard[]> {
  const entries = await timecards.ofDay({ partyId, date });
  const splits = new Set(entries.flatMap((entry) => entry.automatically_split_timecard_entries.map(({ id }) => id)));
  return entries.filter((entry) => !splits.has(entry.id)).map(remoteOf);
}

/** One entry; null when Procore has it no more. */
export async function showTimecard(timecards: Timecards, id: string): Promise<RemoteTimecard | null> {
  try {
    return remoteOf(await timecards.show(id));
  } catch (error) {
    if (error instanceof ProcoreError && error.kind === 'not-found') return null;
    throw error;
  }
}

/** An entry with what an overtime rule split off from it. */
export function remoteOf(entry: TimecardEntry): RemoteTimecard {
  const splits = entry.automatically_split_timecard_entries;
  return {
    id: entry.id,
    projectId: entry.project?.id ?? '',
    date: entry.date ?? '',
    status: entry.approval_status ?? 'pending',
    originData: entry.origin_data,
    isSplit: splits.length > 0,
    fields: {
      hours: sum([entry.hours ?? '0', ...splits.map((split) => split.hours ?? '0')]).toFixed(),
      timeIn: entry.time_in,
      timeOut: entry.time_out,
      lunchMinutes: entry.lunch_time,
      costCodeId: entry.cost_code?.id ?? '',
      lineItemTypeId: entry.line_item_type_id ?? '',
      subJobId: entry.sub_job?.id ?? null,
      timeTypeId: entry.timecard_time_type?.id ?? null,
      description: entry.description,
    },
  };
}

/**
 * Makes one write. A date is always sent, since the endpoint asks for it even where only the approval changes.
 *
 * @param withReference whether the description must carry our reference, because stamps may not come back
 */
export async function applyTimecard(
  timecards: Timecards,
  part: PartRow,
  write: TimecardWrite,
  withReference: boolean,
): Promise<RemoteTimecard | null> {
  if (write.kind === 'delete') {
    await timecards.delete(write.id).catch((error: unknown) => {
      if (!(error instanceof ProcoreError && error.kind === 'not-found')) throw error;
    });
    return null;
  }
  const desired = part.desired!;
  const place = { projectId: part.projectId, date: part.date };
  if (write.kind === 'create') {
    const description = [desired.fields.description, withReference ? part.reference : null].filter(Boolean).join(' ');
    const { description: _, ...fields } = bodyOf(desired.mode, desired.fields);
    const body = { ...fields, ...(description === '' ? {} : { description }) };
    return remoteOf(
      await timecards.create({
        ...place,
        ...body,
        partyId: part.partyId,
        originData: part.stamp,
        approvalStatus: desired.status,
      }),
    );
  }
  const changed = Object.keys(write.set).length > 0;
  const body = changed ? bodyOf(desired.mode, { ...desired.fields }, write.set) : {};
  return remoteOf(
    await timecards.update({
      ...place,
      entryId: write.id,
      ...body,
      ...(write.status === null ? {} : { approvalStatus: write.status }),
    }),
  );
}

/** The fields as the project counts time: hours, or start, stop and break. `only`: the ones to send. */
function bodyOf(mode: 'hours' | 'start-stop', fields: TimecardFields, only?: Partial<TimecardFields>): Partial<Sent> {
  const isSent = (field: keyof TimecardFields) => only === undefined || field in only;
  const time: Partial<Sent> =
    mode === 'hours'
      ? isSent('hours')
        ? { hours: new Decimal(fields.hours).toFixed(2) }
        : {}
      : {
          ...(isSent('timeIn') ? { timeIn: fields.timeIn ?? '' } : {}),
          ...(isSent('timeOut') ? { timeOut: fields.timeOut ?? '' } : {}),
          ...(isSent('lunchMinutes') ? { lunchMinutes: fields.lunchMinutes ?? '0' } : {}),
        };
  return {
    ...time,
    ...(isSent('costCodeId') ? { costCodeId: fields.costCodeId } : {}),
    ...(isSent('lineItemTypeId') ? { lineItemTypeId: fields.lineItemTypeId } : {}),
    // A part keeps its sub job: an entry moved to another is another part.
    ...(isSent('costCodeId') && fields.subJobId !== null ? { subJobId: fields.subJobId } : {}),
    ...(isSent('timeTypeId') && fields.timeTypeId !== null ? { timeTypeId: fields.timeTypeId } : {}),
    ...(isSent('description') ? { description: fields.description ?? '' } : {}),
  };
}
