import { and, asc, eq, notInArray, sql } from 'drizzle-orm';
import { procoreTaxCode, taxCode } from '../schema/index.ts';
import type { Queryable, Tx } from '../types.ts';

/** Lentune's own tax codes. */
export async function listTaxCodes(db: Queryable, account: string) {
  return db
    .select({ id: taxCode.id, code: taxCode.code, description: taxCode.description, rate: taxCode.rate })
    .from(taxCode)
    .where(eq(taxCode.account, account))
    .orderBy(asc(taxCode.code));
}

/** What a new account starts with. */
const FIRST_TAX_CODES = [
  { code: 'GST', description: 'GST 15%', rate: '15' },
  { code: 'ZERO', description: 'Zero-rated', rate: '0' },
  { code: 'EXEMPT', description: 'Exempt from GST', rate: '0' },
] as const;

/** Gives an account its tax codes; those it has stay as they are. */
export async function seedTaxCodes(tx: Queryable, account: string): Promise<void> {
  await tx
    .insert(taxCode)
    .values(FIRST_TAX_CODES.map((code) => ({ account, ...code })))
    .onConflictDoNothing();
}

/** A tax code as Procore lists it. */
export interface ProcoreTaxCodeContent {
  procoreId: string;
  code: string;
  description: string | null;
  /** percent, or null when Procore gives none */
  rate: string | null;
  isArchived: boolean;
}

/**
 * Takes over the company's list. One no longer listed counts as archived: a mapping to it must be seen, not vanish.
 *
 * @returns whether anything changed
 */
export async function saveProcoreTaxCodes(
  tx: Tx,
  account: string,
  companyId: string,
  codes: readonly ProcoreTaxCodeContent[],
): Promise<boolean> {
  const listed = codes.map((code) => code.procoreId);
  const gone = await tx
    .update(procoreTaxCode)
    .set({ isArchived: true })
    .where(
      and(
        eq(procoreTaxCode.account, account),
        eq(procoreTaxCode.companyId, companyId),
        eq(procoreTaxCode.isArchived, false),
        listed.length > 0 ? notInArray(procoreTaxCode.procoreId, listed) : undefined,
      ),
    )
    .returning({ id: procoreTaxCode.id });
  if (codes.length === 0) return gone.length > 0;
  const written = await tx
    .insert(procoreTaxCode)
    .values(codes.map((code) => ({ account, companyId, ...code })))
    .onConflictDoUpdate({
      target: [procoreTaxCode.companyId, procoreTaxCode.procoreId],
      set: {
        code: sql`excluded.code`,
        description: sql`excluded.description`,
        rate: sql`excluded.rate`,
        isArchived: sql`excluded.is_archived`,
      },
      setWhere: sql`(${procoreTaxCode.code}, ${procoreTaxCode.description}, ${procoreTaxCode.rate}, ${procoreTaxCode.isArchived})
        is distinct from (excluded.code, excluded.description, excluded.rate, excluded.is_archived)`,
    })
    .returning({ id: procoreTaxCode.id });
  return gone.length + written.length > 0;
}
