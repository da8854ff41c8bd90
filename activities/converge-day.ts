import { randomUUID } from 'node:crypto';
import type { SheetRef } from '../db/queries/time-sheet-queue.ts';
import {
  dayParts,
  dropPart,
  journalTimecard,
  learnMode,
  learnStamps,
  ownEntryIds,
  type PartRow,
  type SheetDay,
  type TimecardEntryJournal,
  timeCompany,
} from '../db/queries/timecard-parts.ts';
import type { Db } from '../db/types.ts';
import { DomainError, type Problem } from '../domain/errors.ts';
import { installationOf } from '../domain/stamp.ts';
import {
  type AgreedTimecard,
  judgeTimecard,
  nextTimecardWrite,
  ownRows,
  type RemoteTimecard,
  settleTimecard,
  type TimecardDay,
  type TimecardSending,
  type TimecardWrite,
} from '../domain/timecards.ts';
import { failureOf } from '../platform/errors.ts';
import type { CompanyApi, Procore } from '../procore/client.ts';
import { ProcoreError, type ProcoreErrorKind } from '../procore/errors.ts';
import type { Trail } from './push-attempt.ts';
import { attemptedPosting } from './time-sheet-attempt.ts';
import { applyTimecard, remoteDay, showTimecard } from './timecard-record.ts';

export interface ConvergeDayDeps {
  db: Db;
  procore: Pick<Procore, 'company'>;
  settleDelayMs: number;
}

export interface ConvergeDayInput extends SheetRef {
  day: SheetDay;
}

/** One person's day while an activity works on it. */
interface Work {
  db: Db;
  api: CompanyApi;
  trail: Trail;
  account: string;
  settleDelayMs: number;
  day: SheetDay;
  returnsStamp: boolean | null;
  seen: TimecardDay;
}

/**
 * Brings one person's day a single write closer to what the time sheet says: one read of the day, then part by part.
 * A part that is refused is noted and the others go on, so partly sent is a state like any other.
 *
 * @returns whether nothing is left to write
 */
export const convergeDay = (deps: ConvergeDayDeps, { day, ...ref }: ConvergeDayInput): Promise<{ done: boolean }> =>
  attemptedPosting(deps.db, ref, async (trail) => {
    const { db, procore, settleDelayMs } = deps;
    const { account, timeSheetId } = ref;
    const company = await timeCompany(db, account, day.companyId);
    if (company === null) throw new DomainError('AUTH_EXPIRED', {});
    const { connectionId, apiUrl, procoreId, returnsStamp } = company;
    const stampPrefix = `lentune/${installationOf(connectionId)}/${account}/`;
    const parts = await dayParts(db, account, timeSheetId, day, stampPrefix);
    if (parts.length === 0) return { done: true };
    const api = procore.company({ connectionId, apiUrl, companyId: procoreId, lane: 'push', onCall: trail.onCall });
    const rows = await remoteDay(api.timecards, day);
    const seen = { rows, ownIds: await ownEntryIds(db, account, day), stampPrefix };
    return converge({ db, api, trail, account, settleDelayMs, day, returnsStamp, seen }, parts);
  });

async function converge(work: Work, parts: readonly PartRow[]): Promise<{ done: boolean }> {
  let hasWritten = false;
  for (const found of parts) {
    const part = await withLostRow(work, found);
    const settled = part.sending === null ? { part } : await settleSending(work, part);
    const verdict =
      settled.write === undefined
        ? nextTimecardWrite(settled.part, work.seen)
        : { kind: 'write' as const, write: settled.write };
    switch (verdict.kind) {
      case 'done':
        await finish(work, settled.part);
        break;
      case 'skip':
        await keep(work, settled.part, { state: 'skipped', problem: null });
        break;
      case 'link':
        await keep(work, settled.part, {
          procoreId: verdict.id,
          agreed: linked(work, verdict.id),
          state: 'sent',
          problem: null,
        });
        break;
      case 'refuse':
        await fail(work, settled.part, verdict as Problem);
        break;
      case 'write':
        if (hasWritten) return { done: false };
        hasWritten = true;
        if (!(await send(work, settled.part, verdict.write))) return { done: false };
        break;
    }
  }
  return { done: true };
}

/** A record the day's list does not show is asked for by its id: lists lag, and people move entries to other days. */
async function withLostRow(work: Work, part: PartRow): Promise<PartRow> {
  const { procoreId } = part;
  if (procoreId === null || work.seen.rows.some((row) => row.id === procoreId)) return part;
  if (part.sending?.write.kind === 'delete' || part.agreed?.isLinkOnly) return part;
  const row = await showTimecard(work.api.timecards, procoreId);
  if (row !== null) work.seen = { ...work.seen, rows: [...work.seen.rows, row] };
  return part;
}

/** What somebody else's entry looks like when a person links it: never written. */
const linked = (work: Work, id: string): AgreedTimecard => {
  const row = work.seen.rows.find((one) => one.id === id)!;
  return { sent: row.fields, got: row.fields, status: row.status, repeatedAt: null, isLinkOnly: true };
};

/** Settles the write that got no certain answer before anything new is decided. */
async function settleSending(work: Work, part: PartRow): Promise<{ part: PartRow; write?: TimecardWrite }> {
  const sending = part.sending!;
  const { write } = sending;
  const own = ownRows(part, work.seen);
  const isThere = write.kind === 'delete' ? work.seen.rows.some((row) => row.id === write.id) : own.length > 0;
  const now = Date.now();
  const verdict = settleTimecard(sending, isThere, now, work.settleDelayMs);
  switch (verdict.kind) {
    case 'wait': {
      if (verdict.isCounted) {
        const lastLookAt = new Date(now).toISOString();
        const next = { ...sending, emptyLooks: sending.emptyLooks + 1, lastLookAt };
        await keep(work, part, { sending: { write: next, token: part.sendingToken! } });
      }
      throw settling(verdict.ms);
    }
    case 'repeat': {
      const isCreating = write.kind === 'create';
      const repeatedAt = new Date(now).toISOString();
      const agreed = isCreating && sending.fields !== null ? sentOnly(sending, repeatedAt) : part.agreed;
      return { part: { ...part, agreed }, write };
    }
    case 'settled':
      return { part: await keep(work, part, { sending: null, ...afterLook(part, sending, own[0]) }) };
  }
}

const sentOnly = (sending: TimecardSending, repeatedAt: string): AgreedTimecard => ({
  sent: sending.fields!,
  got: sending.fields!,
  status: null,
  repeatedAt,
  isLinkOnly: false,
});

/** What a later look tells of a write: a field that still is what it was has not been taken. */
function afterLook(part: PartRow, sending: TimecardSending, own: RemoteTimecard | undefined): TimecardEntryJournal {
  const { write, fields } = sending;
  if (write.kind === 'delete') return write.why === 'twin' ? {} : { procoreId: null, agreed: null };
  if (own === undefined || fields === null) return {};
  const said = part.agreed ?? {
    sent: fields,
    got: own.fields,
    status: own.status,
    repeatedAt: null,
    isLinkOnly: false,
  };
  if (write.kind === 'create')
    return { procoreId: own.id, agreed: { ...said, sent: fields, got: own.fields, status: own.status } };
  const hasLanded =
    nextTimecardWrite(
      { ...part, desired: part.desired && { ...part.desired, fields }, agreed: null },
      { rows: [own], ownIds: new Set(), stampPrefix: '' },
    ).kind === 'done';
  return hasLanded ? { agreed: { ...said, sent: fields, got: own.fields, status: own.status } } : {};
}

async function finish(work: Work, part: PartRow): Promise<void> {
  const repeatedAt = part.agreed?.repeatedAt ?? null;
  if (repeatedAt !== null) {
    // An early edition of a repeated create may turn up late: one more look after the settle delay.
    const ms = Date.parse(repeatedAt) + work.settleDelayMs - Date.now();
    if (ms > 0) throw settling(ms);
  }
  if (part.desired === null) return dropPart(work.db, part);
  const [own] = ownRows(part, work.seen);
  const agreed =
    part.agreed === null && own !== undefined
      ? { sent: part.desired.fields, got: own.fields, status: own.status, repeatedAt: null, isLinkOnly: false }
      : part.agreed && { ...part.agreed, repeatedAt: null };
  await keep(work, part, { state: 'sent', problem: null, agreed, procoreId: own?.id ?? part.procoreId });
}

/** Notes the write, makes it, notes the answer. True when its part is finished by it. */
async function send(work: Work, part: PartRow, write: TimecardWrite): Promise<boolean> {
  const fields = part.desired?.fields ?? null;
  const sending: TimecardSending = { write, fields, at: new Date().toISOString(), emptyLooks: 0, lastLookAt: null };
  const noted = await keep(work, part, {
    state: 'sending',
    agreed: part.agreed,
    sending: { write: sending, token: randomUUID() },
  });
  work.trail.about(SENTENCES[write.kind](work.day.date));
  let got: RemoteTimecard | null;
  try {
    got = await applyTimecard(work.api.timecards, noted, write, work.returnsStamp !== true);
  } catch (error) {
    return afterError(work, noted, write, error);
  }
  if (write.kind === 'delete') {
    work.seen = { ...work.seen, rows: work.seen.rows.filter((row) => row.id !== write.id) };
    const after = await keep(work, noted, {
      sending: null,
      ...(write.why === 'removed' ? { procoreId: null, agreed: null } : {}),
    });
    if (write.why === 'twin') return false;
    await dropPart(work.db, after);
    return true;
  }
  return afterAnswer(work, noted, write, got!);
}

async function afterAnswer(work: Work, noted: PartRow, write: TimecardWrite, got: RemoteTimecard): Promise<boolean> {
  const desired = noted.desired!;
  if (write.kind === 'create' && work.returnsStamp === null) {
    work.returnsStamp = got.originData === noted.stamp;
    await learnStamps(work.db, work.account, work.day.companyId, work.returnsStamp);
  }
  const agreed: AgreedTimecard = {
    sent: desired.fields,
    got: got.fields,
    status: got.status,
    repeatedAt: noted.agreed?.repeatedAt ?? null,
    isLinkOnly: false,
  };
  const after = await keep(work, noted, { sending: null, procoreId: got.id, agreed });
  work.seen = { ...work.seen, rows: [...work.seen.rows.filter((row) => row.id !== got.id), got] };
  const refusal = judgeTimecard(desired, got);
  if (refusal !== null) {
    await fail(work, after, refusal as Problem);
    return true;
  }
  if (agreed.repeatedAt !== null || nextTimecardWrite(after, work.seen).kind !== 'done') return false;
  await finish(work, after);
  return true;
}

const PASSING: readonly ProcoreErrorKind[] = ['rate-limit', 'busy', 'unauthorized', 'server', 'network'];

/** No certain answer leaves the note; a certain refusal clears it and is told in words that name nobody. */
async function afterError(work: Work, noted: PartRow, write: TimecardWrite, error: unknown): Promise<boolean> {
  if (!(error instanceof ProcoreError) || error.isAmbiguous) {
    if (error instanceof DomainError) throw error;
    throw settling(work.settleDelayMs);
  }
  const after = await keep(work, noted, { sending: null });
  if (PASSING.includes(error.kind) || error.kind === 'app-disconnected') throw error;
  if (error.kind === 'not-found' && write.kind !== 'create') return false;
  if (write.kind === 'create' && (await otherMode(work, after, error))) return false;
  await fail(work, after, refusalInWords(after, write, error));
  return true;
}

/** The project counts time the other way: learned for all its entries, and used at once where this one can. */
async function otherMode(work: Work, part: PartRow, error: ProcoreError): Promise<boolean> {
  const desired = part.desired!;
  const wants = /time_(in|out)/.test(error.said) ? 'start-stop' : /\bhours\b/.test(error.said) ? 'hours' : null;
  if (error.kind !== 'invalid' || wants === null || wants === desired.mode) return false;
  await learnMode(work.db, work.account, work.day.companyId, part.projectId, wants);
  if (wants === 'start-stop' && desired.fields.timeIn === null) return false;
  await keep(work, part, { desired: { ...desired, mode: wants } });
  return true;
}

function refusalInWords(part: PartRow, write: TimecardWrite, error: ProcoreError): Problem {
  const { date } = part;
  const project = part.desired?.projectText ?? 'the project';
  if (/\bparty\b/.test(error.said)) return { code: 'PERSON_NOT_ON_PROJECT', facts: { project } } as Problem;
  if (/time_(in|out)/.test(error.said) && error.kind === 'invalid')
    return { code: 'TIME_MODE_MISMATCH', facts: { project, wanted: 'start and end times' } } as Problem;
  if (write.kind !== 'create' && (error.kind === 'forbidden' || error.kind === 'locked'))
    return { code: 'TIME_LOCKED', facts: { date, why: 'Procore refuses the change' } } as Problem;
  if (error.kind === 'forbidden' || error.kind === 'tool-off' || error.kind === 'not-found')
    return { code: 'NO_ACCESS', facts: { tool: 'Timecards', place: project, said: error.said } } as Problem;
  return { code: 'REFUSED', facts: { what: `time of ${date}`, said: error.said } } as Problem;
}

const fail = (work: Work, part: PartRow, { code, facts }: Problem): Promise<PartRow> =>
  keep(work, part, { state: 'failed', problem: { code, facts } });

/** Writes the journal; another attempt that was faster has the word. */
async function keep(work: Work, part: PartRow, entry: TimecardEntryJournal): Promise<PartRow> {
  const after = await journalTimecard(work.db, part, entry);
  if (after === null) throw new DomainError('BUSY', { what: 'The time sheet' });
  return after;
}

const settling = (ms: number) =>
  failureOf(new DomainError('SETTLING', { what: 'a time card entry' }), Math.max(ms, 50));

const SENTENCES: Record<TimecardWrite['kind'], (date: string) => string> = {
  create: (date) => `Sent an entry of ${date}.`,
  update: (date) => `Changed an entry of ${date}.`,
  delete: (date) => `Removed an entry of ${date}.`,
};
