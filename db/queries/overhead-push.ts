import { and, asc, eq, inArray, isNull, sql } from 'drizzle-orm';
import type { AgreedBill, BillSending, DesiredBill } from '../../domain/bill.ts';
import type { ErrorCode } from '../../domain/errors.ts';
import { accountingCompany, accountingConnection, overheadPush, payableInvoice } from '../schema/index.ts';
import type { Queryable, Tx } from '../types.ts';

interface InvoiceRef {
  account: string;
  invoiceId: string;
}

/** A queued invoice whose overhead part shall start. */
export interface DueOverhead extends Record<string, unknown> {
  id: string;
  account: string;
  number: string;
  total: string;
  vendorName: string | null;
  queuedAt: string;
  /** nothing of it goes to Procore */
  isAlone: boolean;
}

/** Lines of an invoice `i` that go to accounting, and lines that do not. */
const HAS_OVERHEADS = sql`exists (select 1 from payable_invoice_line l
  where l.invoice_id = i.id and coalesce(l.project_id, i.project_id) is null)`;
const HAS_PROJECT = sql`exists (select 1 from payable_invoice_line l
  where l.invoice_id = i.id and coalesce(l.project_id, i.project_id) is not null)`;
const HAS_BOOKS = sql`exists (select 1 from accounting_company c
  join accounting_connection n on n.id = c.connection_id
  where c.account = i.account and c.is_chosen and n.connected_at is not null)`;
/** An overhead part, or a bill of an earlier edition that must go. Mixed invoices need books; without, that part stays out. */
const IS_CONCERNED = sql`i.queued_for = 'send' and (
  (${HAS_OVERHEADS} and (${HAS_BOOKS} or not ${HAS_PROJECT}))
  or (o.remote_id is not null or o.sending is not null))`;

/** Xero takes five calls at once of an organisation. */
export async function dueOverheads(db: Queryable, openPerAccount: number): Promise<DueOverhead[]> {
  return db.execute<DueOverhead>(sql`
    with due as (
      select i.*, not ${HAS_PROJECT} as is_alone,
        row_number() over (partition by i.account order by i.queued_priority desc, i.queued_at, i.id) + (
          select count(*) from overhead_push open join payable_invoice w on w.id = open.invoice_id
          where open.account = i.account and open.state in ('sending', 'waiting') and open.queued_at = w.queued_at
        ) as turn
      from payable_invoice i left join overhead_push o on o.invoice_id = i.id
      where i.queued_at is not null and i.status = 'approved' and ${IS_CONCERNED}
        and (o.id is null or o.state = 'queued' or o.queued_at is distinct from i.queued_at)
    )
    select d.id, d.account, d.number, d.total::text, v.description as "vendorName", d.queued_at::text as "queuedAt",
      d.is_alone as "isAlone"
    from due d left join payable_account v on v.id = d.payable_account_id
    where d.turn <= ${openPerAccount}
    order by d.queued_priority desc, d.queued_at, d.id`);
}

/** The row of an invoice for the queueing it is in now; one of an earlier queueing begins anew. The journal stays. */
async function enter(db: Queryable, ref: InvoiceRef, state: 'queued' | 'sending'): Promise<void> {
  const queuedAt = sql`(select queued_at from payable_invoice where id = ${ref.invoiceId})`;
  await db
    .insert(overheadPush)
    .values({ account: ref.account, invoiceId: ref.invoiceId, queuedAt: queuedAt as unknown as string, state })
    .onConflictDoUpdate({
      target: overheadPush.invoiceId,
      set: {
        queuedAt,
        state: sql`case when ${overheadPush.queuedAt} = excluded.queued_at and ${overheadPush.state} <> 'queued'
          then ${overheadPush.state} else excluded.state end`,
        waitingSince: sql`case when ${overheadPush.queuedAt} = excluded.queued_at then ${overheadPush.waitingSince} end`,
        waitingFor: sql`case when ${overheadPush.queuedAt} = excluded.queued_at then ${overheadPush.waitingFor} end`,
        problems: sql`case when ${overheadPush.queuedAt} = excluded.queued_at then ${overheadPush.problems} else '[]' end`,
        procoreMark: sql`case when ${overheadPush.queuedAt} = excluded.queued_at then ${overheadPush.procoreMark} end`,
        updatedAt: sql`now()`,
      },
    });
}

/** Notes that the run was started, so that no other look starts it. */
export async function markOverheadDispatched(db: Queryable, due: DueOverhead): Promise<void> {
  await enter(db, { account: due.account, invoiceId: due.id }, 'sending');
  if (due.isAlone) await markUnderWay(db, due.account, due.id);
}

/** An invoice of overheads alone has no other run that marks it. */
async function markUnderWay(db: Queryable, account: string, id: string): Promise<void> {
  await db
    .update(payableInvoice)
    .set({
      integration: 'sending',
      dispatchedAt: sql`coalesce(${payableInvoice.dispatchedAt}, now())`,
      updatedAt: sql`now()`,
    })
    .where(
      and(eq(payableInvoice.account, account), eq(payableInvoice.id, id), eq(payableInvoice.integration, 'queued')),
    );
}

/** The run takes its queueing. False when a person took the invoice back, or this part has ended already. */
export async function takeOverhead(tx: Tx, { account, invoiceId }: InvoiceRef, isAlone: boolean): Promise<boolean> {
  const [invoice] = await tx
    .select({ queuedAt: payableInvoice.queuedAt, status: payableInvoice.status })
    .from(payableInvoice)
    .where(and(eq(payableInvoice.account, account), eq(payableInvoice.id, invoiceId)))
    .for('update');
  if (!invoice?.queuedAt || invoice.status !== 'approved') return false;
  await enter(tx, { account, invoiceId }, 'sending');
  if (isAlone) await markUnderWay(tx, account, invoiceId);
  const [row] = await tx
    .select({ state: overheadPush.state })
    .from(overheadPush)
    .where(eq(overheadPush.invoiceId, invoiceId));
  return row?.state === 'sending' || row?.state === 'waiting';
}

const UNDER_WAY = ['sending', 'waiting'] as const;
const mine = ({ account, invoiceId }: InvoiceRef) =>
  and(eq(overheadPush.account, account), eq(overheadPush.invoiceId, invoiceId));

/** Notes what the overhead part waits for; returns since when. */
export async function noteOverheadWaiting(db: Queryable, ref: InvoiceRef, code: ErrorCode): Promise<string> {
  const [row] = await db
    .update(overheadPush)
    .set({
      state: 'waiting',
      waitingSince: sql`case when ${overheadPush.waitingFor} = ${code} then ${overheadPush.waitingSince} else now() end`,
      waitingFor: code,
      updatedAt: sql`now()`,
    })
    .where(and(mine(ref), inArray(overheadPush.state, [...UNDER_WAY])))
    .returning({ since: overheadPush.waitingSince });
  return row?.since ?? new Date().toISOString();
}

/** A step went through. */
export async function clearOverheadWaiting(db: Queryable, ref: InvoiceRef): Promise<void> {
  await db
    .update(overheadPush)
    .set({ state: 'sending', waitingSince: null, waitingFor: null, updatedAt: sql`now()` })
    .where(and(mine(ref), eq(overheadPush.state, 'waiting')));
}

/** Keeps why the part cannot go, until the invoice as a whole ends. */
export async function keepOverheadProblems(
  db: Queryable,
  ref: InvoiceRef,
  problems: readonly unknown[],
): Promise<void> {
  await db
    .update(overheadPush)
    .set({ problems: [...problems] })
    .where(mine(ref));
}

/** The journal of a bill, and where it stands. */
export interface BillPart {
  id: string;
  account: string;
  invoiceId: string;
  desired: DesiredBill | null;
  agreed: AgreedBill | null;
  remoteId: string | null;
  sending: BillSending | null;
  sendingToken: string | null;
  connectionId: string;
  apiUrl: string;
  organisationId: string;
}

/**
 * Stores what a revision of an invoice wants in the books. Another organisation begins a new journal: what stands in the
 * old one stays there.
 */
export async function saveBillPlan(
  db: Queryable,
  ref: InvoiceRef,
  plan: { companyId: string; revision: number; desired: DesiredBill | null },
): Promise<void> {
  const [before] = await db.select().from(overheadPush).where(mine(ref));
  const isMoved = before?.companyId !== null && before?.companyId !== plan.companyId;
  await db
    .update(overheadPush)
    .set({
      companyId: plan.companyId,
      revision: plan.revision,
      desired: plan.desired,
      ...(plan.desired === null ? {} : { target: plan.desired.kind }),
      ...(isMoved ? { agreed: null, remoteId: null, sending: null, sendingToken: null } : {}),
      updatedAt: sql`now()`,
    })
    .where(mine(ref));
}

/** Reads the journal of the bill of an invoice; null when nothing was ever planned. */
export async function loadBillPart(db: Queryable, ref: InvoiceRef): Promise<BillPart | null> {
  const [row] = await db
    .select({
      part: overheadPush,
      connectionId: accountingConnection.id,
      apiUrl: accountingConnection.apiUrl,
      organisationId: accountingCompany.organisationId,
    })
    .from(overheadPush)
    .innerJoin(accountingCompany, eq(accountingCompany.id, overheadPush.companyId))
    .innerJoin(accountingConnection, eq(accountingConnection.id, accountingCompany.connectionId))
    .where(mine(ref));
  if (!row) return null;
  const { part, ...place } = row;
  return {
    id: part.id,
    account: part.account,
    invoiceId: part.invoiceId,
    desired: part.desired as DesiredBill | null,
    agreed: part.agreed as AgreedBill | null,
    remoteId: part.remoteId,
    sending: part.sending as BillSending | null,
    sendingToken: part.sendingToken,
    ...place,
  };
}

/** Whether a bill stands in the books, or may. */
export const standsInBooks = ({ remoteId, sending }: Pick<BillPart, 'remoteId' | 'sending'>): boolean =>
  remoteId !== null || sending !== null;

/** An invoice that is taken back wants nothing in the books any more. */
export async function forgetWish(db: Queryable, ref: InvoiceRef): Promise<void> {
  await db.update(overheadPush).set({ desired: null, updatedAt: sql`now()` }).where(mine(ref));
}

/** The journal of a bill that was taken back, or let go of, begins anew. */
export async function forgetBill(db: Queryable, ref: InvoiceRef): Promise<void> {
  await db.delete(overheadPush).where(mine(ref));
}

/** Changes to the journal, made only if no other attempt has touched its `sending` since it was read. */
export interface BillEntry {
  sending?: { write: BillSending; token: string } | null;
  agreed?: AgreedBill | null;
  remoteId?: string | null;
}

/**
 * Writes the journal by compare-and-set on the token of the write on its way.
 *
 * @returns the part as it stands now; null when another attempt was faster
 */
export async function journalBill(db: Queryable, part: BillPart, entry: BillEntry): Promise<BillPart | null> {
  const { sending, ...rest } = entry;
  const columns =
    sending === undefined ? {} : { sending: sending?.write ?? null, sendingToken: sending?.token ?? null };
  const rows = await db
    .update(overheadPush)
    .set({ ...rest, ...columns, updatedAt: sql`now()` })
    .where(
      and(
        eq(overheadPush.account, part.account),
        eq(overheadPush.id, part.id),
        part.sendingToken === null
          ? isNull(overheadPush.sendingToken)
          : eq(overheadPush.sendingToken, part.sendingToken),
      ),
    )
    .returning({ id: overheadPush.id });
  return rows.length === 0 ? null : { ...part, ...rest, ...columns };
}

/** Whether something of the invoice stands in the books, or may. */
export async function hasBill(db: Queryable, invoiceId: string): Promise<boolean> {
  const [row] = await db
    .select({ id: overheadPush.id })
    .from(overheadPush)
    .where(
      and(
        eq(overheadPush.invoiceId, invoiceId),
        sql`(${overheadPush.remoteId} is not null or ${overheadPush.sending} is not null)`,
      ),
    );
  return row !== undefined;
}

/** Invoices of an account whose overhead part waits for somebody to sign in to accounting again, in pages by id. */
export async function overheadsWaitingForSignIn(
  db: Queryable,
  account: string,
  after: string | null,
): Promise<string[]> {
  const rows = await db
    .select({ invoiceId: overheadPush.invoiceId })
    .from(overheadPush)
    .where(
      and(
        eq(overheadPush.account, account),
        eq(overheadPush.state, 'waiting'),
        eq(overheadPush.waitingFor, 'ACCOUNTING_AUTH_EXPIRED'),
        after === null ? undefined : sql`${overheadPush.invoiceId} > ${after}`,
      ),
    )
    .orderBy(asc(overheadPush.invoiceId))
    .limit(100);
  return rows.map(({ invoiceId }) => invoiceId);
}

/** Invoices that are taken back and wait for somebody to sign in to accounting again. */
export async function undosWaitingForSignIn(db: Queryable, account: string): Promise<string[]> {
  const rows = await db
    .select({ id: payableInvoice.id })
    .from(payableInvoice)
    .where(
      and(
        eq(payableInvoice.account, account),
        eq(payableInvoice.integration, 'waiting'),
        eq(payableInvoice.queuedFor, 'undo'),
        eq(payableInvoice.waitingFor, 'ACCOUNTING_AUTH_EXPIRED'),
      ),
    );
  return rows.map(({ id }) => id);
}

/** Whether the queueing an invoice is in has an overhead part, and whether it has one for Procore. */
export async function partsOfQueueing(
  db: Queryable,
  invoiceId: string,
): Promise<{ hasOverheads: boolean; hasProject: boolean }> {
  const [row] = await db.execute<{ hasOverheads: boolean; hasProject: boolean }>(sql`
    select coalesce(${IS_CONCERNED}, false) as "hasOverheads", ${HAS_PROJECT} as "hasProject"
    from payable_invoice i left join overhead_push o on o.invoice_id = i.id where i.id = ${invoiceId}`);
  return row ?? { hasOverheads: false, hasProject: true };
}

/** Notes that Procore's part ended while the overhead part is under way or has not begun. */
export async function noteProcoreMark(db: Queryable, ref: InvoiceRef, mark: string): Promise<void> {
  await enter(db, ref, 'queued');
  await db.update(overheadPush).set({ procoreMark: mark }).where(mine(ref));
}

/** How the overhead part stands in the queueing the invoice is in; null when it has not begun. */
export async function overheadOf(db: Queryable, ref: InvoiceRef) {
  const [row] = await db
    .select({
      state: overheadPush.state,
      problems: overheadPush.problems,
      procoreMark: overheadPush.procoreMark,
      agreed: overheadPush.agreed,
    })
    .from(overheadPush)
    .innerJoin(payableInvoice, eq(payableInvoice.id, overheadPush.invoiceId))
    .where(and(mine(ref), eq(overheadPush.queuedAt, payableInvoice.queuedAt)));
  return row ?? null;
}
