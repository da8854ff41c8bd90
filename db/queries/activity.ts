import { type SQL, sql } from 'drizzle-orm';
import type { Queryable } from '../types.ts';

/** One entry of an account's activity: a change somebody made, or a step of a document. */
export interface ActivityRow {
  id: string;
  at: string;
  actor: string | null;
  action: string;
  subject: string;
  message: string | null;
  result: 'success' | 'fail' | 'info';
  document: { kind: 'invoice' | 'purchase_order'; id: string } | null;
  before: unknown;
  after: unknown;
}

export interface ActivityInput {
  /** `changes`: what people did; `documents`: the steps of documents, whoever took them */
  show: 'all' | 'changes' | 'documents';
  search?: string | undefined;
  /** id of the last entry of the page before */
  cursor?: string | undefined;
  limit: number;
}

/**
 * A page of what was done in an account, newest first: the audit, and the steps of invoices and purchase orders without
 * their single calls, each thing once. Time sheets are left out: their story belongs to those who may see the person's
 * time.
 */
export async function listActivity(
  db: Queryable,
  account: string,
  input: ActivityInput,
): Promise<{ rows: ActivityRow[]; nextCursor: string | null }> {
  const pattern = input.search?.trim() ? `%${input.search.trim().replace(/[\\%_]/g, '\\$&')}%` : null;
  const found =
    pattern === null
      ? sql`true`
      : sql`(actor ilike ${pattern} or subject ilike ${pattern} or message ilike ${pattern})`;
  const older = input.cursor === undefined ? sql`true` : sql`id < ${input.cursor}::uuid`;
  const sources = [...(input.show === 'documents' ? [] : [changes(account)]), steps(account, input.show === 'changes')];
  const rows = await db.execute<Record<string, never>>(sql`
    select * from (${sql.join(sources, sql` union all `)}) entry
    where ${older} and ${found}
    order by id desc
    limit ${input.limit + 1}`);
  const shown = rows.slice(0, input.limit).map(asActivity);
  return { rows: shown, nextCursor: rows.length > input.limit ? (shown.at(-1)?.id ?? null) : null };
}

/** What the audit says of a document that its log does not. Every other step of one stands in both. */
const ONLY_IN_AUDIT = ['invoice.deleted', 'invoice.sent-early', 'invoice.duplicate-chosen'];

const changes = (account: string): SQL => sql`
  select id, at, actor, action, subject, null as message, 'success' as result,
    null as document_kind, null as document_id, before, after
  from audit_event
  where account = ${account}
    and (action !~ '^(invoice|overhead|purchase[-_]order)\\.' or action in ${ONLY_IN_AUDIT})`;

const steps = (account: string, byPeople: boolean): SQL => sql`
  select l.id, l.at, l.actor, replace(l.document_kind, '_', '-') || '.' || l.event as action,
    coalesce(i.number, o.number, '') as subject, l.message, l.result,
    case when coalesce(i.id, o.id) is not null then l.document_kind end as document_kind, l.document_id,
    null::jsonb as before, null::jsonb as after
  from integration_log l
  left join payable_invoice i on l.document_kind = 'invoice' and i.id::text = l.document_id and i.account = l.account
  left join purchase_order o
    on l.document_kind = 'purchase_order' and o.id::text = l.document_id and o.account = l.account
  where l.account = ${account} and l.document_kind in ('invoice', 'purchase_order') and l.event not in ('call', 'attempt')
    and (${!byPeople} or l.actor is not null)`;

function asActivity(row: Record<string, unknown>): ActivityRow {
  const text = (name: string) => (row[name] === null ? null : String(row[name]));
  const kind = text('document_kind') as 'invoice' | 'purchase_order' | null;
  return {
    id: String(row.id),
    at: String(row.at),
    actor: text('actor'),
    action: String(row.action),
    subject: String(row.subject),
    message: text('message'),
    result: text('result') as ActivityRow['result'],
    document: kind === null ? null : { kind, id: String(row.document_id) },
    before: row.before,
    after: row.after,
  };
}
