import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { writeAudit } from '../../db/queries/audit.ts';
import { getLog } from '../../db/queries/integration-log.ts';
import { getUser } from '../../db/queries/people.ts';
import { getSheet, listSheets } from '../../db/queries/time-sheet-list.ts';
import {
  chooseForEntry,
  lockSheet,
  openSheet,
  queueSheet,
  type SheetResult,
  saveEntries,
  takeStep,
} from '../../db/queries/time-sheets.ts';
import { timeSheet } from '../../db/schema/index.ts';
import type { Queryable, Tx } from '../../db/types.ts';
import { CATALOGUE, messageOf, type Problem } from '../../domain/errors.ts';
import { daysOfWeek, leavesLentune, statusAfter, type TimeSheetStep } from '../../domain/time-sheets.ts';
import { TIMECARD_DRIFTS, type TimecardDrift } from '../../domain/timecards.ts';
import { Id } from '../../schemas/common.ts';
import {
  Reason,
  SendReason,
  TimeChoice,
  TimeSheet,
  TimeSheetEntries,
  TimeSheetList,
  TimeSheetLog,
  TimeSheetMe,
  TimeSheetOpen,
  TimeSheetQuery,
} from '../../schemas/time-sheets.ts';
import type { Caller } from '../caller.ts';
import type { RouteContext } from '../context.ts';
import { conflict, forbidden, invalidInput, notFound } from '../refusal.ts';
import { temporalLink } from '../temporal-links.ts';
import {
  mayApprove,
  mayEdit,
  mayEnter,
  mayProcess,
  mayReject,
  maySee,
  seenBy,
  seesConfidential,
  type TimeAccess,
  timeAccess,
} from '../time-access.ts';

const SheetParams = z.object({ id: Id });
const EntryParams = z.object({ id: Id, entryId: Id });

/** Time sheets: entering, submitting, approving, and the way to Procore. Who may what follows from role and persona. */
export function timeSheetRoutes({ route, deps }: RouteContext): void {
  route(
    {
      method: 'get',
      path: '/api/time-sheets/me',
      does: 'Who the caller is as far as time sheets go',
      may: 'read',
      answer: TimeSheetMe,
    },
    async ({ db, caller }) => {
      const access = await timeAccess(db, caller);
      return {
        userId: access.userId,
        canEnterForOthers: access.entersAll || access.entersGroup,
        canApprove: access.approvesFirst || access.approvesSecond,
        canAdminister: access.administers,
      };
    },
  );

  route(
    {
      method: 'get',
      path: '/api/time-sheets',
      does: 'Time sheets the caller may see, newest week first',
      may: 'read',
      query: TimeSheetQuery,
      answer: TimeSheetList,
    },
    async ({ db, caller, query }) => {
      const access = await timeAccess(db, caller);
      const confidentialOf = access.entersAll ? 'all' : { userId: access.userId };
      return { rows: await listSheets(db, caller.account, { ...query, seen: seenBy(access), confidentialOf }) };
    },
  );

  route(
    {
      method: 'post',
      path: '/api/time-sheets',
      does: 'Opens the time sheet of a person and week; made when there is none',
      may: 'read',
      body: TimeSheetOpen,
      answer: TimeSheet,
    },
    ({ db, caller, body }) =>
      db.transaction(async (tx) => {
        const access = await timeAccess(tx, caller);
        const userId = body.userId ?? access.userId;
        if (userId === null)
          throw conflict('Your sign-in is nobody who keeps time sheets. Ask an admin to add you under People.');
        const user = await getUser(tx, caller.account, userId);
        if (user === null) throw notFound('person');
        if (!mayEnter(access, { userId, userGroupId: user.userGroupId }))
          throw forbidden('You may not enter this person’s time.');
        return show(tx, deps, caller, access, accept(await openSheet(tx, caller.account, userId, body.date)));
      }),
  );

  route(
    {
      method: 'get',
      path: '/api/time-sheets/:id',
      does: 'One time sheet with its entries and what came of them in Procore',
      may: 'read',
      params: SheetParams,
      answer: TimeSheet,
    },
    async ({ db, caller, params }) => show(db, deps, caller, await timeAccess(db, caller), params.id),
  );

  route(
    {
      method: 'put',
      path: '/api/time-sheets/:id/entries',
      does: 'Replaces the entries of a draft, or of a submitted time sheet by who may approve it',
      may: 'read',
      params: SheetParams,
      body: TimeSheetEntries,
      answer: TimeSheet,
    },
    ({ db, caller, params, body }) =>
      changed(db, caller, params.id, async (tx, sheet, access) => {
        if (!mayEdit(access, sheet, caller.actor)) throw forbidden('You may not change this time sheet now.');
        const days = daysOfWeek(sheet.weekStart);
        const outside = body.entries.findIndex((entry) => !days.includes(entry.date));
        if (outside >= 0)
          throw invalidInput([
            { path: `entries.${outside}.date`, message: 'This day is not in the week of the time sheet.' },
          ]);
        return saveEntries(tx, sheet, body.entries, caller.actor, seesConfidential(access, sheet));
      }),
  );

  const changed = (
    db: Queryable,
    caller: Caller,
    id: string,
    change: (
      tx: Tx,
      sheet: NonNullable<Awaited<ReturnType<typeof lockSheet>>>,
      access: TimeAccess,
    ) => Promise<SheetResult>,
  ) =>
    db.transaction(async (tx) => {
      const access = await timeAccess(tx, caller);
      const sheet = await lockSheet(tx, caller.account, id);
      if (sheet === null || !maySee(access, sheet)) throw notFound('time sheet');
      accept(await change(tx, sheet, access));
      return show(tx, deps, caller, access, id);
    });

  const step = (
    name: TimeSheetStep,
    does: string,
    may: (access: TimeAccess, sheet: Parameters<typeof mayEdit>[1], actor: string) => boolean,
  ) =>
    route(
      {
        method: 'post',
        path: `/api/time-sheets/:id/${name}`,
        does,
        may: 'read',
        params: SheetParams,
        ...(name === 'reject' ? { body: Reason } : { body: z.strictObject({}) }),
        answer: TimeSheet,
      },
      ({ db, caller, params, body }) =>
        changed(db, caller, params.id, (tx, sheet, access) => {
          if (!may(access, sheet, caller.actor)) throw forbidden('You may not do this with this time sheet.');
          return takeStep(tx, sheet, name, caller.actor, (body as { reason?: string }).reason ?? null);
        }),
    );

  step('submit', 'Submits a draft', (access, sheet) => mayEnter(access, sheet));
  step('approve', 'Approves a submitted time sheet; where the group asks for two, twice by two people', mayApprove);
  step('reject', 'Sends a time sheet back with a reason', (access) => mayReject(access));
  step('process', 'Notes that an approved time sheet is in a payroll batch', (access) => mayProcess(access));
  step('reverse', 'Takes a time sheet out of its payroll batch', (access) => mayProcess(access));

  route(
    {
      method: 'post',
      path: '/api/time-sheets/:id/send',
      does: 'Posts a time sheet to Procore, again for what failed; with a reason an admin lets go what is before the go-live date',
      may: 'time-sheet.send',
      params: SheetParams,
      body: SendReason,
      answer: TimeSheet,
      status: 202,
    },
    ({ db, caller, params, body }) =>
      changed(db, caller, params.id, async (tx, sheet, access) => {
        if (body.reason !== undefined) {
          if (!access.administers) throw forbidden('Only an admin may send what is before the go-live date.');
          await tx.update(timeSheet).set({ goLiveOverride: body.reason }).where(eq(timeSheet.id, sheet.id));
          await writeAudit(tx, {
            account: caller.account,
            actor: caller.actor,
            action: 'time-sheet.sent-before-go-live',
            subject: sheet.id,
            after: { reason: body.reason },
          });
        }
        await queueSheet(tx, caller.account, sheet.id, caller.actor, 1);
        return { kind: 'done', id: sheet.id };
      }),
  );

  route(
    {
      method: 'post',
      path: '/api/time-sheets/:id/entries/:entryId/choice',
      does: 'Says what hours that were in Procore already are: these (link), others (add), or reason enough to skip ours',
      may: 'time-sheet.send',
      params: EntryParams,
      body: TimeChoice,
      answer: TimeSheet,
      status: 202,
    },
    ({ db, caller, params, body }) =>
      changed(db, caller, params.id, (tx, sheet) =>
        chooseForEntry(tx, sheet, params.entryId, body.choice, caller.actor),
      ),
  );

  route(
    {
      method: 'get',
      path: '/api/time-sheets/:id/log',
      does: 'What happened to a time sheet, newest first',
      may: 'read',
      params: SheetParams,
      answer: TimeSheetLog,
    },
    async ({ db, caller, params }) => {
      const access = await timeAccess(db, caller);
      const found = await getSheet(db, caller.account, params.id);
      if (found === null || !maySee(access, { ...found.sheet, userGroupId: found.user.userGroupId }))
        throw notFound('time sheet');
      const entries = await getLog(db, caller.account, 'time_sheet', params.id);
      return {
        entries: entries.map(({ workflowId, runId, ...entry }) => ({
          ...entry,
          temporalUrl: temporalLink(deps.env, workflowId, runId),
        })),
      };
    },
  );
}

function accept(result: SheetResult): string {
  if (result.kind === 'not-found') throw notFound('time sheet');
  if (result.kind === 'conflict') throw conflict(result.message);
  if (result.kind === 'unknown-reference') throw invalidInput([{ path: result.path, message: result.message }]);
  return result.id;
}

type Found = NonNullable<Awaited<ReturnType<typeof getSheet>>>;

/** A sheet as the API answers it, with what this caller may do now. */
async function show(
  db: Queryable,
  _deps: RouteContext['deps'],
  caller: Caller,
  access: TimeAccess,
  id: string,
): Promise<z.input<typeof TimeSheet>> {
  const found = await getSheet(db, caller.account, id);
  if (found === null) throw notFound('time sheet');
  const { sheet, user, group, parts } = found;
  const subject = { ...sheet, userGroupId: user.userGroupId };
  if (!maySee(access, subject)) throw notFound('time sheet');
  const isOpen = (name: TimeSheetStep) => statusAfter(sheet.status, name, group.approvals) !== null;
  const shown = found.entries.filter((one) => !one.isConfidential || seesConfidential(access, subject));
  const wanted = new Set(found.entries.map(({ entry }) => entry.id));
  return {
    id: sheet.id,
    userId: user.id,
    userName: user.name,
    weekStart: sheet.weekStart,
    days: daysOfWeek(sheet.weekStart),
    status: sheet.status,
    approvals: group.approvals,
    rejectedReason: sheet.rejectedReason,
    integration: sheet.integration,
    waitingSince: sheet.waitingSince,
    defaults: {
      dailyHours: group.dailyHours,
      startTime: group.startTime,
      breakMinutes: group.breakMinutes,
      entryTypeId: user.entryTypeId,
    },
    entries: shown.map((one) => showEntry(one, parts)),
    isPartlyHidden: shown.length < found.entries.length,
    stuck: parts
      .filter((part) => part.state === 'failed' && part.problem !== null && !wanted.has(part.entryId))
      .map((part) => ({ date: part.date, ...inWords(part.problem as Problem) })),
    may: {
      edit: mayEdit(access, subject, caller.actor),
      submit: isOpen('submit') && mayEnter(access, subject),
      approve: isOpen('approve') && mayApprove(access, subject, caller.actor),
      reject: isOpen('reject') && mayReject(access),
      process: isOpen('process') && mayProcess(access),
      reverse: isOpen('reverse') && mayProcess(access),
      send: access.entersAll && sheet.status !== 'draft',
    },
  };
}

function showEntry(
  { entry, ...more }: Found['entries'][number],
  parts: Found['parts'],
): z.input<typeof TimeSheet>['entries'][number] {
  const own = parts.filter((part) => part.entryId === entry.id && part.isWanted);
  const failed = parts.filter((part) => part.entryId === entry.id && part.state === 'failed');
  return {
    id: entry.id,
    date: entry.date,
    projectId: entry.projectId,
    projectText: more.projectText,
    projectCostCodeId: entry.projectCostCodeId,
    codeText: more.codeText,
    costTypeId: entry.costTypeId,
    entryTypeId: entry.entryTypeId,
    entryTypeName: more.entryTypeName,
    startTime: entry.startTime,
    endTime: entry.endTime,
    breakMinutes: entry.breakMinutes,
    hours: entry.hours,
    description: entry.description,
    staysHere: !leavesLentune({ ...entry, kind: more.kind, isConfidential: more.isConfidential }),
    integration: markOf([...own, ...failed].map((part) => part.state)),
    drift: driftOf(own),
    problems: failed.flatMap((part) =>
      part.problem === null ? [] : [{ code: (part.problem as Problem).code, ...inWords(part.problem as Problem) }],
    ),
  };
}

/** The gravest of what happened to the pieces of an entry. */
function driftOf(parts: Found['parts']): z.input<typeof TimeSheet>['entries'][number]['drift'] {
  const drift = TIMECARD_DRIFTS.find((one) => parts.some((part) => part.drift === one));
  return drift === undefined ? null : DRIFTS[drift];
}

const DRIFTS: Record<TimecardDrift, { code: 'DELETED_REMOTELY' | 'TIME_LOCKED'; message: string }> = {
  deleted: { code: 'DELETED_REMOTELY', message: 'It was deleted in Procore, and is not made again unless you say so.' },
  changed: { code: 'TIME_LOCKED', message: 'It was changed in Procore. Theirs stays; change it there.' },
  approved: { code: 'TIME_LOCKED', message: 'It was approved in Procore, so it can only be changed there.' },
};

const inWords = (problem: Problem) => ({ message: messageOf(problem), fix: CATALOGUE[problem.code].fix });

/** The mark of an entry from its pieces: the one that most needs somebody. */
function markOf(states: readonly string[]) {
  if (states.length === 0) return null;
  if (states.includes('failed')) return states.includes('sent') ? ('partial' as const) : ('failed' as const);
  if (states.includes('sending')) return 'sending' as const;
  if (states.includes('planned')) return 'queued' as const;
  return states.includes('sent') ? ('sent' as const) : ('skipped' as const);
}
