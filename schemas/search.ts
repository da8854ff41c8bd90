import { z } from 'zod';
import { Id } from './common.ts';

export const FoundKind = z.enum(['invoice', 'purchase_order', 'subcontract', 'vendor', 'project', 'cost_code']);
export type FoundKind = z.infer<typeof FoundKind>;

/** GET /api/search?text= : at most five of each kind, the newest or first by code */
export const SearchQuery = z.object({ text: z.string().trim().min(2, 'Enter at least two characters.').max(100) });

export const Found = z.object({
  kind: FoundKind,
  id: Id,
  /** a number or code, which also finds the record in its list */
  name: z.string(),
  /** supplier, project or description */
  detail: z.string(),
});
export type Found = z.infer<typeof Found>;

export const SearchAnswer = z.object({ rows: z.array(Found) });
