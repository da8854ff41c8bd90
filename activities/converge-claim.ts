import { randomUUID } from 'node:crypto';
import { activityInfo } from '@temporalio/activity';
import { readAttachment } from '../db/queries/attachments.ts';
import { type ClaimPartRow, claimsOfOthers, noteClaimed, takeTurn } from '../db/queries/claim-parts.ts';
import { addLog } from '../db/queries/integration-log.ts';
import { type JournalEntry, journal, learn } from '../db/queries/push-parts.ts';
import { type ClaimAgreed, type ClaimLook, type ClaimWrite, noClaimAgreed } from '../domain/claim.ts';
import type { FileToSend } from '../domain/direct-cost-files.ts';
import { DomainError } from '../domain/errors.ts';
import { nextClaimWrite } from '../domain/requisition.ts';
import {
  adoptClaim,
  beforeClaimFiles,
  type ClaimSending,
  judgeClaim,
  recogniseClaim,
  settleClaim,
  takeClaim,
  withoutClaimFiles,
} from '../domain/requisition-settling.ts';
import { type ClaimPlace, lookAtClaim } from '../procore/claim-look.ts';
import type { CompanyApi } from '../procore/client.ts';
import { ProcoreError } from '../procore/errors.ts';
import { applyClaim, type ClaimAnswer } from './claim-record.ts';
import { claimRefusalInWords } from './claim-refusal.ts';
import { CLAIM_WORDS, claimSentence } from './claim-words.ts';
import type { ConvergeDeps } from './converge-deps.ts';
import { isCertain, isPassing, settling as settlingOf } from './passing.ts';
import type { Trail } from './push-attempt.ts';
import { uploadFiles } from './upload-files.ts';

/** One claim while an activity works on it. */
interface Work extends Pick<ConvergeDeps, 'db' | 'settleDelayMs'> {
  api: CompanyApi;
  part: ClaimPartRow;
  trail: Trail;
}

/**
 * Brings one claim a single write closer to what the invoice says: take the commitment's turn, observe, decide, one write.
 * Writes of one commitment are serial, since each claim builds on the last.
 *
 * @returns whether nothing is left to write
 */
export async function convergeClaim(work: Work): Promise<{ done: boolean }> {
  if (!(await takeTurn(work.db, work.part))) throw new DomainError('BUSY', { what: textOf(work.part) });
  const seen = await observe(work).catch(async (error: unknown) => {
    if (!(error instanceof ProcoreError) || isPassing(error)) throw error;
    if (work.part.desired?.scope !== 'files') throw await failed(work, claimRefusalInWords(error, work.part));
    await goOnWithoutFiles(work, error.said);
    return null;
  });
  if (seen === null) return { done: false };
  const settled = work.part.sending === null ? work : await settleSending(work, seen);
  if (settled === 'look-again') return { done: false };
  if ('write' in settled) return send(settled.work, settled.write);
  const known = await recognised(settled, seen);
  const { desired, agreed } = known.part;
  const verdict = nextClaimWrite(desired, agreed, seen);
  switch (verdict.kind) {
    case 'done':
      await waitForEarlierEdition(known);
      await finish(known);
      return { done: true };
    case 'refuse':
      throw await failed(known, new DomainError(verdict.code, verdict.facts as never));
    case 'forget':
      await keep(known, forgotten(agreed, verdict.lines));
      return { done: false };
    case 'rebase':
      await keep(known, { agreed: verdict.agreed });
      await addLog(known.db, { ...noteOf(known.part), message: verdict.note });
      return { done: false };
    case 'without-files':
      await goOnWithoutFiles(known, verdict.said);
      return { done: false };
    case 'link': {
      const linked = { ...noClaimAgreed, isLinkOnly: true, number: verdict.claim.number };
      await keep(known, { procoreId: verdict.claim.id, state: 'sent', agreed: linked });
      return { done: true };
    }
    case 'adopt':
      if (desired !== null)
        await keep(known, { procoreId: verdict.claim.id, agreed: adoptClaim(desired, verdict.claim) });
      return { done: false };
    case 'write':
      if (verdict.write.kind === 'set-status') await waitForEarlierEdition(known);
      return send(known, verdict.write);
  }
}

/** What a person wants made again: the next look decides as if it had never been. */
function forgotten(agreed: ClaimAgreed | null, lines: string[] | null): JournalEntry<ClaimAgreed, ClaimSending> {
  if (lines === null || agreed === null) return { procoreId: null, agreed: null };
  const left = Object.entries(agreed.items).filter(([lineId]) => !lines.includes(lineId));
  return { agreed: { ...agreed, items: Object.fromEntries(left), packages: [] } };
}

const noteOf = ({ account, documentId }: ClaimPartRow) =>
  ({ account, documentId, event: 'note', result: 'info' }) as const;

const textOf = ({ desired }: ClaimPartRow): string => `The ${desired?.commitment.text ?? 'claim'}`;

async function observe({ api, part, db }: Work): Promise<ClaimLook> {
  const { desired, agreed, sending, procoreId } = part;
  const place: ClaimPlace = {
    projectId: part.projectProcoreId,
    commitment: desired?.commitment ?? null,
    requisitionId: procoreId,
    stamp: desired?.stamp ?? null,
    unanswered: sending?.write.kind === 'create-header' && part.returnsStamp !== true ? sending.write.header : null,
    billingDate: desired?.header.billingDate ?? null,
    knownIds: procoreId === null ? await claimsOfOthers(db, part) : [],
    withTwins: agreed?.repeatedAt != null,
  };
  return lookAtClaim(api, place);
}

/** A claim with our stamp that the journal does not know yet enters it before anything is written to it. */
async function recognised(work: Work, seen: ClaimLook): Promise<Work> {
  const { part } = work;
  if (seen.own === null || part.procoreId !== null || part.desired === null) return work;
  return keep(work, { procoreId: seen.own.id, agreed: recogniseClaim(part.desired, seen.own, part.agreed) });
}

/** Settles the write that got no certain answer, before anything new is decided. */
async function settleSending(
  work: Work,
  seen: ClaimLook,
): Promise<Work | 'look-again' | { work: Work; write: ClaimWrite }> {
  const { part, settleDelayMs } = work;
  const sending = part.sending!;
  const now = Date.now();
  const verdict = settleClaim(sending, part.agreed ?? noClaimAgreed, part.procoreId, seen, now, settleDelayMs);
  switch (verdict.kind) {
    case 'wait':
      if (verdict.isCounted) {
        const write = { ...sending, emptyLooks: sending.emptyLooks + 1, lastLookAt: new Date(now).toISOString() };
        await keep(work, { sending: { write, token: part.sendingToken! } });
      }
      throw settling(sending.write, verdict.ms);
    case 'settled': {
      const isGone = verdict.procoreId === null && part.procoreId !== null;
      return (await judged(work, verdict.agreed, verdict.procoreId, isGone)) ?? 'look-again';
    }
    case 'repeat': {
      const isCreating = sending.write.kind === 'create-header';
      const agreed = isCreating
        ? { ...(part.agreed ?? noClaimAgreed), repeatedAt: new Date(now).toISOString() }
        : part.agreed;
      return { work: { ...work, part: { ...part, agreed } }, write: sending.write };
    }
  }
}

/** Keeps what came of a write; cents that differ are told at once. Nothing is given back when the record is gone. */
async function judged(
  work: Work,
  agreed: ClaimAgreed,
  procoreId: string | null,
  isGone: boolean,
): Promise<Work | null> {
  const verdict = work.part.desired === null ? null : judgeClaim(work.part.desired, agreed);
  const after = await keep(work, { sending: null, procoreId, agreed: verdict?.agreed ?? agreed });
  if (verdict?.refusal)
    throw await failed(after, new DomainError(verdict.refusal.code, verdict.refusal.facts as never));
  return isGone ? null : after;
}

/** After a creating write was repeated, its first edition may still turn up: the list is asked once more before promoting. */
async function waitForEarlierEdition({ part, settleDelayMs }: Work): Promise<void> {
  const repeatedAt = part.agreed?.repeatedAt;
  if (repeatedAt == null) return;
  const due = Date.parse(repeatedAt) + settleDelayMs - Date.now();
  if (due > 0) throw settlingOf('the new claim', due);
}

/** Notes the write, makes it, notes the answer. */
async function send(work: Work, wanted: ClaimWrite): Promise<{ done: boolean }> {
  const { part, api, trail, db } = work;
  const { write, uuids } = await withUploads(work, wanted);
  const at = new Date().toISOString();
  const runId = activityInfo().workflowExecution?.runId ?? '';
  const noted = await keep(work, {
    agreed: write.kind === 'attach-files' ? beforeClaimFiles(part.agreed) : part.agreed,
    sending: { write: { write, at, runId, emptyLooks: 0, lastLookAt: null }, token: randomUUID() },
  });
  trail.about(claimSentence(write, part));
  const place = {
    projectId: part.projectProcoreId,
    commitmentId: part.desired?.commitment.procoreId ?? '',
    requisitionId: part.procoreId,
  };
  let answer: ClaimAnswer;
  try {
    const uploadIds = write.kind === 'attach-files' ? await upload(work, write.files) : uuids;
    answer = await applyClaim(api, place, write, { saysRetainage: part.desired?.saysRetainage ?? false, uploadIds });
  } catch (error) {
    return afterError(noted, write, error, part.agreed);
  }
  const before = part.agreed ?? noClaimAgreed;
  const isDeleted = write.kind === 'delete-record';
  const agreed = answer.claim === null ? unseen(write, before) : takeClaim(write, answer.claim, before, 'answer');
  const after = await judged(noted, isDeleted ? noClaimAgreed : agreed, isDeleted ? null : answer.id, false);
  if (write.kind === 'create-header' && part.returnsStamp === null)
    await learn(db, part, { returnsStamp: answer.claim?.originData === write.stamp });
  return { done: await isDone(after ?? noted, answer) };
}

/** Adding a change order answers its items only, so the next look shows them. */
const unseen = (write: ClaimWrite, agreed: ClaimAgreed): ClaimAgreed =>
  write.kind === 'add-package'
    ? { ...agreed, isDirty: true, packages: [...new Set([...(agreed.packages ?? []), write.packageId])] }
    : agreed;

const upload = ({ db, api, part }: Work, files: readonly FileToSend[]): Promise<string[]> =>
  uploadFiles({ api, read: (id) => readAttachment(db, part.account, id) }, part.projectProcoreId, files);

/**
 * A new claim takes its files along, which are sent before anything is noted. Where that fails it is made without them:
 * they follow in a step of their own, which counts its tries.
 */
async function withUploads(work: Work, write: ClaimWrite): Promise<{ write: ClaimWrite; uuids: string[] }> {
  if (write.kind !== 'create-header' || write.files.length === 0) return { write, uuids: [] };
  work.trail.about(claimSentence({ kind: 'attach-files', files: write.files, beside: [] }, work.part));
  try {
    return { write, uuids: await upload(work, write.files) };
  } catch (error) {
    if (error instanceof ProcoreError && ['rate-limit', 'unauthorized'].includes(error.kind)) throw error;
    return { write: { ...write, files: [] }, uuids: [] };
  }
}

/** The last write's own answer shows the whole claim, so the final check needs no further read. */
async function isDone(work: Work, { claim }: ClaimAnswer): Promise<boolean> {
  const { desired, agreed } = work.part;
  if (claim === null || agreed?.repeatedAt != null) return false;
  const look: ClaimLook = { ...EMPTY_LOOK, own: claim };
  if (nextClaimWrite(desired, agreed, look).kind !== 'done') return false;
  await finish(work);
  return true;
}

const EMPTY_LOOK: Omit<ClaimLook, 'own'> = {
  isGone: false,
  twins: [],
  others: [],
  knownIds: [],
  commitment: null,
  openPeriodId: null,
  freeMonth: null,
};

async function finish(work: Work): Promise<void> {
  const { agreed } = work.part;
  await keep(work, {
    state: 'sent',
    agreed: agreed === null ? null : { ...agreed, repeatedAt: null, mayRecreate: false },
  });
  await noteClaimed(work.db, work.part);
}

/** No certain answer leaves the note; a certain refusal clears it, and is told in words. */
async function afterError(
  work: Work,
  write: ClaimWrite,
  error: unknown,
  before: ClaimAgreed | null,
): Promise<{ done: boolean }> {
  if (!isCertain(error) || isLostUpload(write, error)) throw settling(write, work.settleDelayMs);
  const after = await keep(work, { sending: null, agreed: before });
  if (isAboutFiles(write, error)) {
    await goOnWithoutFiles(after, error instanceof DomainError ? (error.facts as { said: string }).said : error.said);
    return { done: false };
  }
  if (error instanceof DomainError || isPassing(error)) throw error;
  if (write.kind === 'create-header' && write.items.length > 0 && isAboutItems(error)) {
    await keep(after, { agreed: { ...(before ?? noClaimAgreed), isStepwise: true } });
    return { done: false };
  }
  throw await failed(after, claimRefusalInWords(error, after.part));
}

/** A claim with a subcontractor's own schedule of values has other items than the lines we know. */
const isAboutItems = (error: ProcoreError): boolean => error.kind === 'invalid' && /\bitem/i.test(error.said);

/** A storage that is down counts as a try, so that it cannot hold the claim up for ever. */
const isLostUpload = (write: ClaimWrite, error: DomainError | ProcoreError): boolean =>
  write.kind === 'attach-files' && error instanceof ProcoreError && ['server', 'network'].includes(error.kind);

/** A refused file never holds its claim up. */
function isAboutFiles(write: ClaimWrite, error: DomainError | ProcoreError): boolean {
  if (error instanceof ProcoreError && isPassing(error)) return false;
  if (write.kind === 'attach-files') return true;
  const hasFiles = write.kind === 'create-header' && write.files.length > 0;
  return hasFiles && error instanceof ProcoreError && /upload|attachment|file/i.test(error.said);
}

/** What became of the files is kept, and told once the claim is complete. */
async function goOnWithoutFiles(work: Work, said: string): Promise<Work> {
  return keep(work, { agreed: withoutClaimFiles(work.part.agreed, said.replace(/\.$/, '')) });
}

/** Writes the journal; another attempt that was faster has the word. */
async function keep(work: Work, entry: JournalEntry<ClaimAgreed, ClaimSending>): Promise<Work> {
  const part = await journal(work.db, work.part, entry);
  if (part === null) throw new DomainError('BUSY', { what: textOf(work.part) });
  return { ...work, part };
}

async function failed(work: Work, error: DomainError): Promise<DomainError> {
  await keep(work, { state: 'failed' });
  return error;
}

const settling = (write: ClaimWrite, ms: number) => settlingOf(CLAIM_WORDS[write.kind], ms);
