import { type Accounting, type AccountingCall, AccountingError } from '../accounting/port.ts';
import { booksPlace, loadBooks } from '../db/queries/accounting.ts';
import type { Db } from '../db/types.ts';
import { DomainError } from '../domain/errors.ts';
import type { Finding, InvoiceDocument } from '../domain/invoice.ts';
import { type Books, type OverheadSettings, overheadFindings } from '../domain/overhead.ts';
import { readLists } from '../platform/accounting-lists.ts';

export interface BooksDeps {
  db: Db;
  accounting: Accounting;
}

/** The books an account's overheads go to. An account code we do not know may be new there: then the lists are read again. */
export async function freshBooks(
  { db, accounting }: BooksDeps,
  document: InvoiceDocument,
  onCall?: (call: AccountingCall) => void,
): Promise<Books | null> {
  const { account } = document;
  const books = await loadBooks(db, account);
  const place = await booksPlace(db, account);
  if (books === null || place === null) return null;
  const isUnknown = document.lines.some(
    ({ project, glCode }) => project === null && glCode !== null && books.accounts[glCode] === undefined,
  );
  if (!isUnknown) return books;
  await readLists(db, account, place.companyId, accounting.organisation({ ...place, onCall }));
  return loadBooks(db, account);
}

/**
 * What stands in the way of the overhead lines, for the part that goes to Procore: nothing of an invoice leaves while a
 * problem of it is known. That the books cannot be asked now is no such problem.
 */
export async function overheadsInTheWay(
  deps: BooksDeps,
  document: InvoiceDocument,
  settings: OverheadSettings,
): Promise<Finding[]> {
  if (document.lines.every((line) => line.project !== null)) return [];
  try {
    return overheadFindings(document, settings, await freshBooks(deps, document));
  } catch (error) {
    if (error instanceof AccountingError || error instanceof DomainError) return [];
    throw error;
  }
}
