import type { Finding, InvoiceDocument } from './invoice.ts';
import { normaliseName } from './matching.ts';
import { splitByCommitment } from './routing.ts';

/**
 * Keys of what a failed document waits for in Procore. The inbound rules name the same key when they bring it in,
 * which queues the document again (design: clearing).
 */
export const waitKeys = {
  project: (projectProcoreId: string) => `project:${projectProcoreId}`,
  /** a project that was never linked has no Procore id to wait for */
  projectCode: (code: string) => `project-code:${normaliseName(code)}`,
  vendor: (name: string) => `vendor:${normaliseName(name)}`,
  costCode: (projectProcoreId: string, code: string) => `cost-code:${projectProcoreId}:${normaliseName(code)}`,
  /** an answer to whether records may be created where an accounting system is connected */
  accountingSystem: (companyId: string) => `accounting-system:${companyId}`,
  /** a purchase order or subcontract of ours, by our id */
  commitment: (id: string) => `commitment:${id}`,
  commitmentNumber: (number: string) => `commitment-number:${normaliseName(number)}`,
  /** nothing tells when a period opens or a claim is approved: asked for again by the hour */
  claims: (companyId: string) => `claims:${companyId}`,
  costType: (code: string) => `cost-type:${normaliseName(code)}`,
} as const;

/** What an inbound change could clear. */
export interface Wait {
  code: string;
  key: string;
  projectProcoreId: string | null;
}

/** What deciding about waits asks of a document. */
type Waiting = Pick<InvoiceDocument, 'vendor' | 'lines' | 'poNumber' | 'commitment'>;

/** What a failed document waits for in Procore, from the problems it failed with. Others wait for a person. */
export function waitsOf(invoice: Waiting, problems: readonly Finding[]): Wait[] {
  return problems
    .filter((problem) => problem.severity === 'blocks')
    .flatMap(({ code }): Wait[] => {
      switch (code) {
        case 'VENDOR_MISSING':
        case 'VENDOR_INACTIVE':
        case 'VENDOR_AMBIGUOUS':
          return invoice.vendor === null
            ? []
            : [{ code, key: waitKeys.vendor(invoice.vendor.name), projectProcoreId: null }];
        case 'PROJECT_UNLINKED':
          return invoice.lines.flatMap(({ project }) =>
            project !== null && project.procoreId === null
              ? [{ code, key: waitKeys.projectCode(project.code), projectProcoreId: null }]
              : [],
          );
        case 'PROJECT_NOT_MONITORED':
          return invoice.lines.flatMap(({ project }) =>
            project?.procoreId
              ? [{ code, key: waitKeys.project(project.procoreId), projectProcoreId: project.procoreId }]
              : [],
          );
        case 'ERP_CONNECTED':
          return invoice.lines.flatMap(({ project }) =>
            project?.held && project.companyId !== null
              ? [{ code, key: waitKeys.accountingSystem(project.companyId), projectProcoreId: null }]
              : [],
          );
        case 'CUSTOM_SEGMENTS':
          return invoice.lines.flatMap(({ project }) =>
            project?.procoreId && (project.customSegments ?? []).length > 0
              ? [{ code, key: waitKeys.project(project.procoreId), projectProcoreId: project.procoreId }]
              : [],
          );
        case 'CODE_MISSING':
        case 'CODE_COLLISION':
        case 'SUBJOB_MISMATCH':
        case 'TYPE_MISSING':
          return invoice.lines.flatMap((line) => {
            const id = line.project?.procoreId ?? null;
            const isCause =
              code === 'TYPE_MISSING' ? line.costType === null : line.code?.procoreId === null || !line.code?.isActive;
            if (id === null || line.code === null || !isCause) return [];
            return [{ code, key: waitKeys.costCode(id, line.code.externalCode), projectProcoreId: id }];
          });
        case 'TYPE_NOT_IN_PROCORE':
          return invoice.lines.flatMap(({ costType }) =>
            costType !== null && costType.procoreId === null
              ? [{ code, key: waitKeys.costType(costType.code), projectProcoreId: null }]
              : [],
          );
        case 'PO_NOT_FOUND':
          return invoice.poNumber === null
            ? commitmentWaits(invoice, code)
            : [{ code, key: waitKeys.commitmentNumber(invoice.poNumber), projectProcoreId: null }];
        case 'COMMITMENT_NOT_APPROVED':
        case 'PENDING_CO':
        case 'OVER_ALLOCATED':
        case 'VENDOR_CONTRACT_MISMATCH':
          return commitmentWaits(invoice, code);
        case 'CLAIM_IN_PROGRESS':
        case 'CLAIM_OPEN_ELSEWHERE':
        case 'NO_OPEN_PERIOD':
        case 'INVOICING_OFF':
          return splitByCommitment(invoice).map(({ commitment }) => ({
            code,
            key: waitKeys.claims(commitment.companyId),
            projectProcoreId: null,
          }));
        default:
          return [];
      }
    });
}

const commitmentWaits = (invoice: Waiting, code: string): Wait[] => {
  const named = invoice.commitment === null ? [] : [invoice.commitment.id];
  const ids = new Set([...named, ...splitByCommitment(invoice).map(({ commitment }) => commitment.id)]);
  return [...ids].map((id) => ({ code, key: waitKeys.commitment(id), projectProcoreId: null }));
};
