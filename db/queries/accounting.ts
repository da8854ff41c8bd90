import { and, asc, desc, eq, inArray, isNotNull, notInArray, sql } from 'drizzle-orm';
import type { ErrorCode } from '../../domain/errors.ts';
import type { Finding, InvoiceDocument } from '../../domain/invoice.ts';
import { type Books, type OverheadSettings, overheadFindings } from '../../domain/overhead.ts';
import type { PreflightMode } from '../../domain/preflight.ts';
import {
  accountingAccount,
  accountingCompany,
  accountingConnection,
  accountingContact,
  accountingTaxMapping,
  accountingTaxRate,
  taxCode,
} from '../schema/index.ts';
import type { Queryable } from '../types.ts';

/** What people call a system. */
export const SYSTEMS = { xero: 'Xero' } as const;

/** The organisation an account's bills go to, and how it is reached. */
export interface BooksPlace {
  companyId: string;
  connectionId: string;
  apiUrl: string;
  organisationId: string;
  name: string;
  system: string;
}

/** Where the bills of an account go; null while no organisation is chosen. The latest sign-in counts. */
export async function booksPlace(db: Queryable, account: string): Promise<BooksPlace | null> {
  const [row] = await db
    .select({
      companyId: accountingCompany.id,
      connectionId: accountingConnection.id,
      apiUrl: accountingConnection.apiUrl,
      organisationId: accountingCompany.organisationId,
      name: accountingCompany.name,
      system: accountingConnection.system,
    })
    .from(accountingCompany)
    .innerJoin(accountingConnection, eq(accountingConnection.id, accountingCompany.connectionId))
    .where(
      and(
        eq(accountingCompany.account, account),
        eq(accountingCompany.isChosen, true),
        isNotNull(accountingConnection.connectedAt),
      ),
    )
    .orderBy(desc(accountingConnection.connectedAt))
    .limit(1);
  return row === undefined ? null : { ...row, system: SYSTEMS[row.system] };
}

/** What the rules ask of the books bills go to; null while no organisation is chosen. */
export async function loadBooks(db: Queryable, account: string): Promise<Books | null> {
  const place = await booksPlace(db, account);
  if (place === null) return null;
  const { companyId, system } = place;
  const accounts = await db
    .select({ code: accountingAccount.code, name: accountingAccount.name })
    .from(accountingAccount)
    .where(and(eq(accountingAccount.companyId, companyId), eq(accountingAccount.isActive, true)));
  const rates = await db
    .select({
      taxCodeId: accountingTaxMapping.taxCodeId,
      taxType: accountingTaxMapping.taxType,
      rate: accountingTaxRate.rate,
      isActive: accountingTaxRate.isActive,
    })
    .from(accountingTaxMapping)
    .innerJoin(
      accountingTaxRate,
      and(
        eq(accountingTaxRate.companyId, accountingTaxMapping.companyId),
        eq(accountingTaxRate.taxType, accountingTaxMapping.taxType),
      ),
    )
    .where(eq(accountingTaxMapping.companyId, companyId));
  const contacts = await db
    .select({ payableAccountId: accountingContact.payableAccountId, contactId: accountingContact.contactId })
    .from(accountingContact)
    .where(and(eq(accountingContact.companyId, companyId), isNotNull(accountingContact.contactId)));
  return {
    companyId,
    system,
    accounts: Object.fromEntries(accounts.map(({ code, name }) => [code, name])),
    taxTypes: Object.fromEntries(rates.map(({ taxCodeId, ...rate }) => [taxCodeId, rate])),
    contacts: Object.fromEntries(
      contacts.map(({ payableAccountId, contactId }) => [payableAccountId, contactId ?? '']),
    ),
  };
}

/** What is wrong with the document itself is told at its check; what is missing in the books only blocks sending. */
const BLOCKS_CHECK: readonly ErrorCode[] = ['GL_CODE_BLANK', 'TAX_CODE_BLANK'];

/** What stands in the way of the overhead lines of an invoice. */
export async function overheadProblems(
  db: Queryable,
  document: InvoiceDocument,
  settings: OverheadSettings,
  mode: PreflightMode,
): Promise<Finding[]> {
  if (document.lines.every((line) => line.project !== null)) return [];
  const findings = overheadFindings(document, settings, await loadBooks(db, document.account));
  if (mode === 'send') return findings;
  return findings.map((finding) =>
    BLOCKS_CHECK.includes(finding.code) ? finding : { ...finding, severity: 'warning' as const },
  );
}

export type AccountingCompanyRow = typeof accountingCompany.$inferSelect;

/** The organisations of a connection, by name. */
export async function listOrganisations(db: Queryable, account: string, connectionId: string) {
  return db
    .select()
    .from(accountingCompany)
    .where(and(eq(accountingCompany.account, account), eq(accountingCompany.connectionId, connectionId)))
    .orderBy(asc(accountingCompany.name));
}

/** Keeps the organisations a sign-in reaches. One that is no longer reached is no longer chosen; the only one is. */
export async function keepOrganisations(
  db: Queryable,
  account: string,
  connectionId: string,
  organisations: readonly { id: string; name: string }[],
): Promise<void> {
  for (const { id: organisationId, name } of organisations)
    await db
      .insert(accountingCompany)
      .values({ account, connectionId, organisationId, name })
      .onConflictDoUpdate({
        target: [accountingCompany.connectionId, accountingCompany.organisationId],
        set: { name, updatedAt: sql`now()` },
      });
  const reached = organisations.map(({ id }) => id);
  const mine = eq(accountingCompany.connectionId, connectionId);
  await db
    .update(accountingCompany)
    .set({ isChosen: false })
    .where(reached.length === 0 ? mine : and(mine, notInArray(accountingCompany.organisationId, reached)));
  const [only] = reached;
  if (only !== undefined && reached.length === 1) await chooseWhere(db, connectionId, only);
}

async function chooseWhere(db: Queryable, connectionId: string, organisationId: string): Promise<void> {
  const mine = eq(accountingCompany.connectionId, connectionId);
  await db.update(accountingCompany).set({ isChosen: false }).where(mine);
  await db
    .update(accountingCompany)
    .set({ isChosen: true, updatedAt: sql`now()` })
    .where(and(mine, eq(accountingCompany.organisationId, organisationId)));
}

/** Chooses the organisation bills go to; null when the account has none of that id. */
export async function chooseOrganisation(
  db: Queryable,
  account: string,
  id: string,
): Promise<AccountingCompanyRow | null> {
  const [row] = await db
    .select()
    .from(accountingCompany)
    .where(and(eq(accountingCompany.account, account), eq(accountingCompany.id, id)));
  if (row === undefined) return null;
  await chooseWhere(db, row.connectionId, row.organisationId);
  return row;
}

/** Takes over an organisation's accounts and tax rates as they are now; what it no longer has is inactive. */
export async function keepLists(
  db: Queryable,
  account: string,
  companyId: string,
  lists: {
    accounts: readonly { code: string; name: string; isActive: boolean }[];
    taxRates: readonly { taxType: string; name: string; rate: string; isActive: boolean }[];
  },
): Promise<void> {
  const { accounts, taxRates } = lists;
  await db.update(accountingAccount).set({ isActive: false }).where(eq(accountingAccount.companyId, companyId));
  await db.update(accountingTaxRate).set({ isActive: false }).where(eq(accountingTaxRate.companyId, companyId));
  if (accounts.length > 0)
    await db
      .insert(accountingAccount)
      .values(accounts.map((row) => ({ account, companyId, ...row })))
      .onConflictDoUpdate({
        target: [accountingAccount.companyId, accountingAccount.code],
        set: { name: sql`excluded.name`, isActive: sql`excluded.is_active` },
      });
  if (taxRates.length > 0)
    await db
      .insert(accountingTaxRate)
      .values(taxRates.map((row) => ({ account, companyId, ...row })))
      .onConflictDoUpdate({
        target: [accountingTaxRate.companyId, accountingTaxRate.taxType],
        set: { name: sql`excluded.name`, rate: sql`excluded.rate`, isActive: sql`excluded.is_active` },
      });
  await db.update(accountingCompany).set({ listsReadAt: sql`now()` }).where(eq(accountingCompany.id, companyId));
}

/** Active accounts, for the GL code of a line. */
export async function listGlAccounts(db: Queryable, companyId: string) {
  return db
    .select({ code: accountingAccount.code, name: accountingAccount.name })
    .from(accountingAccount)
    .where(and(eq(accountingAccount.companyId, companyId), eq(accountingAccount.isActive, true)))
    .orderBy(asc(accountingAccount.code));
}

/** The organisation's tax rates, and every tax code of the account with the one it is there, unmapped first. */
export async function listTaxTypes(db: Queryable, account: string, companyId: string) {
  const rates = await db
    .select({
      taxType: accountingTaxRate.taxType,
      name: accountingTaxRate.name,
      rate: accountingTaxRate.rate,
      isActive: accountingTaxRate.isActive,
    })
    .from(accountingTaxRate)
    .where(eq(accountingTaxRate.companyId, companyId))
    .orderBy(desc(accountingTaxRate.isActive), asc(accountingTaxRate.name));
  const mappings = await db
    .select({
      taxCodeId: taxCode.id,
      code: taxCode.code,
      description: taxCode.description,
      rate: taxCode.rate,
      taxType: accountingTaxMapping.taxType,
    })
    .from(taxCode)
    .leftJoin(
      accountingTaxMapping,
      and(eq(accountingTaxMapping.taxCodeId, taxCode.id), eq(accountingTaxMapping.companyId, companyId)),
    )
    .where(eq(taxCode.account, account))
    .orderBy(sql`${accountingTaxMapping.taxType} is not null`, asc(taxCode.code));
  return { rates, mappings };
}

/** Sets or, with null, removes mappings; codes not named stay as they are, and so do those that are not the account's. */
export async function saveTaxTypes(
  db: Queryable,
  account: string,
  companyId: string,
  mappings: readonly { taxCodeId: string; taxType: string | null }[],
): Promise<void> {
  const own = await db.select({ id: taxCode.id }).from(taxCode).where(eq(taxCode.account, account));
  const known = mappings.filter(({ taxCodeId }) => own.some(({ id }) => id === taxCodeId));
  const removed = known.flatMap(({ taxCodeId, taxType }) => (taxType === null ? [taxCodeId] : []));
  if (removed.length > 0)
    await db
      .delete(accountingTaxMapping)
      .where(and(eq(accountingTaxMapping.companyId, companyId), inArray(accountingTaxMapping.taxCodeId, removed)));
  for (const { taxCodeId, taxType } of known) {
    if (taxType === null) continue;
    await db
      .insert(accountingTaxMapping)
      .values({ account, companyId, taxCodeId, taxType })
      .onConflictDoUpdate({
        target: [accountingTaxMapping.companyId, accountingTaxMapping.taxCodeId],
        set: { taxType },
      });
  }
}
