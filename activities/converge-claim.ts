import { randomUUID } from 'node:crypto';
import { activityInfo } from '@temporalio/activity';
import { type ClaimPartRow, claimsOfOthers, noteClaimed, takeTurn } from '../db/queries/claim-parts.ts';
import { addLog } from '../db/queries/integration-log.ts';
import { type JournalEntry, journal, learn } from '../db/queries/push-parts.ts';
import { type ClaimAgreed, type ClaimLook, type ClaimWrite, noClaimAgreed } from '../domain/claim.ts';
import { DomainError } from '../domain/errors.ts';
import { nextClaimWrite } from '../domain/requisition.ts';
import {
  adoptClaim,
  type ClaimSending,
  judgeClaim,
  recogniseClaim,
  settleClaim,
  takeClaim,
} from '../domain/requisition-settling.ts';
import { failureOf } from '../platform/errors.ts';
import type { CompanyApi } from '../procore/client.ts';
import { ProcoreError, type ProcoreErrorKind } from '../procore/errors.ts';
import { applyClaim, type ClaimAnswer, type ClaimPlace, lookAtClaim } from './claim-record.ts';
import { claimRefusalInWords } from './claim-refusal.ts';
import type { ConvergeDeps } from './converge-part.ts';
import type { Trail } from './push-attempt.ts';

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
    throw await failed(work, claimRefusalInWords(error, work.part));
  });
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
      await keep(known, { procoreId: null, agreed: null });
      return { done: false };
    case 'rebase':
      await keep(known, { agreed: verdict.agreed });
      await addLog(known.db, { ...noteOf(known.part), message: verdict.note });
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
  if (due > 0) throw failureOf(new DomainError('SETTLING', { what: 'the new claim' }), Math.max(due, 50));
}

/** Notes the write, makes it, notes the answer. */
async function send(work: Work, write: ClaimWrite): Promise<{ done: boolean }> {
  const { part, api, trail, db } = work;
  const at = new Date().toISOString();
  const runId = activityInfo().workflowExecution?.runId ?? '';
  const noted = await keep(work, {
    agreed: part.agreed,
    sending: { write: { write, at, runId, emptyLooks: 0, lastLookAt: null }, token: randomUUID() },
  });
  trail.about(sentenceOf(write, part));
  const place = {
    projectId: part.projectProcoreId,
    commitmentId: part.desired?.commitment.procoreId ?? '',
    requisitionId: part.procoreId,
  };
  let answer: ClaimAnswer;
  try {
    answer = await applyClaim(api, place, write, part.desired?.saysRetainage ?? false);
  } catch (error) {
    throw await afterError(noted, write, error);
  }
  const before = part.agreed ?? noClaimAgreed;
  const isDeleted = write.kind === 'delete-record';
  const agreed = answer.claim === null ? before : takeClaim(write, answer.claim, before, 'answer');
  const after = await judged(noted, isDeleted ? noClaimAgreed : agreed, isDeleted ? null : answer.id, false);
  if (write.kind === 'create-header' && part.returnsStamp === null)
    await learn(db, part, { returnsStamp: answer.claim?.originData === write.stamp });
  return { done: await isDone(after ?? noted, answer) };
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
async function afterError(work: Work, write: ClaimWrite, error: unknown): Promise<unknown> {
  const isCertain = error instanceof DomainError || (error instanceof ProcoreError && !error.isAmbiguous);
  if (!isCertain) return settling(write, work.settleDelayMs);
  const after = await keep(work, { sending: null });
  if (error instanceof DomainError || isPassing(error)) return error;
  return failed(after, claimRefusalInWords(error, after.part));
}

const PASSING: readonly ProcoreErrorKind[] = ['rate-limit', 'busy', 'unauthorized', 'server', 'network'];
const isPassing = (error: ProcoreError): boolean => PASSING.includes(error.kind);

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

/** Told to Temporal as a wait of just the settle delay. */
const settling = (write: ClaimWrite, ms: number) =>
  failureOf(new DomainError('SETTLING', { what: WORDS[write.kind] }), Math.max(ms, 50));

const WORDS: Record<ClaimWrite['kind'], string> = {
  'open-period': 'the new billing period',
  'create-header': 'the new claim',
  'add-package': 'the items of a change order',
  'update-header': 'a change of the claim',
  'update-items': 'a change of its items',
  'delete-record': 'the removal of the claim',
  'delete-twin': 'the removal of a second edition',
  'set-status': 'its status',
};

function sentenceOf(write: ClaimWrite, { desired }: ClaimPartRow): string {
  const place = desired === null ? '' : ` on ${desired.commitment.text}`;
  switch (write.kind) {
    case 'open-period':
      return `Opened the billing period ${write.start} to ${write.end}.`;
    case 'create-header':
      return `Created claim ${write.header.invoiceNumber}${place}.`;
    case 'add-package':
      return `Added the items of a change order to the claim${place}.`;
    case 'update-header':
      return `Changed the claim${place}.`;
    case 'update-items':
      return `Changed ${write.items.length} ${write.items.length === 1 ? 'item' : 'items'} of the claim${place}.`;
    case 'delete-record':
      return 'Removed the claim: the invoice no longer claims on its commitment.';
    case 'delete-twin':
      return `Removed an empty second edition of the claim${place}.`;
    case 'set-status':
      return `Set the status of the claim${place} to ${write.status.replaceAll('_', ' ')}.`;
  }
}
