import { and, eq, inArray, sql } from 'drizzle-orm';
import { knownBudgetCode } from '../schema/index.ts';
import type { Queryable } from '../types.ts';

/** Where a budget code belongs. */
export interface BudgetPlace {
  account: string;
  companyId: string;
  projectProcoreId: string;
}

/** A cost code with a cost type, and the one budget code it is to Procore; all by Procore's ids. */
export interface BudgetCode {
  costCodeId: string;
  costTypeId: string;
  wbsCodeId: string;
}

const ofPlace = ({ account, companyId, projectProcoreId }: BudgetPlace) =>
  and(
    eq(knownBudgetCode.account, account),
    eq(knownBudgetCode.companyId, companyId),
    eq(knownBudgetCode.projectProcoreId, projectProcoreId),
  );

/** Budget codes of a project that we know, for some of its cost codes. */
export async function knownBudgetCodes(
  db: Queryable,
  place: BudgetPlace,
  costCodeIds: readonly string[],
): Promise<BudgetCode[]> {
  if (costCodeIds.length === 0) return [];
  return db
    .select({
      costCodeId: knownBudgetCode.costCodeProcoreId,
      costTypeId: knownBudgetCode.costTypeProcoreId,
      wbsCodeId: knownBudgetCode.wbsCodeProcoreId,
    })
    .from(knownBudgetCode)
    .where(and(ofPlace(place), inArray(knownBudgetCode.costCodeProcoreId, [...costCodeIds])));
}

/** Keeps what the lines of a direct cost told. */
export async function learnBudgetCodes(db: Queryable, place: BudgetPlace, codes: readonly BudgetCode[]): Promise<void> {
  const each = new Map(codes.map((code) => [`${code.costCodeId}/${code.costTypeId}`, code]));
  if (each.size === 0) return;
  await db
    .insert(knownBudgetCode)
    .values(
      [...each.values()].map(({ costCodeId, costTypeId, wbsCodeId }) => ({
        ...place,
        costCodeProcoreId: costCodeId,
        costTypeProcoreId: costTypeId,
        wbsCodeProcoreId: wbsCodeId,
      })),
    )
    .onConflictDoUpdate({
      target: [
        knownBudgetCode.companyId,
        knownBudgetCode.projectProcoreId,
        knownBudgetCode.costCodeProcoreId,
        knownBudgetCode.costTypeProcoreId,
      ],
      set: { wbsCodeProcoreId: sql`excluded.wbs_code_procore_id` },
      setWhere: sql`${knownBudgetCode.wbsCodeProcoreId} <> excluded.wbs_code_procore_id`,
    });
}

/** Procore no longer takes the budget codes of a project: they are learned anew. */
export async function forgetBudgetCodes(db: Queryable, place: BudgetPlace): Promise<void> {
  await db.delete(knownBudgetCode).where(ofPlace(place));
}
