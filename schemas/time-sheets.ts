import { z } from 'zod';
import { TIME_SHEET_STATUSES } from '../domain/time-sheets.ts';
import { Id } from './common.ts';
import { LogEntry } from './invoices.ts';

const Day = z.iso.date('Dates are written like 2026-11-24.');
const ClockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'Times are written like 07:30.');

export const TimeSheetStatus = z.enum(TIME_SHEET_STATUSES);
export type TimeSheetStatus = z.infer<typeof TimeSheetStatus>;

/** Time on one day: hours, or start and end (then the hours follow from them, less the break). */
export const TimeEntryInput = z
  .strictObject({
    /** of an entry that is there already */
    id: Id.optional(),
    date: Day,
    projectId: Id.nullable(),
    projectCostCodeId: Id.nullable(),
    costTypeId: Id.nullable().default(null),
    entryTypeId: Id,
    startTime: ClockTime.nullable().default(null),
    endTime: ClockTime.nullable().default(null),
    breakMinutes: z.int().min(0).max(600).default(0),
    hours: z
      .string()
      .regex(/^\d{1,2}(\.\d{1,2})?$/, 'Hours have two decimals at most.')
      .refine((text) => Number(text) <= 24, 'A day has no more than 24 hours.')
      .default('0'),
    description: z.string().trim().max(500).nullable().default(null),
  })
  .refine((entry) => (entry.startTime === null) === (entry.endTime === null), {
    path: ['endTime'],
    message: 'Give both start and end, or neither.',
  });
export type TimeEntryInput = z.input<typeof TimeEntryInput>;

export const TimeSheetOpen = z.strictObject({ userId: Id.optional(), date: Day });
export const TimeSheetEntries = z.strictObject({ entries: z.array(TimeEntryInput).max(200) });
export const Reason = z.strictObject({ reason: z.string().trim().min(1, 'Say why.').max(500) });
export const SendReason = z.strictObject({ reason: z.string().trim().min(1).max(500).optional() });
export const TimeChoice = z.strictObject({ choice: z.enum(['link', 'add', 'skip']) });

export const TimeSheetQuery = z.strictObject({
  weekStart: Day.optional(),
  status: TimeSheetStatus.optional(),
  userId: Id.optional(),
  integration: z.literal('failed').optional(),
});

const Mark = z.enum(['queued', 'sending', 'waiting', 'sent', 'failed', 'skipped', 'partial', 'held', 'ignored']);

export const TimeSheetRow = z.object({
  id: Id,
  userId: Id,
  userName: z.string(),
  weekStart: Day,
  status: TimeSheetStatus,
  integration: Mark.nullable(),
  rejectedReason: z.string().nullable(),
  hours: z.string(),
  /** people in Procore changed, approved or deleted some of it since it was sent */
  hasDrift: z.boolean(),
});
export type TimeSheetRow = z.infer<typeof TimeSheetRow>;
export const TimeSheetList = z.object({ rows: z.array(TimeSheetRow) });

export const TimeEntry = z.object({
  id: Id,
  date: Day,
  projectId: Id.nullable(),
  projectText: z.string().nullable(),
  projectCostCodeId: Id.nullable(),
  codeText: z.string().nullable(),
  costTypeId: Id.nullable(),
  entryTypeId: Id,
  entryTypeName: z.string(),
  startTime: z.string().nullable(),
  endTime: z.string().nullable(),
  breakMinutes: z.number(),
  hours: z.string(),
  description: z.string().nullable(),
  /** leave, the confidential, zero hours and time without a project stay in Lentune */
  staysHere: z.boolean(),
  integration: Mark.nullable(),
  /** what people in Procore did to it since it was sent */
  drift: z.object({ code: z.enum(['DELETED_REMOTELY', 'TIME_LOCKED']), message: z.string() }).nullable(),
  problems: z.array(z.object({ code: z.string(), message: z.string(), fix: z.string() })),
});
export type TimeEntry = z.infer<typeof TimeEntry>;

export const TimeSheet = z.object({
  id: Id,
  userId: Id,
  userName: z.string(),
  weekStart: Day,
  days: z.array(Day),
  status: TimeSheetStatus,
  approvals: z.number(),
  rejectedReason: z.string().nullable(),
  integration: Mark.nullable(),
  waitingSince: z.string().nullable(),
  defaults: z.object({
    dailyHours: z.string(),
    startTime: z.string(),
    breakMinutes: z.number(),
    entryTypeId: Id.nullable(),
  }),
  entries: z.array(TimeEntry),
  /** some entries are confidential, and the caller is neither the person nor payroll */
  isPartlyHidden: z.boolean(),
  /** entries of ours that are to leave Procore and could not */
  stuck: z.array(z.object({ date: Day, message: z.string(), fix: z.string() })),
  may: z.object({
    edit: z.boolean(),
    submit: z.boolean(),
    approve: z.boolean(),
    reject: z.boolean(),
    process: z.boolean(),
    reverse: z.boolean(),
    send: z.boolean(),
  }),
});
export type TimeSheet = z.infer<typeof TimeSheet>;

/** GET /api/time-sheets/:id/log: requests without their bodies, which name people and hours */
export const TimeSheetLog = z.object({ entries: z.array(LogEntry) });

/** Who the caller is as far as time sheets go. */
export const TimeSheetMe = z.object({
  userId: Id.nullable(),
  canEnterForOthers: z.boolean(),
  canApprove: z.boolean(),
  canAdminister: z.boolean(),
});
