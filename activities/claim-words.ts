import type { ClaimPartRow } from '../db/queries/claim-parts.ts';
import type { ClaimWrite } from '../domain/claim.ts';

/** What a write of a claim is called while nobody knows what became of it. */
export const CLAIM_WORDS: Record<ClaimWrite['kind'], string> = {
  'open-period': 'the new billing period',
  'create-header': 'the new claim',
  'add-package': 'the items of a change order',
  'update-header': 'a change of the claim',
  'update-items': 'a change of its items',
  'attach-files': 'its file',
  'delete-record': 'the removal of the claim',
  'delete-twin': 'the removal of a second edition',
  'set-status': 'its status',
};

/** The line a write leaves in the log. */
export function claimSentence(write: ClaimWrite, { desired }: ClaimPartRow): string {
  const place = desired === null ? '' : ` on ${desired.commitment.text}`;
  switch (write.kind) {
    case 'open-period':
      return `Opened the billing period ${write.start} to ${write.end}.`;
    case 'create-header':
      return `Created claim ${write.header.invoiceNumber}${place}.`;
    case 'add-package':
      return `Added the items of a change order to the claim${place}.`;
    case 'update-header':
      return `Changed the claim${place}.`;
    case 'update-items':
      return `Changed ${write.items.length} ${write.items.length === 1 ? 'item' : 'items'} of the claim${place}.`;
    case 'attach-files':
      return `Attached ${write.files.map(({ name }) => name).join(', ')} to the claim${place}.`;
    case 'delete-record':
      return desired === null ? 'Removed the claim.' : `Removed the claim${place}.`;
    case 'delete-twin':
      return `Removed an empty second edition of the claim${place}.`;
    case 'set-status':
      return `Set the status of the claim${place} to ${write.status.replaceAll('_', ' ')}.`;
  }
}
