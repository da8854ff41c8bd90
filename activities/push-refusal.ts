import type { Part } from '../db/queries/push-parts.ts';
import { DomainError } from '../domain/errors.ts';
import { refusalOf } from '../platform/errors.ts';
import type { ProcoreError } from '../procore/errors.ts';

/** A certain refusal of a write, in words that name the document (domain.md 3.9). */
export function refusalInWords(error: ProcoreError, part: Part): DomainError {
  const number = part.desired?.header.invoiceNumber ?? 'the invoice';
  const project = part.desired?.projectText ?? 'the project';
  switch (error.kind) {
    case 'app-disconnected':
      return new DomainError('APP_DISCONNECTED', { company: part.companyName });
    case 'forbidden':
    case 'tool-off':
    case 'not-found':
      return new DomainError('NO_ACCESS', { tool: 'Direct Costs', place: project, said: error.said });
    case 'locked':
      return new DomainError('LOCKED', { number, why: error.said });
    case 'conflict':
      return new DomainError('DUPLICATE', { number, vendor: part.desired?.vendorName ?? '', project });
    case 'busy':
      return new DomainError('BUSY', { what: number });
    case 'invalid':
    case 'unreadable':
      return new DomainError('REFUSED', { what: number, said: error.said });
    default:
      return refusalOf(error);
  }
}
