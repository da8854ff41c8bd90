import { describe, expect, test } from 'vitest';
import {
  type ClaimAgreed,
  type ClaimLook,
  type DesiredClaim,
  noClaimAgreed,
  type RemoteClaim,
} from '../../domain/claim.ts';
import type { EditChoice } from '../../domain/direct-cost.ts';
import { nextClaimWrite } from '../../domain/requisition.ts';
import { type ClaimSending, judgeClaim, settleClaim, takeClaim } from '../../domain/requisition-settling.ts';
import { aDesiredClaim, aLook, aRemoteClaim, aRemoteItem } from './claim-builder.ts';

/** The journal after the claim was made with its items. */
function agreedOn(desired: DesiredClaim, own: RemoteClaim): ClaimAgreed {
  const { stamp, header, items } = desired;
  return takeClaim(
    { kind: 'create-header', stamp, header, periodId: '900', items, files: [] },
    own,
    noClaimAgreed,
    'answer',
  );
}

const verdictOf = (desired: DesiredClaim | null, agreed: ClaimAgreed | null, look: ClaimLook): string => {
  const verdict = nextClaimWrite(desired, agreed, look);
  if (verdict.kind === 'write') return verdict.write.kind;
  return verdict.kind === 'refuse' ? verdict.code : verdict.kind;
};

test('a claim is made as a draft with its items, checked, and its status set last', () => {
  const desired = aDesiredClaim();
  const first = nextClaimWrite(desired, null, aLook());
  expect(first).toMatchObject({ write: { kind: 'create-header', periodId: '900', items: desired.items } });
  const own = aRemoteClaim();
  const agreed = agreedOn(desired, own);
  expect(nextClaimWrite(desired, agreed, aLook({ own }))).toEqual({
    kind: 'write',
    write: { kind: 'set-status', status: 'under_review' },
  });
  const reviewed = aRemoteClaim({ status: 'under_review' });
  const after = takeClaim({ kind: 'set-status', status: 'under_review' }, reviewed, agreed, 'answer');
  expect(verdictOf(desired, after, aLook({ own: reviewed }))).toBe('done');
});

test('the items of a change order are added by their package, then filled', () => {
  const item = { ...aDesiredClaim().items[0]!, lineId: '750', packageId: '740' };
  const desired = aDesiredClaim({ items: [item] });
  const empty = aRemoteClaim({ items: [aRemoteItem()] });
  const agreed = agreedOn({ ...desired, items: [] }, empty);
  expect(nextClaimWrite(desired, agreed, aLook({ own: empty }))).toMatchObject({
    write: { kind: 'add-package', packageId: '740' },
  });
  const changed = aRemoteItem({ id: '850', itemType: 'change_order_item', lineId: '750' });
  const own = aRemoteClaim({ packageIds: ['740'], items: [aRemoteItem(), changed] });
  expect(nextClaimWrite(desired, agreed, aLook({ own }))).toMatchObject({
    write: { kind: 'update-items', items: [{ id: '850', itemType: 'change_order_item', set: { work: '100.00' } }] },
  });
});

test('retainage Procore kept back by itself is set to what the policy says', () => {
  const desired = aDesiredClaim();
  const own = aRemoteClaim({ items: [aRemoteItem({ work: '100', retained: '10' })] });
  expect(nextClaimWrite(desired, agreedOn(desired, own), aLook({ own }))).toMatchObject({
    write: { kind: 'update-items', items: [{ set: { retained: '0.00' } }] },
  });
});

describe('before a claim is made', () => {
  const theirs = (fields: Partial<RemoteClaim> = {}) =>
    aRemoteClaim({ id: '790', originData: null, header: { invoiceNumber: 'OTHER', billingDate: null }, ...fields });
  const ours = theirs({ originData: 'lentune/i/a/invoice-0/claim-700' });
  const billed = (work: string) => theirs({ status: 'approved', items: [aRemoteItem({ work })] });

  test.each<[string, Partial<DesiredClaim>, Partial<ClaimLook>, string]>([
    ['an open claim of somebody else', {}, { others: [theirs()] }, 'CLAIM_OPEN_ELSEWHERE'],
    ['it is linked', { choice: 'link_only' }, { others: [theirs()] }, 'link'],
    ['an admin takes it over', { choice: 'take_over' }, { others: [theirs()] }, 'adopt'],
    ['an approved one holds up nobody', {}, { others: [theirs({ status: 'approved' })] }, 'create-header'],
    ['an open one of ours, and claims wait', { waitsForPrevious: true }, { others: [ours] }, 'CLAIM_IN_PROGRESS'],
    ['an open one of ours, and claims do not wait', {}, { others: [ours] }, 'create-header'],
    [
      'a claim of the same number',
      {},
      { others: [theirs({ status: 'approved', header: { invoiceNumber: 'INV-1042', billingDate: null } })] },
      'DUPLICATE',
    ],
    ['the commitment is gone', {}, { commitment: null }, 'PO_NOT_FOUND'],
    ['no period is open', {}, { openPeriodId: null }, 'NO_OPEN_PERIOD'],
    ['no period is open and we may open one', { mayOpenPeriod: true }, { openPeriodId: null }, 'open-period'],
    [
      'no period is open, and the month is taken',
      { mayOpenPeriod: true },
      { openPeriodId: null, freeMonth: null },
      'NO_OPEN_PERIOD',
    ],
    ['earlier claims leave too little', {}, { others: [billed('950')] }, 'OVER_ALLOCATED'],
    ['it is allowed', { mayOverbill: true }, { others: [billed('950')] }, 'create-header'],
  ])('%s', (_name, desired, look, expected) => {
    expect(verdictOf(aDesiredClaim(desired), null, aLook(look))).toBe(expected);
  });

  test.each([
    ['not approved', { isAccepted: false }, 'COMMITMENT_NOT_APPROVED'],
    ['without invoices', { isInvoicingOn: false }, 'INVOICING_OFF'],
    ['with another supplier', { vendorId: '999' }, 'VENDOR_CONTRACT_MISMATCH'],
  ])('a commitment %s', (_name, fields, expected) => {
    const commitment = { ...aLook().commitment!, ...fields };
    expect(verdictOf(aDesiredClaim(), null, aLook({ commitment }))).toBe(expected);
  });

  test.each([
    ['a credit of more than was billed', { work: '-100.00' }, 'OVER_ALLOCATED'],
    ['a release of more than is held', { work: '0.00', released: '20.00' }, 'OVER_ALLOCATED'],
  ])('%s', (_name, fields, expected) => {
    const items = [{ ...aDesiredClaim().items[0]!, ...fields }];
    expect(verdictOf(aDesiredClaim({ items }), null, aLook())).toBe(expected);
  });
});

describe('people edit too', () => {
  const desired = aDesiredClaim();
  const agreed = { ...agreedOn(desired, aRemoteClaim()), status: 'under_review', isDirty: false };
  const changed = aDesiredClaim({ items: [{ ...desired.items[0]!, work: '120.00' }], total: '120.00' });
  const sent = (fields: Partial<RemoteClaim>) => aLook({ own: aRemoteClaim({ status: 'under_review', ...fields }) });
  const extra = aRemoteItem({ id: '802', lineId: '702', work: '5' });

  test.each<[string, DesiredClaim, ClaimLook, string]>([
    ['work on an item of ours', desired, sent({ items: [aRemoteItem({ work: '90' })] }), 'REMOTE_EDITED'],
    ['work on another item', desired, sent({ items: [aRemoteItem({ work: '100' }), extra] }), 'REMOTE_EDITED'],
    ['materials', desired, sent({ items: [aRemoteItem({ work: '100', materials: '7' })] }), 'REMOTE_EDITED'],
    ['retainage', desired, sent({ items: [aRemoteItem({ work: '100', retained: '7' })] }), 'REMOTE_EDITED'],
    ['we change the same item', changed, sent({ items: [aRemoteItem({ work: '90' })] }), 'CONFLICT'],
    ['we change and nobody else', changed, sent({}), 'update-items'],
    ['approved, unchanged', desired, sent({ status: 'approved' }), 'done'],
    ['approved, and we change', changed, sent({ status: 'approved' }), 'LOCKED'],
    ['sent back, unchanged', desired, sent({ status: 'revise_and_resubmit' }), 'SENT_BACK'],
    ['owned by another system', changed, sent({ originId: 'erp-1' }), 'LOCKED'],
    ['paid, unchanged', desired, sent({ isPaid: true }), 'done'],
    ['paid, and we change', changed, sent({ isPaid: true }), 'LOCKED'],
    ['deleted', desired, aLook({ isGone: true }), 'DELETED_REMOTELY'],
    ['an item of ours is deleted', desired, sent({ items: [extra] }), 'DELETED_REMOTELY'],
    ['a second empty edition', desired, { ...sent({}), twins: [aRemoteClaim({ id: '899' })] }, 'delete-twin'],
  ])('%s', (_name, wanted, look, expected) => {
    expect(verdictOf(wanted, agreed, look)).toBe(expected);
  });

  test('a deleted claim is made again when a person says so', () => {
    expect(verdictOf(desired, { ...agreed, mayRecreate: true }, aLook({ isGone: true }))).toBe('forget');
  });

  test('a change order people took off the claim comes back only when a person says so', () => {
    const item = { ...desired.items[0]!, lineId: '750', packageId: '740' };
    const wish = aDesiredClaim({ items: [item] });
    const own = aRemoteClaim({ packageIds: ['740'], items: [aRemoteItem({ id: '850', lineId: '750', work: '100' })] });
    const known = agreedOn(wish, own);
    const without = aLook({ own: aRemoteClaim({ items: [aRemoteItem()] }) });
    expect(verdictOf(wish, known, without)).toBe('DELETED_REMOTELY');
    expect(nextClaimWrite(wish, { ...known, mayRecreate: true }, without)).toEqual({ kind: 'forget', lines: ['750'] });
    expect(verdictOf(wish, { ...known, items: {} }, without)).toBe('add-package');
  });

  test('a person keeps theirs or takes ours', () => {
    const edited = sent({ items: [aRemoteItem({ work: '90', retained: '7' }), extra] });
    const decided = (edits: EditChoice, wish: DesiredClaim) => {
      const verdict = nextClaimWrite(wish, { ...agreed, edits }, edited);
      return verdict.kind === 'rebase' ? verdict : null;
    };
    const kept = decided('keep_theirs', desired)!;
    expect(kept.note).toBe('INV-1042 is kept as people changed it in Procore: $95.00 there, $100.00 here.');
    expect(verdictOf(desired, kept.agreed, edited)).toBe('done');
    expect(verdictOf(changed, kept.agreed, edited)).not.toBe('done');
    const ours = decided('take_ours', desired)!;
    // What they put on an item that is not ours stays, so the total still differs.
    expect(verdictOf(desired, ours.agreed, edited)).toBe('REMOTE_EDITED');
    const alone = sent({ items: [aRemoteItem({ work: '90', retained: '7' })] });
    const verdict = nextClaimWrite(desired, { ...agreed, edits: 'take_ours' }, alone);
    if (verdict.kind !== 'rebase') throw new Error('Not decided');
    expect(nextClaimWrite(desired, verdict.agreed, alone)).toMatchObject({
      write: { kind: 'update-items', items: [{ set: { work: '100.00', retained: '0.00' } }] },
    });
  });

  test.each<[string, Partial<RemoteClaim>, string]>([
    ['ours and untouched goes', {}, 'delete-record'],
    ['not the latest stays', { isDeletable: false }, 'LOCKED'],
    ['worked on by people stays', { items: [aRemoteItem({ work: '90' })] }, 'LOCKED'],
    ['approved stays', { status: 'approved' }, 'LOCKED'],
  ])('a claim the invoice no longer makes: %s', (_name, own, expected) => {
    expect(verdictOf(null, agreed, sent(own))).toBe(expected);
  });

  test('tax that Procore adds up differently keeps the claim a draft', () => {
    const taxed = aDesiredClaim({ tax: '15.00' });
    const own = aRemoteClaim({ tax: '14.90' });
    expect(verdictOf(taxed, agreedOn(taxed, own), aLook({ own }))).toBe('TAX_TOTAL_DIFF');
    const close = aRemoteClaim({ tax: '15.004' });
    expect(verdictOf(taxed, agreedOn(taxed, close), aLook({ own: close }))).toBe('set-status');
  });
});

describe('a write that got no answer', () => {
  const desired = aDesiredClaim();
  const create = {
    kind: 'create-header' as const,
    stamp: desired.stamp,
    header: desired.header,
    periodId: '900',
    items: desired.items,
    files: [],
  };
  const sending = (fields: Partial<ClaimSending> = {}): ClaimSending => ({
    write: create,
    at: new Date(0).toISOString(),
    runId: 'run',
    emptyLooks: 0,
    lastLookAt: null,
    ...fields,
  });

  test('a new claim is repeated only after two empty looks', () => {
    expect(settleClaim(sending(), noClaimAgreed, null, aLook(), 500, 1000)).toMatchObject({
      kind: 'wait',
      isCounted: false,
    });
    expect(settleClaim(sending(), noClaimAgreed, null, aLook(), 1500, 1000)).toMatchObject({
      kind: 'wait',
      isCounted: true,
    });
    const looked = sending({ emptyLooks: 1, lastLookAt: new Date(1500).toISOString() });
    expect(settleClaim(looked, noClaimAgreed, null, aLook(), 3000, 1000)).toEqual({ kind: 'repeat' });
    const own = aRemoteClaim();
    expect(settleClaim(looked, noClaimAgreed, null, aLook({ own }), 3000, 1000)).toMatchObject({
      kind: 'settled',
      procoreId: '800',
      agreed: { number: 1, items: { 701: { id: '801' } } },
    });
  });

  test('an answer whose cents differ is told at once, and forgotten as sent', () => {
    const own = aRemoteClaim({ items: [aRemoteItem({ work: '99.99' })] });
    const { refusal, agreed } = judgeClaim(desired, agreedOn(desired, own));
    expect(refusal).toMatchObject({ code: 'NOT_SETTLED', facts: { sent: '100.00', got: '99.99' } });
    expect(agreed.items['701']?.sent.work).toBe('99.99');
  });
});
