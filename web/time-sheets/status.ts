import type { TimeSheetStatus } from '../../schemas/time-sheets.ts';

export const STATUS_WORDS: Record<TimeSheetStatus, string> = {
  draft: 'Draft',
  submitted: 'Submitted',
  first_approved: 'First approval given',
  approved: 'Approved',
  processed: 'Processed',
};
