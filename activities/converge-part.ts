import { randomUUID } from 'node:crypto';
import { activityInfo } from '@temporalio/activity';
import { readAttachment } from '../db/queries/attachments.ts';
import { type BudgetCode, forgetBudgetCodes, learnBudgetCodes } from '../db/queries/budget-codes.ts';
import { asClaimPart } from '../db/queries/claim-parts.ts';
import { addLog } from '../db/queries/integration-log.ts';
import { type JournalEntry, journal, learn, loadPart, type Part } from '../db/queries/push-parts.ts';
import {
  type Agreed,
  type DesiredDirectCost,
  type Look,
  nothingAgreed,
  type RemoteLine,
  type Write,
} from '../domain/direct-cost.ts';
import { keptFiles } from '../domain/direct-cost-files.ts';
import { DomainError } from '../domain/errors.ts';
import { nextWrite } from '../domain/next-write.ts';
import {
  acknowledge,
  adopt,
  afterDelete,
  beforeFiles,
  judgeAnswer,
  recognise,
  settle,
  withoutFiles,
} from '../domain/settling.ts';
import type { CompanyApi } from '../procore/client.ts';
import { look, showRecord } from '../procore/direct-cost-look.ts';
import { ProcoreError } from '../procore/errors.ts';
import { convergeClaim } from './converge-claim.ts';
import type { ConvergeDeps } from './converge-deps.ts';
import { apply, type WriteAnswer } from './direct-cost-record.ts';
import { sentenceOf, WRITE_WORDS } from './direct-cost-words.ts';
import { isCertain, isPassing, settling as settlingOf } from './passing.ts';
import { attempted, type Trail } from './push-attempt.ts';
import { refusalInWords } from './push-refusal.ts';
import { addToDirectory } from './vendor-directory.ts';

export interface ConvergePartInput {
  account: string;
  /** one Procore record the invoice becomes: its part of one project */
  partId: string;
}

/** One part while an activity works on it. */
interface Work extends ConvergeDeps {
  api: CompanyApi;
  part: Part;
  desired: DesiredDirectCost | null;
  trail: Trail;
  runId: string;
}

/**
 * Brings one Procore record a single write closer to what the invoice says: observe, decide, one write.
 * The journal, not the attempt number, tells whether an earlier write is unsettled (design: outbound).
 *
 * @returns whether nothing is left to write
 */
export async function convergePart(deps: ConvergeDeps, input: ConvergePartInput): Promise<{ done: boolean }> {
  const part = await loadPart(deps.db, input.account, input.partId);
  if (part === null) return { done: true };
  return attempted(deps.db, { account: part.account, invoiceId: part.documentId }, (trail) =>
    part.target === 'requisition'
      ? convergeClaim({ ...deps, part: asClaimPart(part), trail, api: openApi(deps, part, trail) })
      : converge({ ...deps, part, desired: wish(part), trail, api: openApi(deps, part, trail), runId: runId() }),
  );
}

const runId = (): string => activityInfo().workflowExecution?.runId ?? '';

const openApi = ({ procore }: ConvergeDeps, part: Part, trail: Trail): CompanyApi =>
  procore.company({
    connectionId: part.connectionId,
    apiUrl: part.apiUrl,
    companyId: part.companyProcoreId,
    lane: 'push',
    onCall: trail.onCall,
  });

/** Where a project is known to drop tax codes and the account posts without them, none is wished for. */
function wish({ desired: planned, keepsTax, keepsFiles }: Part): DesiredDirectCost | null {
  const desired = planned === null ? null : { ...planned, keepsFiles };
  if (desired === null || keepsTax !== false || !desired.postWithoutTax) return desired;
  return { ...desired, lines: desired.lines.map((line) => ({ ...line, taxCodeId: null })) };
}

async function converge(work: Work): Promise<{ done: boolean }> {
  const seen = await observe(work).catch(async (error: unknown) => {
    if (!(error instanceof ProcoreError) || isPassing(error)) throw error;
    if (work.desired?.scope !== 'files') throw await failed(work, refusalInWords(error, work.part));
    await goOnWithoutFiles(work, error.said);
    return null;
  });
  if (seen === null) return { done: false };
  const settled = work.part.sending === null ? work : await settleSending(work, seen);
  if (settled === 'look-again') return { done: false };
  if ('write' in settled) return send(settled.work, settled.write);
  const known = await recognised(settled, seen);
  return act(known, seen);
}

async function act(known: Work, seen: Look): Promise<{ done: boolean }> {
  const verdict = nextWrite(known.desired, known.part.agreed, seen, known.part.removal);
  switch (verdict.kind) {
    case 'done':
      await waitForEarlierEdition(known);
      await keep(known, { state: 'sent', agreed: finished(known.part.agreed) });
      return { done: true };
    case 'refuse':
      throw await failed(known, new DomainError(verdict.code, verdict.facts as never));
    case 'forget':
      return forget(known, verdict.lines, seen);
    case 'rebase':
      await keep(known, { agreed: verdict.agreed });
      await addLog(known.db, { ...noteOf(known.part), message: verdict.note });
      return { done: false };
    case 'without-files':
      return act(await goOnWithoutFiles(known, verdict.said), seen);
    case 'link':
      await keep(known, { procoreId: verdict.id, state: 'sent', agreed: { ...nothingAgreed, isLinkOnly: true } });
      return { done: true };
    case 'adopt':
      await takeOver(known, verdict.id);
      return { done: false };
    case 'write':
      if (verdict.write.kind === 'set-status') await waitForEarlierEdition(known);
      return send(known, verdict.write);
  }
}

const noteOf = ({ account, documentId }: Part) => ({ account, documentId, event: 'note', result: 'info' }) as const;

/** A record with our stamp that the journal does not know yet enters it before anything is written to it. */
async function recognised(work: Work, seen: Look): Promise<Work> {
  const { part, desired } = work;
  if (seen.kind !== 'ours' || part.procoreId !== null || desired === null) return work;
  return keep(work, { procoreId: seen.record.id, agreed: recognise(desired, seen.record, part.agreed) });
}

/** A header just made in this run is known without reading; everything else is read. */
async function observe({ part, desired, api, runId }: Work): Promise<Look> {
  const { agreed, sending, procoreId } = part;
  const isFresh = sending === null && agreed?.freshIn === runId && agreed.header !== null && procoreId !== null;
  if (isFresh) {
    const lines = Object.entries(agreed.lines).map(([stamp, { id, got }]) => ({ id, originData: stamp, ...got }));
    const facts = { originId: null, originData: desired?.stamp ?? null, attachments: [], lines };
    const record = { id: procoreId, header: agreed.header!.got, status: agreed.status ?? 'draft', ...facts };
    return { kind: 'ours', record, twins: [] };
  }
  return look(api.directCosts, {
    projectId: part.projectProcoreId,
    directCostId: procoreId,
    desired,
    unanswered: isCreation(sending?.write) ? sending.write.header : null,
    withTwins: agreed?.repeatedAt != null,
  });
}

/** Settles the write that got no certain answer, before anything new is decided. */
async function settleSending(work: Work, seen: Look): Promise<Work | 'look-again' | { work: Work; write: Write }> {
  const { part, settleDelayMs } = work;
  const sending = part.sending!;
  const now = Date.now();
  const verdict = settle(sending, part.agreed ?? nothingAgreed, part.procoreId, seen, now, settleDelayMs);
  switch (verdict.kind) {
    case 'wait': {
      const lastLookAt = new Date(now).toISOString();
      if (verdict.isCounted) {
        const write = { ...sending, emptyLooks: sending.emptyLooks + 1, lastLookAt };
        await keep(work, { sending: { write, token: part.sendingToken! } });
      }
      throw settling(sending.write, verdict.ms);
    }
    case 'settled': {
      const isGone = verdict.procoreId === null && part.procoreId !== null;
      const judged = work.desired === null ? null : judgeAnswer(work.desired, verdict.agreed);
      const after = await keep(work, {
        sending: null,
        procoreId: verdict.procoreId,
        agreed: judged?.agreed ?? verdict.agreed,
      });
      await learnFrom(after, judged?.keepsTax ?? null, seen);
      if (judged?.refusal)
        throw await failed(after, new DomainError(judged.refusal.code, judged.refusal.facts as never));
      return isGone ? 'look-again' : after;
    }
    case 'repeat': {
      const isCreating = isCreation(sending.write) || sending.write.kind === 'add-lines';
      const repeatedAt = new Date(now).toISOString();
      const agreed = isCreating ? { ...(part.agreed ?? nothingAgreed), repeatedAt } : part.agreed;
      return { work: { ...work, part: { ...part, agreed } }, write: sending.write };
    }
    case 'fence':
      return { work, write: { kind: 'delete-record', id: part.procoreId!, why: 'fence' } };
  }
}

/** After a repeat an early edition may turn up late: the status is set only after one more settle delay, and a look. */
async function waitForEarlierEdition({ part, settleDelayMs }: Work): Promise<void> {
  const repeatedAt = part.agreed?.repeatedAt ?? null;
  if (repeatedAt === null) return;
  const ms = Date.parse(repeatedAt) + settleDelayMs - Date.now();
  if (ms > 0) throw settling({ kind: 'add-lines', lines: [] }, ms);
}

const finished = (agreed: Agreed | null): Agreed | null =>
  agreed === null ? null : { ...agreed, repeatedAt: null, freshIn: null, mayRecreate: false };

/** Notes the write, makes it, notes the answer. */
async function send(work: Work, write: Write): Promise<{ done: boolean }> {
  const { part, desired, api, runId, trail, db } = work;
  const at = new Date().toISOString();
  const noted = await keep(work, {
    state: 'sending',
    agreed: write.kind === 'attach-files' ? beforeFiles(part.agreed) : part.agreed,
    sending: { write: { write, at, runId, emptyLooks: 0, lastLookAt: null }, token: randomUUID() },
  });
  trail.about(sentenceOf(write, part));
  let answer: WriteAnswer;
  try {
    const place = { projectId: part.projectProcoreId, directCostId: part.procoreId };
    answer = await apply(api.directCosts, place, write, (id) => readAttachment(db, part.account, id));
  } catch (error) {
    return afterError(noted, write, error, part.agreed);
  }
  const agreed = afterAnswer(noted, write, answer);
  const judged = desired === null ? null : judgeAnswer(desired, agreed);
  const isDeleted = write.kind === 'delete-record';
  const after = await keep(noted, {
    sending: null,
    procoreId: isDeleted ? null : answer.id,
    agreed: judged?.agreed ?? agreed,
  });
  if (isCreation(write) && part.returnsStamp === null)
    await learn(db, part, { returnsStamp: answer.record.originData === write.stamp });
  if (write.kind === 'attach-files') {
    const keepsFiles = keptFiles(write.beside, answer.record.attachments);
    if (keepsFiles !== null && keepsFiles !== part.keepsFiles) await learn(db, part, { keepsFiles });
  }
  await learnBudgetCodes(db, part, budgetCodesOf(answer.record.lines));
  await learnFrom(after, judged?.keepsTax ?? null, null);
  if (answer.refused.length > 0) return afterRefused(after, answer.refused, write.kind !== 'update-header');
  if (judged?.refusal) throw await failed(after, new DomainError(judged.refusal.code, judged.refusal.facts as never));
  if (write.kind === 'set-status' && answer.whole !== null && answer.whole.status !== write.status)
    throw await failed(
      after,
      new DomainError('NOT_SETTLED', { field: 'The status', sent: write.status, got: answer.whole.status }),
    );
  return { done: await isDone(after, answer) };
}

function afterAnswer({ part, runId }: Work, write: Write, answer: WriteAnswer): Agreed {
  if (write.kind === 'delete-record') return afterDelete(write, Date.now());
  const agreed = acknowledge(write, answer.record, part.agreed ?? nothingAgreed, 'answer');
  return isCreation(write) ? { ...agreed, freshIn: runId } : agreed;
}

/** The last write's own answer shows the whole record, so the final check needs no further read. */
async function isDone(work: Work, answer: WriteAnswer): Promise<boolean> {
  if (answer.whole === null || work.part.agreed?.repeatedAt != null) return false;
  const verdict = nextWrite(work.desired, work.part.agreed, { kind: 'ours', record: answer.whole, twins: [] });
  if (verdict.kind !== 'done') return false;
  await keep(work, { state: 'sent', agreed: finished(work.part.agreed) });
  return true;
}

/** No certain answer leaves the note; a certain refusal clears it, and is told in words. */
async function afterError(work: Work, write: Write, error: unknown, before: Agreed | null): Promise<{ done: boolean }> {
  if (!isCertain(error)) throw settling(write, work.settleDelayMs);
  const after = await keep(work, { sending: null, agreed: before });
  if (write.kind === 'attach-files' && !(error instanceof ProcoreError && isPassing(error))) {
    await goOnWithoutFiles(after, error instanceof DomainError ? (error.facts as { said: string }).said : error.said);
    return { done: false };
  }
  if (error instanceof DomainError || isPassing(error)) throw error;
  if (write.kind === 'create-whole' && isAboutCode(error)) {
    await forgetBudgetCodes(work.db, work.part);
    await keep(after, { agreed: { ...nothingAgreed, isStepwise: true } });
    return { done: false };
  }
  if (isCreation(write) && isAboutVendor(error)) {
    const { api, part, trail } = work;
    const place = { projectId: part.projectProcoreId, projectText: part.desired?.projectText ?? '' };
    const isAdded = await addToDirectory(api, place, write.header.vendorId, trail);
    if (isAdded) return { done: false };
  }
  if (write.kind === 'add-lines' && isAboutTax([error.said])) return afterRefused(after, [error.said]);
  throw await failed(after, refusalInWords(error, after.part));
}

/** Makes a record that was not there. */
const isCreation = (write: Write | undefined): write is Write & { kind: 'create-header' | 'create-whole' } =>
  write?.kind === 'create-header' || write?.kind === 'create-whole';

const isAboutCode = (error: ProcoreError): boolean =>
  error.kind === 'invalid' && /wbs|budget code|line item/i.test(error.said);
const isAboutVendor = (error: ProcoreError): boolean => error.kind === 'invalid' && /vendor/i.test(error.said);
const isAboutTax = (said: readonly string[]): boolean => said.some((sentence) => /tax/i.test(sentence));

/** Lines may be refused inside a success. A refused tax code tells that the project keeps none. */
async function afterRefused(work: Work, said: readonly string[], isOfLines = true): Promise<{ done: boolean }> {
  const { part, desired, db } = work;
  const taxed = desired?.lines.find((line) => line.taxCodeId !== null);
  if (taxed?.taxCodeId != null && isAboutTax(said)) {
    await learn(db, part, { keepsTax: false });
    if (desired?.postWithoutTax) return { done: false };
    const taxCode = desired?.names[taxed.taxCodeId] ?? '';
    throw await failed(work, new DomainError('TAX_OFF', { project: desired?.projectText ?? '', taxCode }));
  }
  const number = desired?.header.invoiceNumber ?? 'the invoice';
  const what = isOfLines ? `lines of ${number}` : number;
  throw await failed(work, new DomainError('REFUSED', { what, said: [...new Set(said)].join('; ') }));
}

/** What a person wants made again: the next look decides as if it had never been. */
async function forget(work: Work, lines: string[] | null, seen: Look): Promise<{ done: boolean }> {
  const { agreed } = work.part;
  if (lines === null || agreed === null) {
    await keep(work, { procoreId: null, agreed: null });
    return { done: false };
  }
  const left = Object.entries(agreed.lines).filter(([stamp]) => !lines.includes(stamp));
  return act(await keep(work, { agreed: { ...agreed, lines: Object.fromEntries(left) } }), seen);
}

/** A file never holds its record up: what became of it is kept, and told once the record is complete. */
async function goOnWithoutFiles(work: Work, said: string): Promise<Work> {
  return keep(work, { agreed: withoutFiles(work.part.agreed, said.replace(/\.$/, '')) });
}

async function takeOver(work: Work, directCostId: string): Promise<void> {
  const record = await showRecord(work.api.directCosts, work.part.projectProcoreId, directCostId);
  if (record === null || work.desired === null) return;
  await keep(work, { procoreId: directCostId, agreed: adopt(work.desired, record) });
}

/** Writes the journal; another attempt that was faster has the word. */
async function keep(work: Work, entry: JournalEntry): Promise<Work> {
  const part = await journal(work.db, work.part, entry);
  if (part === null) throw new DomainError('BUSY', { what: work.desired?.header.invoiceNumber ?? 'The invoice' });
  return { ...work, part };
}

async function failed(work: Work, error: DomainError): Promise<DomainError> {
  await keep(work, { state: 'failed' });
  return error;
}

async function learnFrom({ db, part }: Work, keepsTax: boolean | null, seen: Look | null): Promise<void> {
  if (keepsTax !== null && keepsTax !== part.keepsTax) await learn(db, part, { keepsTax });
  if (seen?.kind === 'ours' && part.returnsStamp === null && seen.record.originData !== null)
    await learn(db, part, { returnsStamp: true });
}

/** What the lines of an answer tell of Procore's budget codes. */
const budgetCodesOf = (lines: readonly RemoteLine[]): BudgetCode[] =>
  lines.flatMap(({ costCodeId, lineItemTypeId: costTypeId, wbsCodeId }) =>
    costCodeId !== null && costTypeId !== null && wbsCodeId != null ? [{ costCodeId, costTypeId, wbsCodeId }] : [],
  );

const settling = (write: Write, ms: number) => settlingOf(WRITE_WORDS[write.kind], ms);
