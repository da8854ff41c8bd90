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
  isForeign: sql<boolean>`exists (select from procore_link l where l.kind = 'vendor' and l.is_foreign
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
  /** Procore deleted that vendor */
  isGone: boolean;
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
      isGone: sql<boolean>`coalesce(${procoreLink.state} = 'tombstone', false)`,
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

// Spelled out below: where a query has only one table, drizzle leaves its name away.

/** Suppliers without a vendor in the company, with what they may be recognised by. */
export async function findUnlinkedVendors(db: Queryable, account: string, companyId: string) {
  return db
    .select({
      id: payableAccount.id,
      name: payableAccount.description,
      taxNumber: payableAccount.taxNumber,
      email: payableAccount.email,
    })
    .from(payableAccount)
    .where(
      and(
        eq(payableAccount.account, account),
        eq(payableAccount.isActive, true),
        sql`not exists (select from procore_link l where l.company_id = ${companyId} and l.kind = 'vendor'
          and l.local_id = payable_account.id)`,
      ),
    )
    .orderBy(asc(payableAccount.createdAt), asc(payableAccount.id));
}

/** Which of some suppliers have invoices or bank details: whoever renames those may be taking their place. */
export async function findTrustedVendors(
  db: Queryable,
  account: string,
  ids: readonly string[],
): Promise<Map<string, { name: string; matchName: string }>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .select({ id: payableAccount.id, name: payableAccount.description, matchName: payableAccount.matchName })
    .from(payableAccount)
    .where(
      and(
        eq(payableAccount.account, account),
        inArray(payableAccount.id, [...ids]),
        sql`(${payableAccount.bankAccount} is not null or exists (
          select from payable_invoice i where i.payable_account_id = payable_account.id))`,
      ),
    );
  return new Map(rows.map(({ id, ...row }) => [id, row]));
}

/** Changes only the name and whether it is active; all else stays until a person has looked. */
export async function renameVendors(
  tx: Tx,
  account: string,
  vendors: readonly Pick<VendorContent & { id: string }, 'id' | 'description' | 'matchName' | 'isActive'>[],
): Promise<void> {
  for (const { id, description, matchName, isActive } of vendors)
    await tx
      .update(payableAccount)
      .set({ description, matchName, isActive, updatedAt: sql`now()` })
      .where(and(eq(payableAccount.account, account), eq(payableAccount.id, id)));
}

/** The name of a payable account, and the linked vendors of the company that have the same. */
export async function findLinkedByName(
  db: Queryable,
  account: string,
  companyId: string,
  id: string,
): Promise<{ vanished: string | null; others: { procoreId: string; content: VendorContent }[] }> {
  const [row] = await db
    .select()
    .from(payableAccount)
    .where(and(eq(payableAccount.account, account), eq(payableAccount.id, id)));
  if (!row) return { vanished: null, others: [] };
  const rows = await db
    .select({ payable: payableAccount, procoreId: procoreLink.procoreId })
    .from(payableAccount)
    .innerJoin(
      procoreLink,
      and(
        eq(procoreLink.localId, payableAccount.id),
        eq(procoreLink.companyId, companyId),
        eq(procoreLink.kind, 'vendor'),
        eq(procoreLink.state, 'linked'),
      ),
    )
    .where(and(eq(payableAccount.account, account), eq(payableAccount.matchName, row.matchName)));
  return {
    vanished: row.description,
    others: rows.flatMap(({ payable, procoreId }) =>
      procoreId === null || payable.id === id ? [] : [{ procoreId, content: vendorContent(payable) }],
    ),
  };
}

/** What of a payable account follows Procore. */
export const vendorContent = (row: PayableAccountRow): VendorContent => ({
  description: row.description,
  matchName: row.matchName,
  address: row.address,
  city: row.city,
  postcode: row.postcode,
  countryCode: row.countryCode,
  phone: row.phone,
  email: row.email,
  isActive: row.isActive,
});

/** Our ids of the companies a supplier is linked in. */
export async function vendorCompanies(db: Queryable, account: string, id: string): Promise<string[]> {
  const rows = await db
    .select({ companyId: procoreLink.companyId })
    .from(procoreLink)
    .where(
      and(
        eq(procoreLink.account, account),
        eq(procoreLink.kind, 'vendor'),
        eq(procoreLink.localId, id),
        eq(procoreLink.state, 'linked'),
      ),
    )
    .orderBy(asc(procoreLink.createdAt));
  return rows.map(({ companyId }) => companyId);
}
