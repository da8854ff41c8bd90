import { activityInfo } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { type AccountingCall, AccountingError } from '../accounting/port.ts';
import { addLog } from '../db/queries/integration-log.ts';
import { clearOverheadWaiting, keepOverheadProblems, noteOverheadWaiting } from '../db/queries/overhead-push.ts';
import type { Db } from '../db/types.ts';
import { CATALOGUE, DomainError, type ErrorCode } from '../domain/errors.ts';
import type { Finding } from '../domain/invoice.ts';
import { accountingRefusal } from '../platform/accounting-errors.ts';
import { failureOf } from '../platform/errors.ts';
import type { InvoiceRef } from './push-attempt.ts';

/** One activity's calls to the accounting system, to be logged with the words of what they were for. */
export interface AccountingTrail {
  onCall: (call: AccountingCall) => void;
  /** what the calls from here on are about, as a sentence such as "Made the bill." */
  about(sentence: string): void;
}

/** After so long with the same outage, waiting stops and a person is told. */
const OUTAGE_MS = 24 * 60 * 60 * 1000;

/** Runs one step of the overhead part, as push-attempt.ts does for Procore's: logs its calls, and why it waits or failed. */
export async function attemptedOverhead<T>(
  db: Db,
  ref: InvoiceRef,
  run: (trail: AccountingTrail) => Promise<T>,
): Promise<T> {
  const calls: { call: AccountingCall; about: string }[] = [];
  let about = 'Asked accounting.';
  const trail: AccountingTrail = {
    onCall: (call) => void calls.push({ call, about }),
    about: (sentence) => {
      about = sentence;
    },
  };
  try {
    const result = await run(trail);
    await clearOverheadWaiting(db, ref);
    return result;
  } catch (error) {
    throw await noteTrouble(db, ref, error);
  } finally {
    for (const { call, about: sentence } of calls) await logCall(db, ref, call, sentence);
  }
}

async function logCall(db: Db, { account, invoiceId }: InvoiceRef, call: AccountingCall, about: string): Promise<void> {
  const isSuccess = call.status !== null && call.status < 400;
  if (isSuccess && call.method === 'GET') return;
  const { workflowExecution } = activityInfo();
  const answer = call.status === null ? 'no answer' : `answer ${call.status}`;
  await addLog(db, {
    account,
    documentId: invoiceId,
    event: 'call',
    result: isSuccess ? 'success' : 'fail',
    message: isSuccess ? about : `${about.replace(/\.$/, '')}: ${answer}.`,
    request: { method: call.method, path: call.path, body: parsed(call.request) },
    response: { status: call.status, body: parsed(call.response) },
    procoreRequestId: call.requestId,
    durationMs: call.durationMs,
    workflowId: workflowExecution?.workflowId ?? null,
    runId: workflowExecution?.runId ?? null,
  });
}

/** Bodies are kept as data where they are whole, as text where they were shortened. */
function parsed(text: string | null): unknown {
  if (text === null) return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** What a person shall see meanwhile; gives back what is thrown on. */
async function noteTrouble(db: Db, ref: InvoiceRef, error: unknown): Promise<unknown> {
  if (error instanceof ApplicationFailure) {
    if (!error.nonRetryable && isCode(error.type)) await noteOverheadWaiting(db, ref, error.type);
    return error;
  }
  const isOutside = error instanceof AccountingError;
  const refusal = isOutside ? accountingRefusal(error, 'what we asked') : error;
  if (!(refusal instanceof DomainError)) return error;
  const failure = failureOf(refusal, isOutside ? error.retryAfterMs : undefined);
  const { code, facts } = refusal;
  if (!failure.nonRetryable || code === 'ACCOUNTING_AUTH_EXPIRED') {
    const since = await noteOverheadWaiting(db, ref, code);
    if (code !== 'ACCOUNTING_UNAVAILABLE' || Date.now() - Date.parse(since) < OUTAGE_MS) return failure;
  }
  await keepOverheadProblems(db, ref, [{ code, facts, severity: 'blocks' } as Finding]);
  return ApplicationFailure.create({
    type: code satisfies ErrorCode,
    message: failure.message,
    nonRetryable: true,
    ...(failure.category ? { category: failure.category } : {}),
  });
}

const isCode = (type: string | null | undefined): type is ErrorCode => type != null && type in CATALOGUE;
