import { and, eq, isNull, or, sql } from 'drizzle-orm';
import { accountingContact } from '../schema/index.ts';
import type { Queryable } from '../types.ts';

/** A supplier that shall be found or made in an organisation once, whoever needs it. */
export interface ContactSubject {
  account: string;
  companyId: string;
  payableAccountId: string;
  /** its name as it is compared */
  matchName: string;
}

export type ContactClaim = { kind: 'linked'; contactId: string } | { kind: 'held' } | { kind: 'busy' };

const ofSupplier = ({ companyId, payableAccountId }: ContactSubject) =>
  and(eq(accountingContact.companyId, companyId), eq(accountingContact.payableAccountId, payableAccountId));

/** Claims the finding or making of a contact (design: create once). The invoice's own retry re-enters its claim. */
export async function claimContact(db: Queryable, subject: ContactSubject, invoiceId: string): Promise<ContactClaim> {
  const [made] = await db
    .insert(accountingContact)
    .values({ ...subject, claimedBy: invoiceId, claimedAt: sql`now()` })
    .onConflictDoNothing()
    .returning({ id: accountingContact.id });
  if (made) return { kind: 'held' };
  const [held] = await db
    .update(accountingContact)
    .set({ claimedBy: invoiceId, claimedAt: sql`now()` })
    .where(
      and(
        ofSupplier(subject),
        isNull(accountingContact.contactId),
        or(
          eq(accountingContact.claimedBy, invoiceId),
          sql`${accountingContact.claimedAt} < now() - interval '3 minutes'`,
        ),
      ),
    )
    .returning({ id: accountingContact.id });
  if (held) return { kind: 'held' };
  const [linked] = await db
    .select({ contactId: accountingContact.contactId })
    .from(accountingContact)
    .where(ofSupplier(subject));
  return linked?.contactId ? { kind: 'linked', contactId: linked.contactId } : { kind: 'busy' };
}

/** The contact is known: the claim becomes the link. */
export async function linkContact(db: Queryable, subject: ContactSubject, contactId: string): Promise<void> {
  await db
    .update(accountingContact)
    .set({ contactId, claimedBy: null, claimedAt: null, updatedAt: sql`now()` })
    .where(ofSupplier(subject));
}

/** A certain refusal, or the end of a run, frees what the invoice still claims. */
export async function releaseContacts(db: Queryable, account: string, invoiceId: string): Promise<void> {
  await db
    .delete(accountingContact)
    .where(
      and(
        eq(accountingContact.account, account),
        isNull(accountingContact.contactId),
        eq(accountingContact.claimedBy, invoiceId),
      ),
    );
}
