import { addLog } from '../db/queries/integration-log.ts';
import { clearOrderWaiting, keepOrderProblems, noteOrderWaiting } from '../db/queries/purchase-order-outcome.ts';
import type { OrderRef } from '../db/queries/purchase-order-queue.ts';
import { clearWaiting, keepProblems, noteWaiting } from '../db/queries/push-outcome.ts';
import type { Db } from '../db/types.ts';
import { DomainError } from '../domain/errors.ts';
import type { Finding } from '../domain/invoice.ts';
import { refusalOf } from '../platform/errors.ts';
import type { CallRecord } from '../procore/client.ts';
import { ProcoreError } from '../procore/errors.ts';
import { type Attempt, attempt, type Refusal, type Trail as TrailOf } from './attempt.ts';

/** The invoice an activity works on. */
export interface InvoiceRef {
  account: string;
  invoiceId: string;
}

/** The document an activity works on. */
export type DocumentRef = InvoiceRef | OrderRef;

export type Trail = TrailOf<CallRecord>;

/** Runs one step of sending a document to Procore: its calls are logged, and why it waits or failed is kept on it. */
export const attempted = <T>(db: Db, ref: DocumentRef, run: (trail: Trail) => Promise<T>): Promise<T> =>
  attempt(
    {
      asked: 'Asked Procore.',
      log: (entry) => addLog(db, { ...logSubject(ref), ...entry }),
      ...('invoiceId' in ref ? keptOnInvoice(db, ref) : keptOnOrder(db, ref)),
      refusalOf: procoreRefusal,
      expired: 'AUTH_EXPIRED',
      outage: 'PROCORE_5XX',
    },
    run,
  );

/** Our id of a document, which is also who claims what it has made. */
export const documentIdOf = (ref: DocumentRef): string => ('invoiceId' in ref ? ref.invoiceId : ref.purchaseOrderId);

/** Whose story a log row belongs to. */
export const logSubject = (ref: DocumentRef) => ({
  account: ref.account,
  documentKind: 'invoiceId' in ref ? ('invoice' as const) : ('purchase_order' as const),
  documentId: documentIdOf(ref),
});

type Kept = Pick<Attempt, 'clearWaiting' | 'noteWaiting' | 'keepProblem'>;

const keptOnInvoice = (db: Db, ref: InvoiceRef): Kept => ({
  clearWaiting: () => clearWaiting(db, ref),
  noteWaiting: (code) => noteWaiting(db, ref, code),
  keepProblem: (refusal) => keepProblems(db, ref, [blocking(refusal)]),
});

const keptOnOrder = (db: Db, ref: OrderRef): Kept => ({
  clearWaiting: () => clearOrderWaiting(db, ref),
  noteWaiting: (code) => noteOrderWaiting(db, ref, code),
  keepProblem: (refusal) => keepOrderProblems(db, ref, [blocking(refusal)]),
});

const blocking = ({ code, facts }: DomainError) => ({ code, facts, severity: 'blocks' }) as Finding;

/** What an error of a step that asks Procore says in the catalogue's words. */
function procoreRefusal(error: unknown): Refusal | null {
  if (error instanceof ProcoreError) return { refusal: refusalOf(error), retryAfterMs: error.retryAfterMs };
  return error instanceof DomainError ? { refusal: error } : null;
}
