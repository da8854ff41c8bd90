import { z } from 'zod';
import { Money } from './common.ts';

const Tolerance = Money.refine((text) => !text.startsWith('-'), 'The tolerance must not be negative.');

/** GET /api/settings */
export const Settings = z.object({
  invoicesInterface: z.enum(['procore']).nullable(),
  procoreSettingEdit: z.boolean(),
  createMissingCodes: z.boolean(),
  checkCostType: z.boolean(),
  linkedCodesOnly: z.boolean(),
  prefixOnCreate: z.boolean(),
  suffixOnCreate: z.boolean(),
  sendTimeSheetOnSubmission: z.boolean(),
  sendTimeSheetAfterApproval: z.boolean(),
  /** which approval sends: the last one the user group asks for, or already the first */
  timeSheetApproval: z.enum(['final', 'first']),
  onlyApprovedVariations: z.boolean(),
  createMissingVendors: z.boolean(),
  roundingTolerance: Tolerance,
  taxTolerance: Tolerance,
  quantityPlaces: z.number().int().min(0).max(8),
  directCostStatus: z.enum(['draft', 'pending', 'approved']),
  postWithoutTax: z.boolean(),
  waitForClaimOnOrders: z.boolean(),
  waitForClaimOnSubContracts: z.boolean(),
  requisitionStatus: z.enum(['draft', 'under_review', 'approved']),
  createBillingPeriod: z.boolean(),
  sendAttachments: z.boolean(),
  attachmentMaxMb: z.number().int().min(1).max(30),
  selfApproval: z.boolean(),
});
export type Settings = z.infer<typeof Settings>;

/** PATCH /api/settings: only what changes; answered with the whole. A name that is no setting is refused. */
export const SettingsChange = Settings.partial().strict();
export type SettingsChange = z.infer<typeof SettingsChange>;
