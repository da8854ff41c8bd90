import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import { firstFreeCode, normaliseName } from '../../domain/matching.ts';
import { payableAccount, procoreLink } from '../schema/index.ts';
import type { Queryable, Tx } from '../types.ts';
import { behind, holding, type ListInput, toPage } from './keyset.ts';
import { lockNewCodes, ROWS_PER_STATEMENT } from './links.ts';

export type PayableAccountRow = typeof payableAccount.$inferSelect;

/** Payable accounts by code, searched by code and name. */
export async function listVendors(db: Queryable, account: string, input: ListInput) {
  const matching = and(
    eq(payableAccount.account, account),
    holding(input.search, payableAccount.code, payableAccount.description),
  );
  const rows = await db
    .select(LISTING)
    .from(payableAccount)
    .where(and(matching, behind(input.cursor, payableAccount.code, payableAccount.id)))
    .orderBy(asc(payableAccount.code), asc(payableAccount.id))
    .limit(input.limit + 1);
  return toPage(rows, await db.$count(payableAccount, matching), input.limit);
}

/** One payable account as the list shows it. */
export async function findVendor(db: Queryable, account: string, id: string) {
  const [row] = await db
    .select(LISTING)
    .from(payableAccount)
    .where(and(eq(payableAccount.account, account), eq(payableAccount.id, id)));
  return row;
}

const LISTING = {
  id: payableAccount.id,
  code: payableAccount.code,
  description: payableAccount.description,
  city: payableAccount.city,
  phone: payableAccount.phone,
  email: payableAccount.email,
  isActive: payableAccount.isActive,
  // Spelled out: drizzle leaves the table's name away where a query has only one, and `id` alone would be the link's.
  isLinked: sql<boolean>`exists (select from procore_link l where l.kind = 'vendor' and l.state = 'linked'
    and l.local_id = payable_account.id)`,
} as const;

/**
 * A supplier entered in Lentune.
 *
 * @returns its id, or null when another supplier has that code
 */
export async function createVendor(
  tx: Tx,
  account: string,
  vendor: { description: string; code?: string | undefined },
): Promise<string | null> {
  await lockNewCodes(tx, account, 'vendor');
  const description = vendor.description.trim();
  const wishes = vendor.code === undefined ? [codeFromName(description)] : [vendor.code.trim()];
  const isTaken = await takenVendorCodes(tx, account, wishes);
  if (vendor.code !== undefined && isTaken(normaliseName(vendor.code))) return null;
  const [row] = await tx
    .insert(payableAccount)
    .values({
      account,
      code: firstFreeCode(wishes, isTaken),
      description,
      matchName: normaliseName(description),
    })
    .returning({ id: payableAccount.id });
  return row?.id ?? null;
}

/** Suppliers entered without a code get the first letters of their name: `Acme Steel Ltd` is `ACMESTEE`. */
const codeFromName = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/[^\p{L}\p{N}]/gu, '')
    .toUpperCase()
    .slice(0, 8) || 'SUPPLIER';

/** Which of the wished codes, or of those numbered on from them, are in use; asked with normalised codes. */
export async function takenVendorCodes(
  db: Queryable,
  account: string,
  wishes: readonly (string | null)[],
): Promise<(normalised: string) => boolean> {
  const wanted = [...new Set(wishes.filter((wish) => wish !== null).map((wish) => wish.trim().toLowerCase()))];
  if (wanted.length === 0) return () => false;
  const code = sql<string>`lower(${payableAccount.code})`;
  const rows = await db
    .select({ code: payableAccount.code })
    .from(payableAccount)
    .where(
      and(
        eq(payableAccount.account, account),
        sql`regexp_replace(${code}, '-[0-9]+$', '') = any(${sql.param(wanted)}) or ${code} = any(${sql.param(wanted)})`,
      ),
    );
  const taken = new Set(rows.map((row) => normaliseName(row.code)));
  return (normalised) => taken.has(normalised);
}

/** A payable account and the Procore vendor it is in one company. */
export interface NamedAccount {
  id: string;
  code: string;
  description: string;
  matchName: string;
  /** the vendor it is linked to there, or was before Procore deleted it */
  linkedTo: string | null;
}

/** The payable accounts of some normalised names. */
export async function findVendorsByName(
  db: Queryable,
  account: string,
  companyId: string,
  matchNames: readonly string[],
): Promise<NamedAccount[]> {
  if (matchNames.length === 0) return [];
  return db
    .select({
      id: payableAccount.id,
      code: payableAccount.code,
      description: payableAccount.description,
      matchName: payableAccount.matchName,
      linkedTo: procoreLink.procoreId,
    })
    .from(payableAccount)
    .leftJoin(
      procoreLink,
      and(
        eq(procoreLink.localId, payableAccount.id),
        eq(procoreLink.companyId, companyId),
        eq(procoreLink.kind, 'vendor'),
      ),
    )
    .where(and(eq(payableAccount.account, account), inArray(payableAccount.matchName, [...matchNames])))
    .orderBy(asc(payableAccount.createdAt), asc(payableAccount.id));
}

/** What a payable account takes over from Procore. Bank, tax and terms are not among it. */
export type VendorContent = Pick<
  PayableAccountRow,
  'description' | 'matchName' | 'address' | 'city' | 'postcode' | 'countryCode' | 'phone' | 'email' | 'isActive'
>;

/** New payable accounts; answers their ids by code. */
export async function insertVendors(
  tx: Tx,
  account: string,
  vendors: readonly (VendorContent & { code: string })[],
): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  for (let at = 0; at < vendors.length; at += ROWS_PER_STATEMENT) {
    const rows = await tx
      .insert(payableAccount)
      .values(vendors.slice(at, at + ROWS_PER_STATEMENT).map((vendor) => ({ account, ...vendor })))
      .returning({ id: payableAccount.id, code: payableAccount.code });
    for (const row of rows) ids.set(row.code, row.id);
  }
  return ids;
}

/** Brings payable accounts to what Procore says, in one statement. */
export async function updateVendors(
  tx: Tx,
  account: string,
  vendors: readonly (VendorContent & { id: string })[],
): Promise<void> {
  if (vendors.length === 0) return;
  await tx.execute(sql`
    update payable_account p
    set description = v.description, match_name = v."matchName", address = v.address, city = v.city,
      postcode = v.postcode, country_code = v."countryCode", phone = v.phone, email = v.email,
      is_active = v."isActive", updated_at = now()
    from json_to_recordset(${JSON.stringify(vendors)}::text::json) as v(id uuid, description text, "matchName" text,
      address text, city text, postcode text, "countryCode" text, phone text, email text, "isActive" boolean)
    where p.id = v.id and p.account = ${account}`);
}

/** Suppliers Procore deleted are inactive here; bills and details stay. */
export async function deactivateVendors(tx: Tx, account: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx
    .update(payableAccount)
    .set({ isActive: false, updatedAt: sql`now()` })
    .where(and(eq(payableAccount.account, account), inArray(payableAccount.id, [...ids])));
}
