import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { eventually } from '../environment/stack.ts';
import { type ClaimWorld, startClaimWorld } from './claim-world.ts';
import { CLAIM_ROWS } from './error-rows/claims.ts';
import { play } from './error-rows/row.ts';

let world: ClaimWorld;
beforeAll(async () => {
  world = await startClaimWorld({ env: { SETTLE_DELAY_MS: '300' } });
  await hearOfCommitments(world);
}, 180_000);
afterAll(() => world?.stack.close());
beforeEach(async () => {
  const { records } = await world.stack.control<{ records: { id: number }[] }>('GET', '/records/requisitions');
  for (const { id } of records)
    await world.stack.control('PATCH', `/records/requisitions/${id}`, { status: 'approved' });
});

/** Has Procore tell of commitments and change orders. */
async function hearOfCommitments({ stack, company }: ClaimWorld): Promise<void> {
  const path = `/api/companies/${company.id}`;
  const triggers = async () => {
    const { body } = await stack.api<{ webhooks: string | null }>('GET', path);
    return Number(/(\d+) trigger/.exec(body.webhooks ?? '')?.[1] ?? 0);
  };
  const before = await eventually(async () => (await triggers()) || undefined, 30_000);
  await stack.api('PATCH', path, { syncSubContracts: true, purchaseOrderMaster: 'procore' });
  await eventually(async () => (await triggers()) > before, 30_000);
}

const cents = (amounts: string[]) => amounts.reduce((sum, amount) => sum + Math.round(Number(amount) * 100), 0) / 100;

/** What each claim and each direct cost of a number totals. */
const posted = async (on: ClaimWorld, number: string) => [
  ...(await on.claims(number)).map(({ items }) => cents(items.map((item) => item.work_completed_this_period))),
  ...(await on.held(number)).map(({ lines }) => cents(lines.map(({ amount }) => amount))),
];

test.each(CLAIM_ROWS.map((row) => [row.code, row.when, row] as const))(
  '%s: %s; after the fix there is one record',
  (_code, _when, row) => play(world, row, posted),
  240_000,
);

test('no claim stands twice', async () => {
  const { records } = await world.stack.control<{ records: { commitment_id: number; invoice_number: string }[] }>(
    'GET',
    '/records/requisitions',
  );
  const keys = records.map((claim) => `${claim.commitment_id}/${claim.invoice_number}`).filter((key) => /E-/.test(key));
  expect(new Set(keys).size).toBe(keys.length);
});
