import type {
  DocumentCode,
  DocumentCostType,
  DocumentLine,
  DocumentProject,
  DocumentTaxCode,
  InvoiceDocument,
} from '../../domain/invoice.ts';
import type { PreflightSettings } from '../../domain/preflight-check.ts';

/** Builders of documents in which everything is right, so that a test says only what matters. */
export const aProject = (fields: Partial<DocumentProject> = {}): DocumentProject => ({
  id: 'project-1',
  code: 'P-1007',
  name: 'Harbour Apartments',
  companyId: 'company-1',
  procoreId: '100',
  keepsTax: true,
  ...fields,
});

export const aCode = (fields: Partial<DocumentCode> = {}): DocumentCode => ({
  id: 'code-1',
  code: '03-310',
  externalCode: '03-310',
  description: 'Concrete',
  procoreId: '200',
  isPostable: true,
  isActive: true,
  subJobName: null,
  onlyInSubJob: null,
  ...fields,
});

export const aCostType = (fields: Partial<DocumentCostType> = {}): DocumentCostType => ({
  id: 'type-1',
  code: 'M',
  name: 'Materials',
  procoreId: '300',
  baseType: 'materials',
  ...fields,
});

export const aTaxCode = (fields: Partial<DocumentTaxCode> = {}): DocumentTaxCode => ({
  id: 'tax-1',
  code: 'GST',
  rate: '15',
  mapped: { procoreId: '400', code: 'GST', rate: '15', isArchived: false },
  ...fields,
});

export const aLine = (fields: Partial<DocumentLine> = {}): DocumentLine => ({
  position: 1,
  description: null,
  amount: '100.00',
  quantity: null,
  unitPrice: null,
  unit: null,
  project: aProject(),
  code: aCode(),
  costType: aCostType(),
  glCode: null,
  taxCode: aTaxCode(),
  allocations: [],
  ...fields,
});

export const anInvoice = (fields: Partial<InvoiceDocument> = {}): InvoiceDocument => ({
  id: '01998b60-0000-7000-8000-0123456789ab',
  account: 'account-1',
  revision: 1,
  kind: 'invoice',
  type: 'standard',
  commitment: null,
  poNumber: null,
  exchangesOrders: false,
  overAllocationReason: null,
  number: 'INV-1042',
  invoiceDate: '2026-11-18',
  description: null,
  total: '100.00',
  tax: '15.00',
  vendor: { id: 'vendor-1', name: 'Acme Steel Ltd', isActive: true, procoreIds: { 'company-1': '500' } },
  duplicateChoice: null,
  hasTwin: false,
  beforeGoLive: null,
  inLockedPeriod: null,
  files: [],
  lines: [aLine()],
  ...fields,
});

export const settings = (fields: Partial<PreflightSettings> = {}): PreflightSettings => ({
  invoicesInterface: 'procore',
  createMissingCodes: false,
  checkCostType: false,
  createMissingVendors: true,
  roundingTolerance: '0.00',
  taxTolerance: '0.05',
  quantityPlaces: 4,
  postWithoutTax: false,
  ...fields,
});
