import type { CommitmentLine, DocumentAllocation, DocumentCommitment } from '../../domain/allocations.ts';
import type { ClaimLook, DesiredClaim, RemoteClaim, RemoteClaimItem } from '../../domain/claim.ts';

/** Builders of claims in which everything is right, so that a test says only what matters. */
export const aCommitmentLine = (fields: Partial<CommitmentLine> = {}): CommitmentLine => ({
  id: 'line-1',
  procoreId: '701',
  variation: null,
  position: 1,
  description: 'Steel',
  amount: '1000.00',
  unitPrice: null,
  unit: null,
  booked: '0.00',
  isRemoved: false,
  taxCodeProcoreId: '400',
  taxRate: '15',
  ...fields,
});

export const aCommitment = (fields: Partial<DocumentCommitment> = {}): DocumentCommitment => ({
  id: 'order-1',
  kind: 'purchase_order',
  number: 'PO-2210',
  procoreId: '700',
  companyId: 'company-1',
  projectId: 'project-1',
  vendorId: 'vendor-1',
  vendorName: 'Acme Steel Ltd',
  status: 'Approved',
  isAccepted: true,
  isSynced: true,
  accountingMethod: 'amount',
  retention: { percent: null, limit: null, held: '0', procorePercent: null },
  lines: [aCommitmentLine()],
  ...fields,
});

export const allocated = (fields: Partial<DocumentAllocation> = {}): DocumentAllocation => {
  const commitment = fields.commitment ?? aCommitment();
  return { commitment, line: commitment.lines[0]!, amount: '100.00', quantity: null, ...fields };
};

export const aDesiredClaim = (fields: Partial<DesiredClaim> = {}): DesiredClaim => ({
  target: 'requisition',
  stamp: 'lentune/i/a/invoice-1/claim-700',
  stampPrefix: 'lentune/i/a/',
  projectText: 'P-1007 Harbour Apartments',
  vendorName: 'Acme Steel Ltd',
  vendorId: '500',
  commitment: { kind: 'purchase_order', procoreId: '700', number: 'PO-2210', text: 'purchase order PO-2210' },
  header: { invoiceNumber: 'INV-1042', billingDate: '2026-11-18' },
  status: 'under_review',
  items: [
    {
      lineId: '701',
      packageId: null,
      text: 'Steel',
      scheduled: '1000.00',
      work: '100.00',
      quantity: null,
      retained: '0.00',
      released: '0.00',
    },
  ],
  files: [],
  scope: 'all',
  total: '100.00',
  tax: null,
  taxTolerance: '0.05',
  choice: null,
  waitsForPrevious: false,
  mayOpenPeriod: false,
  mayOverbill: false,
  saysRetainage: false,
  ...fields,
});

export const aRemoteItem = (fields: Partial<RemoteClaimItem> = {}): RemoteClaimItem => ({
  id: '801',
  itemType: 'contract_item',
  lineId: '701',
  ofLine: fields.lineId ?? '701',
  scheduled: '1000',
  previous: '0',
  heldBefore: '0',
  materials: '0',
  work: '0',
  quantity: null,
  retained: '0',
  released: '0',
  ...fields,
});

export const aRemoteClaim = (fields: Partial<RemoteClaim> = {}): RemoteClaim => ({
  id: '800',
  number: 1,
  header: { invoiceNumber: 'INV-1042', billingDate: '2026-11-18' },
  status: 'draft',
  originId: null,
  originData: 'lentune/i/a/invoice-1/claim-700',
  isDeletable: true,
  attachments: [],
  packageIds: [],
  tax: null,
  items: [aRemoteItem({ work: '100' })],
  ...fields,
});

export const aLook = (fields: Partial<ClaimLook> = {}): ClaimLook => ({
  own: null,
  isGone: false,
  twins: [],
  others: [],
  knownIds: [],
  commitment: { status: 'Approved', isAccepted: true, isInvoicingOn: true, vendorId: '500' },
  openPeriodId: '900',
  freeMonth: { start: '2026-11-01', end: '2026-11-30' },
  ...fields,
});
