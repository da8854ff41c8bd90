import type { Part } from '../db/queries/push-parts.ts';
import type { Write } from '../domain/direct-cost.ts';

/** A write on its way, in the words of people. */
export const WRITE_WORDS: Record<Write['kind'], string> = {
  'create-header': 'the new direct cost',
  'create-whole': 'the new direct cost and its lines',
  'add-lines': 'its lines',
  'update-header': 'a change of the direct cost',
  'update-lines': 'a change of its lines',
  'delete-line': 'the removal of a line',
  'delete-record': 'the removal of the direct cost',
  'delete-twin': 'the removal of a second edition',
  'attach-files': 'its file',
  'set-status': 'its status',
};

/** A write that is made, as the log tells it. */
export function sentenceOf(write: Write, { desired }: Pick<Part, 'desired'>): string {
  const place = desired === null ? '' : ` in ${desired.projectText}`;
  switch (write.kind) {
    case 'create-header':
    case 'create-whole':
      return `Created direct cost ${write.header.invoiceNumber}${place}.`;
    case 'add-lines':
      return `Added ${write.lines.length} ${write.lines.length === 1 ? 'line' : 'lines'}${place}.`;
    case 'update-header':
      return write.set.invoiceNumber === undefined
        ? `Changed the direct cost${place}.`
        : `Changed the number of the direct cost${place} to ${write.set.invoiceNumber}.`;
    case 'update-lines':
      return `Changed ${write.lines.length} ${write.lines.length === 1 ? 'line' : 'lines'}${place}.`;
    case 'delete-line':
      return `Removed a line${place}.`;
    case 'delete-record':
      return write.why === 'fence'
        ? `Removed the empty draft${place}, to make it again.`
        : 'Removed the direct cost: the invoice has no line for its project any more.';
    case 'delete-twin':
      return `Removed an empty second edition${place}.`;
    case 'attach-files':
      return `Attached ${write.files.map(({ name }) => name).join(', ')}${place}.`;
    case 'set-status':
      return `Set the status to ${write.status}${place}.`;
  }
}
