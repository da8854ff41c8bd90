import { z } from 'zod';
import { Id, Moment } from './common.ts';

const Organisation = z.object({
  id: Id,
  name: z.string(),
  /** bills go to this one */
  isChosen: z.boolean(),
});

/** How overhead invoices are sent. */
const AccountingSettings = z.object({
  /** an invoice of project and overhead lines: sent in two parts, or held */
  mixedInvoices: z.enum(['split', 'hold']),
  billStatus: z.enum(['draft', 'submitted', 'authorised']),
  /** days from the date of an invoice to the due date of its bill */
  billDueDays: z.number().int().min(0, 'Enter 0 or more days.').max(365, 'Enter at most 365 days.'),
});
export type AccountingSettings = z.infer<typeof AccountingSettings>;

/** GET /api/accounting. The secret is never in it. */
export const Accounting = z.object({
  /** what people call the system */
  system: z.string(),
  state: z.enum(['disconnected', 'connected', 'reconnect_needed']),
  clientId: z.string(),
  callbackUrl: z.url(),
  hasClientSecret: z.boolean(),
  connectedBy: z.string().nullable(),
  connectedAt: Moment.nullable(),
  organisations: z.array(Organisation),
  /** when the accounts and tax rates of the chosen one were last read */
  listsReadAt: Moment.nullable(),
  settings: AccountingSettings,
});
export type Accounting = z.infer<typeof Accounting>;

/** PATCH /api/accounting, answered with the whole. Another client id ends the sign-in. */
export const AccountingChange = z
  .object({ clientId: z.string().trim().min(1).max(200), clientSecret: z.string().min(1).max(500) })
  .partial()
  .strict();
export type AccountingChange = z.infer<typeof AccountingChange>;

/** PATCH /api/accounting/settings, answered with the whole of GET /api/accounting. */
export const AccountingSettingsChange = AccountingSettings.partial().strict();
export type AccountingSettingsChange = z.infer<typeof AccountingSettingsChange>;

/** POST /api/accounting/connect: where to send the browser; it comes back to /settings?tab=accounting. */
export const AccountingStart = z.object({ authorizeUrl: z.url() });

/** PUT /api/accounting/organisation */
export const OrganisationChoice = z.object({ id: Id });

/** GET /api/accounting/tax-types: our tax codes and the tax rates they are there, unmapped first */
export const TaxTypes = z.object({
  rates: z.array(z.object({ taxType: z.string(), name: z.string(), rate: z.string(), isActive: z.boolean() })),
  mappings: z.array(
    z.object({
      taxCodeId: Id,
      code: z.string(),
      description: z.string(),
      rate: z.string(),
      taxType: z.string().nullable(),
    }),
  ),
});
export type TaxTypes = z.infer<typeof TaxTypes>;

/** PUT /api/accounting/tax-types: codes left out stay as they are; answered with the whole. */
export const TaxTypesChange = z.object({
  mappings: z.array(z.object({ taxCodeId: Id, taxType: z.string().min(1).max(50).nullable() })).max(500),
});
export type TaxTypesChange = z.infer<typeof TaxTypesChange>;

/** GET /api/gl-codes: the active accounts of the chosen organisation; none while accounting is not connected */
export const GlCodes = z.array(z.object({ code: z.string(), name: z.string() }));
export type GlCodes = z.infer<typeof GlCodes>;
