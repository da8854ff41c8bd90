import { and, eq, inArray, or, sql } from 'drizzle-orm';
import { firstFreeCode, normaliseName, vendorCodeWishes } from '../../domain/matching.ts';
import { waitKeys } from '../../domain/waits.ts';
import { payableAccount, procoreLink } from '../schema/index.ts';
import type { Queryable, Tx } from '../types.ts';
import { requeueWaiting } from './document-waits.ts';
import { insertEvents } from './inbox.ts';
import { lockNewCodes, saveLinks } from './links.ts';
import { takenVendorCodes, type VendorContent, vendorContent } from './vendors.ts';

/** A Procore vendor as the question about it keeps it. */
export interface VendorOnTask {
  content: VendorContent;
  originCode: string | null;
  abbreviatedName: string | null;
  taxNumber: string | null;
  /** of a renamed one: the name people knew */
  previousName: string | null;
}

/** One vendor a person decides about. */
export interface VendorInQuestion {
  account: string;
  companyId: string;
  procoreId: string;
  record: VendorOnTask;
}

type AccountRow = typeof payableAccount.$inferSelect;
type LinkRow = typeof procoreLink.$inferSelect;

/** What stood before a decision: enough to put it back. */
export interface VendorUndo {
  /** our id of what the vendor is after the decision */
  linkedTo: string | null;
  /** made by the decision */
  createdId: string | null;
  accounts: { id: string; content: VendorContent }[];
  links: LinkRow[];
}

/**
 * Links a vendor to a payable account, whatever either was linked to before. The account takes over what Procore says;
 * invoices that waited for the supplier are queued again.
 */
export async function linkVendor(tx: Tx, vendor: VendorInQuestion, accountId: string): Promise<VendorUndo> {
  const undo = await snapshot(tx, vendor, accountId);
  await giveBackName(tx, vendor, undo);
  await tx
    .update(payableAccount)
    .set({ ...vendor.record.content, updatedAt: sql`now()` })
    .where(ofAccount(vendor, accountId));
  await link(tx, vendor, accountId, undo);
  return { ...undo, linkedTo: accountId };
}

/** Makes a payable account of its own for a vendor and links it. */
export async function createForVendor(tx: Tx, vendor: VendorInQuestion): Promise<VendorUndo> {
  const { account, procoreId, record } = vendor;
  await lockNewCodes(tx, account, 'vendor');
  const wishes = vendorCodeWishes({ procoreId, ...record });
  const code = firstFreeCode(wishes, await takenVendorCodes(tx, account, wishes));
  const undo = await snapshot(tx, vendor, null);
  await giveBackName(tx, vendor, undo);
  const [row] = await tx
    .insert(payableAccount)
    .values({ account, code, ...record.content })
    .returning({ id: payableAccount.id });
  if (!row) throw new Error('The payable account just inserted is gone');
  await link(tx, vendor, row.id, undo);
  return { ...undo, createdId: row.id, linkedTo: row.id };
}

/** The renamed vendor is the same supplier: its other details come in with the next reading. */
export async function keepVendor(tx: Tx, vendor: VendorInQuestion): Promise<VendorUndo> {
  const undo = await snapshot(tx, vendor, null);
  const linkedTo = undo.links.find(({ procoreId }) => procoreId === vendor.procoreId)?.localId ?? null;
  await readAgain(tx, vendor);
  return { ...undo, linkedTo };
}

/** Takes the link of a payable account away; the vendor is a question from then on. Null when it is not linked there. */
export async function unlinkVendor(
  tx: Tx,
  account: string,
  accountId: string,
  companyId: string,
): Promise<VendorInQuestion | null> {
  const [row] = await tx
    .select({ payable: payableAccount, procoreId: procoreLink.procoreId, linkId: procoreLink.id })
    .from(procoreLink)
    .innerJoin(payableAccount, eq(payableAccount.id, procoreLink.localId))
    .where(
      and(
        eq(procoreLink.account, account),
        eq(procoreLink.companyId, companyId),
        eq(procoreLink.kind, 'vendor'),
        eq(procoreLink.localId, accountId),
        eq(procoreLink.state, 'linked'),
      ),
    )
    .for('update');
  if (!row?.procoreId) return null;
  await tx.delete(procoreLink).where(eq(procoreLink.id, row.linkId));
  const content = vendorContent(row.payable);
  const record = { content, originCode: null, abbreviatedName: null, taxNumber: null, previousName: null };
  return { account, companyId, procoreId: row.procoreId, record };
}

export type Undone = 'undone' | 'changed-since';

/**
 * Puts back what stood before a decision. An account the decision made goes, unless invoices or other companies use it by
 * now: then it stays, unlinked.
 */
export async function undoVendorChoice(tx: Tx, vendor: VendorInQuestion, undo: VendorUndo): Promise<Undone> {
  const [now] = await tx
    .select({ localId: procoreLink.localId })
    .from(procoreLink)
    .where(and(ofVendors(vendor), eq(procoreLink.procoreId, vendor.procoreId)))
    .for('update');
  if ((now?.localId ?? null) !== undo.linkedTo) return 'changed-since';
  const ids = [...undo.accounts.map(({ id }) => id), ...(undo.linkedTo === null ? [] : [undo.linkedTo])];
  const theirs = undo.links.flatMap(({ procoreId }) => procoreId ?? []);
  await tx
    .delete(procoreLink)
    .where(
      and(
        ofVendors(vendor),
        or(
          inArray(procoreLink.procoreId, [vendor.procoreId, ...theirs]),
          ids.length > 0 ? inArray(procoreLink.localId, ids) : undefined,
        ),
      ),
    );
  if (undo.links.length > 0) await tx.insert(procoreLink).values(undo.links);
  for (const { id, content } of undo.accounts)
    await tx
      .update(payableAccount)
      .set({ ...content, updatedAt: sql`now()` })
      .where(ofAccount(vendor, id));
  if (undo.createdId !== null) await removeUnused(tx, vendor, undo.createdId);
  return 'undone';
}

/** Whether an account of ours has that id. */
export async function hasVendor(db: Queryable, account: string, id: string): Promise<boolean> {
  return (await db.$count(payableAccount, and(eq(payableAccount.account, account), eq(payableAccount.id, id)))) > 0;
}

/** The vendor's account so far and the one chosen, with every link of either. */
async function snapshot(tx: Tx, vendor: VendorInQuestion, chosenId: string | null): Promise<VendorUndo> {
  const links = await tx
    .select()
    .from(procoreLink)
    .where(
      and(
        ofVendors(vendor),
        or(
          eq(procoreLink.procoreId, vendor.procoreId),
          chosenId === null ? undefined : eq(procoreLink.localId, chosenId),
        ),
      ),
    )
    .for('update');
  const ids = new Set([...links.flatMap(({ localId }) => localId ?? []), ...(chosenId === null ? [] : [chosenId])]);
  const accounts =
    ids.size === 0
      ? []
      : await tx
          .select()
          .from(payableAccount)
          .where(ofAccounts(vendor, [...ids]));
  return {
    linkedTo: null,
    createdId: null,
    accounts: accounts.map((row: AccountRow) => ({ id: row.id, content: vendorContent(row) })),
    links,
  };
}

/** A supplier that a renamed vendor turns out not to be is called what it was called. */
async function giveBackName(tx: Tx, { account, procoreId, record }: VendorInQuestion, undo: VendorUndo): Promise<void> {
  if (record.previousName === null) return;
  const former = undo.links.find((one) => one.procoreId === procoreId)?.localId;
  if (former == null) return;
  const description = record.previousName;
  await tx
    .update(payableAccount)
    .set({ description, matchName: normaliseName(description), updatedAt: sql`now()` })
    .where(and(eq(payableAccount.account, account), eq(payableAccount.id, former)));
}

async function link(tx: Tx, vendor: VendorInQuestion, accountId: string, { accounts }: VendorUndo): Promise<void> {
  const { account, companyId, procoreId, record } = vendor;
  // A claim may hold the account: its document finds the link when it looks again.
  await saveLinks(tx, account, companyId, 'vendor', [{ localId: accountId, procoreId, contentHash: '' }]);
  await readAgain(tx, vendor);
  const names = [record.content.description, ...accounts.map(({ content }) => content.description)];
  await requeueWaiting(tx, account, [...new Set(names.map(waitKeys.vendor))]);
}

/** Has the vendor read from Procore, so that what it says now is taken over in full. */
async function readAgain(tx: Tx, { account, companyId, procoreId }: VendorInQuestion): Promise<void> {
  await tx
    .update(procoreLink)
    .set({ contentHash: null })
    .where(and(ofVendors({ account, companyId }), eq(procoreLink.procoreId, procoreId)));
  await insertEvents(tx, [
    {
      account,
      companyId,
      source: 'refresh',
      flow: 'vendors',
      scope: companyId,
      recordKind: 'vendor',
      recordId: procoreId,
    },
  ]);
}

async function removeUnused(tx: Tx, vendor: VendorInQuestion, id: string): Promise<void> {
  const links = await tx.$count(procoreLink, and(eq(procoreLink.kind, 'vendor'), eq(procoreLink.localId, id)));
  if (links > 0) return;
  try {
    await tx.transaction((inner) => inner.delete(payableAccount).where(ofAccount(vendor, id)));
  } catch (error) {
    // A document names it.
    const isInUse = error instanceof Error && (error.cause as { code?: unknown } | undefined)?.code === '23503';
    if (!isInUse) throw error;
  }
}

const ofVendors = ({ account, companyId }: Pick<VendorInQuestion, 'account' | 'companyId'>) =>
  and(eq(procoreLink.account, account), eq(procoreLink.companyId, companyId), eq(procoreLink.kind, 'vendor'));
const ofAccount = ({ account }: VendorInQuestion, id: string) =>
  and(eq(payableAccount.account, account), eq(payableAccount.id, id));
const ofAccounts = ({ account }: VendorInQuestion, ids: string[]) =>
  and(eq(payableAccount.account, account), inArray(payableAccount.id, ids));
