import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { replaceAllocations } from '../../db/queries/invoice-allocations.ts';
import { getInvoice, updateInvoice } from '../../db/queries/invoices.ts';
import type { DocumentCommitment } from '../../domain/allocations.ts';
import type { Invoice } from '../../schemas/invoices.ts';
import { type ClaimWorld, type HeldClaim, startClaimWorld } from './claim-world.ts';
import { totalsOf } from './push-world.ts';

let world: ClaimWorld;
let order: DocumentCommitment;
let subcontract: DocumentCommitment;
beforeAll(async () => {
  world = await startClaimWorld({ env: { SETTLE_DELAY_MS: '300' } });
  order = await world.commitment('PO-1007-03');
  subcontract = await world.commitment('SC-1007-01');
  await world.settings({ waitForClaimOnSubContracts: false });
}, 120_000);
afterAll(() => world?.stack.close());
beforeEach(async () => {
  const { records } = await control<{ records: { id: number }[] }>('GET', '/records/requisitions');
  for (const { id } of records) await control('PATCH', `/records/requisitions/${id}`, { status: 'approved' });
});

const db = () => world.stack.deps.db;
const control = <T = unknown>(method: string, path: string, body?: unknown) =>
  world.stack.control<T>(method, path, body);
const patchClaim = (id: number, fields: object) => control('PATCH', `/records/requisitions/${id}`, fields);
const patchItem = (id: number, fields: object) => control('PATCH', `/records/requisition_items/${id}`, fields);
const worked = (claim: HeldClaim) => claim.items.filter((item) => Number(item.work_completed_this_period) !== 0);

/** A second Send comes through. */
async function again(id: string) {
  await world.again(id);
  return world.ended(id, 60_000);
}

/** $10 and $20 on the first and third line of the order. */
const AMOUNTS = ['10.00', null, '20.00'];

async function sent(number: string): Promise<{ id: string; claim: HeldClaim }> {
  const id = await world.sendClaim({ number, on: order, amounts: AMOUNTS });
  expect((await world.ended(id, 60_000)).problems).toEqual([]);
  return { id, claim: await only(number) };
}

async function only(number: string): Promise<HeldClaim> {
  const [claim, ...others] = await world.claims(number);
  expect(others).toEqual([]);
  return claim!;
}

/** Ours claims $25 instead of $20 on the third line. */
async function changeOurs(id: string, second = '25.00', number?: string) {
  const { account } = world.stack;
  const now = (await getInvoice(db(), account, id))!;
  const amounts = ['10.00', second];
  const draft = {
    ...now,
    number: number ?? now.number,
    ...totalsOf(amounts),
    lines: now.lines.map((line, at) => ({ ...line, amount: amounts[at]! })),
  };
  expect(await updateInvoice(db(), account, id, 'clerk', draft)).toEqual({ kind: 'done' });
  const allocations = amounts.map((amount, at) => ({
    position: at + 1,
    lineId: order.lines[at * 2]!.id,
    amount,
    quantity: null,
  }));
  await db().transaction((tx) => replaceAllocations(tx, account, id, [order], allocations));
  return world.resend(id);
}

async function standing(id: number) {
  const { records: claims } = await control<{ records: { id: number }[] }>('GET', '/records/requisitions');
  const { records: items } = await control<{ records: HeldClaim['items'] }>('GET', '/records/requisition_items');
  const { updated_at: _at, ...claim } = (claims.find((one) => one.id === id) ?? {}) as Record<string, unknown>;
  return { claim, items: items.filter((item) => item.requisition_id === id) };
}

async function sentences(id: string): Promise<string[]> {
  const { body } = await world.stack.api<Invoice>('GET', `/api/invoices/${id}`);
  return body.problems.map(({ message, fix }) => `${message} ${fix}`);
}

const writtenSince = async (seq: number) =>
  (await world.ledger(seq)).filter(({ resource }) => /^requisition/.test(resource));
const lastSeq = async () => ((await world.ledger()) as unknown as { seq: number }[]).at(-1)?.seq ?? 0;

interface Row {
  what: string;
  edit(claim: HeldClaim): Promise<unknown>;
  /** what the clerk reads when the unchanged invoice goes again; none: it counts as sent */
  alone: string | null;
  /** the same, together with a change of ours to the third line */
  together: string | null;
}

const EDITED = 'Keep theirs, take ours, or change the invoice to match.';
const LOCKED = 'Ask whoever approved or locked it in Procore to open it again.';
const GONE = 'Send it again as new, or unlink it.';

const ROWS: Row[] = [
  {
    what: 'work is put on another line',
    edit: (claim) =>
      patchItem(claim.items.find((one) => !worked(claim).includes(one))!.id, { work_completed_this_period: '5.00' }),
    alone: `# was changed in Procore: it totals $35.00 there and $30.00 here. ${EDITED}`,
    together: `# was changed in Procore: it totals $40.00 there and $35.00 here. ${EDITED}`,
  },
  {
    what: 'the work of a line is changed',
    edit: (claim) => patchItem(worked(claim)[0]!.id, { work_completed_this_period: '8.00' }),
    alone: `# was changed in Procore: it totals $28.00 there and $30.00 here. ${EDITED}`,
    together: `# was changed in Procore: it totals $33.00 there and $35.00 here. ${EDITED}`,
  },
  {
    what: 'the work of the line we change is changed',
    edit: (claim) => patchItem(worked(claim)[1]!.id, { work_completed_this_period: '18.00' }),
    alone: `# was changed in Procore: it totals $28.00 there and $30.00 here. ${EDITED}`,
    together: `The work completed of a line was changed on both sides: "25.00" here, "18.00" in Procore. ${EDITED}`,
  },
  {
    what: 'retainage is kept back',
    edit: (claim) => patchItem(worked(claim)[0]!.id, { work_completed_retainage_retained_this_period: '1.00' }),
    alone: `# was changed in Procore: it totals $30.00 there and $30.00 here. ${EDITED}`,
    together: `# was changed in Procore: it totals $35.00 there and $35.00 here. ${EDITED}`,
  },
  {
    what: 'the status is raised',
    edit: (claim) => patchClaim(claim.id, { status: 'approved' }),
    alone: null,
    together: `# can no longer be changed in Procore: it is approved; only Procore can take that back. ${LOCKED}`,
  },
  {
    what: 'it is sent back',
    edit: (claim) => patchClaim(claim.id, { status: 'revise_and_resubmit' }),
    alone: '# was sent back in Procore for revision. Correct the invoice and send it again, or change it in Procore.',
    together: null,
  },
  {
    what: 'a line is deleted',
    edit: (claim) => control('DELETE', `/records/requisition_items/${worked(claim)[0]!.id}`),
    alone: `A line of # was deleted in Procore project P-1007 Harbour Apartments. ${GONE}`,
    together: `A line of # was deleted in Procore project P-1007 Harbour Apartments. ${GONE}`,
  },
  {
    what: 'the claim is deleted',
    edit: (claim) => control('DELETE', `/records/requisitions/${claim.id}`),
    alone: `# was deleted in Procore project P-1007 Harbour Apartments. ${GONE}`,
    together: `# was deleted in Procore project P-1007 Harbour Apartments. ${GONE}`,
  },
  {
    what: 'it is paid',
    edit: (claim) => patchClaim(claim.id, { payment_date: '2026-04-20' }),
    alone: null,
    together: `# can no longer be changed in Procore: it is paid. ${LOCKED}`,
  },
  {
    what: 'another system owns it',
    edit: (claim) => patchClaim(claim.id, { origin_id: `xero-${claim.id}` }),
    alone: null,
    together: `# can no longer be changed in Procore: its origin_id belongs to another system there. ${LOCKED}`,
  },
];

test.each(ROWS)(
  '$what: nothing is written, and the clerk reads why',
  async ({ what, edit, alone }) => {
    const { id, claim } = await sent(`ALONE ${what}`);
    await edit(claim);
    const [before, seq] = [await standing(claim.id), await lastSeq()];
    const invoice = await again(id);
    expect(await sentences(id)).toEqual(alone === null ? [] : [alone.replace('#', `ALONE ${what}`)]);
    expect(invoice.integration).toBe(alone === null ? 'sent' : 'failed');
    expect(await writtenSince(seq)).toEqual([]);
    expect(await standing(claim.id)).toEqual(before);
  },
  120_000,
);

test.each(ROWS)(
  '$what, and we change the third line: their work stays',
  async ({ what, edit, together }) => {
    const { id, claim } = await sent(`BOTH ${what}`);
    await edit(claim);
    const [before, seq] = [await standing(claim.id), await lastSeq()];
    await changeOurs(id);
    expect(await sentences(id)).toEqual(together === null ? [] : [together.replace('#', `BOTH ${what}`)]);
    if (together !== null) {
      expect(await writtenSince(seq)).toEqual([]);
      expect(await standing(claim.id)).toEqual(before);
      return;
    }
    const after = await only(`BOTH ${what}`);
    expect(worked(after).map((item) => Number(item.work_completed_this_period))).toEqual([10, 25]);
    expect(after.status).toBe('under_review');
  },
  120_000,
);

test('one typed by hand of the same number is left alone, and so is one typed after ours', async () => {
  const typed = (invoice_number: string, status: string) =>
    control<{ id: number }>('POST', '/records/requisitions', {
      commitment_id: Number(order.procoreId),
      invoice_number,
      status,
    });
  const theirs = await typed('HAND-1', 'approved');
  const before = await standing(theirs.id);
  const id = await world.sendClaim({ number: 'HAND-1', on: order, amounts: AMOUNTS });
  await world.ended(id, 60_000);
  expect(await sentences(id)).toEqual([
    `Procore project P-1007 Harbour Apartments already has HAND-1 from ${order.vendorName}, and we did not put it there. Link it without writing, take it over, or change the number.`,
  ]);
  const ours = await sent('HAND-2');
  const after = await typed('HAND-2', 'approved');
  const then = await standing(after.id);
  // A claim that is not the latest any more is Procore's to refuse; nothing of theirs changes.
  await changeOurs(ours.id);
  expect([await standing(theirs.id), await standing(after.id)]).toEqual([before, then]);
}, 120_000);

const decide = async (id: string, choice: 'keep_theirs' | 'take_ours') => {
  const { status } = await world.stack.api('POST', `/api/invoices/${id}/edited`, { choice });
  expect(status).toBe(200);
  world.stack.doorbell?.poke();
  return world.ended(id, 60_000);
};

test('the clerk keeps theirs: the claim counts as sent and is never written', async () => {
  const { id, claim } = await sent('KEEP-1');
  await patchItem(worked(claim)[0]!.id, { work_completed_this_period: '8.00' });
  await again(id);
  const [before, seq] = [await standing(claim.id), await lastSeq()];
  expect((await decide(id, 'keep_theirs')).integration).toBe('sent');
  expect((await again(id)).integration).toBe('sent');
  expect([await standing(claim.id), await writtenSince(seq)]).toEqual([before, []]);
}, 120_000);

test('the clerk takes ours: the item is set back', async () => {
  const { id, claim } = await sent('TAKE-1');
  await patchItem(worked(claim)[0]!.id, { work_completed_this_period: '8.00' });
  await again(id);
  expect((await decide(id, 'take_ours')).integration).toBe('sent');
  expect(worked(await only('TAKE-1')).map((item) => Number(item.work_completed_this_period))).toEqual([10, 20]);
}, 120_000);

test('a deleted claim is made again when the clerk says so, once', async () => {
  const { id, claim } = await sent('AGAIN-1');
  await control('DELETE', `/records/requisitions/${claim.id}`);
  await again(id);
  const { status } = await world.stack.api('POST', `/api/invoices/${id}/deleted`, { choice: 'recreate' });
  expect(status).toBe(200);
  world.stack.doorbell?.poke();
  expect((await world.ended(id, 60_000)).problems).toEqual([]);
  expect(await only('AGAIN-1')).toMatchObject({ status: 'under_review' });
}, 120_000);

test('the items of a change order that people took off come back only when the clerk says so', async () => {
  const change = subcontract.lines.findIndex((line) => line.variation?.state === 'approved');
  const amounts = subcontract.lines.map((_, at) => (at === 0 ? '10.00' : at === change ? '5.00' : null));
  const id = await world.sendClaim({ number: 'CHANGE-1', on: subcontract, type: 'claim', amounts });
  await world.ended(id, 60_000);
  const claim = await only('CHANGE-1');
  for (const item of claim.items.filter((one) => one.change_order_package_id !== null))
    await control('DELETE', `/records/requisition_items/${item.id}`);
  await again(id);
  expect(await sentences(id)).toEqual([
    `A line of CHANGE-1 was deleted in Procore project P-1007 Harbour Apartments. ${GONE}`,
  ]);
  await world.stack.api('POST', `/api/invoices/${id}/deleted`, { choice: 'recreate' });
  world.stack.doorbell?.poke();
  expect((await world.ended(id, 60_000)).problems).toEqual([]);
  expect(worked(await only('CHANGE-1')).map((item) => Number(item.work_completed_this_period))).toEqual([10, 5]);
}, 120_000);

test('a number corrected after it was claimed is corrected on the same claim', async () => {
  const { id, claim } = await sent('NUMBER-1');
  expect((await changeOurs(id, '20.00', 'NUMBER-2')).problems).toEqual([]);
  expect(await world.claims('NUMBER-1')).toEqual([]);
  expect((await only('NUMBER-2')).id).toBe(claim.id);
});
