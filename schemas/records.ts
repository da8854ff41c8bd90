import { z } from 'zod';
import { CompanyPageQuery, Id, Moment } from './common.ts';

/** GET /api/projects?search=&cursor=&limit= (a page) */
export const Project = z.object({
  id: Id,
  code: z.string(),
  description: z.string(),
  companyName: z.string().nullable(),
  stageName: z.string().nullable(),
  isLinked: z.boolean(),
  isMonitored: z.boolean(),
  notMonitoredReason: z.string().nullable(),
  /** why an administrator keeps it current whatever its stage; null where its stage decides */
  byHandReason: z.string().nullable(),
  /** an accounting system is connected to it in Procore */
  isErpConnected: z.boolean(),
  warning: z.string().nullable(),
  costCodeCount: z.number().int(),
  fetchedAt: Moment.nullable(),
});
export type Project = z.infer<typeof Project>;

/** GET /api/vendors (a page) */
export const Vendor = z.object({
  id: Id,
  code: z.string(),
  description: z.string(),
  city: z.string().nullable(),
  phone: z.string().nullable(),
  email: z.string().nullable(),
  isActive: z.boolean(),
  isLinked: z.boolean(),
  /** another system, such as accounting, owns the vendor in Procore; we only read it */
  isForeign: z.boolean(),
});
export type Vendor = z.infer<typeof Vendor>;
/** POST /api/vendors, 201 with the Vendor */
export const VendorCreate = z.object({
  description: z.string().trim().min(1, 'Enter the name of the supplier.').max(255),
  code: z.string().trim().min(1).max(40).optional(),
});

/** GET /api/cost-types answers a CostTypeList. */
export const CostType = z.object({
  id: Id,
  code: z.string(),
  description: z.string(),
  glCode: z.string().nullable(),
  isActive: z.boolean(),
});
export type CostType = z.infer<typeof CostType>;
/** PATCH /api/cost-types/:id, answered with the CostType: the GL code is Lentune's own and stays when Procore changes the type */
export const CostTypeChange = z.object({
  glCode: z
    .string()
    .trim()
    .max(20)
    .nullable()
    .transform((code) => (code === '' ? null : code)),
});
export const CostTypeList = z.array(CostType);
export type CostTypeList = z.infer<typeof CostTypeList>;

/** GET /api/tax-codes answers a TaxCodeList. */
export const TaxCode = z.object({ id: Id, code: z.string(), description: z.string(), rate: z.string() });
export type TaxCode = z.infer<typeof TaxCode>;
export const TaxCodeList = z.array(TaxCode);
export type TaxCodeList = z.infer<typeof TaxCodeList>;

/** GET /api/master-cost-codes (a page) */
export const MasterCostCode = z.object({ id: Id, code: z.string(), description: z.string(), isActive: z.boolean() });
export type MasterCostCode = z.infer<typeof MasterCostCode>;

/** GET /api/project-cost-codes?projectId=&search= (a page) */
export const ProjectCostCode = z.object({
  id: Id,
  projectId: Id,
  code: z.string(),
  description: z.string(),
  subJobName: z.string().nullable(),
  isPostable: z.boolean(),
  isBudgeted: z.boolean(),
  isActive: z.boolean(),
  costTypes: z.array(
    z.object({
      id: Id,
      code: z.string(),
      description: z.string(),
      source: z.enum(['budget', 'local']),
      isDefault: z.boolean(),
      /** "In the Procore budget", or who verified it */
      verified: z.string(),
    }),
  ),
});
export type ProjectCostCode = z.infer<typeof ProjectCostCode>;
export const ProjectCostCodeQuery = CompanyPageQuery.extend({ projectId: Id.optional() });
/** POST /api/project-cost-codes, 201 with the code: one entered locally, for projects that lack it */
export const ProjectCostCodeCreate = z.object({
  projectId: Id,
  code: z.string().trim().min(1).max(60),
  description: z.string().trim().min(1).max(255),
});
/** POST /api/project-cost-codes/:id/cost-types: allocates a cost type to a code and verifies the pair; answers the code. */
export const AllocateCostType = z.object({ costTypeId: Id, isDefault: z.boolean().default(true) });
