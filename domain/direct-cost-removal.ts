import type { Agreed, RemoteDirectCost } from './direct-cost.ts';
import { isSame, pickLine } from './direct-cost-fields.ts';
import { filesOf, holds } from './direct-cost-files.ts';

/** How far a person went who takes a record back. */
export interface Removal {
  /** also when it is approved, if we approved it (an admin's decision) */
  evenApproved: boolean;
}

/**
 * Why a record may not be deleted; null when it may. Only what we made and nobody touched since goes
 * (design: compensation and undo).
 */
export function judgeRemoval(agreed: Agreed, record: RemoteDirectCost, how: Removal | null): string | null {
  if (record.originId !== null) return 'its origin_id belongs to another system, such as the accounting system';
  if (agreed.isAdopted) return 'somebody else put it there';
  if (record.isPaid) return 'it is paid';
  if (record.status === 'approved' && how?.evenApproved !== true)
    return 'it is approved; only Procore can take that back';
  if (record.status === 'approved' && agreed.status !== 'approved') return 'people approved it there';
  return isUntouched(agreed, record) ? null : 'people have worked on it there';
}

function isUntouched(agreed: Agreed, record: RemoteDirectCost): boolean {
  const ours = Object.keys(filesOf(agreed).sent);
  return (
    record.attachments.every(({ filename }) => holds(ours, filename)) &&
    (agreed.header === null || isSame(record.header, agreed.header.got)) &&
    record.lines.every((line) =>
      Object.values(agreed.lines).some(({ id, got }) => id === line.id && isSame(got, pickLine(line))),
    )
  );
}
