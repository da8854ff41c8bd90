import { auditEvent } from '../schema/index.ts';
import type { Queryable } from '../types.ts';

export interface AuditEntry {
  account: string;
  /** who did it, as people know them */
  actor: string;
  /** noun and past participle, such as `settings.changed` */
  action: string;
  /** what it was done to: a name people know, or our id of it */
  subject: string;
  before?: unknown;
  after?: unknown;
}

/** Notes who changed what; written in the transaction of the change itself. */
export async function writeAudit(db: Queryable, entry: AuditEntry): Promise<void> {
  await db.insert(auditEvent).values(entry);
}

/** The fields of `after` that differ from `before`, from both sides. */
export function difference<T extends object>(before: T, after: T): { before: Partial<T>; after: Partial<T> } {
  const changed = (Object.keys(after) as (keyof T)[]).filter(
    (key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]),
  );
  const pick = (from: T) => Object.fromEntries(changed.map((key) => [key, from[key]])) as Partial<T>;
  return { before: pick(before), after: pick(after) };
}
