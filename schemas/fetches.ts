import { z } from 'zod';
import { Day, Id, Moment } from './common.ts';

/** POST /api/fetches, 202 with the Fetch. With a project id the dates are ignored. */
export const FetchRequest = z
  .object({
    companyId: Id,
    startDate: Day.optional(),
    endDate: Day.optional(),
    projectId: z
      .string()
      .trim()
      .regex(/^\d{1,19}$/, 'Enter the number Procore gives the project, such as 562949953425831.')
      .optional(),
    /** of a fetch by dates: only projects in these stages; all ticked ones when left out */
    stageIds: z.array(Id).min(1, 'Choose at least one stage.').optional(),
  })
  .superRefine((request, context) => {
    if (request.projectId !== undefined) return;
    const say = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if (!request.startDate) say('startDate', 'Enter a start date, or a Procore project id.');
    if (!request.endDate) say('endDate', 'Enter an end date, or a Procore project id.');
    if (!request.startDate || !request.endDate) return;
    if (request.startDate > request.endDate) say('endDate', 'The end date is before the start date.');
    const days = (Date.parse(request.endDate) - Date.parse(request.startDate)) / 86_400_000;
    if (days > 366) say('endDate', 'Fetch at most 366 days at a time.');
  });
export type FetchRequest = z.infer<typeof FetchRequest>;

export const FetchItem = z.object({
  id: Id,
  projectProcoreId: z.string(),
  projectNumber: z.string().nullable(),
  projectName: z.string().nullable(),
  state: z.enum(['pending', 'done', 'skipped', 'failed', 'cancelled']),
  reason: z.string().nullable(),
  /** left out for its stage alone, so an administrator may import it anyway */
  mayImportAnyway: z.boolean(),
});

/** POST /api/fetches/:id/items/:itemId/import-anyway: 202 with the FetchWithItems; the project is then kept current by hand */
export const ImportAnyway = z.object({ reason: z.string().trim().min(1, 'Give a reason.').max(500) });

/**
 * GET /api/fetches answers a FetchList, newest first; GET /api/fetches/:id a FetchWithItems;
 * POST /api/fetches/:id/cancel, /pause and /resume the Fetch; POST /api/fetches/:id/retry-failed the new one.
 */
export const Fetch = z.object({
  id: Id,
  companyId: Id,
  companyName: z.string(),
  startDate: Day.nullable(),
  endDate: Day.nullable(),
  projectId: z.string().nullable(),
  state: z.enum(['queued', 'listing', 'running', 'done', 'cancelled', 'failed']),
  /** held by a person since then */
  pausedAt: Moment.nullable(),
  /** the fetch whose failed projects this one fetches again */
  retryOf: Id.nullable(),
  problem: z.string().nullable(),
  /** why projects failed, most frequent first */
  failures: z.array(z.object({ reason: z.string(), count: z.number().int() })),
  /** projects by state */
  projects: z.object({
    seen: z.number().int(),
    done: z.number().int(),
    skipped: z.number().int(),
    failed: z.number().int(),
    pending: z.number().int(),
    cancelled: z.number().int(),
  }),
  /** company-wide kinds: vendors, master_cost_codes, cost_types, tax_codes */
  counts: z.record(z.string(), z.number()),
  callsUsed: z.number().int(),
  createdAt: Moment,
  finishedAt: Moment.nullable(),
  temporalUrl: z.url().nullable(),
});
export type Fetch = z.infer<typeof Fetch>;
export const FetchWithItems = Fetch.extend({
  items: z.array(FetchItem),
  /** as measured now */
  progress: z.object({
    costCodes: z.number().int(),
    vendors: z.number().int(),
    projectsPerMinute: z.number().nullable(),
    secondsLeft: z.number().int().nullable(),
    allowance: z.object({ used: z.number().int(), limit: z.number().int() }).nullable(),
  }),
});
export type FetchWithItems = z.infer<typeof FetchWithItems>;

/** GET /api/fetches: the last 50 */
export const FetchList = z.array(Fetch);
export type FetchList = z.infer<typeof FetchList>;
