import { z } from 'zod';
import { PURCHASE_ORDER_MASTERS } from '../domain/commitments.ts';
import { Id, Moment } from './common.ts';

const Environment = z.enum(['installation', 'production', 'developer_sandbox', 'monthly_sandbox']);
const SignIn = z.enum(['person', 'service_account']);

/** GET /api/connection. The secret is never in it. */
export const Connection = z.object({
  state: z.enum(['disconnected', 'connected', 'reconnect_needed']),
  clientId: z.string(),
  callbackUrl: z.url(),
  /** whether a secret is stored */
  hasClientSecret: z.boolean(),
  /** one of Procore's own hosts, or the one this installation is pointed at */
  environment: Environment,
  signIn: SignIn,
  /** the Procore company a service account names when it signs in */
  serviceCompanyId: z.string().nullable(),
  apiUrl: z.url(),
  loginUrl: z.url(),
  procoreUserName: z.string().nullable(),
  connectedBy: z.string().nullable(),
  connectedAt: Moment.nullable(),
  lastWebhookAt: Moment.nullable(),
});
export type Connection = z.infer<typeof Connection>;

/**
 * PATCH /api/connection: refused with CONFLICT while "Enable Procore setting edit" is off, and for another environment
 * or way to sign in while connected.
 */
export const ConnectionChange = z
  .object({
    clientId: z.string().min(1).max(200),
    clientSecret: z.string().min(1).max(500),
    environment: Environment,
    signIn: SignIn,
    serviceCompanyId: z
      .string()
      .regex(/^\d{1,20}$/, 'Enter the number Procore shows in the address of the company.')
      .nullable(),
  })
  .partial()
  .strict();
export type ConnectionChange = z.infer<typeof ConnectionChange>;

/**
 * POST /api/connection/connect: where to send the browser. It comes back to /settings?tab=procore, with
 * `connected=1` or with `error=` and a sentence to show; null when a service account is connected already.
 * POST /api/connection/disconnect answers 204.
 */
export const ConnectStart = z.object({ authorizeUrl: z.url().nullable() });

const Stage = z.object({
  id: Id,
  name: z.string(),
  category: z.string().nullable(),
  isBidding: z.boolean(),
  isMonitored: z.boolean(),
  /** Lentune projects in this stage now */
  projectCount: z.number().int(),
});

/** A company reached through the connection. GET /api/companies answers a CompanyList. */
export const Company = z.object({
  id: Id,
  procoreId: z.string(),
  name: z.string(),
  timeZone: z.string(),
  syncProjects: z.boolean(),
  syncVendors: z.boolean(),
  syncStandardCostCodes: z.boolean(),
  syncProjectCostCodes: z.boolean(),
  /** setup guide: "Procore company users" and the three time sheet defaults */
  syncUsers: z.boolean(),
  timeSheetGroupId: Id.nullable(),
  timeSheetEntryTypeId: Id.nullable(),
  timeSheetPersonaId: Id.nullable(),
  /** nothing dated before it is sent by schedule or in bulk */
  goLiveDate: z.string(),
  /** the last day of the accounting periods that are closed; null where none is */
  lockDate: z.string().nullable(),
  syncSubContracts: z.boolean(),
  /** "Procore purchase orders", "Lentune purchase orders" or neither: never both */
  purchaseOrderMaster: z.enum(PURCHASE_ORDER_MASTERS),
  /** an accounting system is connected to it in Procore */
  isErpConnected: z.boolean(),
  /** where it is: whether vendors, codes and types are created in Procore all the same; `ask` until somebody said */
  createWhereErp: z.enum(['ask', 'allow', 'refuse']),
  /** segments of its budget codes that Lentune does not have */
  customSegments: z.array(z.string()),
  problem: z.string().nullable(),
  /** hooks and triggers as last reconciled, such as "1 hook, 14 triggers"; null before the first */
  webhooks: z.string().nullable(),
  stages: z.array(Stage),
});
export type Company = z.infer<typeof Company>;

export const CompanyList = z.array(Company);
export type CompanyList = z.infer<typeof CompanyList>;

/** The settings of a company, as far as they change. */
export const CompanyChange = z
  .object({
    timeZone: z.string().refine(isTimeZone, 'Choose a time zone such as Pacific/Auckland.'),
    syncProjects: z.boolean(),
    syncVendors: z.boolean(),
    syncStandardCostCodes: z.boolean(),
    syncProjectCostCodes: z.boolean(),
    /** refused while the group or the persona is blank */
    syncUsers: z.boolean(),
    timeSheetGroupId: Id.nullable(),
    timeSheetEntryTypeId: Id.nullable(),
    timeSheetPersonaId: Id.nullable(),
    goLiveDate: z.iso.date(),
    lockDate: z.iso.date().nullable(),
    syncSubContracts: z.boolean(),
    /** refused with CONFLICT while purchase orders are unlinked or half sent, unless `confirmedOrders` says they were seen */
    purchaseOrderMaster: z.enum(PURCHASE_ORDER_MASTERS),
    createWhereErp: z.enum(['ask', 'allow', 'refuse']),
    /** ids of the stages that are ticked; all others are not */
    monitoredStageIds: z.array(Id),
  })
  .partial()
  .strict();
export type CompanyChange = z.infer<typeof CompanyChange>;

/** PATCH /api/companies/:id, answered with the Company */
export const CompanyChangeRequest = CompanyChange.extend({
  /** the `confirmation` of GET /api/companies/:id/preview-order-master */
  confirmedOrders: z.string().max(100).optional(),
}).strict();
export type CompanyChangeRequest = z.infer<typeof CompanyChangeRequest>;

/**
 * GET /api/companies/:id/preview-order-master?to= : what another master of purchase orders means for those that are there.
 * Nothing is deleted and links are kept, whatever the master.
 */
export const OrderMasterPreview = z.object({
  /** what the change does, as sentences */
  effects: z.array(z.string()),
  orders: z.array(
    z.object({
      id: Id,
      number: z.string(),
      projectText: z.string(),
      vendorName: z.string().nullable(),
      standing: z.enum(['unlinked', 'half-sent', 'on-its-way']),
      /** what becomes of it, as a sentence */
      says: z.string(),
    }),
  ),
  /** why it cannot be changed now; null where it can */
  why: z.string().nullable(),
  /** what PATCH wants as `confirmedOrders`; null where it wants nothing */
  confirmation: z.string().nullable(),
});
export type OrderMasterPreview = z.infer<typeof OrderMasterPreview>;
export const OrderMasterQuery = z.object({ to: z.enum(PURCHASE_ORDER_MASTERS) });

/** GET /api/companies/:id/tax-mappings */
export const TaxMappings = z.object({
  procoreTaxCodes: z.array(
    z.object({
      id: Id,
      code: z.string(),
      description: z.string().nullable(),
      rate: z.string().nullable(),
      isArchived: z.boolean(),
    }),
  ),
  /** one row per Lentune tax code, unmapped first */
  mappings: z.array(
    z.object({
      taxCodeId: Id,
      code: z.string(),
      description: z.string(),
      rate: z.string(),
      procoreTaxCodeId: Id.nullable(),
      /** "rates differ", "archived in Procore" */
      warning: z.string().nullable(),
    }),
  ),
});
export type TaxMappings = z.infer<typeof TaxMappings>;

/**
 * GET /api/companies/:id/tax-standings: whether GST works on the direct costs of each project, from what Procore answered.
 * POST /api/projects/:id/test-tax `{}`, 202: finds it out with a draft that is deleted again (administrators).
 */
export const TaxStandings = z.array(
  z.object({
    projectId: Id,
    code: z.string(),
    description: z.string(),
    standing: z.enum(['works', 'refused', 'unknown']),
    test: z
      .object({ state: z.enum(['queued', 'running', 'done', 'failed']), outcome: z.string().nullable(), at: Moment })
      .nullable(),
  }),
);
export type TaxStandings = z.infer<typeof TaxStandings>;

/** PUT /api/companies/:id/tax-mappings: codes left out stay as they are; answered with the whole. */
export const TaxMappingsChange = z.object({
  mappings: z.array(z.object({ taxCodeId: Id, procoreTaxCodeId: Id.nullable() })),
});
export type TaxMappingsChange = z.infer<typeof TaxMappingsChange>;

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}
