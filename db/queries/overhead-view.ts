import { eq, sql } from 'drizzle-orm';
import type { DesiredBill } from '../../domain/bill.ts';
import { Decimal } from '../../domain/decimal.ts';
import type { InvoiceDocument } from '../../domain/invoice.ts';
import { splitInvoice } from '../../domain/overhead.ts';
import { accountingCompany, accountingConnection, overheadPush } from '../schema/index.ts';
import type { Queryable } from '../types.ts';
import { SYSTEMS } from './accounting.ts';

/** The accounting side of an invoice: both amounts, and how the bill stands. */
export interface OverheadView {
  /** dollars excluding tax, and GST, of each side; they sum to the invoice */
  project: string;
  projectTax: string;
  overhead: string;
  overheadTax: string;
  sumsUp: boolean;
  /** what it becomes there; null until it was planned */
  kind: 'bill' | 'credit_note' | null;
  /** null: not processed */
  mark: 'queued' | 'sending' | 'waiting' | 'sent' | 'failed' | null;
  /** the sentence beside the mark; null where the mark says all */
  text: string | null;
  system: string | null;
  /** the accounting system's id of the record, and where people give it consent, which tells where its screens are */
  remoteId: string | null;
  consentUrl: string | null;
  /** it stands there, or may */
  isStanding: boolean;
}

/** How the overhead lines of an invoice stand; null where it has none and never had. */
export async function overheadView(db: Queryable, document: InvoiceDocument): Promise<OverheadView | null> {
  const [row] = await db
    .select({ push: overheadPush, system: accountingConnection.system, consentUrl: accountingConnection.consentUrl })
    .from(overheadPush)
    .leftJoin(accountingCompany, eq(accountingCompany.id, overheadPush.companyId))
    // Until its books are known, it is meant for those the account is connected to.
    .leftJoin(
      accountingConnection,
      sql`${accountingConnection.id} = coalesce(${accountingCompany.connectionId},
        (select id from accounting_connection where account = ${overheadPush.account} limit 1))`,
    )
    .where(eq(overheadPush.invoiceId, document.id));
  const split = splitInvoice(document);
  if (split.lines.length === 0 && !row?.push.remoteId) return null;
  const { lines: _lines, ...amounts } = split;
  const sumOf = (a: string, b: string) => new Decimal(a).plus(b);
  const desired = row?.push.desired as DesiredBill | null | undefined;
  return {
    ...amounts,
    sumsUp:
      sumOf(split.project, split.overhead).equals(document.total) &&
      sumOf(split.projectTax, split.overheadTax).equals(document.tax),
    kind: desired?.kind ?? row?.push.target ?? null,
    mark: row === undefined || row.push.state === 'cancelled' ? null : row.push.state,
    text:
      row?.push.waitingFor != null
        ? waitText(row.push.waitingFor, row.system ? SYSTEMS[row.system] : 'accounting')
        : null,
    system: row?.system ? SYSTEMS[row.system] : null,
    remoteId: row?.push.remoteId ?? null,
    consentUrl: row?.consentUrl ?? null,
    isStanding: row !== undefined && (row.push.remoteId !== null || row.push.sending !== null),
  };
}

function waitText(code: string | null, system: string): string {
  switch (code) {
    case 'ACCOUNTING_AUTH_EXPIRED':
      return `Waiting for ${system} to be reconnected`;
    case 'ACCOUNTING_RATE_LIMIT':
      return `Waiting for the call allowance of ${system}`;
    case 'BILL_SETTLING':
      return `Waiting to see whether ${system} took the last write`;
    case 'BUSY':
      return `Waiting for another document to finish in ${system}`;
    default:
      return `Waiting for ${system}`;
  }
}
