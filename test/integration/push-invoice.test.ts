import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { getLog } from '../../db/queries/integration-log.ts';
import { chooseDuplicate, retryInvoice } from '../../db/queries/invoice-steps.ts';
import { inboxEvent } from '../../db/schema/index.ts';
import { createDocumentDispatcher } from '../../dispatch/documents.ts';
import { workflowIds } from '../../platform/workflow-ids.ts';
import { eventually, forgetPacing } from '../environment/stack.ts';
import { holdBackEvents, type PushWorld, startPushWorld } from './push-world.ts';

let world: PushWorld;
beforeAll(async () => {
  world = await startPushWorld({ simulator: { checkContract: true } });
}, 120_000);
afterAll(() => world?.stack.close());

const db = () => world.stack.deps.db;
const requests = async () => (await world.stack.control<{ count: number }>('GET', '/requests')).count;
const written = async (since: number) =>
  (await world.ledger(since)).filter(({ resource }) => /^direct_cost/.test(resource));
const lastSeq = async () => ((await world.ledger()) as unknown as { seq: number }[]).at(-1)?.seq ?? 0;
const codeOf = (at: number, code: number) => world.projects[at]!.codes[code]!.id;

test('a clean invoice is one approved direct cost with the right line', async () => {
  const id = await world.send({ number: 'INV-1042' });
  const invoice = await world.ended(id);
  expect(invoice.problems).toEqual([]);
  expect(invoice.integration).toBe('sent');
  const [cost, ...others] = await world.held('INV-1042');
  expect(others).toEqual([]);
  expect(cost).toMatchObject({ status: 'approved', project_id: world.projects[0]?.procoreId });
  expect(cost?.lines).toHaveLength(1);
  expect(Number(cost?.lines[0]?.amount)).toBe(100);
  expect(cost?.lines[0]?.tax_code_id).not.toBeNull();
  const log = await getLog(db(), world.stack.account, 'invoice', id);
  expect(log.map(({ event }) => event)).toEqual(
    ['received', 'checked', 'approved', 'queued', 'attempt', 'call', 'call', 'call', 'sent'].reverse(),
  );
  for (const { procoreRequestId, runId } of log.filter(({ event }) => event === 'call')) {
    expect(procoreRequestId).toMatch(/[0-9a-f-]{36}/);
    expect(runId).not.toBeNull();
  }
});

test('an invoice over two projects is one direct cost in each, and they add up to it', async () => {
  const [first, second] = world.projects;
  const lines = [
    { projectId: first!.id, amount: '70.10' },
    { projectId: second!.id, amount: '29.90' },
    { projectId: first!.id, projectCostCodeId: codeOf(0, 1), amount: '33.33' },
  ];
  const invoice = await world.ended(await world.send({ number: 'SPLIT-1', lines }));
  expect(invoice.problems).toEqual([]);
  const costs = await world.held('SPLIT-1');
  const totals = Object.fromEntries(
    costs.map((cost) => [cost.project_id, cost.lines.map((line) => Number(line.amount)).sort()]),
  );
  expect(totals).toEqual({ [first!.procoreId]: [33.33, 70.1], [second!.procoreId]: [29.9] });
});

test('a credit note of the number of an invoice is a negative direct cost beside it', async () => {
  await world.ended(await world.send({ number: 'BOTH-1' }));
  const credit = await world.ended(await world.send({ number: 'BOTH-1', kind: 'credit' }));
  expect(credit.problems).toEqual([]);
  const costs = await world.held('BOTH-1');
  expect(costs.map((cost) => Number(cost.lines[0]?.amount)).sort()).toEqual([-100, 100]);
});

test('an invoice sent twice, one after the other, is one direct cost, and nothing is written the second time', async () => {
  const id = await world.send({ number: 'TWICE-1' });
  await world.ended(id);
  const seq = await lastSeq();
  await world.again(id);
  expect((await world.ended(id)).integration).toBe('sent');
  expect(await written(seq)).toEqual([]);
  expect(await world.held('TWICE-1')).toHaveLength(1);
});

test('two dispatchers that start the same invoice at once make one direct cost', async () => {
  const id = await world.approved({ number: 'TWICE-2' });
  const dispatchers = [0, 1, 2].map(() => createDocumentDispatcher(world.stack.deps));
  await world.queue(id);
  await Promise.all(dispatchers.map((dispatcher) => dispatcher.dispatch()));
  expect((await world.ended(id)).integration).toBe('sent');
  const [cost, ...others] = await world.held('TWICE-2');
  expect(others).toEqual([]);
  expect(cost?.lines).toHaveLength(1);
});

test('25,000.00 at 1,234.56 fails at tolerance 0.00, names 0.04, and passes at 0.10', async () => {
  const lines = [{ amount: '25000.00', unitPrice: '1234.56' }];
  const id = await world.send({ number: 'ROUND-1', lines });
  const refused = await world.ended(id);
  expect(refused.integration).toBe('failed');
  expect(refused.problems.map(({ code, facts }) => [code, facts])).toEqual([
    ['ROUNDING', expect.objectContaining({ delta: '0.04', tolerance: '0.00' })],
  ]);
  expect(refused.smallestTolerance).toBe('0.04');
  expect(await world.held('ROUND-1')).toEqual([]);
  await expect(handleOf(id).result()).rejects.toMatchObject({ cause: { type: 'ROUNDING' } });

  await world.settings({ roundingTolerance: '0.10' });
  await db().transaction((tx) => retryInvoice(tx, world.stack.account, id, 'clerk'));
  world.stack.doorbell?.poke();
  expect((await world.ended(id)).integration).toBe('sent');
  await world.settings({ roundingTolerance: '0.00' });
  const [cost] = await world.held('ROUND-1');
  expect(cost?.lines.map((line) => [Number(line.amount), Number(line.quantity), Number(line.unit_cost)])).toEqual([
    [25_000, 20.2501, 1234.56],
  ]);
});

test('a missing code fails with CODE_MISSING and goes by itself once Procore has it', async () => {
  const [, place] = world.projects;
  const codeId = await world.addCode(1, '03-391');
  const id = await world.send({ number: 'CODE-1', lines: [{ projectId: place!.id, projectCostCodeId: codeId }] });
  const refused = await world.ended(id);
  expect(refused.problems.map(({ code }) => code)).toEqual(['CODE_MISSING']);
  expect(refused.integrationText).toBe('Cost code 03-391 does not exist in Procore project P-1009 Takapuna Terraces.');

  const { records } = await world.stack.control<{ records: { id: number; full_code: string }[] }>(
    'GET',
    `/records/cost_codes?projectId=${place!.procoreId}`,
  );
  const division = records.find((code) => code.full_code === '03');
  await world.stack.control('POST', '/records/cost_codes', {
    project_id: place!.procoreId,
    parent_id: division?.id,
    code: '391',
    name: 'Precast stairs',
  });
  await eventually(async () => (await world.ended(id)).integration === 'sent');
  expect(await world.held('CODE-1')).toHaveLength(1);
}, 60_000);

test('ten invoices at once that need the same new vendor create it once', async () => {
  const vendorId = await world.addVendor('Tangaroa Roofing Ltd');
  const ids = await Promise.all(
    Array.from({ length: 10 }, (_, at) => world.approved({ number: `NEW-${at}`, vendorId })),
  );
  await world.queue(...ids);
  for (const id of ids) {
    const invoice = await world.ended(id, 60_000);
    expect([invoice.integration, invoice.problems]).toEqual(['sent', []]);
  }
  const { records } = await world.stack.control<{ records: { name: string }[] }>('GET', '/records/vendors');
  expect(records.filter((vendor) => vendor.name === 'Tangaroa Roofing Ltd')).toHaveLength(1);
}, 90_000);

test('with creating codes on, invoices at once make a missing division, code and cost type once', async () => {
  await world.settings({ createMissingCodes: true });
  const codeId = await world.addCode(0, '97-110');
  const ids = await Promise.all(
    Array.from({ length: 4 }, (_, at) =>
      world.approved({ number: `K1-${at}`, lines: [{ projectCostCodeId: codeId }] }),
    ),
  );
  await world.queue(...ids);
  for (const id of ids) {
    const invoice = await world.ended(id, 60_000);
    expect([invoice.integration, invoice.problems]).toEqual(['sent', []]);
  }
  await world.settings({ createMissingCodes: false });
  const { records } = await world.stack.control<{
    records: { id: number; full_code: string; parent_id: number; sub_job_id: number | null }[];
  }>('GET', `/records/cost_codes?projectId=${world.projects[0]!.procoreId}`);
  const made = records.filter((code) => code.full_code.startsWith('97'));
  expect(made.map((code) => [code.full_code, code.sub_job_id]).sort()).toEqual([
    ['97', null],
    ['97-110', null],
  ]);
}, 90_000);

test('with creating vendors off, a supplier is found in Procore, ambiguous or missing, and said so', async () => {
  await world.settings({ createMissingVendors: false });
  const vendors: [string, string | undefined][] = [
    ['Waiheke Glazing Ltd', undefined],
    ['Nobody Knows Ltd', 'VENDOR_MISSING'],
    ['Acme Steel Ltd', 'VENDOR_AMBIGUOUS'],
  ];
  const accounts = await Promise.all(vendors.map(([name]) => world.addVendor(name)));
  await world.stack.control('POST', '/records/vendors', {
    company_id: Number(world.company.procoreId),
    name: 'Waiheke Glazing Ltd',
  });
  for (const [at, [, code]] of vendors.entries()) {
    const invoice = await world.ended(await world.send({ vendorId: accounts[at]! }));
    expect([invoice.integration, ...invoice.problems.map((problem) => problem.code)]).toEqual(
      code === undefined ? ['sent'] : ['failed', code],
    );
  }
  await world.settings({ createMissingVendors: true });
}, 60_000);

/** Somebody typed the invoice into Procore by hand. */
async function typedByHand(number: string, amount: string): Promise<number> {
  const [model] = await world.held('INV-1042');
  const cost = await world.stack.control<{ id: number }>('POST', '/records/direct_costs', {
    project_id: model!.project_id,
    vendor_id: model!.vendor_id,
    invoice_number: number,
    status: 'draft',
  });
  const { wbs_code_id } = model!.lines[0]!;
  await world.stack.control('POST', '/records/direct_cost_line_items', {
    direct_cost_id: cost.id,
    project_id: model!.project_id,
    amount,
    wbs_code_id,
  });
  return cost.id;
}

test('an invoice typed by hand is a DUPLICATE; linked only, it is never written', async () => {
  const twin = await typedByHand('HAND-1', '100');
  const id = await world.send({ number: 'HAND-1' });
  expect((await world.ended(id)).problems.map(({ code }) => code)).toEqual(['DUPLICATE']);
  const seq = await lastSeq();
  await db().transaction((tx) => chooseDuplicate(tx, world.stack.account, id, 'clerk', 'link_only'));
  world.stack.doorbell?.poke();
  const linked = await world.ended(id);
  expect([linked.integration, linked.integrationText]).toEqual(['skipped', `Linked, not written: Procore #${twin}`]);
  expect(await written(seq)).toEqual([]);
});

test('an invoice typed by hand can be taken over, and then is posted once', async () => {
  const twin = await typedByHand('HAND-2', '100.00');
  const id = await world.send({ number: 'HAND-2' });
  expect((await world.ended(id)).problems.map(({ code }) => code)).toEqual(['DUPLICATE']);
  await db().transaction((tx) =>
    chooseDuplicate(tx, world.stack.account, id, 'admin', 'take_over', 'typed by mistake'),
  );
  world.stack.doorbell?.poke();
  expect((await world.ended(id)).problems).toEqual([]);
  const [cost, ...others] = await world.held('HAND-2');
  expect(others).toEqual([]);
  expect(cost).toMatchObject({ id: twin, status: 'approved' });
  expect(cost?.lines.map((line) => line.tax_code_id !== null)).toEqual([true]);
});

test('lines that people added in Procore are never touched: the clerk is told REMOTE_EDITED', async () => {
  await world.settings({ directCostStatus: 'draft' });
  const id = await world.send({ number: 'EDIT-1' });
  await world.ended(id);
  await world.settings({ directCostStatus: 'approved' });
  const [cost] = await world.held('EDIT-1');
  await world.stack.control('POST', '/records/direct_cost_line_items', {
    direct_cost_id: cost!.id,
    project_id: cost!.project_id,
    amount: '5.00',
    wbs_code_id: cost!.lines[0]!.wbs_code_id,
  });
  const seq = await lastSeq();
  await world.again(id);
  const refused = await world.ended(id);
  expect(refused.problems.map(({ code, facts }) => [code, facts])).toEqual([
    ['REMOTE_EDITED', expect.objectContaining({ ours: '100.00', theirs: '105.00' })],
  ]);
  expect(await written(seq)).toEqual([]);
});

test('a direct cost deleted in Procore is not made again unasked', async () => {
  const id = await world.send({ number: 'GONE-1' });
  await world.ended(id);
  const [cost] = await world.held('GONE-1');
  await world.stack.control('DELETE', `/records/direct_costs/${cost!.id}`);
  await world.again(id);
  expect((await world.ended(id)).problems.map(({ code }) => code)).toEqual(['DELETED_REMOTELY']);
  expect(await world.held('GONE-1')).toEqual([]);
});

test('where a project drops tax codes the draft is held with TAX_OFF, and goes on once tax is on', async () => {
  const [, place] = world.projects;
  const mode = (value: string) =>
    world.stack.control('PUT', '/settings', { taxMode: { [String(place!.procoreId)]: value } });
  await mode('dropped');
  const id = await world.send({ number: 'TAX-1', lines: [{ projectId: place!.id }] });
  const held = await world.ended(id);
  expect(held.problems.map(({ code, facts }) => [code, facts])).toEqual([
    ['TAX_OFF', expect.objectContaining({ taxCode: 'GST-TEST' })],
  ]);
  expect((await world.held('TAX-1'))[0]).toMatchObject({ status: 'draft' });
  const other = await world.send({ number: 'TAX-2', lines: [{ projectId: place!.id }] });
  expect((await world.ended(other)).problems.map(({ code }) => code)).toEqual(['TAX_OFF']);
  expect(await world.held('TAX-2')).toEqual([]);

  await mode('works');
  await db().transaction((tx) => retryInvoice(tx, world.stack.account, id, 'clerk'));
  world.stack.doorbell?.poke();
  const sent = await world.ended(id);
  expect([sent.integration, sent.problems]).toEqual(['sent', []]);
  expect((await world.held('TAX-1'))[0]).toMatchObject({ status: 'approved' });
});

test('the same project is posted to without tax where the account says so', async () => {
  const [, place] = world.projects;
  await world.stack.control('PUT', '/settings', { taxMode: { [String(place!.procoreId)]: 'refused' } });
  await world.settings({ postWithoutTax: true });
  const sent = await world.ended(await world.send({ number: 'TAX-3', lines: [{ projectId: place!.id }] }));
  expect([sent.integration, sent.problems]).toEqual(['sent', []]);
  const [cost] = await world.held('TAX-3');
  expect(cost).toMatchObject({ status: 'approved' });
  expect(cost?.lines.map((line) => line.tax_code_id)).toEqual([null]);
  await world.settings({ postWithoutTax: false });
});

test('a clean invoice takes five calls and seven actions', async () => {
  await holdBackEvents(world.stack);
  await eventually(async () => {
    await forgetPacing(world.stack);
    return (await db().$count(inboxEvent, eq(inboxEvent.state, 'pending'))) === 0;
  });
  const before = await requests();
  const id = await world.send({ number: 'CLEAN-1' });
  expect((await world.ended(id)).integration).toBe('sent');
  expect((await requests()) - before).toBe(5);
  expect(await actionsOf(id)).toBe(7);
});

/** One for the start, one for each activity, one for the search attributes. */
async function actionsOf(id: string): Promise<number> {
  await handleOf(id).result();
  const history = await handleOf(id).fetchHistory();
  const counted = ['activityTaskScheduledEventAttributes', 'upsertWorkflowSearchAttributesEventAttributes'] as const;
  return 1 + (history.events ?? []).filter((event) => counted.some((name) => event[name] != null)).length;
}

const handleOf = (id: string) =>
  world.stack.deps.temporal.workflow.getHandle(workflowIds.invoice(world.stack.account, id));

test('every request of ours is as the contract says', async () => {
  const contract = await world.stack.control<{ checked: number; violations: unknown[] }>('GET', '/contract');
  expect(contract.checked).toBeGreaterThan(100);
  expect(contract.violations).toEqual([]);
});
