import { and, asc, eq, notInArray, sql } from 'drizzle-orm';
import { entryType, procoreTimeType, timeTypeMapping } from '../schema/index.ts';
import type { Queryable, Tx } from '../types.ts';

/** Takes over the company's time types; one it no longer has stays, inactive, so that a mapping to it is flagged. */
export async function saveTimeTypes(
  tx: Tx,
  account: string,
  companyId: string,
  types: readonly { id: string; time_type: string | null }[],
): Promise<void> {
  const ids = types.map(({ id }) => id);
  await tx
    .update(procoreTimeType)
    .set({ isActive: false })
    .where(
      and(
        eq(procoreTimeType.account, account),
        eq(procoreTimeType.companyId, companyId),
        ids.length > 0 ? notInArray(procoreTimeType.procoreId, ids) : undefined,
      ),
    );
  if (types.length === 0) return;
  await tx
    .insert(procoreTimeType)
    .values(
      types.map(({ id, time_type }) => ({ account, companyId, procoreId: id, name: time_type ?? `Time type ${id}` })),
    )
    .onConflictDoUpdate({
      target: [procoreTimeType.companyId, procoreTimeType.procoreId],
      set: { name: sql`excluded.name`, isActive: true },
    });
}

/** The window "Time type mapping": entry types that can leave, left; the company's time types, right. */
export async function timeTypeWindow(db: Queryable, account: string, companyId: string) {
  const [timeTypes, entryTypes] = await Promise.all([
    db
      .select({ id: procoreTimeType.id, name: procoreTimeType.name, isActive: procoreTimeType.isActive })
      .from(procoreTimeType)
      .where(and(eq(procoreTimeType.account, account), eq(procoreTimeType.companyId, companyId)))
      .orderBy(asc(procoreTimeType.id)),
    db
      .select({
        entryTypeId: entryType.id,
        name: entryType.name,
        procoreTimeTypeId: timeTypeMapping.procoreTimeTypeId,
        fallback: sql<string | null>`(select t.name from procore_company c
          join entry_type d on d.id = c.time_sheet_entry_type_id and d.kind = ${entryType.kind}
          join time_type_mapping m on m.company_id = c.id and m.entry_type_id = d.id
          join procore_time_type t on t.id = m.procore_time_type_id and t.is_active
          where c.id = ${companyId})`,
      })
      .from(entryType)
      .leftJoin(
        timeTypeMapping,
        and(eq(timeTypeMapping.entryTypeId, entryType.id), eq(timeTypeMapping.companyId, companyId)),
      )
      .where(
        and(
          eq(entryType.account, account),
          eq(entryType.isConfidential, false),
          sql`${entryType.kind} in ('normal', 'overtime')`,
        ),
      )
      .orderBy(sql`${timeTypeMapping.procoreTimeTypeId} is not null`, asc(entryType.name)),
  ]);
  return { timeTypes, entryTypes };
}

/** Saves the window: one row an entry type, `null` unmaps it. */
export async function saveTimeTypeMapping(
  tx: Tx,
  account: string,
  companyId: string,
  rows: readonly { entryTypeId: string; procoreTimeTypeId: string | null }[],
): Promise<void> {
  for (const { entryTypeId, procoreTimeTypeId } of rows) {
    await tx
      .delete(timeTypeMapping)
      .where(
        and(
          eq(timeTypeMapping.account, account),
          eq(timeTypeMapping.companyId, companyId),
          eq(timeTypeMapping.entryTypeId, entryTypeId),
        ),
      );
    if (procoreTimeTypeId !== null)
      await tx.insert(timeTypeMapping).values({ account, companyId, entryTypeId, procoreTimeTypeId });
  }
}
