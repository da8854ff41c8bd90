import type { OrderPart } from '../db/queries/purchase-order-parts.ts';
import { DomainError } from '../domain/errors.ts';
import type { OrderWrite } from '../domain/purchase-order-record.ts';
import { refusalOf } from '../platform/errors.ts';
import type { ProcoreError } from '../procore/errors.ts';

/** What got no certain answer, in a sentence about it. */
export const ORDER_WORDS: Record<OrderWrite['kind'], string> = {
  'create-header': 'the new purchase order',
  'add-lines': 'its lines',
  'update-header': 'a change of the purchase order',
  'update-lines': 'a change of its lines',
  'delete-line': 'the removal of a line',
  'delete-record': 'the removal of the empty draft',
  'delete-twin': 'the removal of a second edition',
  'attach-files': 'its file',
  'set-status': 'its status',
};

/** A write as the log tells it. */
export function orderSentence(write: OrderWrite, { desired }: Pick<OrderPart, 'desired'>): string {
  const place = ` in ${desired.projectText}`;
  const counted = (lines: readonly unknown[]) => `${lines.length} ${lines.length === 1 ? 'line' : 'lines'}`;
  switch (write.kind) {
    case 'create-header':
      return `Created purchase order ${write.header.number}${place}.`;
    case 'add-lines':
      return `Added ${counted(write.lines)}${place}.`;
    case 'update-header':
      return `Changed the purchase order${place}.`;
    case 'update-lines':
      return `Changed ${counted(write.lines)}${place}.`;
    case 'delete-line':
      return `Removed a line${place}.`;
    case 'delete-record':
      return `Removed the empty draft${place}, to make it again.`;
    case 'delete-twin':
      return `Removed an unused second edition${place}.`;
    case 'attach-files':
      return `Attached ${write.files.map(({ name }) => name).join(', ')}${place}.`;
    case 'set-status':
      return `Set the status to ${write.status}${place}.`;
  }
}

/** A certain refusal of a write, in words that name the document (domain.md 3.9). */
export function orderRefusal(error: ProcoreError, { desired, companyName }: OrderPart): DomainError {
  const { number } = desired.header;
  const { said } = error;
  switch (error.kind) {
    case 'app-disconnected':
      return new DomainError('APP_DISCONNECTED', { company: companyName });
    case 'forbidden':
    case 'tool-off':
    case 'not-found':
      return new DomainError('NO_ACCESS', { tool: 'Commitments', place: desired.projectText, said });
    case 'locked':
      return new DomainError('LOCKED', { number, why: said.replace(/\.$/, '') });
    case 'busy':
      return new DomainError('BUSY', { what: number });
    case 'conflict':
    case 'invalid':
    case 'unreadable':
      return new DomainError('REFUSED', { what: number, said });
    default:
      return refusalOf(error);
  }
}

/** Whether a refusal says that the number is used. */
export const isTaken = ({ kind, said }: ProcoreError): boolean =>
  kind === 'conflict' || (kind === 'invalid' && /number/i.test(said) && /taken|unique|exists/i.test(said));

export const isAboutTax = (said: readonly string[]): boolean => said.some((sentence) => /\btax/i.test(sentence));

/** Whether Procore says that the schedule of values stays as it is. */
export const isLock = (said: readonly string[]): boolean =>
  said.some((sentence) =>
    /locked|approved|(can ?not|can't|no longer) be (changed|edited|modified|updated|deleted)/i.test(sentence),
  );
