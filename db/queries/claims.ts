import { and, eq, sql } from 'drizzle-orm';
import { procoreLink } from '../schema/index.ts';
import type { Queryable, Tx } from '../types.ts';
import type { LinkKind } from './links.ts';

/** A record that shall be made in Procore once, whoever needs it. */
export interface ClaimSubject {
  account: string;
  companyId: string;
  kind: LinkKind;
  /** what makes it unique before it has an id */
  naturalKey: string;
  /** null for a parent that has no record of its own here */
  localId: string | null;
  projectProcoreId: string | null;
}

/** A creating write on its way, noted like one of a part. */
export interface ClaimSending {
  at: string;
  emptyLooks: number;
  lastLookAt: string | null;
}

export interface HeldClaim {
  id: string;
  sending: ClaimSending | null;
}

export type ClaimResult =
  /** it exists already */
  | { kind: 'linked'; procoreId: string }
  | { kind: 'held'; claim: HeldClaim }
  /** another document is making it at this moment */
  | { kind: 'busy' };

/** A claim whose document has not been heard of for this long is taken over. */
const TAKEN_OVER_AFTER = sql`interval '3 minutes'`;

/**
 * Claims the making of a record (design: create once). The document's own retry re-enters its claim.
 *
 * @param documentId who claims
 */
export async function claim(db: Queryable, subject: ClaimSubject, documentId: string): Promise<ClaimResult> {
  const { account, companyId, kind, localId } = subject;
  // The tombstone of a deleted record makes way, as it does for an inbound one.
  if (localId !== null)
    await db
      .update(procoreLink)
      .set({ localId: null, updatedAt: sql`now()` })
      .where(and(ofKind(subject), eq(procoreLink.localId, localId), eq(procoreLink.state, 'tombstone')));
  const [made] = await db
    .insert(procoreLink)
    .values({ ...subject, account, companyId, kind, state: 'creating', claimedBy: documentId, claimedAt: sql`now()` })
    .onConflictDoNothing()
    .returning({ id: procoreLink.id });
  if (made) return { kind: 'held', claim: { id: made.id, sending: null } };
  const [standing] = await db
    .update(procoreLink)
    .set({ claimedBy: documentId, claimedAt: sql`now()` })
    .where(
      and(
        ofKind(subject),
        eq(procoreLink.state, 'creating'),
        eq(procoreLink.naturalKey, subject.naturalKey),
        sql`(${procoreLink.claimedBy} = ${documentId} or ${procoreLink.claimedAt} < now() - ${TAKEN_OVER_AFTER})`,
      ),
    )
    .returning();
  if (standing) return { kind: 'held', claim: { id: standing.id, sending: standing.sending as ClaimSending | null } };
  return (await linkedTo(db, subject)) ?? { kind: 'busy' };
}

async function linkedTo(db: Queryable, subject: ClaimSubject): Promise<ClaimResult | null> {
  if (subject.localId === null) return null;
  const [link] = await db
    .select({ procoreId: procoreLink.procoreId })
    .from(procoreLink)
    .where(and(ofKind(subject), eq(procoreLink.localId, subject.localId), eq(procoreLink.state, 'linked')));
  return link?.procoreId ? { kind: 'linked', procoreId: link.procoreId } : null;
}

/** Notes that the creating write goes out, or how it stands. False when the claim was taken over. */
export async function noteSending(
  db: Queryable,
  held: HeldClaim,
  documentId: string,
  sending: ClaimSending | null,
): Promise<boolean> {
  const rows = await db
    .update(procoreLink)
    .set({ sending, claimedAt: sql`now()`, updatedAt: sql`now()` })
    .where(and(eq(procoreLink.id, held.id), eq(procoreLink.state, 'creating'), eq(procoreLink.claimedBy, documentId)))
    .returning({ id: procoreLink.id });
  return rows.length > 0;
}

/**
 * The record is there: the claim becomes its link. When its webhook was faster, that link stands and the claim goes.
 *
 * @returns false when Procore's record is already another local record
 */
export async function fulfil(tx: Tx, held: HeldClaim, subject: ClaimSubject, procoreId: string): Promise<boolean> {
  await tx.delete(procoreLink).where(and(eq(procoreLink.id, held.id), eq(procoreLink.state, 'creating')));
  if (subject.localId === null) return true;
  const { account, companyId, kind, localId, projectProcoreId } = subject;
  await tx
    .insert(procoreLink)
    .values({ account, companyId, kind, localId, projectProcoreId, procoreId, state: 'linked' })
    .onConflictDoNothing();
  const linked = await linkedTo(tx, subject);
  return linked?.kind === 'linked' && linked.procoreId === procoreId;
}

/** A certain refusal frees the claim for whoever needs the record next. */
export async function release(db: Queryable, held: HeldClaim, documentId: string): Promise<void> {
  await db
    .delete(procoreLink)
    .where(and(eq(procoreLink.id, held.id), eq(procoreLink.state, 'creating'), eq(procoreLink.claimedBy, documentId)));
}

/** The end of a run frees what its document still claims. */
export async function releaseAll(db: Queryable, account: string, documentId: string): Promise<void> {
  await db
    .delete(procoreLink)
    .where(
      and(eq(procoreLink.account, account), eq(procoreLink.state, 'creating'), eq(procoreLink.claimedBy, documentId)),
    );
}

const ofKind = ({ account, companyId, kind }: ClaimSubject) =>
  and(eq(procoreLink.account, account), eq(procoreLink.companyId, companyId), eq(procoreLink.kind, kind));
