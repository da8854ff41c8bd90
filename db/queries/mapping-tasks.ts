import { and, eq, inArray, isNull, ne, or, sql } from 'drizzle-orm';
import { type MAPPING_QUESTIONS, mappingTask } from '../schema/index.ts';
import type { Queryable, Tx } from '../types.ts';

export type MappingTaskRow = typeof mappingTask.$inferSelect;
type MappingKind = MappingTaskRow['kind'];
export type MappingQuestion = (typeof MAPPING_QUESTIONS)[number];

/** A match a person must decide. */
export interface NewMappingTask {
  procoreId: string;
  subject: string;
  reason: string;
  candidates: MappingTaskRow['candidates'];
  /** `match` when left out */
  question?: MappingQuestion;
  /** the record as Procore showed it, for kinds a person can link */
  record?: unknown;
}

/**
 * Raises tasks; one that is open already is brought up to date, one that answered itself is open again, and one that
 * a person decided stays decided. Only a rename asks again: it is another name.
 */
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
        record: sql`excluded.record`,
        ...UNDECIDED,
      },
      setWhere: or(eq(mappingTask.state, 'open'), eq(mappingTask.question, 'renamed'), isNull(mappingTask.decidedBy)),
    });
}

/** What a task is before anybody decided. */
export const UNDECIDED = {
  state: 'open',
  decidedBy: null,
  decidedAt: null,
  note: null,
  chosenId: null,
  undo: null,
} as const;

/** Ends open tasks whose question answered itself: the record is linked now. */
export async function settleMappingTasks(
  tx: Tx,
  account: string,
  companyId: string,
  kind: MappingKind,
  procoreIds: readonly string[],
  question: MappingQuestion = 'match',
): Promise<void> {
  if (procoreIds.length === 0) return;
  await tx
    .update(mappingTask)
    .set({ state: question === 'match' ? 'linked' : 'kept' })
    .where(and(openOf(account, companyId, kind, question), inArray(mappingTask.procoreId, [...procoreIds])));
}

/** A vanished record is there again: whether it was merged into another need not be asked. */
export async function withdrawMergedQuestions(
  tx: Tx,
  account: string,
  companyId: string,
  localIds: readonly string[],
): Promise<void> {
  for (const id of localIds)
    await tx
      .update(mappingTask)
      .set({ state: 'kept' })
      .where(
        and(
          openOf(account, companyId, 'vendor', 'merged'),
          sql`${mappingTask.candidates} @> ${JSON.stringify([{ id }])}::text::jsonb`,
        ),
      );
}

/** Open tasks of one question, with the record as it was shown when they were raised. */
export async function openTasks(
  db: Queryable,
  account: string,
  companyId: string,
  kind: MappingKind,
  question: MappingQuestion,
): Promise<MappingTaskRow[]> {
  return db
    .select()
    .from(mappingTask)
    .where(openOf(account, companyId, kind, question));
}

/** Records a sync leaves alone: a person left them out, or unlinked them and has not decided yet. */
export async function heldProcoreIds(
  db: Queryable,
  account: string,
  companyId: string,
  kind: MappingKind,
  procoreIds: readonly string[],
): Promise<Map<string, 'ignored' | 'open'>> {
  if (procoreIds.length === 0) return new Map();
  const rows = await db
    .select({ procoreId: mappingTask.procoreId, state: mappingTask.state })
    .from(mappingTask)
    .where(
      and(
        eq(mappingTask.account, account),
        eq(mappingTask.companyId, companyId),
        eq(mappingTask.kind, kind),
        ne(mappingTask.question, 'renamed'),
        or(
          eq(mappingTask.state, 'ignored'),
          and(eq(mappingTask.state, 'open'), sql`${mappingTask.raisedBy} is not null`),
        ),
        inArray(mappingTask.procoreId, [...procoreIds]),
      ),
    );
  return new Map(rows.map((row) => [row.procoreId, row.state === 'open' ? 'open' : 'ignored']));
}

const openOf = (account: string, companyId: string, kind: MappingKind, question: MappingQuestion) =>
  and(
    eq(mappingTask.account, account),
    eq(mappingTask.companyId, companyId),
    eq(mappingTask.kind, kind),
    eq(mappingTask.question, question),
    eq(mappingTask.state, 'open'),
  );
