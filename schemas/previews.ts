import { z } from 'zod';
import { Id } from './common.ts';

/** What a project of Procore would be here. */
export const Fate = z.enum(['new', 'link', 'back', 'stays', 'goes', 'skipped']);
export type Fate = z.infer<typeof Fate>;

const ProjectFate = z.object({
  procoreId: z.string(),
  number: z.string().nullable(),
  name: z.string(),
  stageName: z.string().nullable(),
  fate: Fate,
  /** such as "Will link to the project P-1007 Harbour Apartments." */
  text: z.string(),
});

/**
 * POST /api/fetches/preview (FetchRequest) and POST /api/companies/:id/preview-stages {monitoredStageIds}: what would come,
 * go or be skipped. Nothing is changed by asking.
 */
export const ProjectsPreview = z.object({
  /** what changes first, at most 500 */
  projects: z.array(ProjectFate),
  counts: z.record(Fate, z.number().int()),
  /** why Procore could not be asked; then only what Lentune knows is told */
  problem: z.string().nullable(),
});
export type ProjectsPreview = z.infer<typeof ProjectsPreview>;

export const StagesPreviewRequest = z.object({ monitoredStageIds: z.array(Id) });

/** POST /api/settings/preview-codes {linkedCodesOnly}: which codes would go from new lines, or come back to them */
export const CodesPreviewRequest = z.object({ linkedCodesOnly: z.boolean() });
export const CodesPreview = z.object({
  projects: z.array(
    z.object({
      id: Id,
      code: z.string(),
      description: z.string(),
      goes: z.number().int(),
      comes: z.number().int(),
      /** nothing would be left, so the list stays as it is */
      isKept: z.boolean(),
    }),
  ),
  goes: z.number().int(),
  comes: z.number().int(),
});
export type CodesPreview = z.infer<typeof CodesPreview>;
