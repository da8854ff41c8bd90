import { and, desc, eq, gt, isNotNull, lt, ne, sql } from 'drizzle-orm';
import { waitKeys } from '../../domain/waits.ts';
import { lentuneUser, mappingTask, payableAccount, procoreCompany } from '../schema/index.ts';
import type { Queryable, Tx } from '../types.ts';
import { type AuditEntry, writeAudit } from './audit.ts';
import { type MappingTaskRow, UNDECIDED } from './mapping-tasks.ts';
import {
  createForUser,
  hasUser,
  linkUser,
  type UserInQuestion,
  type UserOnTask,
  type UserUndo,
  undoUserChoice,
  unlinkUser,
  whyNoNewUser,
} from './user-choices.ts';
import {
  createForVendor,
  hasVendor,
  keepVendor,
  linkVendor,
  undoVendorChoice,
  unlinkVendor,
  type VendorInQuestion,
  type VendorOnTask,
  type VendorUndo,
} from './vendor-choices.ts';

type Choice = 'link' | 'create' | 'keep' | 'ignore';
type Decision =
  | { choice: 'link'; recordId: string }
  | { choice: 'create' | 'keep' }
  | { choice: 'ignore'; reason: string };

/** A question with what a person needs to answer it. */
export interface MappingTaskView extends Omit<MappingTaskRow, 'candidates' | 'record' | 'undo'> {
  companyName: string;
  facts: { label: string; value: string }[];
  waitingInvoices: number;
  candidates: { id: string; name: string; code: string | null; why: string; openInvoices: number }[];
  choices: Choice[];
  suggestedId: string | null;
  chosenName: string | null;
}

/** Open questions, oldest first, or decided ones, newest first. */
export async function listMappingTasks(
  db: Queryable,
  account: string,
  input: { state: 'open' | 'decided'; cursor?: string | undefined; limit: number; search?: string | undefined },
) {
  const isOpen = input.state === 'open';
  const matching = and(
    eq(mappingTask.account, account),
    isOpen ? eq(mappingTask.state, 'open') : and(ne(mappingTask.state, 'open'), isNotNull(mappingTask.decidedBy)),
    input.search ? sql`${mappingTask.subject} ilike ${`%${input.search}%`}` : undefined,
  );
  const behind = isOpen ? gt : lt;
  const rows = await select(db)
    .where(and(matching, input.cursor === undefined ? undefined : behind(mappingTask.id, input.cursor)))
    .orderBy(isOpen ? mappingTask.id : desc(mappingTask.id))
    .limit(input.limit + 1);
  const shown = rows.slice(0, input.limit);
  return {
    rows: await present(db, account, shown),
    total: await db.$count(mappingTask, matching),
    nextCursor: rows.length > input.limit ? (shown.at(-1)?.task.id ?? null) : null,
  };
}

/** How many questions wait for an answer. */
export const countOpenTasks = (db: Queryable, account: string): Promise<number> =>
  db.$count(mappingTask, and(eq(mappingTask.account, account), eq(mappingTask.state, 'open')));

export async function findMappingTask(db: Queryable, account: string, id: string): Promise<MappingTaskView | null> {
  const rows = await select(db).where(and(eq(mappingTask.account, account), eq(mappingTask.id, id)));
  return (await present(db, account, rows))[0] ?? null;
}

const select = (db: Queryable) =>
  db
    .select({
      task: mappingTask,
      companyName: procoreCompany.name,
      chosenName: sql<string | null>`coalesce(${payableAccount.description}, ${lentuneUser.name})`,
      isLinked: sql<boolean>`exists (select from procore_link l where l.company_id = ${mappingTask.companyId}
        and l.kind = ${mappingTask.kind} and l.procore_id = ${mappingTask.procoreId} and l.local_id is not null)`,
    })
    .from(mappingTask)
    .innerJoin(procoreCompany, eq(procoreCompany.id, mappingTask.companyId))
    .leftJoin(payableAccount, and(eq(mappingTask.kind, 'vendor'), eq(payableAccount.id, mappingTask.chosenId)))
    .leftJoin(lentuneUser, and(eq(mappingTask.kind, 'user'), eq(lentuneUser.id, mappingTask.chosenId)));

type Selected = Awaited<ReturnType<typeof select>>[number];

async function present(db: Queryable, account: string, rows: readonly Selected[]): Promise<MappingTaskView[]> {
  const ids = [...new Set(rows.flatMap(({ task }) => task.candidates.map(({ id }) => id)))].filter((id) => id !== '');
  const hanging = new Map([...(await whatHangsOn(db, account, ids)), ...(await whoTheyAre(db, account, ids))]);
  const waiting = await whatWaits(
    db,
    account,
    rows.flatMap(({ task }) => (task.kind === 'vendor' ? [waitKeys.vendor(task.subject)] : [])),
  );
  return rows.map(({ task: { record, undo: _undo, candidates, ...task }, companyName, chosenName, isLinked }) => {
    const known = candidates.flatMap((candidate) => {
      const facts = hasChoices(task.kind) ? hanging.get(candidate.id) : { ...NOTHING_HANGS, name: candidate.name };
      return facts === undefined ? [] : [{ ...candidate, ...facts }];
    });
    return {
      ...task,
      companyName,
      chosenName,
      facts: task.kind === 'user' ? factsOfUser(record as UserOnTask | null) : factsOf(record as VendorOnTask | null),
      candidates: known.map(({ id, name, code, why, openInvoices }) => ({ id, name, code, why, openInvoices })),
      waitingInvoices: task.kind === 'vendor' ? (waiting.get(waitKeys.vendor(task.subject)) ?? 0) : 0,
      choices: choicesOf(task, record !== null, isLinked),
      suggestedId: suggested(known),
    };
  });
}

/** Only one candidate, and nobody else's: that may be accepted without a look at each. */
function suggested(candidates: readonly { id: string; isFree: boolean }[]): string | null {
  const [only, second] = candidates;
  return only !== undefined && second === undefined && only.isFree ? only.id : null;
}

function choicesOf(
  { kind, question, state }: Pick<MappingTaskRow, 'kind' | 'question' | 'state'>,
  hasRecord: boolean,
  isLinked: boolean,
): Choice[] {
  // Whoever dealt with it in Procore says so; nothing here follows from it.
  if (question === 'cancelled') return ['keep'];
  if (!hasChoices(kind) || !hasRecord) return ['ignore'];
  if (question === 'renamed') return ['keep', 'create', 'link'];
  // Two linked suppliers of one name may also just be two.
  if (question === 'merged' && isLinked && state === 'open') return ['link', 'keep'];
  return ['link', 'create', 'ignore'];
}

/** Kinds whose record a person can link or make. */
const hasChoices = (kind: MappingTaskRow['kind']): kind is 'vendor' | 'user' => kind === 'vendor' || kind === 'user';

function factsOfUser(record: UserOnTask | null): { label: string; value: string }[] {
  if (record === null) return [];
  const { email, employeeId } = record.content;
  return [
    { label: 'Email', value: email },
    { label: 'Employee id', value: employeeId },
  ].flatMap(({ label, value }) => (value ? [{ label, value }] : []));
}

function factsOf(record: VendorOnTask | null): { label: string; value: string }[] {
  if (record === null) return [];
  const { content } = record;
  const place = [content.address, content.city, content.postcode].filter((part) => part).join(', ');
  return [
    { label: 'Called before', value: record.previousName },
    { label: 'ABN or EIN', value: record.taxNumber },
    { label: 'Email', value: content.email },
    { label: 'Phone', value: content.phone },
    { label: 'Address', value: place || null },
    { label: 'State', value: content.isActive ? null : 'Inactive in Procore' },
  ].flatMap(({ label, value }) => (value ? [{ label, value }] : []));
}

interface Hanging {
  name: string;
  code: string | null;
  openInvoices: number;
  /** nothing of Procore is linked to it */
  isFree: boolean;
}

const NOTHING_HANGS = { code: null, openInvoices: 0, isFree: false } as const;

async function whatHangsOn(db: Queryable, account: string, ids: readonly string[]): Promise<Map<string, Hanging>> {
  if (ids.length === 0) return new Map();
  const rows = await db.execute<{ id: string; name: string; code: string; open: number; free: boolean }>(sql`
    select p.id, p.description as name, p.code,
      (select count(*)::int from payable_invoice i where i.payable_account_id = p.id
        and coalesce(i.integration, 'open') not in ('sent', 'skipped', 'ignored')) as open,
      not exists (select from procore_link l where l.kind = 'vendor' and l.local_id = p.id and l.state = 'linked') as free
    from payable_account p
    where p.account = ${account} and p.id = any(${sql.param(ids)}::uuid[])`);
  return new Map(rows.map(({ id, name, code, open, free }) => [id, { name, code, openInvoices: open, isFree: free }]));
}

/** People among the candidates, with the email or number they are known by. */
async function whoTheyAre(db: Queryable, account: string, ids: readonly string[]): Promise<Map<string, Hanging>> {
  if (ids.length === 0) return new Map();
  const rows = await db.execute<{ id: string; name: string; code: string | null; free: boolean }>(sql`
    select u.id, u.name, coalesce(u.email, u.employee_id) as code,
      not exists (select from procore_link l where l.kind = 'user' and l.local_id = u.id and l.state = 'linked') as free
    from lentune_user u
    where u.account = ${account} and u.id = any(${sql.param(ids)}::uuid[])`);
  return new Map(rows.map(({ id, name, code, free }) => [id, { name, code, openInvoices: 0, isFree: free }]));
}

async function whatWaits(db: Queryable, account: string, keys: readonly string[]): Promise<Map<string, number>> {
  if (keys.length === 0) return new Map();
  const rows = await db.execute<{ key: string; waiting: number }>(sql`
    select key, count(distinct document_id)::int as waiting from document_wait
    where account = ${account} and key = any(${sql.param(keys)}::text[]) group by key`);
  return new Map(rows.map(({ key, waiting }) => [key, waiting]));
}

export type Decided =
  | { kind: 'decided'; task: MappingTaskView }
  | { kind: 'not-found' }
  | { kind: 'unknown-record'; noun: string }
  | { kind: 'refused'; message: string };

/**
 * Takes a person's answer, audited and with what it takes to put everything back. A task that was decided before is put
 * back first, so that deciding anew is re-linking.
 */
export async function decideMappingTask(
  tx: Tx,
  { account, actor }: { account: string; actor: string },
  id: string,
  decision: Decision,
): Promise<Decided> {
  const task = await lockTask(tx, account, id);
  if (task === null) return { kind: 'not-found' };
  const view = await findMappingTask(tx, account, id);
  if (view === null) return { kind: 'not-found' };
  if (!view.choices.includes(decision.choice))
    return { kind: 'refused', message: `"${task.subject}" does not leave that choice.` };
  if (decision.choice === 'link' && !(await hasRecord(tx, task, decision.recordId)))
    return { kind: 'unknown-record', noun: task.kind === 'user' ? 'person' : 'payable account' };
  if (decision.choice === 'create' && task.kind === 'user') {
    const message = await whyNoNewUser(tx, account, task.companyId);
    if (message !== null) return { kind: 'refused', message };
  }
  if (task.state !== 'open' && !(await putBack(tx, task)))
    return { kind: 'refused', message: `"${task.subject}" was linked otherwise since; look at it again.` };
  const undo = await apply(tx, task, decision);
  await tx
    .update(mappingTask)
    .set({
      state: STATES[decision.choice],
      decidedBy: actor,
      decidedAt: sql`now()`,
      note: decision.choice === 'ignore' ? decision.reason : null,
      chosenId: decision.choice === 'link' ? decision.recordId : (undo?.createdId ?? null),
      undo,
    })
    .where(eq(mappingTask.id, id));
  const after = await findMappingTask(tx, account, id);
  if (after === null) throw new Error('The task just decided is gone');
  await writeAudit(tx, {
    ...auditOf(task, actor),
    action: `mapping.${STATES[decision.choice]}`,
    before: { state: task.state },
    after: { state: after.state, to: after.chosenName, reason: after.note },
  });
  return { kind: 'decided', task: after };
}

const STATES = { link: 'linked', create: 'created', keep: 'kept', ignore: 'ignored' } as const;

const hasRecord = (tx: Tx, { account, kind }: MappingTaskRow, id: string): Promise<boolean> =>
  kind === 'user' ? hasUser(tx, account, id) : hasVendor(tx, account, id);

async function apply(tx: Tx, task: MappingTaskRow, decision: Decision): Promise<VendorUndo | UserUndo | null> {
  if (decision.choice === 'ignore' || task.question === 'cancelled') return null;
  if (task.kind === 'user')
    return decision.choice === 'link' ? linkUser(tx, userOf(task), decision.recordId) : createForUser(tx, userOf(task));
  const vendor = vendorOf(task);
  switch (decision.choice) {
    case 'link':
      return linkVendor(tx, vendor, decision.recordId);
    case 'create':
      return createForVendor(tx, vendor);
    case 'keep':
      return keepVendor(tx, vendor);
  }
}

const vendorOf = ({ account, companyId, procoreId, record }: MappingTaskRow): VendorInQuestion => ({
  account,
  companyId,
  procoreId,
  record: record as VendorOnTask,
});

const userOf = ({ account, companyId, procoreId, record }: MappingTaskRow): UserInQuestion => ({
  account,
  companyId,
  procoreId,
  record: record as UserOnTask,
});

/** Opens a decided task again and puts back what stood before. */
export async function undoMappingTask(
  tx: Tx,
  { account, actor }: { account: string; actor: string },
  id: string,
): Promise<Decided> {
  const task = await lockTask(tx, account, id);
  if (task === null) return { kind: 'not-found' };
  if (task.state === 'open' || task.decidedBy === null)
    return { kind: 'refused', message: `Nobody has decided about "${task.subject}".` };
  if (!(await putBack(tx, task)))
    return { kind: 'refused', message: `"${task.subject}" was linked otherwise since; look at it again.` };
  await tx.update(mappingTask).set(UNDECIDED).where(eq(mappingTask.id, id));
  await writeAudit(tx, { ...auditOf(task, actor), action: 'mapping.undone', before: { state: task.state } });
  const after = await findMappingTask(tx, account, id);
  if (after === null) throw new Error('The task just opened is gone');
  return { kind: 'decided', task: after };
}

async function putBack(tx: Tx, task: MappingTaskRow): Promise<boolean> {
  if (task.undo === null) return true;
  const undone =
    task.kind === 'user'
      ? await undoUserChoice(tx, userOf(task), task.undo as UserUndo)
      : await undoVendorChoice(tx, vendorOf(task), task.undo as VendorUndo);
  return undone === 'undone';
}

const auditOf = (task: MappingTaskRow, actor: string): Omit<AuditEntry, 'action'> => ({
  account: task.account,
  actor,
  subject: task.subject,
});

/** The task, locked, so that two people's answers come one after the other. */
async function lockTask(tx: Tx, account: string, id: string): Promise<MappingTaskRow | null> {
  const [task] = await tx
    .select()
    .from(mappingTask)
    .where(and(eq(mappingTask.account, account), eq(mappingTask.id, id)))
    .for('update');
  return task ?? null;
}

/** Unlinks a payable account: the sync leaves its vendor alone until somebody says what it is. Null when it is not linked. */
export async function unlinkPayableAccount(
  tx: Tx,
  { account, actor }: { account: string; actor: string },
  accountId: string,
  companyId: string,
  reason: string,
): Promise<MappingTaskView | null> {
  const vendor = await unlinkVendor(tx, account, accountId, companyId);
  if (vendor === null) return null;
  return raiseUnlinked(tx, { ...vendor, kind: 'vendor', name: vendor.record.content.description }, accountId, {
    actor,
    reason,
  });
}

/** Unlinks a person from their Procore user, whom the sync leaves alone from then on. Null when they are not linked. */
export async function unlinkPerson(
  tx: Tx,
  { account, actor }: { account: string; actor: string },
  personId: string,
  companyId: string,
  reason: string,
): Promise<MappingTaskView | null> {
  const user = await unlinkUser(tx, account, personId, companyId);
  if (user === null) return null;
  return raiseUnlinked(tx, { ...user, kind: 'user', name: user.record.content.name }, personId, { actor, reason });
}

type Unlinked = (VendorInQuestion & { kind: 'vendor' }) | (UserInQuestion & { kind: 'user' });

async function raiseUnlinked(
  tx: Tx,
  { account, companyId, kind, procoreId, record, name: subject }: Unlinked & { name: string },
  localId: string,
  { actor, reason }: { actor: string; reason: string },
): Promise<MappingTaskView | null> {
  const candidates = [{ id: localId, name: subject, why: `Linked until ${actor} unlinked it.` }];
  const asked = { subject, reason: `Unlinked: ${reason}`, candidates, record, raisedBy: actor };
  const [task] = await tx
    .insert(mappingTask)
    .values({ account, companyId, kind, procoreId, ...asked })
    .onConflictDoUpdate({
      target: [mappingTask.companyId, mappingTask.kind, mappingTask.procoreId, mappingTask.question],
      set: { ...asked, ...UNDECIDED },
    })
    .returning();
  if (!task) throw new Error('The task just raised is gone');
  await writeAudit(tx, { ...auditOf(task, actor), action: 'mapping.unlinked', after: { from: subject, reason } });
  return findMappingTask(tx, account, task.id);
}
