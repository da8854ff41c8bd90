import { z } from 'zod';
import { Id, Moment } from './common.ts';

/** How often a company is compared with Procore. */
const ComparisonSettings = z.object({
  changesEveryMinutes: z.number().int().min(5, 'At most every 5 minutes.').max(1440, 'At least once a day.'),
  sweepEveryHours: z.number().int().min(1, 'At most every hour.').max(168, 'At least once a week.'),
});

/** PATCH /api/companies/:id/comparisons */
export const ComparisonSettingsChange = ComparisonSettings.partial().strict();

/** POST /api/companies/:id/comparisons: `delta` looks for changes, `full` compares every record. */
export const ComparisonRequest = z.object({ mode: z.enum(['delta', 'full']).default('delta') });

const ComparisonRun = z.object({
  id: Id,
  mode: z.enum(['delta', 'full']),
  state: z.enum(['running', 'done', 'failed']),
  problem: z.string().nullable(),
  /** records that differed although no webhook had told of them, by kind */
  missed: z.record(z.string(), z.number()),
  missedCount: z.number().int(),
  /** records it had looked at, and how many are still to be */
  found: z.number().int(),
  pending: z.number().int(),
  projects: z.number().int(),
  calls: z.number().int(),
  createdAt: Moment,
  finishedAt: Moment.nullable(),
});

/** GET /api/companies/:id/comparisons */
export const Comparisons = ComparisonSettings.extend({
  /** what the allowance makes of the settings */
  plan: z.object({
    changesEveryMinutes: z.number(),
    sweepEveryHours: z.number(),
    sweepMinutes: z.number(),
    callsPerHour: z.number().int(),
    hourlyLimit: z.number().int().nullable(),
    isStretched: z.boolean(),
    /** the sign-in to Procore is dead, so nothing is compared */
    isPaused: z.boolean(),
  }),
  deliveries: z.object({
    failing: z.number().int(),
    discarded: z.number().int(),
    checkedAt: Moment.nullable(),
  }),
  /** the newest ten */
  runs: z.array(ComparisonRun),
});
export type Comparisons = z.infer<typeof Comparisons>;
