import { and, eq, inArray, sql } from 'drizzle-orm';
import { mappingTask } from '../schema/index.ts';
import type { Queryable, Tx } from '../types.ts';

type MappingTaskRow = typeof mappingTask.$inferSelect;
export type MappingKind = MappingTaskRow['kind'];

/** A match a person must decide. */
export interface NewMappingTask {
  procoreId: string;
  subject: string;
  reason: string;
  candidates: MappingTaskRow['candidates'];
}

/** Raises tasks; one that is open already is brought up to date, one that a person decided stays decided. */
export async function raiseMappingTasks(
  tx: Tx,
  account: string,
  companyId: string,
  kind: MappingKind,
  tasks: readonly NewMappingTask[],
): Promise<void> {
  if (tasks.length === 0) return;
  await tx
    .insert(mappingTask)
    .values(tasks.map((task) => ({ account, companyId, kind, ...task })))
    .onConflictDoUpdate({
      target: [mappingTask.companyId, mappingTask.kind, mappingTask.procoreId, mappingTask.question],
      set: {
        subject: sql`excluded.subject`,
        reason: sql`excluded.reason`,
        candidates: sql`excluded.candidates`,
      },
      setWhere: eq(mappingTask.state, 'open'),
    });
}

/** Ends open tasks whose question answered itself: the record is linked now. */
export async function settleMappingTasks(
  tx: Tx,
  account: string,
  companyId: string,
  kind: MappingKind,
  procoreIds: readonly string[],
): Promise<void> {
  if (procoreIds.length === 0) return;
  await tx
    .update(mappingTask)
    .set({ state: 'linked' })
    .where(
      and(
        eq(mappingTask.account, account),
        eq(mappingTask.companyId, companyId),
        eq(mappingTask.kind, kind),
        eq(mappingTask.state, 'open'),
        inArray(mappingTask.procoreId, [...procoreIds]),
      ),
    );
}

/** Records a person chose to leave out. */
export async function ignoredProcoreIds(
  db: Queryable,
  account: string,
  companyId: string,
  kind: MappingKind,
  procoreIds: readonly string[],
): Promise<Set<string>> {
  if (procoreIds.length === 0) return new Set();
  const rows = await db
    .select({ procoreId: mappingTask.procoreId })
    .from(mappingTask)
    .where(
      and(
        eq(mappingTask.account, account),
        eq(mappingTask.companyId, companyId),
        eq(mappingTask.kind, kind),
        eq(mappingTask.state, 'ignored'),
        inArray(mappingTask.procoreId, [...procoreIds]),
      ),
    );
  return new Set(rows.map((row) => row.procoreId));
}
