import { randomUUID } from 'node:crypto';
import { activityInfo } from '@temporalio/activity';
import { addLog } from '../db/queries/integration-log.ts';
import { readOrderFile } from '../db/queries/purchase-order-attachments.ts';
import { linkOrder, loadOrderPart, noteOrder, type OrderPart } from '../db/queries/purchase-order-parts.ts';
import type { OrderRef } from '../db/queries/purchase-order-queue.ts';
import { type JournalEntry, journal, learn } from '../db/queries/push-parts.ts';
import { nothingAgreed } from '../domain/direct-cost.ts';
import type { FileToSend } from '../domain/direct-cost-files.ts';
import { DomainError, messageOf } from '../domain/errors.ts';
import { settleOrderFiles, takeOrderFiles } from '../domain/purchase-order-files.ts';
import {
  type DesiredOrder,
  nextOrderWrite,
  type OrderAgreed,
  type OrderHeader,
  type OrderLook,
  type OrderWrite,
  type RemoteOrder,
} from '../domain/purchase-order-record.ts';
import {
  acknowledge,
  afterDelete,
  beforeFiles,
  judgeAnswer,
  recognise,
  type Sending,
  settle,
  withoutFiles,
} from '../domain/settling.ts';
import type { CompanyApi } from '../procore/client.ts';
import { ProcoreError } from '../procore/errors.ts';
import type { ConvergeDeps } from './converge-deps.ts';
import { isCertain, isPassing, settling } from './passing.ts';
import { applyOrder, lookAtOrder, type OrderAnswer } from './purchase-order-record.ts';
import { isAboutTax, isLock, isTaken, ORDER_WORDS, orderRefusal, orderSentence } from './purchase-order-words.ts';
import { attempted, type Trail } from './push-attempt.ts';
import { uploadFiles } from './upload-files.ts';
import { addToDirectory } from './vendor-directory.ts';

/** Our clock and Procore's may differ; a list that is a little longer costs nothing. */
const CLOCKS_DIFFER_MS = 60 * 60 * 1000;

/** One order while an activity works on it. */
interface Work extends Pick<ConvergeDeps, 'db' | 'settleDelayMs'> {
  api: CompanyApi;
  part: OrderPart;
  desired: DesiredOrder;
  trail: Trail;
  runId: string;
}

/**
 * Brings the Procore record of an order a single write closer to what the order says: observe, decide, one write.
 * The journal, not the attempt number, tells whether an earlier write is unsettled (design: outbound).
 *
 * @returns whether nothing is left to write
 */
export async function convergeOrder(deps: ConvergeDeps, ref: OrderRef): Promise<{ done: boolean }> {
  return attempted(deps.db, ref, async (trail) => {
    const part = await loadOrderPart(deps.db, ref.account, ref.purchaseOrderId);
    if (part === null) return { done: true };
    const { connectionId, apiUrl, companyProcoreId: companyId } = part;
    const api = deps.procore.company({ connectionId, apiUrl, companyId, lane: 'push', onCall: trail.onCall });
    const runId = activityInfo().workflowExecution?.runId ?? '';
    return converge({ ...deps, api, part, desired: wish(part), trail, runId });
  });
}

/** Where a project is known to drop tax codes and the account goes without them, none is wished for. */
const wish = ({ desired, keepsTax }: OrderPart): DesiredOrder =>
  keepsTax === false && desired.postWithoutTax
    ? { ...desired, lines: desired.lines.map((line) => ({ ...line, taxCodeId: null })) }
    : desired;

async function converge(work: Work): Promise<{ done: boolean }> {
  const seen = await observe(work).catch(async (error: unknown) => {
    if (!(error instanceof ProcoreError) || isPassing(error)) throw error;
    if (work.desired.scope !== 'files') throw await failed(work, orderRefusal(error, work.part));
    await goOnWithoutFiles(work, error.said);
    return null;
  });
  if (seen === null) return { done: false };
  const settled = work.part.sending === null ? work : await settleSending(work, seen);
  if (settled === 'look-again') return { done: false };
  if ('write' in settled) return send(settled.work, settled.write);
  const known = await recognised(settled, seen);
  await waitForTakenNumber(known, seen);
  const verdict = nextOrderWrite(known.desired, known.part.agreed, seen);
  switch (verdict.kind) {
    case 'done':
      await waitForEarlierEdition(known);
      if (seen.kind === 'ours') await finish(known, seen.record);
      return { done: true };
    case 'refuse':
      throw await failed(known, new DomainError(verdict.code, verdict.facts as never));
    case 'forget':
      await forget(known, verdict.lines);
      return { done: false };
    case 'without-files':
      await goOnWithoutFiles(known, verdict.said);
      return { done: false };
    case 'rebase':
      await keep(known, { agreed: verdict.agreed });
      await addLog(known.db, { ...storyOf(known.part), event: 'note', result: 'info', message: verdict.note });
      return { done: false };
    case 'write':
      if (verdict.write.kind === 'set-status') await waitForEarlierEdition(known);
      return send(known, verdict.write);
  }
}

const storyOf = ({ account, documentId }: OrderPart) =>
  ({ account, documentKind: 'purchase_order', documentId }) as const;

/** A header just made in this run is known without reading; everything else is read. */
async function observe({ part, desired, api, runId }: Work): Promise<OrderLook> {
  const { agreed, sending, procoreId } = part;
  if (sending === null && agreed?.freshIn === runId && agreed.header !== null && procoreId !== null) {
    const { accountingMethod, stamp } = desired;
    const facts = { originId: null, originData: stamp, attachments: [], showsAllFiles: true, touches: [], lines: [] };
    const record = { id: procoreId, header: agreed.header.got, status: agreed.status ?? 'Draft', ...facts };
    return { kind: 'ours', record: { ...record, accountingMethod }, twins: [] };
  }
  const header = sending?.write.kind === 'create-header' ? sending.write.header : null;
  // What was just sent is among what just changed; before it is sent again, the whole list is asked.
  const isRecent = header !== null && sending !== null && sending.emptyLooks === 0;
  return lookAtOrder(api, {
    projectId: part.projectProcoreId,
    orderId: procoreId,
    desired,
    since: isRecent ? new Date(Date.parse(sending.at) - CLOCKS_DIFFER_MS).toISOString() : null,
    unanswered: part.returnsStamp === true ? null : header,
    withTwins: agreed?.repeatedAt != null,
  });
}

/** A record with our stamp that the journal does not know yet enters it before anything is written to it. */
async function recognised(work: Work, seen: OrderLook): Promise<Work> {
  const { part, desired } = work;
  if (seen.kind !== 'ours' || part.procoreId !== null) return work;
  return keep(work, { procoreId: seen.record.id, agreed: recognise(desired, seen.record, part.agreed) });
}

/** Settles the write that got no certain answer, before anything new is decided. */
async function settleSending(
  work: Work,
  seen: OrderLook,
): Promise<Work | 'look-again' | { work: Work; write: OrderWrite }> {
  const { part, desired, settleDelayMs } = work;
  const sending = part.sending!;
  const write = sending.write as OrderWrite;
  const now = Date.now();
  const look = seen.kind === 'taken' ? ({ kind: 'none' } as const) : seen;
  const before = part.agreed ?? nothingAgreed;
  const verdict =
    write.kind === 'attach-files' && look.kind === 'ours'
      ? settleOrderFiles(sending, write, before, look.record, now, settleDelayMs)
      : settle<OrderHeader>(sending, before, part.procoreId, look, now, settleDelayMs);
  switch (verdict.kind) {
    case 'wait':
      if (verdict.isCounted) {
        const looked = { ...sending, emptyLooks: sending.emptyLooks + 1, lastLookAt: new Date(now).toISOString() };
        await keep(work, { sending: { write: looked, token: part.sendingToken! } });
      }
      throw settling(ORDER_WORDS[write.kind], verdict.ms);
    case 'settled': {
      const isGone = verdict.procoreId === null && part.procoreId !== null;
      const judged = judgeAnswer(desired, verdict.agreed);
      const after = await keep(work, { sending: null, procoreId: verdict.procoreId, agreed: judged.agreed });
      if (judged.refusal)
        throw await failed(after, new DomainError(judged.refusal.code, judged.refusal.facts as never));
      return isGone ? 'look-again' : after;
    }
    case 'repeat': {
      // Ours never came to be, and meanwhile somebody used the number: what follows says so.
      if (seen.kind === 'taken') return keep(work, { sending: null });
      const isCreating = write.kind === 'create-header' || write.kind === 'add-lines';
      const agreed = isCreating
        ? { ...(part.agreed ?? nothingAgreed), repeatedAt: new Date(now).toISOString() }
        : part.agreed;
      return { work: { ...work, part: { ...part, agreed } }, write };
    }
    case 'fence':
      return { work, write: { kind: 'delete-record', id: part.procoreId!, why: 'fence' } };
  }
}

/** After a repeat an early edition may turn up late: the status is set only after one more settle delay, and a look. */
async function waitForEarlierEdition({ part, settleDelayMs }: Work): Promise<void> {
  const repeatedAt = part.agreed?.repeatedAt;
  if (repeatedAt == null) return;
  const due = Date.parse(repeatedAt) + settleDelayMs - Date.now();
  if (due > 0) throw settling(ORDER_WORDS['create-header'], due);
}

/** A number Procore calls taken may be that of our own early edition, which its list does not show yet. */
async function waitForTakenNumber(work: Work, seen: OrderLook): Promise<void> {
  const { part, desired, settleDelayMs } = work;
  const takenAt = part.agreed?.takenAt;
  if (seen.kind !== 'none' || part.agreed === null || takenAt == null) return;
  const due = Date.parse(takenAt) + 2 * settleDelayMs - Date.now();
  if (due > 0) throw settling(ORDER_WORDS['create-header'], due);
  const after = await keep(work, { agreed: { ...part.agreed, takenAt: null } });
  const facts = { number: desired.header.number, project: desired.projectText };
  throw await failed(after, new DomainError('PO_NUMBER_TAKEN', facts));
}

/** Notes the write, makes it, notes the answer. */
async function send(work: Work, write: OrderWrite): Promise<{ done: boolean }> {
  const { part, desired, api, trail, db, runId } = work;
  const sending = { write, at: new Date().toISOString(), runId, emptyLooks: 0, lastLookAt: null };
  const noted = await keep(work, {
    agreed: write.kind === 'attach-files' ? beforeFiles(part.agreed) : part.agreed,
    sending: { write: sending, token: randomUUID() },
  });
  trail.about(orderSentence(write, part));
  let answer: OrderAnswer;
  try {
    const place = { projectId: part.projectProcoreId, orderId: part.procoreId ?? '' };
    const uploadIds = write.kind === 'attach-files' ? await upload(work, write.files) : [];
    answer = await applyOrder(api, place, desired, write, uploadIds);
  } catch (error) {
    return afterError(noted, write, error);
  }
  const isDeleted = write.kind === 'delete-record';
  const before = part.agreed ?? nothingAgreed;
  const agreed = isDeleted ? afterDelete(write, Date.now()) : afterAnswer(write, answer, before);
  const judged = judgeAnswer(desired, write.kind === 'create-header' ? { ...agreed, freshIn: runId } : agreed);
  const after = await keep(noted, {
    sending: null,
    procoreId: isDeleted ? null : answer.id,
    agreed: judged.agreed,
  });
  if (write.kind === 'create-header' && part.returnsStamp === null)
    await learn(db, part, { returnsStamp: answer.record.originData === write.stamp });
  if (answer.refused.length > 0) return afterRefusedLines(after, answer.refused);
  if (judged.refusal) throw await failed(after, new DomainError(judged.refusal.code, judged.refusal.facts as never));
  if (write.kind === 'set-status' && answer.whole !== null && answer.whole.status !== write.status)
    throw await failed(
      after,
      new DomainError('NOT_SETTLED', { field: 'The status', sent: write.status, got: answer.whole.status }),
    );
  return { done: await isDone(after, answer) };
}

const upload = ({ db, api, part }: Work, files: readonly FileToSend[]): Promise<string[]> =>
  uploadFiles({ api, read: (id) => readOrderFile(db, part.account, id) }, part.projectProcoreId, files);

const afterAnswer = (write: OrderWrite, { record, whole }: OrderAnswer, before: OrderAgreed): OrderAgreed =>
  write.kind === 'attach-files' && whole !== null
    ? takeOrderFiles(before, write, whole, true)
    : acknowledge(write, record, before, 'answer');

/** The last write's own answer shows the whole order, so the final check needs no further read. */
async function isDone(work: Work, { whole }: OrderAnswer): Promise<boolean> {
  const { agreed } = work.part;
  if (whole === null || agreed?.repeatedAt != null) return false;
  const look: OrderLook = { kind: 'ours', record: whole, twins: [] };
  if (nextOrderWrite(work.desired, agreed, look).kind !== 'done') return false;
  await finish(work, whole);
  return true;
}

/** No certain answer leaves the note; a certain refusal clears it, and is told in words. */
async function afterError(work: Work, write: OrderWrite, error: unknown): Promise<{ done: boolean }> {
  if (!isCertain(error) || isLostUpload(write, error)) throw settling(ORDER_WORDS[write.kind], work.settleDelayMs);
  const { api, part, desired, trail } = work;
  const isCreating = write.kind === 'create-header';
  const hasNumber = isCreating || (write.kind === 'update-header' && write.set.number !== undefined);
  const isUsed = error instanceof ProcoreError && hasNumber && isTaken(error);
  const takenAt = new Date().toISOString();
  const agreed = isUsed && isCreating ? { ...(part.agreed ?? nothingAgreed), takenAt } : part.agreed;
  const after = await keep(work, { sending: null, agreed });
  // A refused file never holds its order up.
  if (write.kind === 'attach-files' && !(error instanceof ProcoreError && isPassing(error))) {
    await goOnWithoutFiles(after, error instanceof DomainError ? (error.facts as { said: string }).said : error.said);
    return { done: false };
  }
  if (error instanceof DomainError || isPassing(error)) throw error;
  if (isUsed && isCreating) return { done: false };
  if (isUsed) {
    const facts = { number: desired.header.number, project: desired.projectText };
    throw await failed(after, new DomainError('PO_NUMBER_TAKEN', facts));
  }
  if (isCreating && error.kind === 'invalid' && /vendor/i.test(error.said)) {
    const place = { projectId: part.projectProcoreId, projectText: desired.projectText };
    if (await addToDirectory(api, place, write.header.vendorId, trail)) return { done: false };
  }
  if (isAboutTax([error.said]) && write.kind === 'add-lines') return afterRefusedLines(after, [error.said]);
  if (changesMoney(write) && (error.kind === 'locked' || isLock([error.said])))
    throw await needsVariation(after, error.said);
  throw await failed(after, orderRefusal(error, part));
}

/** A storage that is down counts as a try, so that it cannot hold the order up for ever. */
const isLostUpload = (write: OrderWrite, error: DomainError | ProcoreError): boolean =>
  write.kind === 'attach-files' && error instanceof ProcoreError && ['server', 'network'].includes(error.kind);

/** Why the files are not there is kept in the journal, and told in the story of the order. */
async function goOnWithoutFiles(work: Work, text: string): Promise<void> {
  const said = text.replace(/\.$/, '');
  const { part, desired, db } = work;
  await keep(work, { agreed: withoutFiles(part.agreed, said) });
  const facts = { number: desired.header.number, project: desired.projectText, said };
  const code = 'ATTACHMENT_FAILED';
  await addLog(db, { ...storyOf(part), event: 'note', result: 'fail', code, message: messageOf({ code, facts }) });
}

const changesMoney = (write: OrderWrite): boolean =>
  ['add-lines', 'update-lines', 'delete-line'].includes(write.kind) ||
  (write.kind === 'update-header' && write.set.vendorId !== undefined);

/** Lines may be refused inside a success. A refused tax code tells that the project keeps none; a lock, that it is too late. */
async function afterRefusedLines(work: Work, said: readonly string[]): Promise<{ done: boolean }> {
  const { part, desired, db } = work;
  const words = [...new Set(said)].join('; ');
  const taxed = desired.lines.find((line) => line.taxCodeId !== null);
  if (taxed?.taxCodeId != null && isAboutTax(said)) {
    await learn(db, part, { keepsTax: false });
    if (desired.postWithoutTax) return { done: false };
    const taxCode = desired.names[taxed.taxCodeId] ?? '';
    throw await failed(work, new DomainError('TAX_OFF', { project: desired.projectText, taxCode }));
  }
  if (isLock(said)) throw await needsVariation(work, words);
  throw await failed(work, new DomainError('REFUSED', { what: `lines of ${desired.header.number}`, said: words }));
}

const needsVariation = (work: Work, said: string): Promise<DomainError> =>
  failed(
    work,
    new DomainError('PO_NEEDS_VARIATION', {
      number: work.desired.header.number,
      why: `it says "${said.replace(/\.$/, '')}"`,
    }),
  );

/** What a person wants made again: the next look decides as if it had never been. */
async function forget(work: Work, lines: string[] | null): Promise<void> {
  const { agreed } = work.part;
  if (lines === null || agreed === null) {
    await keep(work, { procoreId: null, agreed: null });
    return;
  }
  const left = Object.entries(agreed.lines).filter(([stamp]) => !lines.includes(stamp));
  await keep(work, { agreed: { ...agreed, lines: Object.fromEntries(left) } });
}

async function finish(work: Work, record: RemoteOrder): Promise<void> {
  const { agreed } = work.part;
  const after = await keep(work, {
    state: 'sent',
    procoreId: record.id,
    agreed: agreed === null ? null : { ...agreed, repeatedAt: null, takenAt: null, mayRecreate: false },
  });
  await work.db.transaction((tx) => noteOrder(tx, after.part, record));
}

/**
 * Writes the journal, and with it the link of the order, so that an echo of what we wrote finds it linked; another
 * attempt that was faster has the word.
 */
async function keep(work: Work, entry: JournalEntry<OrderAgreed, Sending<OrderHeader>>): Promise<Work> {
  const part = await work.db.transaction(async (tx) => {
    const kept = await journal(tx, work.part, entry);
    if (kept !== null && entry.procoreId !== undefined) await linkOrder(tx, kept, entry.procoreId, kept.agreed);
    return kept;
  });
  if (part === null) throw new DomainError('BUSY', { what: `Purchase order ${work.desired.header.number}` });
  return { ...work, part };
}

async function failed(work: Work, error: DomainError): Promise<DomainError> {
  await keep(work, { state: 'failed' });
  return error;
}
