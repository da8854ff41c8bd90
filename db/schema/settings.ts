import { boolean, integer, numeric, pgTable, text } from 'drizzle-orm/pg-core';
import { account, money, updatedAt } from './columns.ts';

/** Administration > Settings > Integration, one row per account; names follow the setup guide's labels. */
export const integrationSettings = pgTable('integration_settings', {
  account: account().primaryKey(),
  /** setup guide: Configurations, "Invoices interface" */
  invoicesInterface: text({ enum: ['procore'] }),
  /** setup guide: "Enable Procore setting edit"; while off the API refuses changes to the connection */
  procoreSettingEdit: boolean().notNull().default(false),
  /** setup guide: "Create cost code and cost type in procore" */
  createMissingCodes: boolean().notNull().default(false),
  /** setup guide: "Check cost type when checking invoice" */
  checkCostType: boolean().notNull().default(false),
  /** setup guide: "Fetch cost code linked to cost type only" */
  linkedCodesOnly: boolean().notNull().default(false),
  /** domain.md Q1: a project without a match is always created as `PROCORE<id>`, not under its number */
  prefixOnCreate: boolean().notNull().default(false),
  /** domain.md Q2: every code and type without a match is created with `-<Procore id>`, not only where it would clash */
  suffixOnCreate: boolean().notNull().default(false),
  /** setup guide: "Send time sheet on submission" */
  sendTimeSheetOnSubmission: boolean().notNull().default(false),
  /** setup guide: "Send time sheet after approval" */
  sendTimeSheetAfterApproval: boolean().notNull().default(false),
  /** which approval that is: the last the user group asks for, or already the first (domain.md Q8) */
  timeSheetApproval: text({ enum: ['final', 'first'] })
    .notNull()
    .default('final'),
  /** setup guide: "Only sync approved variation lines" */
  onlyApprovedVariations: boolean().notNull().default(false),
  /** domain.md section 2: a supplier unknown to Procore is created there when an invoice is posted */
  createMissingVendors: boolean().notNull().default(true),
  /** setup guide: "Invoice rounding tolerance", dollars per Procore record excluding tax */
  roundingTolerance: money().notNull().default('0.00'),
  /** dollars of GST per Procore record */
  taxTolerance: money().notNull().default('0.05'),
  /** decimal places of a derived quantity */
  quantityPlaces: numeric({ precision: 2, scale: 0 }).notNull().default('4'),
  /** the status a posted direct cost ends in */
  directCostStatus: text({ enum: ['draft', 'pending', 'approved'] })
    .notNull()
    .default('approved'),
  /** post where the project does not keep tax codes, instead of holding with TAX_OFF */
  postWithoutTax: boolean().notNull().default(false),
  /** a claim on a purchase order waits until the last one is approved in Procore */
  waitForClaimOnOrders: boolean().notNull().default(false),
  /** a claim on a subcontract waits until the last one is approved in Procore */
  waitForClaimOnSubContracts: boolean().notNull().default(true),
  /** the status a posted claim ends in (domain.md Q10) */
  requisitionStatus: text({ enum: ['draft', 'under_review', 'approved'] })
    .notNull()
    .default('under_review'),
  /** a billing period is opened where a project has none, instead of holding with NO_OPEN_PERIOD */
  createBillingPeriod: boolean().notNull().default(false),
  /** domain.md Q20: the files of an invoice go to Procore with it */
  sendAttachments: boolean().notNull().default(true),
  /** the largest file that is taken and sent, in megabytes */
  attachmentMaxMb: integer().notNull().default(20),
  /** domain.md Q27: an invoice of project and overhead lines is sent in two parts, or held */
  mixedInvoices: text({ enum: ['split', 'hold'] })
    .notNull()
    .default('split'),
  /** the status a bill for overheads ends in */
  billStatus: text({ enum: ['draft', 'submitted', 'authorised'] })
    .notNull()
    .default('submitted'),
  /** days from the date of an invoice to the due date of its bill */
  billDueDays: integer().notNull().default(30),
  /** one person may enter and approve the same invoice */
  selfApproval: boolean().notNull().default(false),
  updatedAt: updatedAt(),
});
