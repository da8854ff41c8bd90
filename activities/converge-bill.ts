import { randomUUID } from 'node:crypto';
import { activityInfo } from '@temporalio/activity';
import { lookAtBill } from '../accounting/bill-look.ts';
import { AccountingError, type OrganisationApi } from '../accounting/port.ts';
import { readAttachment } from '../db/queries/attachments.ts';
import { addLog } from '../db/queries/integration-log.ts';
import { type BillEntry, type BillPart, journalBill, loadBillPart } from '../db/queries/overhead-push.ts';
import {
  type AgreedBill,
  acknowledgeBill,
  type BillLook,
  type BillSending,
  type BillWrite,
  judgeBill,
  nextBillWrite,
  type RemoteBill,
  recogniseBill,
  settleBill,
} from '../domain/bill.ts';
import { formatMoney } from '../domain/decimal.ts';
import { DomainError } from '../domain/errors.ts';
import { accountingRefusal } from '../platform/accounting-errors.ts';
import { failureOf } from '../platform/errors.ts';
import { type AccountingTrail, attemptedOverhead } from './overhead-attempt.ts';
import type { OverheadDeps } from './prepare-overhead.ts';
import type { InvoiceRef } from './push-attempt.ts';

/** The bill of one invoice while an activity works on it. */
interface Work extends Omit<OverheadDeps, 'publicUrl'> {
  api: OrganisationApi;
  part: BillPart;
  trail: AccountingTrail;
  runId: string;
}

/**
 * Brings the bill of an invoice a single write closer to what the invoice says: observe, decide, one write, as
 * converge-part.ts does for Procore's records.
 *
 * @param attempted where its troubles are kept: on the overhead part, or on the invoice that is taken back
 *
 * @returns whether nothing is left to write
 */
export function convergeBill(
  deps: Omit<OverheadDeps, 'publicUrl'>,
  ref: InvoiceRef,
  attempted = attemptedOverhead,
): Promise<{ done: boolean }> {
  return attempted(deps.db, ref, async (trail) => {
    const part = await loadBillPart(deps.db, ref);
    if (part === null) return { done: true };
    const { connectionId, apiUrl, organisationId } = part;
    const api = deps.accounting.organisation({ connectionId, apiUrl, organisationId, onCall: trail.onCall });
    const runId = activityInfo().workflowExecution?.runId ?? '';
    return converge({ ...deps, part, trail, api, runId });
  });
}

async function converge(work: Work): Promise<{ done: boolean }> {
  const seen = await lookAtBill(work.api, work.part, work.runId);
  const settled = work.part.sending === null ? work : await settle(work, work.part.sending, seen);
  if (settled === 'look-again') return { done: false };
  if ('again' in settled) return send(settled.work, settled.again.write, settled.again.key);
  const known = await recognised(settled, seen);
  const { desired, agreed } = known.part;
  const verdict = nextBillWrite(desired, agreed, seen);
  switch (verdict.kind) {
    case 'done':
      return finish(known);
    case 'refuse':
      throw new DomainError(verdict.code, verdict.facts as never);
    case 'link':
      return link(known, verdict.id);
    case 'write':
      if (verdict.write.kind === 'set-status') waitForEarlierEdition(known);
      return send(known, verdict.write, randomUUID());
  }
}

/** Nothing is left to write. Where the old record of another kind is gone, the wanted one still has to be made. */
async function finish(work: Work): Promise<{ done: boolean }> {
  waitForEarlierEdition(work);
  const { desired, agreed } = work.part;
  if (desired !== null && agreed !== null && agreed.kind !== desired.kind && !agreed.isLinkOnly) {
    await keep(work, { agreed: null, remoteId: null });
    return { done: false };
  }
  if (desired === null) await keep(work, { agreed: null, remoteId: null });
  else if (agreed !== null) await keep(work, { agreed: { ...agreed, repeatedAt: null, freshIn: null } });
  return { done: true };
}

async function link(work: Work, id: string): Promise<{ done: boolean }> {
  const { desired } = work.part;
  const record = desired === null ? null : await work.api.showBill({ kind: desired.kind, id });
  if (desired === null || record === null) return { done: false };
  await keep(work, { remoteId: id, agreed: { ...recogniseBill(desired, record), isLinkOnly: true } });
  return { done: true };
}

async function recognised(work: Work, seen: BillLook): Promise<Work> {
  const { desired, remoteId } = work.part;
  if (seen.kind !== 'ours' || remoteId !== null || desired === null) return work;
  return keep(work, { remoteId: seen.record.id, agreed: recogniseBill(desired, seen.record) });
}

type Settled = Work | 'look-again' | { work: Work; again: BillSending };

/** Settles the write that got no certain answer, before anything new is decided. */
async function settle(work: Work, sending: BillSending, seen: BillLook): Promise<Settled> {
  const { part, settleDelayMs } = work;
  const now = Date.now();
  const journal = { agreed: part.agreed, id: part.remoteId };
  const verdict = settleBill(part.desired, sending, journal, seen, now, settleDelayMs);
  switch (verdict.kind) {
    case 'wait': {
      const lastLookAt = new Date(now).toISOString();
      const write = { ...sending, emptyLooks: sending.emptyLooks + 1, lastLookAt };
      if (verdict.isCounted) await keep(work, { sending: { write, token: part.sendingToken ?? '' } });
      throw settling(work, sending.write, verdict.ms);
    }
    case 'repeat':
      return { work, again: sending };
    case 'settled': {
      const after = await keep(work, { sending: null, agreed: verdict.agreed, remoteId: verdict.id });
      refuseUnsettled(after, sending.write);
      return verdict.agreed === null && part.agreed !== null ? 'look-again' : after;
    }
  }
}

/** After a repeat an early edition may turn up late: the status is raised only after one more settle delay, and a look. */
function waitForEarlierEdition(work: Work): void {
  const repeatedAt = work.part.agreed?.repeatedAt ?? null;
  if (repeatedAt === null) return;
  const ms = Date.parse(repeatedAt) + work.settleDelayMs - Date.now();
  if (ms > 0) throw settling(work, { kind: 'set-status', status: 'draft' }, ms);
}

/** Notes the write, makes it, notes the answer. */
async function send(work: Work, write: BillWrite, key: string): Promise<{ done: boolean }> {
  const { part, trail, runId } = work;
  const isRepeat = part.sending?.key === key;
  const sending = { write, key, at: new Date().toISOString(), emptyLooks: 0, lastLookAt: null };
  const noted = await keep(work, { sending: { write: sending, token: randomUUID() } });
  trail.about(sentenceOf(work, write));
  let record: RemoteBill | null;
  try {
    record = await apply(work, write, key);
  } catch (error) {
    return afterError(noted, write, error);
  }
  const agreed = record === null ? withFile(part.agreed, write) : acknowledgeBill(write, record, part.agreed, 'answer');
  const repeatedAt = isRepeat && write.kind === 'create' ? sending.at : (agreed?.repeatedAt ?? null);
  const fresh = write.kind === 'create' ? { freshIn: repeatedAt === null ? runId : null, repeatedAt } : {};
  const after = await keep(noted, {
    sending: null,
    agreed: agreed === null ? null : { ...agreed, ...fresh },
    ...(write.kind === 'create' && record !== null ? { remoteId: record.id } : {}),
    ...(write.kind === 'remove' && write.why === 'unwanted' ? { remoteId: null, agreed: null } : {}),
  });
  refuseUnsettled(after, write);
  if (record === null || write.kind === 'remove') return { done: false };
  const verdict = nextBillWrite(after.part.desired, after.part.agreed, { kind: 'ours', record, twins: [] });
  return verdict.kind === 'done' ? finish(after) : { done: false };
}

const withFile = (agreed: AgreedBill | null, write: BillWrite): AgreedBill | null =>
  agreed === null || write.kind !== 'attach'
    ? agreed
    : { ...agreed, files: [...new Set([...agreed.files, write.file.filename])] };

/** The one write. Files have no record for an answer. */
async function apply({ api, part, db }: Work, write: BillWrite, key: string): Promise<RemoteBill | null> {
  const kind = part.agreed?.kind ?? part.desired?.kind ?? 'bill';
  const address = { kind, id: part.remoteId ?? '' };
  switch (write.kind) {
    case 'create':
      return api.createBill({ kind: write.of, bill: write.bill, url: part.desired?.url ?? '' }, key);
    case 'update':
      return api.updateBill(address, write.set, key);
    case 'set-status':
      return api.setStatus(address, write.status, key);
    case 'remove':
      return api.setStatus({ kind: write.of, id: write.id }, write.status, key);
    case 'attach': {
      const file = await readAttachment(db, part.account, write.file.id);
      if (file !== null) await api.attach(address, { filename: file.filename, content: Buffer.from(file.bytes) }, key);
      return null;
    }
  }
}

/** Codes and cents that came back otherwise are told at once; the bill is still a draft. */
function refuseUnsettled({ part }: Work, write: BillWrite): void {
  if (part.desired === null || part.agreed === null) return;
  const sent = write.kind === 'create' ? write.bill : write.kind === 'update' ? write.set : {};
  const refusal = judgeBill(part.desired, sent, part.agreed.got);
  if (refusal !== null) throw new DomainError(refusal.code, refusal.facts as never);
}

/** No certain answer leaves the note; a certain refusal clears it, and is told in words. */
async function afterError(work: Work, write: BillWrite, error: unknown): Promise<{ done: boolean }> {
  const isCertain = error instanceof DomainError || (error instanceof AccountingError && !error.isAmbiguous);
  if (!isCertain) throw settling(work, write, work.settleDelayMs);
  const cleared = await keep(work, { sending: null });
  if (!(error instanceof AccountingError) || error.kind !== 'invalid') throw error;
  if (write.kind === 'attach') return withoutFile(cleared, write, error.said);
  const { desired, agreed } = cleared.part;
  const number = desired?.bill.number ?? agreed?.sent.number ?? 'the bill';
  if (write.kind === 'create' && /must be unique|already exists|duplicate/i.test(error.said)) {
    // What has the number is only a candidate: ours by our reference, else somebody's.
    const seen = await lookAtBill(cleared.api, cleared.part, cleared.runId);
    if (seen.kind === 'ours') {
      await recognised(cleared, seen);
      return { done: false };
    }
    throw new DomainError('BILL_DUPLICATE', { number, vendor: desired?.vendorName ?? '', system: error.system });
  }
  if (/not of valid status|locked|lock date/i.test(error.said))
    throw new DomainError('BILL_LOCKED', { number, why: error.said, system: error.system });
  throw accountingRefusal(error, number);
}

/** A file the system does not take never holds the bill: it goes on without, and the log says so. */
async function withoutFile(
  work: Work,
  write: BillWrite & { kind: 'attach' },
  said: string,
): Promise<{ done: boolean }> {
  await keep(work, { agreed: withFile(work.part.agreed, write) });
  await addLog(work.db, {
    account: work.part.account,
    documentId: work.part.invoiceId,
    event: 'note',
    result: 'fail',
    message: `${write.file.filename} could not be added in ${work.accounting.system}: ${said}`,
  });
  return { done: false };
}

/** Writes the journal; another attempt that was faster has the word. */
async function keep(work: Work, entry: BillEntry): Promise<Work> {
  const part = await journalBill(work.db, work.part, entry);
  if (part === null) throw new DomainError('BUSY', { what: work.part.desired?.bill.number ?? 'The bill' });
  return { ...work, part };
}

/** Told to Temporal as a wait of just the settle delay. */
function settling({ accounting }: Work, write: BillWrite, ms: number) {
  const facts = { what: WORDS[write.kind], system: accounting.system };
  return failureOf(new DomainError('BILL_SETTLING', facts), Math.max(ms, 50));
}

const WORDS: Record<BillWrite['kind'], string> = {
  create: 'the new bill',
  update: 'a change of the bill',
  attach: 'a file',
  'set-status': 'the status of the bill',
  remove: 'the removal of the bill',
};

function sentenceOf({ part, accounting: { system } }: Work, write: BillWrite): string {
  const noun = (part.desired?.kind ?? part.agreed?.kind) === 'credit_note' ? 'credit note' : 'bill';
  switch (write.kind) {
    case 'create':
      return `Made the ${noun} ${write.bill.number} of $${formatMoney(part.desired?.total ?? '0')} in ${system}.`;
    case 'update':
      return `Changed the ${noun} in ${system}.`;
    case 'attach':
      return `Added ${write.file.filename} to the ${noun} in ${system}.`;
    case 'set-status':
      return `Set the status of the ${noun} to ${write.status} in ${system}.`;
    case 'remove':
      return write.why === 'twin'
        ? `Removed a second edition of the ${noun} in ${system}.`
        : `Removed the ${noun} in ${system}.`;
  }
}
