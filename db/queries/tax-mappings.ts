import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import { procoreTaxCode, taxCode, taxMapping } from '../schema/index.ts';
import type { Queryable } from '../types.ts';

/** One Lentune tax code and what it is in Procore. */
export interface TaxMappingRow {
  taxCodeId: string;
  code: string;
  description: string;
  rate: string;
  procoreTaxCodeId: string | null;
  procoreRate: string | null;
  isArchived: boolean | null;
}

/** Every Lentune tax code of the account with its mapping for one company, unmapped first. */
export async function listTaxMappings(db: Queryable, account: string, companyId: string): Promise<TaxMappingRow[]> {
  return db
    .select({
      taxCodeId: taxCode.id,
      code: taxCode.code,
      description: taxCode.description,
      rate: taxCode.rate,
      procoreTaxCodeId: taxMapping.procoreTaxCodeId,
      procoreRate: procoreTaxCode.rate,
      isArchived: procoreTaxCode.isArchived,
    })
    .from(taxCode)
    .leftJoin(taxMapping, and(eq(taxMapping.taxCodeId, taxCode.id), eq(taxMapping.companyId, companyId)))
    .leftJoin(procoreTaxCode, eq(procoreTaxCode.id, taxMapping.procoreTaxCodeId))
    .where(eq(taxCode.account, account))
    .orderBy(sql`${taxMapping.procoreTaxCodeId} is not null`, asc(taxCode.code));
}

/** The company's tax codes in Procore, archived ones last. */
export async function listProcoreTaxCodes(db: Queryable, account: string, companyId: string) {
  return db
    .select({
      id: procoreTaxCode.id,
      code: procoreTaxCode.code,
      description: procoreTaxCode.description,
      rate: procoreTaxCode.rate,
      isArchived: procoreTaxCode.isArchived,
    })
    .from(procoreTaxCode)
    .where(and(eq(procoreTaxCode.account, account), eq(procoreTaxCode.companyId, companyId)))
    .orderBy(asc(procoreTaxCode.isArchived), asc(procoreTaxCode.code));
}

/** Sets or, with null, removes mappings; codes not named stay as they are. */
export async function saveTaxMappings(
  db: Queryable,
  account: string,
  companyId: string,
  mappings: readonly { taxCodeId: string; procoreTaxCodeId: string | null }[],
): Promise<void> {
  const removed = mappings.filter((mapping) => mapping.procoreTaxCodeId === null).map(({ taxCodeId }) => taxCodeId);
  if (removed.length > 0) {
    await db
      .delete(taxMapping)
      .where(
        and(
          eq(taxMapping.account, account),
          eq(taxMapping.companyId, companyId),
          inArray(taxMapping.taxCodeId, removed),
        ),
      );
  }
  for (const { taxCodeId, procoreTaxCodeId } of mappings) {
    if (procoreTaxCodeId === null) continue;
    await db
      .insert(taxMapping)
      .values({ account, companyId, taxCodeId, procoreTaxCodeId })
      .onConflictDoUpdate({ target: [taxMapping.companyId, taxMapping.taxCodeId], set: { procoreTaxCodeId } });
  }
}
