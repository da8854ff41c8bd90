import { and, asc, eq, isNotNull, isNull, notInArray, or, sql } from 'drizzle-orm';
import type { Agreed, DesiredDirectCost } from '../../domain/direct-cost.ts';
import { type DesiredFile, filesOf } from '../../domain/direct-cost-files.ts';
import type { Removal } from '../../domain/direct-cost-removal.ts';
import type { PlannedPart } from '../../domain/plan.ts';
import type { PlannedClaim } from '../../domain/requisition-plan.ts';
import type { Sending } from '../../domain/settling.ts';
import { procoreCompany, procoreConnection, procoreLink, project, pushPart } from '../schema/index.ts';
import type { Queryable, Tx } from '../types.ts';
import { companyApiUrl } from './connections.ts';
import { hasBill } from './overhead-push.ts';

/** The journal of one part, and where its Procore record is reached. */
export interface Part {
  id: string;
  account: string;
  documentId: string;
  companyId: string;
  target: 'direct_cost' | 'requisition';
  partKey: string;
  projectProcoreId: string;
  desired: DesiredDirectCost | null;
  agreed: Agreed | null;
  procoreId: string | null;
  sending: Sending | null;
  sendingToken: string | null;
  removal: Removal | null;
  connectionId: string;
  apiUrl: string;
  companyProcoreId: string;
  companyName: string;
  returnsStamp: boolean | null;
  keepsFiles: boolean | null;
  keepsTax: boolean | null;
}

/**
 * Stores what a revision of a document wants in Procore. A part it no longer has keeps its journal and loses its wish;
 * one of which Procore never heard goes.
 *
 * @returns part ids in the order of work: what is no longer wanted first
 */
export async function savePlan(
  tx: Tx,
  account: string,
  documentId: string,
  revision: number,
  parts: readonly (PlannedPart | PlannedClaim)[],
): Promise<string[]> {
  const kept = parts.map((part) => part.partKey);
  const others = and(
    eq(pushPart.account, account),
    eq(pushPart.documentId, documentId),
    kept.length > 0 ? notInArray(pushPart.partKey, kept) : undefined,
  );
  await tx.delete(pushPart).where(and(others, isNull(pushPart.procoreId), isNull(pushPart.sending)));
  const orphans = await tx
    .update(pushPart)
    .set({ desired: null, removal: null, revision, updatedAt: sql`now()` })
    .where(others)
    .returning({ id: pushPart.id });
  const planned: string[] = [];
  for (const part of parts) {
    const values = {
      companyId: part.companyId,
      projectProcoreId: part.projectProcoreId,
      desired: part.desired,
      revision,
      removal: null,
      state: 'planned' as const,
    };
    const target = 'target' in part ? part.target : 'direct_cost';
    const [row] = await tx
      .insert(pushPart)
      .values({ account, documentKind: 'invoice', documentId, partKey: part.partKey, target, ...values })
      .onConflictDoUpdate({
        target: [pushPart.documentId, pushPart.partKey],
        set: { ...values, updatedAt: sql`now()` },
      })
      .returning({ id: pushPart.id });
    if (row) planned.push(row.id);
  }
  return [...orphans.map(({ id }) => id), ...planned];
}

/**
 * Has only the files of an invoice sent to the records that stand; what was given up before is tried again.
 *
 * @returns the parts that stand
 */
export async function planFiles(
  tx: Tx,
  account: string,
  documentId: string,
  files: readonly DesiredFile[],
): Promise<string[]> {
  const parts = (await partStates(tx, account, documentId)).filter(
    ({ procoreId, desired, agreed }) => procoreId !== null && desired !== null && !agreed?.isLinkOnly,
  );
  for (const { id, desired, agreed } of parts) {
    if (desired === null || agreed === null) continue;
    await tx
      .update(pushPart)
      .set({
        desired: { ...desired, files, scope: 'files' },
        agreed: { ...agreed, files: { ...filesOf(agreed), tries: 0, problem: null } },
        updatedAt: sql`now()`,
      })
      .where(eq(pushPart.id, id));
  }
  return parts.map(({ id }) => id);
}

/** Reads the journal of a part. */
export async function loadPart(db: Queryable, account: string, id: string): Promise<Part | null> {
  const [row] = await db
    .select({
      part: pushPart,
      connectionId: procoreCompany.connectionId,
      apiUrl: companyApiUrl,
      companyProcoreId: procoreCompany.procoreId,
      companyName: procoreCompany.name,
      returnsStamp: procoreCompany.returnsStamp,
      keepsFiles: procoreCompany.keepsFiles,
      keepsTax: project.keepsTax,
    })
    .from(pushPart)
    .innerJoin(procoreCompany, eq(procoreCompany.id, pushPart.companyId))
    .innerJoin(procoreConnection, eq(procoreConnection.id, procoreCompany.connectionId))
    .leftJoin(
      procoreLink,
      and(
        eq(procoreLink.companyId, pushPart.companyId),
        eq(procoreLink.kind, 'project'),
        eq(procoreLink.procoreId, pushPart.projectProcoreId),
      ),
    )
    .leftJoin(project, eq(project.id, procoreLink.localId))
    .where(and(eq(pushPart.account, account), eq(pushPart.id, id)));
  if (!row) return null;
  const { part, ...place } = row;
  return {
    id: part.id,
    account: part.account,
    documentId: part.documentId,
    companyId: part.companyId,
    target: part.target as Part['target'],
    partKey: part.partKey,
    projectProcoreId: part.projectProcoreId,
    desired: part.desired as DesiredDirectCost | null,
    agreed: part.agreed as Agreed | null,
    procoreId: part.procoreId,
    sending: part.sending as Sending | null,
    sendingToken: part.sendingToken,
    removal: part.removal as Removal | null,
    ...place,
  };
}

/** Parts of a document of which something already stands in Procore, by Procore project. */
export async function standingParts(db: Queryable, account: string, documentId: string): Promise<Set<string>> {
  const rows = await db
    .select({ projectProcoreId: pushPart.projectProcoreId })
    .from(pushPart)
    .where(
      and(eq(pushPart.account, account), eq(pushPart.documentId, documentId), sql`${pushPart.procoreId} is not null`),
    );
  return new Set(rows.map((row) => row.projectProcoreId));
}

/** Whether a record of the document already stands in Procore, or may. */
export async function hasParts(db: Queryable, documentId: string): Promise<boolean> {
  const [part] = await db
    .select({ id: pushPart.id })
    .from(pushPart)
    .where(and(eq(pushPart.documentId, documentId), or(isNotNull(pushPart.procoreId), isNotNull(pushPart.sending))))
    .limit(1);
  return part !== undefined || hasBill(db, documentId);
}

/** Direct costs of a document that were planned and of which Procore has none of ours yet. */
export async function undecidedParts(db: Queryable, account: string, documentId: string): Promise<Part[]> {
  const open = (await partStates(db, account, documentId)).filter(
    ({ target, procoreId, desired }) => target === 'direct_cost' && procoreId === null && desired !== null,
  );
  const parts = await Promise.all(open.map(({ id }) => loadPart(db, account, id)));
  return parts.filter((part) => part !== null);
}

/** The states of a document's parts. */
export async function partStates(db: Queryable, account: string, documentId: string) {
  const rows = await db
    .select({
      id: pushPart.id,
      partKey: pushPart.partKey,
      target: pushPart.target,
      sending: pushPart.sending,
      state: pushPart.state,
      procoreId: pushPart.procoreId,
      desired: pushPart.desired,
      agreed: pushPart.agreed,
    })
    .from(pushPart)
    .where(and(eq(pushPart.account, account), eq(pushPart.documentId, documentId)))
    .orderBy(asc(pushPart.id));
  return rows.map(({ desired, agreed, ...row }) => ({
    ...row,
    desired: desired as DesiredDirectCost | null,
    agreed: agreed as Agreed | null,
  }));
}

/** `null` token: only while no write is on its way. */
const holding = (part: Pick<Part, 'id' | 'account' | 'sendingToken'>) =>
  and(
    eq(pushPart.account, part.account),
    eq(pushPart.id, part.id),
    part.sendingToken === null ? isNull(pushPart.sendingToken) : eq(pushPart.sendingToken, part.sendingToken),
  );

/** Changes to the journal of a part, made only if no other attempt has touched its `sending` since it was read. */
export interface JournalEntry<A = Agreed, S = Sending> {
  sending?: { write: S; token: string } | null;
  agreed?: A | null;
  procoreId?: string | null;
  state?: 'planned' | 'sending' | 'sent' | 'failed' | 'reversed';
}

/** What the journal writes of a part, whatever its target. */
interface JournaledPart<A, S> extends Pick<Part, 'id' | 'account' | 'sendingToken'> {
  agreed: A | null;
  sending: S | null;
}

/**
 * Writes the journal by compare-and-set on the token of the write on its way.
 *
 * @returns the part as it stands now; null when another attempt was faster
 */
export async function journal<A, S, P extends JournaledPart<A, S>>(
  db: Queryable,
  part: P & JournaledPart<A, S>,
  entry: JournalEntry<A, S>,
): Promise<P | null> {
  const { sending, ...rest } = entry;
  const columns =
    sending === undefined ? {} : { sending: sending?.write ?? null, sendingToken: sending?.token ?? null };
  const rows = await db
    .update(pushPart)
    .set({
      ...rest,
      ...columns,
      ...(entry.state === 'sent' ? { sentAt: sql`now()` } : {}),
      ...(entry.state === undefined ? {} : { drift: null }),
      updatedAt: sql`now()`,
    })
    .where(holding(part))
    .returning({ id: pushPart.id });
  return rows.length === 0 ? null : { ...part, ...rest, ...columns };
}

/** What the first answers of a company and a project tell about them. */
export async function learn(
  db: Queryable,
  part: Pick<Part, 'account' | 'companyId' | 'projectProcoreId'>,
  { keepsTax, ...facts }: { returnsStamp?: boolean; keepsFiles?: boolean; keepsTax?: boolean },
): Promise<void> {
  if (Object.keys(facts).length > 0)
    await db
      .update(procoreCompany)
      .set({ ...facts, updatedAt: sql`now()` })
      .where(and(eq(procoreCompany.account, part.account), eq(procoreCompany.id, part.companyId)));
  if (keepsTax !== undefined)
    await db.execute(sql`
      update project set keeps_tax = ${keepsTax}, updated_at = now()
      from procore_link l
      where l.account = ${part.account} and l.company_id = ${part.companyId} and l.kind = 'project'
        and l.procore_id = ${part.projectProcoreId} and project.id = l.local_id
        and project.keeps_tax is distinct from ${keepsTax}`);
}

/** A Procore company as a push reaches it. */
export interface PushCompany {
  connectionId: string;
  apiUrl: string;
  procoreId: string;
  name: string;
  returnsStamp: boolean | null;
  keepsFiles: boolean | null;
}

/** Where a company of ours is reached; null when the account has none of that id. */
export async function pushCompany(db: Queryable, account: string, companyId: string): Promise<PushCompany | null> {
  const [row] = await db
    .select({
      connectionId: procoreCompany.connectionId,
      apiUrl: companyApiUrl,
      procoreId: procoreCompany.procoreId,
      name: procoreCompany.name,
      returnsStamp: procoreCompany.returnsStamp,
      keepsFiles: procoreCompany.keepsFiles,
    })
    .from(procoreCompany)
    .innerJoin(procoreConnection, eq(procoreConnection.id, procoreCompany.connectionId))
    .where(and(eq(procoreCompany.account, account), eq(procoreCompany.id, companyId)));
  return row ?? null;
}
