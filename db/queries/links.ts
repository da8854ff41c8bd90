import { createHash } from 'node:crypto';
import { and, eq, inArray, ne, sql } from 'drizzle-orm';
import { canonicalJson } from '../../domain/diff.ts';
import { type LINK_KINDS, procoreLink } from '../schema/index.ts';
import type { Queryable, Tx } from '../types.ts';

export type LinkKind = (typeof LINK_KINDS)[number];
export type LinkRow = typeof procoreLink.$inferSelect;

/** Rows of one statement; 65,535 parameters are the protocol's limit. */
export const ROWS_PER_STATEMENT = 1000;

/** What was applied, as one short text: equal content is equal hash, whatever the order of its fields. */
export const contentHash = (content: unknown): string =>
  createHash('sha256').update(canonicalJson(content)).digest('base64url');

/** The links of some Procore records, by Procore id. */
export async function findLinks(
  db: Queryable,
  account: string,
  companyId: string,
  kind: LinkKind,
  procoreIds: readonly string[],
): Promise<Map<string, LinkRow>> {
  if (procoreIds.length === 0) return new Map();
  const rows = await db
    .select()
    .from(procoreLink)
    .where(and(ofKind(account, companyId, kind), inArray(procoreLink.procoreId, [...procoreIds])));
  return new Map(rows.map((row) => [row.procoreId ?? '', row]));
}

/** Procore ids of the linked records of a kind in one Procore project. */
export async function linkedInProject(
  db: Queryable,
  account: string,
  companyId: string,
  kind: LinkKind,
  projectProcoreId: string,
): Promise<string[]> {
  const rows = await db
    .select({ procoreId: procoreLink.procoreId })
    .from(procoreLink)
    .where(
      and(
        ofKind(account, companyId, kind),
        eq(procoreLink.projectProcoreId, projectProcoreId),
        eq(procoreLink.state, 'linked'),
      ),
    );
  return rows.flatMap(({ procoreId }) => procoreId ?? []);
}

/** How many records of a kind are linked and not deleted. */
export async function countLinks(db: Queryable, account: string, companyId: string, kind: LinkKind): Promise<number> {
  return db.$count(procoreLink, and(ofKind(account, companyId, kind), eq(procoreLink.state, 'linked')));
}

/** A local record and the Procore record it is. */
export interface NewLink {
  localId: string;
  procoreId: string;
  projectProcoreId?: string | null;
  contentHash: string;
  remoteUpdatedAt?: string | null;
  /** another system owns the record in Procore */
  isForeign?: boolean;
}

/**
 * Writes links beside the records they belong to, in as few statements as there are thousands.
 * A local record has one link per company: what stood there before (the tombstone of a deleted namesake, or a claim
 * whose record has now been seen in Procore) makes way.
 */
export async function saveLinks(
  tx: Tx,
  account: string,
  companyId: string,
  kind: LinkKind,
  links: readonly NewLink[],
): Promise<void> {
  for (let at = 0; at < links.length; at += ROWS_PER_STATEMENT) {
    const part = links.slice(at, at + ROWS_PER_STATEMENT);
    await releaseLocals(tx, account, companyId, kind, part);
    await tx
      .insert(procoreLink)
      .values(part.map((link) => ({ account, companyId, kind, state: 'linked' as const, ...link })))
      .onConflictDoUpdate({
        target: [procoreLink.companyId, procoreLink.kind, procoreLink.procoreId],
        targetWhere: sql`procore_id is not null`,
        set: {
          localId: sql`excluded.local_id`,
          projectProcoreId: sql`excluded.project_procore_id`,
          contentHash: sql`excluded.content_hash`,
          remoteUpdatedAt: sql`excluded.remote_updated_at`,
          isForeign: sql`excluded.is_foreign`,
          state: 'linked',
          claimedBy: null,
          claimedAt: null,
          sending: null,
          updatedAt: sql`now()`,
        },
      });
  }
}

/**
 * Frees the local records from links to other Procore records. A claim gets the Procore id it waits for instead:
 * the document that made it finds its record linked when it looks again.
 */
async function releaseLocals(
  tx: Tx,
  account: string,
  companyId: string,
  kind: LinkKind,
  links: readonly NewLink[],
): Promise<void> {
  const rows = JSON.stringify(links.map(({ localId, procoreId }) => ({ localId, procoreId })));
  await tx.execute(sql`
    with wanted as (
      select w."localId", w."procoreId", not exists (
        select from procore_link x
        where x.company_id = ${companyId} and x.kind = ${kind} and x.procore_id = w."procoreId"
      ) as is_new
      from json_to_recordset(${rows}::text::json) as w("localId" uuid, "procoreId" text)
    )
    update procore_link l
    set local_id = case when l.procore_id is null and is_new then l.local_id end,
      procore_id = case when l.procore_id is null and is_new then "procoreId" else l.procore_id end,
      state = case when l.procore_id is null and is_new then 'linked' else l.state end,
      updated_at = now()
    from wanted
    where l.account = ${account} and l.company_id = ${companyId} and l.kind = ${kind}
      and l.local_id = "localId" and l.procore_id is distinct from "procoreId"`);
}

/** Remembers that Procore deleted these records; their local records keep their history. */
export async function buryLinks(tx: Tx, account: string, linkIds: readonly string[]): Promise<void> {
  if (linkIds.length === 0) return;
  await tx
    .update(procoreLink)
    .set({ state: 'tombstone', contentHash: null, updatedAt: sql`now()` })
    .where(
      and(eq(procoreLink.account, account), inArray(procoreLink.id, [...linkIds]), ne(procoreLink.state, 'creating')),
    );
}

/**
 * Makes the choosing of new codes wait its turn within an account: two imports that choose at once would both find a code
 * free. Held to the end of the transaction; taken only where something is created.
 */
export async function lockNewCodes(tx: Tx, account: string, kind: LinkKind): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtext(${`new codes ${kind} ${account}`}))`);
}

const ofKind = (account: string, companyId: string, kind: LinkKind) =>
  and(eq(procoreLink.account, account), eq(procoreLink.companyId, companyId), eq(procoreLink.kind, kind));
