import { activityInfo } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { addLog } from '../db/queries/integration-log.ts';
import { clearWaiting, keepProblems, noteWaiting } from '../db/queries/push-outcome.ts';
import type { Db } from '../db/types.ts';
import { CATALOGUE, DomainError, type ErrorCode } from '../domain/errors.ts';
import type { Finding } from '../domain/invoice.ts';
import { failureOf, refusalOf } from '../platform/errors.ts';
import type { CallRecord } from '../procore/client.ts';
import { ProcoreError } from '../procore/errors.ts';

/** The invoice an activity works on. */
export interface InvoiceRef {
  account: string;
  invoiceId: string;
}

/** One activity's calls to Procore, to be logged with the words of what they were for. */
export interface Trail {
  /** handed to the client */
  onCall: (call: CallRecord) => void;
  /** what the calls from here on are about, as a sentence such as "Added 3 lines." */
  about(sentence: string): void;
}

/** After so long with the same outage, waiting stops and a person is told. */
const OUTAGE_MS = 24 * 60 * 60 * 1000;

/**
 * Runs one step of a push: logs each call that wrote or failed, and keeps on the invoice why it waits or failed,
 * so that the screen says so while Temporal tries again.
 */
export async function attempted<T>(db: Db, ref: InvoiceRef, run: (trail: Trail) => Promise<T>): Promise<T> {
  const calls: { call: CallRecord; about: string }[] = [];
  let about = 'Asked Procore.';
  const trail: Trail = {
    onCall: (call) => void calls.push({ call, about }),
    about: (sentence) => {
      about = sentence;
    },
  };
  try {
    const result = await run(trail);
    await clearWaiting(db, ref);
    return result;
  } catch (error) {
    throw await noteTrouble(db, ref, error);
  } finally {
    for (const { call, about: sentence } of calls) await logCall(db, ref, call, sentence);
  }
}

async function logCall(db: Db, { account, invoiceId }: InvoiceRef, call: CallRecord, about: string): Promise<void> {
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
    // Prepared by the step itself, which has kept the problems; only a wait is still to be noted.
    if (!error.nonRetryable && isCode(error.type)) await noteWaiting(db, ref, error.type);
    return error;
  }
  const refusal = error instanceof ProcoreError ? refusalOf(error) : error;
  if (!(refusal instanceof DomainError)) return error;
  const failure = failureOf(refusal, error instanceof ProcoreError ? error.retryAfterMs : undefined);
  const { code, facts } = refusal;
  if (!failure.nonRetryable || code === 'AUTH_EXPIRED') {
    const since = await noteWaiting(db, ref, code);
    if (code !== 'PROCORE_5XX' || Date.now() - Date.parse(since) < OUTAGE_MS) return failure;
  }
  await keepProblems(db, ref, [{ code, facts, severity: 'blocks' } as Finding]);
  return ApplicationFailure.create({ ...asOptions(failure), type: code, nonRetryable: true });
}

const asOptions = ({ message, category }: ApplicationFailure) => ({ message, ...(category ? { category } : {}) });
const isCode = (type: string | null | undefined): type is ErrorCode => type != null && type in CATALOGUE;
