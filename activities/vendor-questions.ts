import { buryLinks, countLinks, type LinkRow } from '../db/queries/links.ts';
import { type NewMappingTask, openTasks, raiseMappingTasks, settleMappingTasks } from '../db/queries/mapping-tasks.ts';
import type { VendorOnTask } from '../db/queries/vendor-choices.ts';
import {
  deactivateVendors,
  findLinkedByName,
  findTrustedVendors,
  findUnlinkedVendors,
  type VendorContent,
} from '../db/queries/vendors.ts';
import type { Tx } from '../db/types.ts';
import { isMassVanish } from '../domain/diff.ts';
import { messageOf } from '../domain/errors.ts';
import { likeness } from '../domain/likeness.ts';
import { mergedReason, normaliseName, type VendorMatch } from '../domain/matching.ts';
import type { Vendor } from '../procore/vendors.ts';

export const nameOf = (vendor: Vendor): string => vendor.name?.trim() || `Vendor ${vendor.id}`;

export const contentOf = (vendor: Vendor): VendorContent => ({
  description: nameOf(vendor),
  matchName: normaliseName(nameOf(vendor)),
  address: vendor.address,
  city: vendor.city,
  postcode: vendor.zip,
  countryCode: vendor.country_code,
  phone: vendor.business_phone,
  email: vendor.email_address,
  isActive: vendor.is_active ?? true,
});

/** A vendor as the question about it keeps it. */
const onTask = (vendor: Vendor, previousName: string | null = null): VendorOnTask => ({
  content: contentOf(vendor),
  originCode: vendor.origin_code,
  abbreviatedName: vendor.abbreviated_name,
  taxNumber: vendor.business_register?.identifier ?? null,
  previousName,
});

/** The question an ambiguous match leaves to a person. */
export function asTask(
  vendor: Vendor,
  { question, reason, candidates }: VendorMatch & { kind: 'ambiguous' },
  made: ReadonlyMap<string, string>,
): NewMappingTask {
  return {
    procoreId: vendor.id,
    question,
    subject: nameOf(vendor),
    reason,
    record: onTask(vendor),
    candidates: candidates.map(({ id, name, linkedTo, isGone }) => ({
      id: id ?? made.get(linkedTo ?? '') ?? '',
      name,
      why:
        linkedTo === null
          ? 'The same name.'
          : `The same name, but ${isGone ? 'deleted in Procore' : LINKED_ELSEWHERE}.`,
    })),
  };
}

const LINKED_ELSEWHERE = 'linked to another Procore vendor';

/**
 * New vendors that look like a supplier nobody has linked yet: a person says whether they are one, before a second
 * account of the same supplier is made.
 */
export async function findLookalikes(
  tx: Tx,
  account: string,
  companyId: string,
  vendors: readonly Vendor[],
): Promise<Map<string, NewMappingTask>> {
  if (vendors.length === 0) return new Map();
  const suppliers = await findUnlinkedVendors(tx, account, companyId);
  const tasks = new Map<string, NewMappingTask>();
  for (const vendor of vendors) {
    const facts = {
      name: nameOf(vendor),
      taxNumber: vendor.business_register?.identifier ?? null,
      email: vendor.email_address,
    };
    const candidates = suppliers.flatMap(({ id, ...supplier }) => {
      const reasons = likeness(facts, supplier);
      return reasons.length === 0 ? [] : [{ id, name: supplier.name, why: reasons.join(' ') }];
    });
    if (candidates.length === 0) continue;
    const reason =
      candidates.length === 1
        ? `It may be the payable account "${candidates[0]?.name}".`
        : `It may be one of ${candidates.length} payable accounts.`;
    tasks.set(vendor.id, { procoreId: vendor.id, subject: nameOf(vendor), reason, record: onTask(vendor), candidates });
  }
  return tasks;
}

/** A linked vendor that changed, by our id of its payable account. */
export interface ChangedVendor {
  id: string;
  vendor: Vendor;
}

/**
 * Sorts out renames of suppliers with invoices or bank details: those apply to the name alone and are a question
 * (domain.md section 2), since a changed name may be another company in the place of the first.
 *
 * @returns the vendors whose other details wait
 */
export async function askAboutRenames(
  tx: Tx,
  account: string,
  companyId: string,
  changes: readonly ChangedVendor[],
): Promise<ChangedVendor[]> {
  const trusted = await findTrustedVendors(
    tx,
    account,
    changes.map(({ id }) => id),
  );
  if (trusted.size === 0) return [];
  const asked = new Map(
    (await openTasks(tx, account, companyId, 'vendor', 'renamed')).map((task) => [
      task.procoreId,
      (task.record as VendorOnTask).previousName ?? '',
    ]),
  );
  const renamed: { change: ChangedVendor; before: string }[] = [];
  const takenBack: string[] = [];
  for (const change of changes) {
    const held = trusted.get(change.id);
    if (held === undefined) continue;
    const before = asked.get(change.vendor.id) ?? held.name;
    if (normaliseName(before) !== contentOf(change.vendor).matchName) renamed.push({ change, before });
    else if (asked.has(change.vendor.id)) takenBack.push(change.vendor.id);
  }
  await settleMappingTasks(tx, account, companyId, 'vendor', takenBack, 'renamed');
  await raiseMappingTasks(
    tx,
    account,
    companyId,
    'vendor',
    renamed.map(({ change: { vendor }, before }) => ({
      procoreId: vendor.id,
      question: 'renamed' as const,
      subject: nameOf(vendor),
      reason: `"${before}" is called "${nameOf(vendor)}" in Procore now. Only the name was taken over; its other details wait until somebody has looked.`,
      record: onTask(vendor, before),
      candidates: [],
    })),
  );
  return renamed.map(({ change }) => change);
}

export interface Outcome {
  state: 'applied' | 'unchanged' | 'ignored' | 'failed';
  outcome: string;
}

/**
 * Deleted in Procore: inactive here, unless so many vanish at once that we have more likely lost sight of them
 * (design 5.7). One whose name lives on under another id may have been merged: a person is asked.
 */
export async function applyGone(
  tx: Tx,
  account: string,
  companyId: string,
  gone: readonly string[],
  links: ReadonlyMap<string, LinkRow>,
  outcomes: Map<string, Outcome>,
): Promise<void> {
  const live = gone.flatMap((id) => {
    const link = links.get(id);
    return link?.state === 'linked' && link.localId ? [{ ...link, localId: link.localId }] : [];
  });
  const isMass = isMassVanish(await countLinks(tx, account, companyId, 'vendor'), live.length);
  if (!isMass) {
    await deactivateVendors(
      tx,
      account,
      live.map((link) => link.localId),
    );
    await buryLinks(
      tx,
      account,
      live.map((link) => link.id),
    );
    for (const { localId } of live) await askWhetherMerged(tx, account, companyId, localId);
  }
  const said = `${live.length} of them are gone at once`;
  const refused = `${messageOf({ code: 'NO_ACCESS', facts: { tool: 'vendors', place: 'this company', said } })}. Nothing was changed.`;
  for (const id of gone) {
    const wasLive = live.some((link) => link.procoreId === id);
    if (!wasLive)
      outcomes.set(id, { state: 'ignored', outcome: 'Procore has no such vendor, and Lentune never had it.' });
    else if (isMass) outcomes.set(id, { state: 'failed', outcome: refused });
    else outcomes.set(id, { state: 'applied', outcome: 'Deleted in Procore, so the payable account is inactive now.' });
  }
}

/** Whether the name of a vanished vendor lives on: with a vendor that is still a question, or with a linked one. */
async function askWhetherMerged(tx: Tx, account: string, companyId: string, localId: string): Promise<void> {
  const questions = (await openTasks(tx, account, companyId, 'vendor', 'match')).filter(({ candidates }) =>
    candidates.some(({ id }) => id === localId),
  );
  const namesakes = await findLinkedByName(tx, account, companyId, localId);
  const vanished = namesakes.vanished;
  if (vanished === null) return;
  const candidates = [{ id: localId, name: vanished, why: 'The same name, but deleted in Procore.' }];
  const question = { question: 'merged' as const, reason: mergedReason(vanished), candidates };
  await raiseMappingTasks(tx, account, companyId, 'vendor', [
    ...questions.map(({ procoreId, subject, record }) => ({ procoreId, subject, record, ...question })),
    ...namesakes.others.map(({ procoreId, content }) => ({
      procoreId,
      subject: content.description,
      record: { content, originCode: null, abbreviatedName: null, taxNumber: null, previousName: null },
      ...question,
    })),
  ]);
  await settleMappingTasks(
    tx,
    account,
    companyId,
    'vendor',
    questions.map(({ procoreId }) => procoreId),
  );
}
