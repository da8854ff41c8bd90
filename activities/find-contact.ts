import { createHash } from 'node:crypto';
import { AccountingError } from '../accounting/port.ts';
import { booksPlace } from '../db/queries/accounting.ts';
import { claimContact, linkContact, releaseContacts } from '../db/queries/accounting-contacts.ts';
import { loadInvoice } from '../db/queries/invoice-document.ts';
import { DomainError } from '../domain/errors.ts';
import { normaliseName } from '../domain/matching.ts';
import { accountingRefusal } from '../platform/accounting-errors.ts';
import { attemptedOverhead } from './overhead-attempt.ts';
import type { OverheadDeps } from './prepare-overhead.ts';
import type { InvoiceRef } from './push-attempt.ts';

/**
 * Finds the contact a supplier is by its name, or makes it: once per supplier, whichever invoice needs it first. From then
 * on its id is what counts, whatever it is called.
 */
export function findContact({ db, accounting }: OverheadDeps, ref: InvoiceRef): Promise<{ done: boolean }> {
  return attemptedOverhead(db, ref, async (trail) => {
    const place = await booksPlace(db, ref.account);
    const loaded = await loadInvoice(db, ref.account, ref.invoiceId);
    const vendor = loaded?.document.vendor;
    if (place === null || !vendor) return { done: true };
    const matchName = normaliseName(vendor.name);
    const subject = { account: ref.account, companyId: place.companyId, payableAccountId: vendor.id, matchName };
    const claim = await claimContact(db, subject, ref.invoiceId);
    if (claim.kind === 'linked') return { done: true };
    if (claim.kind === 'busy') throw new DomainError('BUSY', { what: `Supplier ${vendor.name}` });
    const api = accounting.organisation({ ...place, onCall: trail.onCall });
    const { system } = place;
    try {
      trail.about(`Looked for ${vendor.name} in ${system}.`);
      const named = (await api.findContacts(vendor.name)).filter(({ name }) => normaliseName(name) === matchName);
      const active = named.filter(({ isActive }) => isActive);
      if (active.length > 1)
        throw new DomainError('CONTACT_AMBIGUOUS', { vendor: vendor.name, count: active.length, system });
      if (active.length === 0 && named.length > 0)
        throw new DomainError('CONTACT_ARCHIVED', { vendor: vendor.name, system });
      trail.about(`Made the contact ${vendor.name} in ${system}.`);
      const contact = active[0] ?? (await api.createContact(vendor.name, keyOf(place.companyId, matchName)));
      await linkContact(db, subject, contact.id);
      return { done: true };
    } catch (error) {
      // Without a certain answer the claim stays ours, and the next attempt looks again under the same key.
      const isCertain = error instanceof DomainError || (error instanceof AccountingError && error.kind === 'invalid');
      if (isCertain) await releaseContacts(db, ref.account, ref.invoiceId);
      if (error instanceof AccountingError && error.kind === 'invalid')
        throw accountingRefusal(error, `the contact ${vendor.name}`);
      throw error;
    }
  });
}

const keyOf = (companyId: string, matchName: string): string =>
  createHash('sha256').update(`contact/${companyId}/${matchName}`).digest('hex');
