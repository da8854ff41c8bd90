import { activityInfo } from '@temporalio/activity';
import { addLog } from '../db/queries/integration-log.ts';
import { loadInvoice } from '../db/queries/invoice-document.ts';
import { keepOverheadProblems, saveBillPlan, takeOverhead } from '../db/queries/overhead-push.ts';
import { getSettings } from '../db/queries/settings.ts';
import type { Db } from '../db/types.ts';
import { DomainError, type ErrorCode, firstInCatalogue } from '../domain/errors.ts';
import type { Finding, InvoiceDocument } from '../domain/invoice.ts';
import { overheadFindings, planBill, splitInvoice } from '../domain/overhead.ts';
import { filesToSend } from '../domain/plan.ts';
import { preflight } from '../domain/preflight.ts';
import { failureOf } from '../platform/errors.ts';
import { attemptedOverhead } from './overhead-attempt.ts';
import { type BooksDeps, freshBooks } from './overhead-problems.ts';
import type { InvoiceRef } from './push-attempt.ts';

export interface OverheadDeps extends BooksDeps {
  settleDelayMs: number;
  /** where people open our screens */
  publicUrl: string;
}

export interface PreparedOverhead {
  /** false: a person took the invoice back, or this part has ended already */
  isWanted: boolean;
  /** the supplier is not known in the books yet */
  needsContact: boolean;
}

/** What stands in the way of the whole document stands in the way of its overhead part too. */
const OF_THE_DOCUMENT: readonly ErrorCode[] = [
  'VENDOR_BLANK',
  'INVOICE_NO_CHARS',
  'DUPLICATE_HERE',
  'PERIOD_LOCKED',
  'LINES_MISSING',
  'TOTAL_MISMATCH',
  'TAX_TOTAL_DIFF',
];

/** Takes the overhead part off the queue, finds all its problems at once, and plans the bill it becomes. */
export function prepareOverhead(deps: OverheadDeps, ref: InvoiceRef): Promise<PreparedOverhead> {
  const { db } = deps;
  return attemptedOverhead(db, ref, async (trail) => {
    const loaded = await loadInvoice(db, ref.account, ref.invoiceId);
    if (loaded === null) throw new Error(`Invoice ${ref.invoiceId} is gone`);
    const { document } = loaded;
    const isAlone = document.lines.every((line) => line.project === null);
    if (!(await db.transaction((tx) => takeOverhead(tx, ref, isAlone))))
      return { isWanted: false, needsContact: false };
    await noteAttempt(db, ref);
    const settings = await getSettings(db, ref.account);
    const books = await freshBooks(deps, document, trail.onCall);
    const findings = [
      ...preflight(document, settings, 'send').findings.filter(({ code }) => OF_THE_DOCUMENT.includes(code)),
      ...overheadFindings(document, settings, books),
    ];
    await refuse(db, ref, findings);
    if (books === null) throw notConnected(document);
    const hasOverheads = document.lines.some((line) => line.project === null);
    if (hasOverheads && books.contacts[document.vendor?.id ?? ''] === undefined)
      return { isWanted: true, needsContact: true };
    const url = `${deps.publicUrl}/invoices/${ref.invoiceId}`;
    await saveBillPlan(db, ref, {
      companyId: books.companyId,
      revision: document.revision,
      desired: hasOverheads ? planBill(document, settings, books, url, filesToSend(document, settings, [])) : null,
    });
    return { isWanted: true, needsContact: false };
  });
}

/** Overheads of an earlier edition stand in books nobody is connected to any more. */
const notConnected = (document: InvoiceDocument) =>
  new DomainError('ACCOUNTING_NOT_CONNECTED', { invoice: document.number, amount: splitInvoice(document).overhead });

async function noteAttempt(db: Db, { account, invoiceId }: InvoiceRef): Promise<void> {
  const { workflowExecution, attempt } = activityInfo();
  if (attempt > 1) return;
  await addLog(db, {
    account,
    documentId: invoiceId,
    event: 'note',
    result: 'info',
    message: 'Sending the overheads to accounting began.',
    workflowId: workflowExecution?.workflowId ?? null,
    runId: workflowExecution?.runId ?? null,
  });
}

async function refuse(db: Db, ref: InvoiceRef, findings: readonly Finding[]): Promise<void> {
  const blocking = findings.filter(({ severity }) => severity === 'blocks');
  await keepOverheadProblems(db, ref, blocking);
  const code = firstInCatalogue(blocking);
  const first = blocking.find((finding) => finding.code === code);
  if (first !== undefined) throw failureOf(new DomainError(first.code, first.facts as never));
}
