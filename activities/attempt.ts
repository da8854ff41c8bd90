import { activityInfo } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { NewLogEntry } from '../db/queries/integration-log.ts';
import { CATALOGUE, type DomainError, type ErrorCode } from '../domain/errors.ts';
import { failureOf } from '../platform/errors.ts';

/** One call to another system, fit for a log: no header, no secret. */
export interface LoggedCall {
  method: string;
  path: string;
  /** null when there was no answer */
  status: number | null;
  requestId: string | null;
  durationMs: number;
  request: string | null;
  response: string | null;
}

/** One activity's calls, to be logged with the words of what they were for. */
export interface Trail<Call extends LoggedCall> {
  /** handed to the client */
  onCall: (call: Call) => void;
  /** what the calls from here on are about, as a sentence such as "Added 3 lines." */
  about(sentence: string): void;
}

/** What the log keeps of a call, whatever document it was for. */
export type CallEntry = Omit<NewLogEntry, 'account' | 'documentId'>;

/** A refusal in the catalogue's words, and the wait its answer asked for. */
export interface Refusal {
  refusal: DomainError;
  retryAfterMs?: number | undefined;
}

/** How one kind of document keeps what happens to it while it is sent. */
export interface Attempt {
  /** what calls are about until a step says more */
  asked: string;
  log(entry: CallEntry): Promise<unknown>;
  clearWaiting(): Promise<unknown>;
  /** @returns since when the document waits for this */
  noteWaiting(code: ErrorCode): Promise<string>;
  /** Keeps what a person must mend; a document that keeps its problems elsewhere does nothing. */
  keepProblem(refusal: DomainError): Promise<unknown>;
  /** The refusal an error stands for; null for a bug. */
  refusalOf(error: unknown): Refusal | null;
  /** the code of a dead grant, which somebody ends by signing in again */
  expired: ErrorCode;
  /** the code of an outage, which ends by itself */
  outage: ErrorCode;
}

/** After so long with the same outage, waiting stops and a person is told. */
const OUTAGE_MS = 24 * 60 * 60 * 1000;

/**
 * Runs one step of sending a document: logs each call that wrote or failed, and keeps on the document why it waits or
 * failed, so that the screen says so while Temporal tries again.
 */
export async function attempt<T, Call extends LoggedCall>(
  document: Attempt,
  run: (trail: Trail<Call>) => Promise<T>,
): Promise<T> {
  const calls: { call: Call; about: string }[] = [];
  let about = document.asked;
  const trail: Trail<Call> = {
    onCall: (call) => void calls.push({ call, about }),
    about: (sentence) => {
      about = sentence;
    },
  };
  try {
    const result = await run(trail);
    await document.clearWaiting();
    return result;
  } catch (error) {
    throw await noteTrouble(document, error);
  } finally {
    for (const { call, about: sentence } of calls) await logCall(document, call, sentence);
  }
}

async function logCall(document: Attempt, call: LoggedCall, about: string): Promise<void> {
  const isSuccess = call.status !== null && call.status < 400;
  if (isSuccess && call.method === 'GET') return;
  const { workflowExecution } = activityInfo();
  const answer = call.status === null ? 'no answer' : `answer ${call.status}`;
  await document.log({
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
async function noteTrouble(document: Attempt, error: unknown): Promise<unknown> {
  if (error instanceof ApplicationFailure) {
    // Prepared by the step itself, which has kept the problems; only a wait is still to be noted.
    if (!error.nonRetryable && isCode(error.type)) await document.noteWaiting(error.type);
    return error;
  }
  const refused = document.refusalOf(error);
  if (refused === null) return error;
  const { refusal, retryAfterMs } = refused;
  const failure = failureOf(refusal, retryAfterMs);
  if (!failure.nonRetryable || refusal.code === document.expired) {
    const since = await document.noteWaiting(refusal.code);
    if (refusal.code !== document.outage || Date.now() - Date.parse(since) < OUTAGE_MS) return failure;
  }
  await document.keepProblem(refusal);
  const { message, category } = failure;
  return ApplicationFailure.create({
    message,
    ...(category ? { category } : {}),
    type: refusal.code,
    nonRetryable: true,
  });
}

const isCode = (type: string | null | undefined): type is ErrorCode => type != null && type in CATALOGUE;
