import type { ClaimPartRow } from '../db/queries/claim-parts.ts';
import { DomainError } from '../domain/errors.ts';
import { refusalOf } from '../platform/errors.ts';
import type { ProcoreError } from '../procore/errors.ts';

/** A certain refusal of a claim, in words that name the document (domain.md 3.9). */
export function claimRefusalInWords(error: ProcoreError, { desired, companyName }: ClaimPartRow): DomainError {
  const { said } = error;
  const number = desired?.header.invoiceNumber ?? 'The claim';
  const project = desired?.projectText ?? 'the project';
  const commitment = desired?.commitment.text ?? 'the commitment';
  switch (error.kind) {
    case 'app-disconnected':
      return new DomainError('APP_DISCONNECTED', { company: companyName });
    case 'forbidden':
      return new DomainError('CLAIM_NEEDS_ADMIN', { number, commitment, said });
    case 'tool-off':
    case 'not-found':
      return new DomainError('NO_ACCESS', { tool: 'Commitments', place: project, said });
    case 'locked':
      return new DomainError('LOCKED', { number, why: said });
    case 'busy':
      return new DomainError('BUSY', { what: number });
    case 'conflict':
    case 'invalid':
    case 'unreadable':
      return refusedWrite(said, { number, project, commitment });
    default:
      return refusalOf(error);
  }
}

/** What Procore says when it refuses a claim, as far as its words tell the cause. */
function refusedWrite(said: string, names: { number: string; project: string; commitment: string }): DomainError {
  const { number, project, commitment } = names;
  if (/billing period/i.test(said)) return new DomainError('NO_OPEN_PERIOD', { project });
  if (/schedule of values|invoices? (is|are) not enabled|not enabled/i.test(said))
    return new DomainError('INVOICING_OFF', { commitment, said });
  if (/commitment is not approved/i.test(said))
    return new DomainError('COMMITMENT_NOT_APPROVED', { commitment, status: 'not approved' });
  if (/previous invoice/i.test(said)) return new DomainError('REFUSED', { what: number, said });
  if (/admin|permission/i.test(said)) return new DomainError('CLAIM_NEEDS_ADMIN', { number, commitment, said });
  return new DomainError('REFUSED', { what: number, said });
}
