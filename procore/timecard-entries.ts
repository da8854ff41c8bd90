import { z } from 'zod';
import { type Call, segment } from './call.ts';
import { decimal, id, named, optional, optionalId, rows, text } from './fields.ts';
import { numeral, optionalNumeral } from './json.ts';

const entry = {
  id,
  date: text,
  hours: decimal,
  time_in: text,
  time_out: text,
  lunch_time: decimal,
  description: text,
  approval_status: text,
  origin_data: text,
  project: named,
  party: named,
  cost_code: optional(z.object({ id: optionalId })),
  sub_job: optional(z.object({ id: optionalId })),
  timecard_time_type: optional(z.object({ id: optionalId })),
  line_item_type_id: optionalId,
};

/** A time card entry. What an overtime rule split off stands in it and in lists, too. */
export const timecardEntry = z.object({
  ...entry,
  automatically_split_timecard_entries: rows(z.object({ id, hours: decimal })),
});
export type TimecardEntry = z.infer<typeof timecardEntry>;

/** Hours in total, or the moments of start and stop with the minutes of break: as the project counts time. */
export interface TimecardFields {
  /** YYYY-MM-DD */
  date: string;
  hours?: string;
  timeIn?: string;
  timeOut?: string;
  lunchMinutes?: string;
  description?: string;
  costCodeId?: string;
  lineItemTypeId?: string;
  subJobId?: string;
  timeTypeId?: string;
  /** pending, reviewed, approved or completed */
  approvalStatus?: string;
}

export interface NewTimecardEntry extends TimecardFields {
  projectId: string;
  partyId: string;
  originData: string;
}

/** Time cards through the company endpoint, the only one with approval (contract section 14). */
export const createTimecardEntries = (call: Call) => {
  const base = `/rest/v1.0/companies/${segment(call.companyId)}/timecard_entries`;
  return {
    /** Every entry of one person on one day, whichever project: there is no filter by project. */
    ofDay: (input: { partyId: string; date: string }): Promise<TimecardEntry[]> =>
      call.all(timecardEntry, base, {
        'filters[party_id]': [input.partyId],
        start_date: input.date,
        end_date: input.date,
        per_page: 200,
      }),
    /** Those of some entries that are there, of whatever day: without dates only today's are listed. */
    ofIds: (ids: readonly string[]): Promise<TimecardEntry[]> =>
      call.all(timecardEntry, base, {
        'filters[id]': [...ids],
        start_date: '2000-01-01',
        end_date: '2099-12-31',
        per_page: 200,
      }),
    show: (entryId: string): Promise<TimecardEntry> =>
      call.one(timecardEntry, { method: 'GET', path: `${base}/${segment(entryId)}` }),
    create: ({ projectId, partyId, originData, ...fields }: NewTimecardEntry): Promise<TimecardEntry> =>
      call.one(timecardEntry, {
        method: 'POST',
        path: base,
        body: {
          project_id: numeral(projectId),
          timecard_entry: { ...bodyOf(fields), party_id: numeral(partyId), origin_data: originData },
        },
      }),
    update: ({
      projectId,
      entryId,
      ...fields
    }: TimecardFields & { projectId: string; entryId: string }): Promise<TimecardEntry> =>
      call.one(timecardEntry, {
        method: 'PATCH',
        path: `${base}/${segment(entryId)}`,
        body: { project_id: numeral(projectId), timecard_entry: bodyOf(fields) },
      }),
    delete: (entryId: string): Promise<void> => call.nothing({ method: 'DELETE', path: `${base}/${segment(entryId)}` }),
  };
};

const bodyOf = (fields: TimecardFields) => ({
  date: fields.date,
  hours: fields.hours,
  time_in: fields.timeIn,
  time_out: fields.timeOut,
  lunch_time: fields.lunchMinutes,
  description: fields.description,
  cost_code_id: optionalNumeral(fields.costCodeId),
  line_item_type_id: optionalNumeral(fields.lineItemTypeId),
  sub_job_id: optionalNumeral(fields.subJobId),
  timecard_time_type_id: optionalNumeral(fields.timeTypeId),
  approval_status: fields.approvalStatus,
});
