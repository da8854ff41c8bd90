import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { knownBudgetCode } from '../../db/schema/index.ts';
import { holdBackEvents, type PushWorld, startPushWorld } from './push-world.ts';

let world: PushWorld;
beforeAll(async () => {
  world = await startPushWorld({ env: { SETTLE_DELAY_MS: '400' } });
  await holdBackEvents(world.stack);
  await world.settings({ createMissingCodes: true });
}, 120_000);
afterAll(() => world?.stack.close());
beforeEach(() => world.stack.control('DELETE', '/faults'));

const fault = (effect: object, path: string, method: string, nth = 1) =>
  world.stack.control('POST', '/faults', { match: { method, path, nth, times: 1 }, effect });

/** Every write of a direct cost, in the order it is made. */
const WRITES = [
  { name: 'the header', method: 'POST', path: '/rest/v1\\.0/projects/\\d+/direct_costs$' },
  { name: 'the lines', method: 'PATCH', path: '/direct_costs/line_items/sync$' },
  { name: 'the status', method: 'PATCH', path: '/rest/v1\\.1/projects/\\d+/direct_costs/\\d+$' },
];

/** How an answer can fail to come, whatever became of the write. */
const EFFECTS = [
  { name: 'the answer is lost after the write', effect: { kind: 'lost-response' } },
  { name: 'the request is dropped before the write', effect: { kind: 'drop-before' } },
  { name: 'the answer is cut off', effect: { kind: 'truncate' } },
  { name: 'Procore answers 500 and does nothing', effect: { kind: 'status', status: 500 } },
  { name: 'the write is committed late', effect: { kind: 'late-commit', seconds: 0.3 } },
  { name: 'the new record shows in lists only later', effect: { kind: 'list-lag', seconds: 0.3 } },
];

async function expectOnce(number: string, lines: number): Promise<void> {
  const [cost, ...others] = await world.held(number);
  expect(others).toEqual([]);
  expect(cost).toMatchObject({ status: 'approved' });
  expect(cost?.lines.map((line) => Number(line.amount)).sort()).toEqual(Array(lines).fill(100));
}

describe.each(EFFECTS)('$name', ({ effect }) => {
  test.each(WRITES)(
    'at $name: one direct cost with its lines',
    async ({ path, method }) => {
      await fault(effect, path, method);
      const id = await world.send({ lines: [{}, {}, {}] });
      const invoice = await world.ended(id, 40_000);
      expect([invoice.integration, invoice.problems]).toEqual(['sent', []]);
      await expectOnce(world.numberOf(id), 3);
    },
    60_000,
  );
});

describe('a direct cost without tax, made in one call', () => {
  const untaxed = { lines: [{ taxCodeId: null }, { taxCodeId: null }], tax: '0.00' };
  const WHOLE = '/rest/v1\\.1/projects/\\d+/direct_costs$';
  const callsOf = async (since: number) =>
    (await world.stack.control<{ count: number }>('GET', '/requests')).count - since;

  test('takes three calls once a first invoice told which budget codes its codes are', async () => {
    expect((await world.ended(await world.send())).integration).toBe('sent');
    const before = await callsOf(0);
    const id = await world.send(untaxed);
    expect((await world.ended(id)).problems).toEqual([]);
    expect(await callsOf(before)).toBe(3);
    await expectOnce(world.numberOf(id), 2);
  });

  test.each(EFFECTS)(
    '$name: one direct cost with its lines',
    async ({ effect }) => {
      await fault(effect, WHOLE, 'POST');
      const id = await world.send(untaxed);
      const invoice = await world.ended(id, 40_000);
      expect([invoice.integration, invoice.problems]).toEqual(['sent', []]);
      await expectOnce(world.numberOf(id), 2);
    },
    60_000,
  );

  test('is made step by step where Procore no longer takes a budget code', async () => {
    await world.stack.deps.db.update(knownBudgetCode).set({ wbsCodeProcoreId: '1' });
    const id = await world.send(untaxed);
    expect((await world.ended(id)).problems).toEqual([]);
    await expectOnce(world.numberOf(id), 2);
  });
});

test('lines that are committed long after their answer was lost land on nothing', async () => {
  await fault({ kind: 'late-commit', seconds: 2 }, '/direct_costs/line_items/sync$', 'PATCH');
  const id = await world.send({ lines: [{}, {}] });
  const invoice = await world.ended(id, 40_000);
  expect([invoice.integration, invoice.problems]).toEqual(['sent', []]);
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  await expectOnce(world.numberOf(id), 2);
}, 60_000);

test('a header committed after it was made again is found and removed before the status is set', async () => {
  await fault({ kind: 'late-commit', seconds: 1.1 }, '/rest/v1\\.0/projects/\\d+/direct_costs$', 'POST');
  const id = await world.send();
  const invoice = await world.ended(id, 40_000);
  expect([invoice.integration, invoice.problems]).toEqual(['sent', []]);
  await expectOnce(world.numberOf(id), 1);
}, 60_000);

test('where Procore does not give stamps back, a lost answer at every write still ends in one record', async () => {
  await world.stack.control('PUT', '/switches', { origin_data: 'dropped' });
  await world.stack.deps.db.execute('update procore_company set returns_stamp = null');
  try {
    await expect(world.send({ number: 'UNSTAMPED-0' }).then((id) => world.ended(id))).resolves.toMatchObject({
      integration: 'sent',
    });
    for (const [at, { path, method }] of WRITES.entries()) {
      await world.stack.control('DELETE', '/faults');
      await fault({ kind: 'lost-response' }, path, method);
      const id = await world.send({ number: `UNSTAMPED-${at + 1}`, lines: [{}, {}] });
      const invoice = await world.ended(id, 40_000);
      expect([invoice.integration, invoice.problems]).toEqual(['sent', []]);
      await expectOnce(world.numberOf(id), 2);
    }
  } finally {
    await world.stack.control('PUT', '/switches', { origin_data: 'given back' });
    await world.stack.deps.db.execute('update procore_company set returns_stamp = null');
  }
}, 120_000);

test('a lost answer at the creation of a vendor, a division or a code makes each once', async () => {
  const vendorId = await world.addVendor('Lost Answer Joinery');
  const codeId = await world.addCode(0, '98-200');
  await fault({ kind: 'lost-response' }, '/rest/v1\\.0/vendors', 'POST');
  await fault({ kind: 'lost-response' }, '/rest/v1\\.0/cost_codes', 'POST', 1);
  await fault({ kind: 'drop-before' }, '/rest/v1\\.0/cost_codes', 'POST', 2);
  const id = await world.send({ vendorId, lines: [{ projectCostCodeId: codeId }] });
  const invoice = await world.ended(id, 40_000);
  expect([invoice.integration, invoice.problems]).toEqual(['sent', []]);
  const named = async (collection: string, field: string, value: string) =>
    (await world.stack.control<{ records: Record<string, unknown>[] }>('GET', `/records/${collection}`)).records.filter(
      (row) =>
        row[field] === value && (row.project_id ?? world.projects[0]!.procoreId) === world.projects[0]!.procoreId,
    );
  expect(await named('vendors', 'name', 'Lost Answer Joinery')).toHaveLength(1);
  expect(await named('cost_codes', 'full_code', '98')).toHaveLength(1);
  expect(await named('cost_codes', 'full_code', '98-200')).toHaveLength(1);
}, 60_000);

test('409 and 503 are waited out, with the reason on the invoice meanwhile', async () => {
  await fault({ kind: 'status', status: 409 }, '/direct_costs/line_items/sync$', 'PATCH');
  await fault({ kind: 'status', status: 503 }, '/rest/v1\\.1/projects/\\d+/direct_costs\\?', 'GET');
  const id = await world.send();
  const invoice = await world.ended(id, 40_000);
  expect([invoice.integration, invoice.waitingSince]).toEqual(['sent', null]);
  await expectOnce(world.numberOf(id), 1);
}, 60_000);
