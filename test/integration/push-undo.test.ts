import { afterAll, beforeAll, expect, test } from 'vitest';
import { chooseDuplicate } from '../../db/queries/invoice-steps.ts';
import type { DuplicateView } from '../../schemas/duplicates.ts';
import type { Invoice } from '../../schemas/invoices.ts';
import type { UndoPreview } from '../../schemas/undo.ts';
import { type PushWorld, startPushWorld } from './push-world.ts';

let world: PushWorld;
beforeAll(async () => {
  world = await startPushWorld({ simulator: { checkContract: true } });
}, 120_000);
afterAll(() => world?.stack.close());

const api = <T = Invoice>(method: string, path: string, body?: unknown) =>
  world.stack.api<T>(method, `/api/invoices/${path}`, body);
const change = (collection: string, id: number, fields: object) =>
  world.stack.control('PATCH', `/records/${collection}/${id}`, fields);
const writes = async () => (await world.ledger()).filter(({ resource }) => /^direct_cost/.test(resource)).length;

async function sent(number: string, lines = [{ amount: '60.00' }, { amount: '40.00' }]): Promise<string> {
  const id = await world.send({ number, lines });
  expect((await world.ended(id)).problems).toEqual([]);
  return id;
}

const preview = async (id: string) => (await api<UndoPreview>('GET', `${id}/undo`)).body.parts;

async function undo(id: string, parts: UndoPreview['parts'], reason = 'Wrong month.') {
  const asked = await api('POST', `${id}/undo`, {
    reason,
    parts: parts.map(({ partId, action }) => ({ partId, action })),
  });
  expect([asked.status, asked.body]).toEqual([202, expect.objectContaining({ integration: 'queued' })]);
  world.stack.doorbell?.poke();
  return world.ended(id);
}

test.each(['draft', 'pending', 'approved'] as const)(
  'a %s record that is ours and untouched is deleted; taking "ignored" back sends it anew',
  async (directCostStatus) => {
    await world.settings({ directCostStatus });
    const number = `UNDO-${directCostStatus}`;
    const id = await sent(number);
    const before = await writes();
    const parts = await preview(id);
    expect(parts).toEqual([
      expect.objectContaining({ action: 'delete', why: '', total: '100.00', projectText: 'P-1007 Harbour Apartments' }),
    ]);
    expect(await writes()).toBe(before);
    const done = await undo(id, parts);
    expect([done.integration, done.integrationText, done.problems, done.parts]).toEqual([
      'ignored',
      'Taken back: Wrong month.',
      [],
      [],
    ]);
    expect(await world.held(number)).toEqual([]);

    await api('POST', `${id}/unignore`);
    await world.queue(id);
    expect((await world.ended(id)).integration).toBe('sent');
    expect(await world.held(number)).toHaveLength(1);
    await world.settings({ directCostStatus: 'approved' });
  },
);

test('each record of a split invoice is taken back', async () => {
  const [first, second] = world.projects;
  const id = await world.send({ number: 'UNDO-2', lines: [{ projectId: first?.id }, { projectId: second?.id }] });
  await world.ended(id);
  expect((await undo(id, await preview(id))).integration).toBe('ignored');
  expect(await world.held('UNDO-2')).toEqual([]);
});

test.each([
  [
    'people changed a line',
    async (cost: Held) => change('direct_cost_line_items', cost.lines[0]!.id, { amount: '75' }),
    '115.00',
  ],
  [
    'people added a line',
    async (cost: Held) =>
      world.stack.control('POST', '/records/direct_cost_line_items', {
        direct_cost_id: cost.id,
        project_id: cost.project_id,
        amount: '5.00',
        wbs_code_id: cost.lines[0]!.wbs_code_id,
      }),
    '105.00',
  ],
  ['it is paid', async (cost: Held) => change('direct_costs', cost.id, { payment_date: '2026-04-20' }), '100.00'],
])('where %s the record stays, and a negative one of its number and -REV takes it back', async (what, edit, total) => {
  const number = `UNDO ${what}`;
  const id = await sent(number);
  const [cost] = await world.held(number);
  await edit(cost!);
  const parts = await preview(id);
  expect(parts).toEqual([expect.objectContaining({ action: 'reverse', total, reversal: `${number}-REV` })]);
  const done = await undo(id, parts);
  expect([done.integration, done.problems]).toEqual(['ignored', []]);
  expect(done.integrationText).toBe(`Reversed as ${number}-REV: Wrong month.`);
  expect(await world.held(number)).toHaveLength(1);
  const [reversal, ...others] = await world.held(`${number}-REV`);
  expect([others, reversal?.status]).toEqual([[], 'approved']);
  const cents = reversal!.lines.reduce((sum, line) => sum + Math.round(Number(line.amount) * 100), 0);
  expect(cents).toBe(-Math.round(Number(total) * 100));
  const back = await api<{ error: { message: string } }>('POST', `${id}/unignore`);
  expect([back.status, back.body.error.message]).toEqual([
    409,
    'Procore has the record and its reversal; enter the invoice anew.',
  ]);
});

type Held = Awaited<ReturnType<PushWorld['held']>>[number];

test('what changed after the preview stops it, and the invoice stays sent', async () => {
  const id = await sent('UNDO-4');
  const parts = await preview(id);
  const [cost] = await world.held('UNDO-4');
  await change('direct_cost_line_items', cost!.lines[0]!.id, { amount: '75' });
  const before = await writes();
  const stopped = await undo(id, parts);
  expect([stopped.integration, stopped.problems.map(({ code }) => code)]).toEqual(['sent', ['LOCKED']]);
  expect(await writes()).toBe(before);
  expect(await world.held('UNDO-4')).toHaveLength(1);
});

test.each([
  ['lost', { kind: 'lost-response' }],
  ['dropped', { kind: 'drop-before' }],
  ['late', { kind: 'late-commit', seconds: 0.3 }],
])(
  'when the answer to the delete is %s, the record is gone all the same',
  async (name, effect) => {
    const id = await sent(`UNDO-${name}`);
    await world.stack.control('POST', '/faults', { match: { method: 'DELETE', path: '/direct_costs/\\d+$' }, effect });
    expect((await undo(id, await preview(id))).integration).toBe('ignored');
    expect(await world.held(`UNDO-${name}`)).toEqual([]);
  },
  60_000,
);

async function typedByHand(number: string, amount: string): Promise<number> {
  const [model] = await world.held('UNDO-approved');
  const { project_id, vendor_id } = model!;
  const cost = await world.stack.control<{ id: number }>('POST', '/records/direct_costs', {
    project_id,
    vendor_id,
    invoice_number: number,
    direct_cost_date: '2026-03-17',
    status: 'draft',
  });
  await world.stack.control('POST', '/records/direct_cost_line_items', {
    direct_cost_id: cost.id,
    project_id,
    amount,
    wbs_code_id: model!.lines[0]!.wbs_code_id,
  });
  return cost.id;
}

test('a duplicate is laid beside ours before a person decides; one that was only linked is only let go of', async () => {
  const twin = await typedByHand('TWIN-1', '90.00');
  const id = await world.send({ number: 'TWIN-1', lines: [{ amount: '100.00' }] });
  expect((await world.ended(id)).problems.map(({ code }) => code)).toEqual(['DUPLICATE']);
  const before = await writes();
  const { body } = await api<DuplicateView>('GET', `${id}/duplicate`);
  expect(body.places).toEqual([
    expect.objectContaining({
      projectText: 'P-1007 Harbour Apartments',
      records: [
        {
          procoreId: String(twin),
          status: 'draft',
          total: '90.00',
          locked: null,
          lines: ['$90.00'],
          differs: expect.arrayContaining([
            { field: 'The date', ours: '2026-03-18', theirs: '2026-03-17' },
            { field: 'The total excluding tax', ours: '$100.00', theirs: '$90.00' },
          ]),
        },
      ],
    }),
  ]);
  expect(await writes()).toBe(before);

  const { db } = world.stack.deps;
  await db.transaction((tx) => chooseDuplicate(tx, world.stack.account, id, 'clerk', 'link_only'));
  world.stack.doorbell?.poke();
  expect((await world.ended(id)).integration).toBe('skipped');
  const parts = await preview(id);
  expect(parts).toEqual([expect.objectContaining({ action: 'release', why: 'it was only linked, never written' })]);
  expect((await undo(id, parts)).integration).toBe('ignored');
  expect(await writes()).toBe(before);
  expect(await world.held('TWIN-1')).toHaveLength(1);
});

test('a record that was taken over is never deleted: it is let go of', async () => {
  const twin = await typedByHand('TWIN-2', '100.00');
  const id = await world.send({ number: 'TWIN-2', lines: [{ amount: '100.00' }] });
  await world.ended(id);
  const { db } = world.stack.deps;
  await db.transaction((tx) => chooseDuplicate(tx, world.stack.account, id, 'admin', 'take_over', 'typed by mistake'));
  world.stack.doorbell?.poke();
  expect((await world.ended(id)).integration).toBe('sent');
  const parts = await preview(id);
  expect(parts).toEqual([expect.objectContaining({ action: 'release' })]);
  expect((await undo(id, parts)).integration).toBe('ignored');
  expect((await world.held('TWIN-2')).map((cost) => cost.id)).toEqual([twin]);
});

test('every request was as the contract says', async () => {
  const { violations } = await world.stack.control<{ violations: unknown[] }>('GET', '/contract');
  expect(violations).toEqual([]);
});
