import { and, desc, eq, sql } from 'drizzle-orm';
import { eventHook, integrationLog } from '../schema/index.ts';
import type { Queryable } from '../types.ts';

export type EventHookRow = typeof eventHook.$inferSelect;

/** One step of a document, as it is told. */
export interface DocumentEvent {
  id: string;
  writtenIn: string;
  at: string;
  kind: 'invoice' | 'purchase_order' | 'time_sheet';
  event: string;
  documentId: string;
  number: string | null;
  result: 'success' | 'fail' | 'info';
  code: string | null;
  message: string;
}

/** What of the log is not yet told to hook `h`: finished transactions only, in the order they were begun. */
const UNTOLD = sql`
  l.account = h.account and l.document_kind in ('invoice', 'purchase_order', 'time_sheet')
  and l.event not in ('call', 'attempt', 'note')
  and (l.written_in, l.id) > (h.told_in, h.told_id)
  and l.written_in < pg_snapshot_xmin(pg_current_snapshot())`;

/** The hooks that have something to be told now, each for this process alone until its lease of 90 s ends. */
export async function claimHooks(db: Queryable): Promise<EventHookRow[]> {
  const due = await db.execute<{ id: string }>(sql`
    update ${eventHook} h set next_attempt_at = now() + interval '90 seconds'
    where h.is_active and h.next_attempt_at <= now() and exists (select 1 from ${integrationLog} l where ${UNTOLD})
    returning h.id`);
  if (due.length === 0) return [];
  const ids = sql.join(
    due.map(({ id }) => sql`${id}::uuid`),
    sql`, `,
  );
  return db.select().from(eventHook).where(sql`${eventHook.id} in (${ids})`);
}

/** What a hook is to be told next, in order. */
export async function untoldEvents(db: Queryable, hookId: string, limit: number): Promise<DocumentEvent[]> {
  const rows = await db.execute<Record<string, never>>(sql`
    select l.id, l.written_in::text as "writtenIn", l.at, l.document_kind as kind, l.event, l.document_id as "documentId",
      l.result, l.code, l.message,
      case l.document_kind
        when 'invoice' then (select i.number from payable_invoice i where i.id::text = l.document_id)
        when 'purchase_order' then (select o.number from purchase_order o where o.id::text = l.document_id)
      end as number
    from ${eventHook} h join ${integrationLog} l on ${UNTOLD}
    where h.id = ${hookId}
    order by l.written_in, l.id
    limit ${limit}`);
  return rows.map((row) => row as unknown as DocumentEvent);
}

/** The hook took this event; it stays with who tells it for another lease. */
export async function noteTold(db: Queryable, hookId: string, event: DocumentEvent): Promise<void> {
  await db
    .update(eventHook)
    .set({
      toldIn: sql`${event.writtenIn}::xid8`,
      toldId: event.id,
      toldAt: sql`now()`,
      nextAttemptAt: sql`now() + interval '90 seconds'`,
      attempts: 0,
      failingSince: null,
      lastAnswer: null,
    })
    .where(eq(eventHook.id, hookId));
}

/** Nothing is left for now: the hook is looked at again as soon as there is. */
export async function freeHook(db: Queryable, hookId: string): Promise<void> {
  await db.update(eventHook).set({ nextAttemptAt: sql`now()` }).where(eq(eventHook.id, hookId));
}

/** The hook did not take an event: it is told again later, or paused after `giveUpMs` of nothing but failures. */
export async function noteRefused(
  db: Queryable,
  hookId: string,
  { answer, delayMs, giveUpMs }: { answer: string; delayMs: number; giveUpMs: number },
): Promise<void> {
  const since = sql`coalesce(${eventHook.failingSince}, now())`;
  await db
    .update(eventHook)
    .set({
      attempts: sql`${eventHook.attempts} + 1`,
      failingSince: since,
      lastAnswer: answer,
      nextAttemptAt: sql`now() + make_interval(secs => ${delayMs / 1000})`,
      isActive: sql`${since} > now() - make_interval(secs => ${giveUpMs / 1000})`,
    })
    .where(eq(eventHook.id, hookId));
}

/** The hooks of an account, newest first, each with how many events wait for it. */
export async function listHooks(db: Queryable, account: string): Promise<(EventHookRow & { waiting: number })[]> {
  const hooks = await db.select().from(eventHook).where(eq(eventHook.account, account)).orderBy(desc(eventHook.id));
  const counts = await db.execute<{ id: string; waiting: number }>(sql`
    select h.id, (select count(*)::int from ${integrationLog} l where ${UNTOLD}) as waiting
    from ${eventHook} h where h.account = ${account}`);
  const waiting = new Map(counts.map((row) => [row.id, row.waiting]));
  return hooks.map((hook) => ({ ...hook, waiting: waiting.get(hook.id) ?? 0 }));
}

export async function addHook(
  db: Queryable,
  hook: { id: string; account: string; url: string; secret: string; createdBy: string },
): Promise<void> {
  await db.insert(eventHook).values(hook);
}

/** Pauses a hook, or lets it go on from where it stands; false when the account has no such hook. */
export async function setHookActive(db: Queryable, account: string, id: string, isActive: boolean): Promise<boolean> {
  const rows = await db
    .update(eventHook)
    .set({ isActive, attempts: 0, failingSince: null, nextAttemptAt: sql`now()` })
    .where(and(eq(eventHook.account, account), eq(eventHook.id, id)))
    .returning({ id: eventHook.id });
  return rows.length > 0;
}

/** Ends a hook; the address it had, or null when the account has no such hook. */
export async function deleteHook(db: Queryable, account: string, id: string): Promise<string | null> {
  const [row] = await db
    .delete(eventHook)
    .where(and(eq(eventHook.account, account), eq(eventHook.id, id)))
    .returning({ url: eventHook.url });
  return row?.url ?? null;
}
