import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { subContractLine } from '../../db/schema/index.ts';
import type { DocumentCommitment } from '../../domain/allocations.ts';
import type { Invoice } from '../../schemas/invoices.ts';
import type { UndoPreview } from '../../schemas/undo.ts';
import { type ClaimWorld, startClaimWorld } from './claim-world.ts';

let world: ClaimWorld;
let subcontract: DocumentCommitment;
beforeAll(async () => {
  world = await startClaimWorld({ simulator: { checkContract: true }, env: { SETTLE_DELAY_MS: '300' } });
  await world.settings({ waitForClaimOnSubContracts: false });
  subcontract = await world.commitment('SC-1007-02');
}, 120_000);
afterAll(() => world?.stack.close());
beforeEach(() => world.stack.control('DELETE', '/faults'));

const api = <T = Invoice>(method: string, path: string, body?: unknown) =>
  world.stack.api<T>(method, `/api/invoices/${path}`, body);
const preview = async (id: string) => (await api<UndoPreview>('GET', `${id}/undo`)).body.parts;
const claimed = async () =>
  (await world.stack.deps.db.select().from(subContractLine).where(eq(subContractLine.id, subcontract.lines[0]!.id)))[0]!
    .claimed;

async function sent(number: string, amount = '100.00'): Promise<string> {
  const id = await world.sendClaim({ number, on: subcontract, type: 'claim', amounts: [amount] });
  expect((await world.ended(id)).problems).toEqual([]);
  return id;
}

async function undo(id: string, parts: UndoPreview['parts']) {
  const asked = await api('POST', `${id}/undo`, {
    reason: 'Wrong month.',
    parts: parts.map(({ partId, action }) => ({ partId, action })),
  });
  expect(asked.status).toBe(202);
  world.stack.doorbell?.poke();
  return world.ended(id, 60_000);
}

/** Work, kept back and released of a claim. */
const sums = (claim: Awaited<ReturnType<ClaimWorld['claims']>>[number] | undefined) =>
  (
    [
      'work_completed_this_period',
      'work_completed_retainage_retained_this_period',
      'work_completed_retainage_released_this_period',
    ] as const
  ).map((field) => claim?.items.reduce((sum, item) => sum + Math.round(Number(item[field]) * 100), 0));

test('the latest claim, ours and untouched, is deleted; sending the invoice again makes it anew', async () => {
  const id = await sent('UNDO-1');
  const before = await claimed();
  const parts = await preview(id);
  expect(parts).toEqual([expect.objectContaining({ action: 'delete', why: '', total: '100.00', reversal: null })]);
  expect(parts[0]?.projectText).toBe('Claim on subcontract SC-1007-02, P-1007 Harbour Apartments');
  const done = await undo(id, parts);
  expect([done.integration, done.integrationText, done.problems, done.parts]).toEqual([
    'ignored',
    'Taken back: Wrong month.',
    [],
    [],
  ]);
  expect(await world.claims('UNDO-1')).toEqual([]);
  expect(Number(await claimed())).toBe(Number(before) - 100);
  await api('POST', `${id}/unignore`);
  await world.queue(id);
  expect((await world.ended(id)).integration).toBe('sent');
  expect(await world.claims('UNDO-1')).toHaveLength(1);
}, 60_000);

test.each([
  [
    'a later claim builds on it',
    async () => {
      await sent('LATER');
    },
    'it is not the latest claim of its commitment',
  ],
  [
    'it is approved',
    async (id: number) => {
      await world.stack.control('PATCH', `/records/requisitions/${id}`, { status: 'approved' });
    },
    'it is approved; only Procore can take that back',
  ],
])(
  'where %s it stays, and a correcting claim in the open period takes it back to the cent',
  async (what, edit, why) => {
    const number = `UNDO ${what}`;
    const id = await sent(number, '333.33');
    const [claim] = await world.claims(number);
    await edit(claim!.id);
    const before = await claimed();
    const parts = await preview(id);
    expect(parts).toEqual([
      expect.objectContaining({ action: 'reverse', why, total: '333.33', reversal: `${number}-REV` }),
    ]);
    const done = await undo(id, parts);
    expect([done.integration, done.problems]).toEqual(['ignored', []]);
    expect(done.integrationText).toBe(`Reversed as ${number}-REV: Wrong month.`);
    const [original, ...twins] = await world.claims(number);
    const [correction, ...others] = await world.claims(`${number}-REV`);
    expect([twins, others, correction?.status]).toEqual([[], [], 'under_review']);
    expect(sums(original)).toEqual([33_333, 1667, 0]);
    expect(sums(correction)).toEqual([-33_333, -1667, 0]);
    expect(Number(await claimed())).toBeCloseTo(Number(before) - 333.33, 5);
    const back = await api('POST', `${id}/unignore`);
    expect(back.status).toBe(409);
  },
  90_000,
);

test('released retention is kept back again by the claim that corrects it', async () => {
  const id = await world.sendClaim({
    number: 'UNDO-RELEASE',
    on: subcontract,
    type: 'retention_release',
    amounts: ['2.00'],
    tax: '0.30',
  });
  expect((await world.ended(id)).problems).toEqual([]);
  await sent('AFTER-RELEASE');
  expect((await undo(id, await preview(id))).integration).toBe('ignored');
  expect(sums((await world.claims('UNDO-RELEASE-REV'))[0])).toEqual([0, 200, 0]);
}, 60_000);

test('what changed after the preview stops it, and nothing is written', async () => {
  const id = await sent('UNDO-2');
  const parts = await preview(id);
  await sent('UNDO-2-LATER');
  const stopped = await undo(id, parts);
  expect([stopped.integration, stopped.problems.map(({ code }) => code)]).toEqual(['sent', ['LOCKED']]);
  expect((await world.claims('UNDO-2')).map(({ status }) => status)).toEqual(['under_review']);
  expect(await world.claims('UNDO-2-REV')).toEqual([]);
}, 60_000);

test('without an open period the correction waits for a person, and goes once there is one', async () => {
  const { id: period } = await world.openPeriod();
  const id = await sent('UNDO-3');
  await sent('UNDO-3-LATER');
  await world.stack.control('PATCH', `/records/billing_periods/${period}`, { status: 'closed' });
  const stopped = await undo(id, await preview(id));
  expect([stopped.integration, stopped.problems.map(({ code }) => code)]).toEqual(['sent', ['NO_OPEN_PERIOD']]);
  await world.stack.control('PATCH', `/records/billing_periods/${period}`, { status: 'open' });
  expect((await undo(id, await preview(id))).integration).toBe('ignored');
  expect(await world.claims('UNDO-3-REV')).toHaveLength(1);
}, 90_000);

test.each([
  ['lost', { kind: 'lost-response' }],
  ['dropped', { kind: 'drop-before' }],
  ['late', { kind: 'late-commit', seconds: 0.3 }],
])(
  'when the answer to the delete is %s, the claim is gone; when that of the correction is, it stands once',
  async (name, effect) => {
    const first = await sent(`UNDO-A-${name}`);
    const match = { method: 'DELETE', path: '/requisitions/\\d+', nth: 1, times: 1 };
    await world.stack.control('POST', '/faults', { match, effect });
    expect((await undo(first, await preview(first))).integration).toBe('ignored');
    expect(await world.claims(`UNDO-A-${name}`)).toEqual([]);

    const second = await sent(`UNDO-B-${name}`);
    await sent(`UNDO-C-${name}`);
    const creating = { method: 'POST', path: '/rest/v1\\.1/requisitions\\?', nth: 1, times: 1 };
    await world.stack.control('POST', '/faults', { match: creating, effect });
    expect((await undo(second, await preview(second))).integration).toBe('ignored');
    expect((await world.claims(`UNDO-B-${name}-REV`)).map(sums)).toEqual([[-10_000, -500, 0]]);
  },
  90_000,
);

test('every request of ours is as the contract says', async () => {
  const { violations } = await world.stack.control<{ violations: unknown[] }>('GET', '/contract');
  expect(violations).toEqual([]);
});
