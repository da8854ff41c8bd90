import { afterAll, beforeAll, expect, test } from 'vitest';
import { getInvoice, updateInvoice } from '../../db/queries/invoices.ts';
import type { InvoiceLineDraft } from '../../domain/invoice.ts';
import type { Invoice } from '../../schemas/invoices.ts';
import { type HeldDirectCost, type PushWorld, startPushWorld, totalsOf } from './push-world.ts';

let world: PushWorld;
beforeAll(async () => {
  world = await startPushWorld({ env: { SETTLE_DELAY_MS: '300' } });
  await world.settings({ directCostStatus: 'pending' });
}, 120_000);
afterAll(() => world?.stack.close());

const db = () => world.stack.deps.db;
const control = <T = unknown>(method: string, path: string, body?: unknown) =>
  world.stack.control<T>(method, path, body);
const patchCost = (id: number, fields: object) => control('PATCH', `/records/direct_costs/${id}`, fields);
const patchLine = (id: number, fields: object) => control('PATCH', `/records/direct_cost_line_items/${id}`, fields);

/** A second Send comes through. */
async function again(id: string) {
  await world.again(id);
  return world.ended(id, 60_000);
}

/** Ours is changed, checked and approved, and goes again. */
async function changeOurs(
  id: string,
  fields: { number?: string; lines?: (lines: InvoiceLineDraft[]) => InvoiceLineDraft[] },
) {
  const { account } = world.stack;
  const now = (await getInvoice(db(), account, id))!;
  const lines = fields.lines?.(now.lines) ?? now.lines;
  const totals = totalsOf(lines.map(({ amount }) => amount));
  const number = fields.number ?? now.number;
  expect(await updateInvoice(db(), account, id, 'clerk', { ...now, ...totals, number, lines })).toEqual({
    kind: 'done',
  });
  return world.resend(id);
}

const TWO = [{ amount: '60.00' }, { amount: '40.00' }];
const describeSecond = (lines: InvoiceLineDraft[]) =>
  lines.map((line, at) => (at === 1 ? { ...line, description: 'Ours' } : line));

async function sent(number: string): Promise<{ id: string; cost: HeldDirectCost }> {
  const id = await world.send({ number, lines: TWO });
  expect((await world.ended(id, 60_000)).problems).toEqual([]);
  return { id, cost: await only(number) };
}

async function only(number: string): Promise<HeldDirectCost> {
  const [cost, ...others] = await world.held(number);
  expect(others).toEqual([]);
  return cost!;
}

/** What people left in Procore, apart from when. */
async function standing(id: number) {
  const { records: costs } = await control<{ records: HeldDirectCost[] }>('GET', '/records/direct_costs');
  const { records: lines } = await control<{ records: { direct_cost_id: number }[] }>(
    'GET',
    '/records/direct_cost_line_items',
  );
  const { updated_at: _at, ...cost } = (costs.find((one) => one.id === id) ?? {}) as Record<string, unknown>;
  return { cost, lines: lines.filter((line) => line.direct_cost_id === id) };
}

const addLine = (cost: HeldDirectCost, amount: string) =>
  control<{ id: number }>('POST', '/records/direct_cost_line_items', {
    direct_cost_id: cost.id,
    project_id: cost.project_id,
    amount,
    wbs_code_id: cost.lines[0]!.wbs_code_id,
  });

interface Row {
  what: string;
  edit(cost: HeldDirectCost): Promise<unknown>;
  /** what the clerk reads when the unchanged invoice goes again; none: it counts as sent */
  alone: string | null;
  /** the same, together with a change of ours to the second line */
  together: string | null;
}

/** Sentence and way out, as the row of the invoice shows them. */
const EDITED = 'Keep theirs, take ours, or change the invoice to match.';
const LOCKED = 'Ask whoever approved or locked it in Procore to open it again.';
const GONE = 'Send it again as new, or unlink it.';

const ROWS: Row[] = [
  {
    what: 'a line is added',
    edit: (cost) => addLine(cost, '5.00'),
    alone: `# was changed in Procore: it totals $105.00 there and $100.00 here. ${EDITED}`,
    together: `# was changed in Procore: it totals $105.00 there and $100.00 here. ${EDITED}`,
  },
  {
    what: 'the amount of a line is changed',
    edit: (cost) => patchLine(cost.lines[0]!.id, { amount: '50.00' }),
    alone: `# was changed in Procore: it totals $90.00 there and $100.00 here. ${EDITED}`,
    together: `# was changed in Procore: it totals $90.00 there and $100.00 here. ${EDITED}`,
  },
  {
    what: 'a line is recoded',
    edit: async (cost) => patchLine(cost.lines[0]!.id, { wbs_code_id: await anotherCode(cost) }),
    alone: null,
    together: null,
  },
  {
    what: 'the line we change is described anew',
    edit: (cost) => patchLine(cost.lines[1]!.id, { description: 'Theirs' }),
    alone: null,
    together: `The description was changed on both sides: "Ours" here, "Theirs" in Procore. ${EDITED}`,
  },
  {
    what: 'the status is raised',
    edit: (cost) => patchCost(cost.id, { status: 'approved' }),
    alone: null,
    together: `# can no longer be changed in Procore: it is approved; only Procore can take that back. ${LOCKED}`,
  },
  {
    what: 'it is sent back',
    edit: (cost) => patchCost(cost.id, { status: 'revise_and_resubmit' }),
    alone: '# was sent back in Procore for revision. Correct the invoice and send it again, or change it in Procore.',
    together: null,
  },
  {
    what: 'a line is deleted',
    edit: (cost) => control('DELETE', `/records/direct_cost_line_items/${cost.lines[0]!.id}`),
    alone: `A line of # was deleted in Procore project P-1007 Harbour Apartments. ${GONE}`,
    together: `A line of # was deleted in Procore project P-1007 Harbour Apartments. ${GONE}`,
  },
  {
    what: 'the record is deleted',
    edit: (cost) => control('DELETE', `/records/direct_costs/${cost.id}`),
    alone: `# was deleted in Procore project P-1007 Harbour Apartments. ${GONE}`,
    together: `# was deleted in Procore project P-1007 Harbour Apartments. ${GONE}`,
  },
  {
    what: 'it is paid',
    edit: (cost) => patchCost(cost.id, { payment_date: '2026-04-20' }),
    alone: null,
    together: `# can no longer be changed in Procore: it is paid. ${LOCKED}`,
  },
  {
    what: 'another system owns it',
    edit: (cost) => patchCost(cost.id, { origin_id: `xero-${cost.id}` }),
    alone: null,
    together: `# can no longer be changed in Procore: its origin_id belongs to another system, such as the accounting system. ${LOCKED}`,
  },
];

async function anotherCode(cost: HeldDirectCost): Promise<number> {
  const { records } = await control<{ records: { id: number; project_id: number }[] }>(
    'GET',
    `/records/wbs_codes?projectId=${cost.project_id}`,
  );
  return records.find(({ id, project_id }) => project_id === cost.project_id && id !== cost.lines[0]!.wbs_code_id)!.id;
}

async function sentences(id: string): Promise<string[]> {
  const { body } = await world.stack.api<Invoice>('GET', `/api/invoices/${id}`);
  return body.problems.map(({ message, fix }) => `${message} ${fix}`);
}

const writtenSince = async (seq: number) =>
  (await world.ledger(seq)).filter(({ resource }) => /^direct_cost/.test(resource));
const lastSeq = async () => ((await world.ledger()) as unknown as { seq: number }[]).at(-1)?.seq ?? 0;

test.each(ROWS)(
  '$what: nothing is written, and the clerk reads why',
  async ({ what, edit, alone }) => {
    const { id, cost } = await sent(`ALONE ${what}`);
    await edit(cost);
    const [before, seq] = [await standing(cost.id), await lastSeq()];
    const invoice = await again(id);
    expect(await sentences(id)).toEqual(alone === null ? [] : [alone.replace('#', world.numberOf(id))]);
    expect(invoice.integration).toBe(alone === null ? 'sent' : 'failed');
    expect(await writtenSince(seq)).toEqual([]);
    expect(await standing(cost.id)).toEqual(before);
  },
  120_000,
);

test.each(ROWS)(
  '$what, and we change the second line: their work stays',
  async ({ what, edit, together }) => {
    const { id, cost } = await sent(`BOTH ${what}`);
    await edit(cost);
    const [before, seq] = [await standing(cost.id), await lastSeq()];
    await changeOurs(id, { lines: describeSecond });
    expect(await sentences(id)).toEqual(together === null ? [] : [together.replace('#', world.numberOf(id))]);
    const after = await standing(cost.id);
    if (together !== null) {
      expect(await writtenSince(seq)).toEqual([]);
      expect(after).toEqual(before);
      return;
    }
    // Only our own change is written; what they changed on the first line stands.
    expect(after.lines[0]).toEqual(before.lines[0]);
    expect((await only(world.numberOf(id))).lines.map(({ description }) => description)).toEqual([null, 'Ours']);
    expect((await only(world.numberOf(id))).status).toBe('pending');
  },
  120_000,
);

test('one typed by hand of the same number is left alone, before ours goes and after', async () => {
  const model = await sent('HAND-0');
  const typed = (number: string) =>
    control<{ id: number }>('POST', '/records/direct_costs', {
      project_id: model.cost.project_id,
      vendor_id: model.cost.vendor_id,
      invoice_number: number,
      status: 'draft',
    });
  const theirs = await typed('HAND-1');
  const first = await standing(theirs.id);
  const id = await world.send({ number: 'HAND-1', lines: TWO });
  await world.ended(id, 60_000);
  expect(await sentences(id)).toEqual([
    'Procore project P-1007 Harbour Apartments already has HAND-1 from Kiwi Plumbing, and we did not put it there. Link it without writing, take it over, or change the number.',
  ]);
  expect(await standing(theirs.id)).toEqual(first);

  // Ours stands already, theirs comes after: our change goes to ours only.
  const after = await typed('HAND-0');
  const second = await standing(after.id);
  expect((await changeOurs(model.id, { lines: describeSecond })).problems).toEqual([]);
  expect(await standing(after.id)).toEqual(second);

  // Renumbered to one that is taken, ours stays what it was.
  const taken = await typed('HAND-2');
  const third = await standing(taken.id);
  expect((await changeOurs(model.id, { number: 'HAND-2' })).problems.map(({ code }) => code)).toEqual(['DUPLICATE']);
  expect(await standing(taken.id)).toEqual(third);
  expect((await world.held('HAND-0')).map((cost) => cost.id).sort()).toEqual([model.cost.id, after.id].sort());
}, 120_000);

test('what we take off a line goes there too: a description is blanked, for a price the line is made again', async () => {
  const lines = [{ amount: '60.00', unitPrice: '20.00', description: 'Pipes' }, { amount: '40.00' }];
  const id = await world.send({ number: 'BLANK-1', lines });
  await world.ended(id, 60_000);
  const [before] = await world.held('BLANK-1');
  expect(before?.lines[0]).toMatchObject({ description: 'Pipes' });
  const without = (fields: object) => (all: InvoiceLineDraft[]) =>
    all.map((line, at) => (at === 0 ? { ...line, ...fields } : line));
  expect((await changeOurs(id, { lines: without({ description: null }) })).problems).toEqual([]);
  expect((await only('BLANK-1')).lines.map((line) => [line.id, line.description || null])).toEqual(
    before?.lines.map((line) => [line.id, null]),
  );
  const unpriced = without({ unitPrice: null, quantity: null, taxCodeId: null });
  const free = (all: InvoiceLineDraft[]) => unpriced(all).map((line) => ({ ...line, taxCodeId: null }));
  await world.settings({ taxTolerance: '100' });
  expect((await changeOurs(id, { lines: free })).problems.filter(({ code }) => code !== 'TAX_TOTAL_DIFF')).toEqual([]);
  await world.settings({ taxTolerance: '0.05' });
  const after = (await only('BLANK-1')).lines;
  expect(after.map((line) => [Number(line.amount), line.quantity, line.unit_cost, line.tax_code_id]).sort()).toEqual(
    [
      [40, null, null, null],
      [60, null, null, null],
    ].sort(),
  );
}, 120_000);

test('a number corrected after it was posted is corrected on the same record', async () => {
  const { id, cost } = await sent('NUMBER-1');
  expect((await changeOurs(id, { number: 'NUMBER-2' })).problems).toEqual([]);
  expect(await world.held('NUMBER-1')).toEqual([]);
  expect(await only('NUMBER-2')).toMatchObject({ id: cost.id, status: 'pending' });
  // The answer is lost: a read tells that it happened, and nothing is made twice.
  await control('POST', '/faults', {
    match: { method: 'PATCH', path: '/rest/v1\\.0/projects/\\d+/direct_costs/sync$', times: 1 },
    effect: { kind: 'lost-response' },
  });
  const both = { number: 'NUMBER-3', lines: describeSecond };
  expect((await changeOurs(id, both)).problems).toEqual([]);
  expect(await only('NUMBER-3')).toMatchObject({ id: cost.id, lines: [{}, { description: 'Ours' }] });
}, 120_000);

test('a number Procore refuses is told in its words, and the record stays', async () => {
  const { id, cost } = await sent('NUMBER-8');
  await control('POST', '/faults', {
    match: { method: 'PATCH', path: '/rest/v1\\.0/projects/\\d+/direct_costs/sync$', times: 1 },
    effect: {
      kind: 'status',
      status: 200,
      body: { entities: [], errors: [{ id: cost.id, errors: { invoice_number: ['is not allowed'] } }] },
    },
  });
  await changeOurs(id, { number: 'NUMBER-9' });
  expect(await sentences(id)).toEqual([
    'Procore refused NUMBER-9: invoice_number: is not allowed Correct what Procore names, then retry.',
  ]);
  expect(await only('NUMBER-8')).toMatchObject({ id: cost.id });
});

const decide = async (id: string, choice: 'keep_theirs' | 'take_ours') => {
  const { status } = await world.stack.api('POST', `/api/invoices/${id}/edited`, { choice });
  world.stack.doorbell?.poke();
  expect(status).toBe(200);
  return world.ended(id, 60_000);
};

test('the clerk keeps theirs: it counts as sent and nothing is written, then or later', async () => {
  const { id, cost } = await sent('KEEP-1');
  await addLine(cost, '5.00');
  await patchLine(cost.lines[0]!.id, { amount: '50.00' });
  await again(id);
  const [before, seq] = [await standing(cost.id), await lastSeq()];
  expect((await decide(id, 'keep_theirs')).integration).toBe('sent');
  expect((await again(id)).integration).toBe('sent');
  expect([await standing(cost.id), await writtenSince(seq)]).toEqual([before, []]);
  const { body: log } = await world.stack.api<{ entries: { message: string }[] }>('GET', `/api/invoices/${id}/log`);
  expect(log.entries.map(({ message }) => message)).toContain(
    'KEEP-1 is kept as people changed it in Procore: $95.00 there, $100.00 here.',
  );
}, 120_000);

test('the clerk takes ours: our lines are set back, a line of theirs is never touched', async () => {
  const { id, cost } = await sent('TAKE-1');
  await patchLine(cost.lines[0]!.id, { amount: '50.00', description: 'Theirs' });
  await again(id);
  expect((await decide(id, 'take_ours')).integration).toBe('sent');
  expect((await only('TAKE-1')).lines.map((line) => [Number(line.amount), line.description || null])).toEqual([
    [60, null],
    [40, null],
  ]);
  const theirs = await addLine(cost, '5.00');
  await again(id);
  const refused = await decide(id, 'take_ours');
  expect(refused.problems.map(({ code }) => code)).toEqual(['REMOTE_EDITED']);
  expect((await only('TAKE-1')).lines.map((line) => line.id)).toContain(theirs.id);
}, 120_000);

test('nothing to decide is a conflict', async () => {
  const { id } = await sent('NONE-1');
  const answer = await world.stack.api('POST', `/api/invoices/${id}/edited`, { choice: 'take_ours' });
  expect(answer.status).toBe(409);
});
