import { formatMoney, sum } from './decimal.ts';
import type { DesiredDirectCost, RemoteDirectCost } from './direct-cost.ts';
import { FIELD_WORDS, same } from './direct-cost-fields.ts';
import { nameOf } from './direct-cost-merge.ts';
import { adopt } from './settling.ts';

/** What taking a record over would change. */
export interface DuplicateDifference {
  total: string;
  differs: { field: string; ours: string; theirs: string }[];
  /** lines only the record has, in words; people's lines stay */
  lines: string[];
  locked: string | null;
}

/** Lays a record that is not ours beside what we would make of it, before a person decides to take it over. */
export function compareDuplicate(desired: DesiredDirectCost, record: RemoteDirectCost): DuplicateDifference {
  const taken = new Set(Object.values(adopt(desired, record).lines).map(({ id }) => id));
  const total = sum(record.lines.map(({ amount }) => amount)).toFixed(2);
  const header = (['vendorId', 'date', 'description'] as const)
    .filter((field) => !same(field, desired.header[field], record.header[field]))
    .map((field) => ({
      field: FIELD_WORDS[field] ?? field,
      ours: nameOf(desired, desired.header[field]),
      theirs: nameOf(desired, record.header[field]),
    }));
  const figures = [
    { field: 'The total excluding tax', ours: `$${formatMoney(desired.total)}`, theirs: `$${formatMoney(total)}` },
    { field: 'The number of lines', ours: String(desired.lines.length), theirs: String(record.lines.length) },
    { field: 'The status', ours: desired.status, theirs: record.status },
  ].filter(({ ours, theirs }) => ours !== theirs);
  return {
    total,
    differs: [...header, ...figures],
    lines: record.lines
      .filter(({ id }) => !taken.has(id))
      .map(({ amount, description }) => `$${formatMoney(amount)}${description === null ? '' : `, ${description}`}`),
    locked: lockOf(record),
  };
}

function lockOf({ originId, status }: RemoteDirectCost): string | null {
  if (originId !== null) return 'its origin_id belongs to another system there';
  return status === 'approved' ? 'it is approved there' : null;
}
