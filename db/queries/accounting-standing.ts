import { and, eq, sql } from 'drizzle-orm';
import { type Held, heldBy } from '../../domain/accounting-systems.ts';
import { procoreCompany } from '../schema/index.ts';
import type { Queryable, Tx } from '../types.ts';

/** Something of the company told that an accounting system is connected to it. */
export async function noteErp(tx: Tx, account: string, companyId: string): Promise<void> {
  await tx
    .update(procoreCompany)
    .set({ isErpConnected: true, updatedAt: sql`now()` })
    .where(and(ofCompany(account, companyId), eq(procoreCompany.isErpConnected, false)));
}

/** Remembers the custom segments of the company's budget codes, by name. */
export async function saveCustomSegments(
  tx: Tx,
  account: string,
  companyId: string,
  names: readonly string[],
): Promise<void> {
  await tx
    .update(procoreCompany)
    .set({ customSegments: [...names] })
    .where(ofCompany(account, companyId));
}

/** Why nothing is created in a company unasked; null where it may be. */
export async function creationHeld(db: Queryable, account: string, companyId: string): Promise<Held> {
  const [row] = await db
    .select({
      company: procoreCompany.name,
      isErpConnected: procoreCompany.isErpConnected,
      createWhereErp: procoreCompany.createWhereErp,
    })
    .from(procoreCompany)
    .where(ofCompany(account, companyId));
  return row === undefined ? null : heldBy(row);
}

const ofCompany = (account: string, companyId: string) =>
  and(eq(procoreCompany.account, account), eq(procoreCompany.id, companyId));
