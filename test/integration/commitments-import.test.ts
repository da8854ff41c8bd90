import { and, eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { saveLinks } from '../../db/queries/links.ts';
import {
  mappingTask,
  payableAccount,
  procoreLink,
  project,
  purchaseOrder,
  purchaseOrderLine,
  subContract,
  subContractLine,
  variation,
  variationLine,
} from '../../db/schema/index.ts';
import { ACCOUNT, type ImportWorld, startImportWorld } from './import-world.ts';

interface Contract {
  id: number;
  number: string;
  status: string;
  vendor_id: number;
}
interface Package {
  id: number;
  contract_id: number;
  number: string;
  status: string;
}
interface Line {
  id: number;
  holder_id: number;
  amount: string;
}

let world: ImportWorld;
let projectId: number;
beforeAll(async () => {
  world = await startImportWorld();
  projectId = world.guide.exampleProjects.inConstruction!.id;
  await world.run('vendors', [{ kind: 'vendor', source: 'fetch' }]);
  await world.run('cost-codes', [{ kind: 'cost_type' }]);
  await world.changeCompany({ syncSubContracts: true, purchaseOrderMaster: 'procore' });
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.change({ onlyApprovedVariations: false });
  await world.changeCompany({ syncSubContracts: true, purchaseOrderMaster: 'procore' });
});

const inProcore = <T>(collection: string) => world.procore.list<T>(collection, `?projectId=${projectId}`);
const one = (kind: string, id: number | string | null) => ({ kind, id: id === null ? null : String(id) });
const told = (...records: ReturnType<typeof one>[]) => world.run('project', records, projectId);
const orderOf = async (number: string) =>
  (await world.db.select().from(purchaseOrder).where(eq(purchaseOrder.number, number)))[0]!;
const contractOf = async (number: string) =>
  (await world.db.select().from(subContract).where(eq(subContract.number, number)))[0]!;
const variationOf = async (one: Package) => {
  const [row] = await world.db
    .select({ variation })
    .from(procoreLink)
    .innerJoin(variation, eq(variation.id, procoreLink.localId))
    .where(and(eq(procoreLink.kind, 'variation'), eq(procoreLink.procoreId, String(one.id))));
  return row?.variation;
};
const packagesOf = async (number: string) => {
  const contract = (await inProcore<Contract>('work_order_contracts')).find((row) => row.number === number)!;
  const packages = await inProcore<Package>('change_order_packages');
  return packages.filter((row) => row.contract_id === contract.id);
};
const sum = (rows: { amount: string }[]) => rows.reduce((total, row) => total + Number(row.amount), 0).toFixed(2);

describe('a first fetch of a project', () => {
  test('with both switches off brings no commitments', async () => {
    await world.changeCompany({ syncSubContracts: false, purchaseOrderMaster: 'none' });
    await world.fetchProject(projectId);
    expect(await world.db.$count(purchaseOrder)).toBe(0);
    expect(await world.db.$count(subContract)).toBe(0);
  });

  test('with Lentune as master of purchase orders brings subcontracts only', async () => {
    await world.changeCompany({ purchaseOrderMaster: 'lentune' });
    const round = await world.fetchProject(projectId);
    expect(round.outcomes[0]).toMatchObject({
      state: 'applied',
      outcome: expect.stringMatching(/commitments and variations/),
    });
    expect(await world.db.$count(purchaseOrder)).toBe(0);
    expect(await world.db.$count(subContract)).toBe(4);
  });

  test('brings every purchase order and subcontract, accepted or greyed, with supplier, lines and codes', async () => {
    const round = await world.fetchProject(projectId);
    expect(round.outcomes).toMatchObject([{ state: 'applied', fetchItem: { state: 'done' } }]);
    const orders = await world.db.select().from(purchaseOrder);
    expect(Object.fromEntries(orders.map(({ number, isAccepted }) => [number, isAccepted]))).toEqual({
      'PO-1007-01': true,
      'PO-1007-02': true,
      'PO-1007-03': true,
      'PO-1007-04': false,
      'PO-1007-05': false,
    });
    const subcontracts = await world.db.select().from(subContract);
    expect(Object.fromEntries(subcontracts.map(({ number, isAccepted }) => [number, isAccepted]))).toEqual({
      'SC-1007-01': true,
      'SC-1007-02': true,
      'SC-1007-03': false,
      'SC-1007-04': false,
    });
    expect(await contractOf('SC-1007-01')).toMatchObject({ retainagePercent: '10.0000', isExecuted: true });
    expect(await contractOf('SC-1007-04')).toMatchObject({ isPrivate: true });
    // Two vendors are called Acme Steel, so that one waits for a person.
    expect(
      orders.filter(({ payableAccountId }) => payableAccountId === null).map(({ vendorName }) => vendorName),
    ).toEqual(['ACME  STEEL LTD']);
    const lines = await world.db
      .select()
      .from(purchaseOrderLine)
      .where(eq(purchaseOrderLine.commitmentId, (await orderOf('PO-1007-01')).id));
    const [source] = (await inProcore<Contract>('purchase_order_contracts')).filter(
      (row) => row.number === 'PO-1007-01',
    );
    const sourceLines = (await inProcore<Line>('purchase_order_contract_line_items')).filter(
      (line) => line.holder_id === source!.id,
    );
    expect(sum(lines)).toBe(sum(sourceLines));
    expect(lines[0]).toMatchObject({ quantity: '10.00000000', unit: 'm3', description: 'Part 1' });
    expect(lines.every((line) => line.projectCostCodeId !== null && line.costTypeId !== null)).toBe(true);
  });

  test('brings variations in each status with their one-tier lines; only approved ones are worth anything', async () => {
    const packages = await packagesOf('SC-1007-01');
    const found = await Promise.all(packages.map(variationOf));
    expect(Object.fromEntries(found.map((row) => [row!.procoreStatus, row!.state]))).toEqual({
      draft: 'draft',
      not_pricing: 'awaiting_approval',
      pricing: 'awaiting_approval',
      pending: 'awaiting_approval',
      revised: 'awaiting_approval',
      proceeding: 'awaiting_approval',
      not_proceeding: 'awaiting_approval',
      pending_billable: 'awaiting_approval',
      no_charge: 'approval_not_required',
      approved: 'approved',
      rejected: 'no_longer_required',
      void: 'no_longer_required',
    });
    expect(found.find((row) => row!.procoreStatus === 'rejected')?.statusName).toBe('Declined');
    for (const row of found) {
      const lines = await world.db.select().from(variationLine).where(eq(variationLine.variationId, row!.id));
      expect(sum(lines)).toBe(row!.amount);
      expect(row!.worth).toBe(row!.state === 'approved' ? row!.amount : '0.00');
    }
  });

  test.each(['withSubJobs', 'large300Codes'])(
    'of a project with more tiers (%s) reads the lines of the package',
    async (name) => {
      const sample = world.guide.exampleProjects[name]!;
      await world.fetchProject(sample.id);
      const local = await world.projectNamed(sample.name);
      const rows = await world.db.select().from(variation).where(eq(variation.projectId, local!.id));
      expect(rows).toHaveLength(15);
      for (const row of rows) {
        const lines = await world.db.select().from(variationLine).where(eq(variationLine.variationId, row.id));
        expect(sum(lines)).toBe(row.amount);
      }
    },
  );

  test('again finds nothing new and leaves every row alone', async () => {
    const before = [await world.db.select().from(purchaseOrder), await world.db.select().from(variation)];
    const round = await world.fetchProject(projectId);
    expect(round.outcomes).toMatchObject([{ state: 'unchanged', fetchItem: { state: 'done' } }]);
    expect([await world.db.select().from(purchaseOrder), await world.db.select().from(variation)]).toEqual(before);
  });

  test('of more commitments than one activity takes goes on in the next', async () => {
    for (let n = 0; n < 45; n++)
      await world.procore.create('purchase_order_contracts', {
        project_id: projectId,
        number: `PO-M-${String(n).padStart(2, '0')}`,
        status: 'Approved',
      });
    const round = await world.fetchProject(projectId);
    expect(round.pages).toBeGreaterThan(1);
    expect(round.outcomes).toHaveLength(1);
    expect(await world.db.$count(purchaseOrder, eq(purchaseOrder.procoreStatus, 'Approved'))).toBeGreaterThanOrEqual(
      47,
    );
  });
});

describe('a change in Procore', () => {
  test('of a purchase order is read with its lines in two calls', async () => {
    const [order] = await inProcore<Contract>('purchase_order_contracts');
    await world.procore.update('purchase_order_contracts', order!.id, {
      status: 'Closed',
      title: 'Concrete, all of it',
    });
    const round = await told(one('purchase_order', order!.id));
    expect(round).toMatchObject({ calls: 2, outcomes: [{ state: 'applied' }] });
    expect(await orderOf('PO-1007-01')).toMatchObject({
      procoreStatus: 'Closed',
      isAccepted: false,
      description: 'Concrete, all of it',
    });
    expect((await told(one('purchase_order', order!.id))).outcomes).toMatchObject([{ state: 'unchanged' }]);
  });

  test('of many purchase orders reads their rows in one call', async () => {
    const orders = (await inProcore<Contract>('purchase_order_contracts')).slice(0, 10);
    const round = await told(...orders.map(({ id }) => one('purchase_order', id)));
    expect(round).toMatchObject({ calls: 11, pages: 1 });
  });

  test('that removes a line takes it away, but keeps one that was claimed on', async () => {
    const subcontracts = await inProcore<Contract>('work_order_contracts');
    const subcontract = subcontracts.find(({ number }) => number === 'SC-1007-01')!;
    const added = await Promise.all(
      ['10.00', '20.00'].map((amount) =>
        world.procore.create<Line>('work_order_contract_line_items', { holder_id: subcontract.id, amount }),
      ),
    );
    await told(one('sub_contract', subcontract.id));
    await world.db
      .update(subContractLine)
      .set({ claimed: '5.00' })
      .where(eq(subContractLine.procoreId, String(added[1]!.id)));
    for (const line of added) await world.procore.remove('work_order_contract_line_items', line.id);
    await told(one('sub_contract', subcontract.id));
    const lineOf = async (id: number) =>
      (
        await world.db
          .select()
          .from(subContractLine)
          .where(eq(subContractLine.procoreId, String(id)))
      )[0];
    expect(await lineOf(added[0]!.id)).toBeUndefined();
    expect(await lineOf(added[1]!.id)).toMatchObject({ isRemoved: true, claimed: '5.00' });
  });

  test('that deletes a purchase order leaves it inactive, with a tombstone; one never seen is ignored', async () => {
    const order = (await inProcore<Contract>('purchase_order_contracts')).find(
      ({ number }) => number === 'PO-1007-03',
    )!;
    await world.procore.remove('purchase_order_contracts', order.id);
    const round = await told(one('purchase_order', order.id), one('purchase_order', 4711));
    expect(round.outcomes).toMatchObject([{ state: 'applied' }, { state: 'ignored' }]);
    expect(await orderOf('PO-1007-03')).toMatchObject({ isActive: false, isAccepted: false });
    const [link] = await world.db
      .select()
      .from(procoreLink)
      .where(eq(procoreLink.procoreId, String(order.id)));
    expect(link?.state).toBe('tombstone');
  });

  test('hides a commitment that is not shared with us any more, and brings it back', async () => {
    const [hidden] = (await inProcore<Contract & { private: boolean }>('work_order_contracts')).filter(
      (row) => row.private,
    );
    await world.procore.settings({ privateCommitmentsHidden: true });
    await told(one('sub_contract', hidden!.id));
    expect(await contractOf('SC-1007-04')).toMatchObject({ isActive: false });
    await world.procore.settings({ privateCommitmentsHidden: false });
    await told(one('sub_contract', hidden!.id));
    expect(await contractOf('SC-1007-04')).toMatchObject({ isActive: true });
  });

  test('of the commitments tool leaves codes alone and says so', async () => {
    await world.procore.settings({ toolsOff: { [projectId]: ['commitments'] } });
    const round = await world.fetchProject(projectId);
    expect(round.outcomes[0]?.fetchItem).toMatchObject({
      state: 'done',
      reason: expect.stringContaining('the commitments'),
    });
    const event = await told(one('sub_contract', 1));
    expect(event.outcomes).toMatchObject([{ state: 'failed', outcome: expect.stringContaining('the commitments') }]);
    await world.procore.settings({ toolsOff: {} });
    expect(await contractOf('SC-1007-01')).toMatchObject({ isActive: true });
    await world.fetchProject(projectId);
    const [row] = await world.db.select().from(project).where(eq(project.code, 'P-1007'));
    expect(row?.warning).toBeNull();
  });

  test('that makes too much vanish at once takes nothing away, and says so', async () => {
    const orders = (await inProcore<Contract>('purchase_order_contracts')).filter(({ number }) =>
      number.startsWith('PO-M'),
    );
    for (const { id } of orders.slice(0, 10))
      await world.procore.update('purchase_order_contracts', id, { private: true });
    await world.procore.settings({ privateCommitmentsHidden: true });
    const round = await world.fetchProject(projectId);
    expect(round.outcomes[0]?.fetchItem?.reason).toMatch(/the purchase orders .*10 of \d+ are missing/);
    expect(await world.db.$count(purchaseOrder, eq(purchaseOrder.isActive, true))).toBeGreaterThanOrEqual(49);
    await world.procore.settings({ privateCommitmentsHidden: false });
    await world.fetchProject(projectId);
  });

  test('while its switch is off is stored and ignored', async () => {
    const [order] = await inProcore<Contract>('purchase_order_contracts');
    await world.changeCompany({ syncSubContracts: false, purchaseOrderMaster: 'none' });
    const round = await world.run(
      'project',
      [one('purchase_order', order!.id), one('sub_contract', 1), { ...one('change_order', 2), source: 'refresh' }],
      projectId,
    );
    expect(round.calls).toBe(0);
    expect(round.outcomes.map(({ outcome }) => outcome)).toEqual([
      '"Procore purchase orders" is switched off.',
      '"Procore sub-contracts" is switched off.',
      '"Procore purchase orders" and "Procore sub-contracts" is switched off.',
    ]);
  });
});

describe('a supplier or code that comes later', () => {
  test('is found by the commitments that name it', async () => {
    const order = await orderOf('PO-1007-02');
    expect(order.payableAccountId).toBeNull();
    const [twin] = await world.db.select().from(payableAccount).where(eq(payableAccount.description, 'Acme Steel Ltd'));
    await world.db.transaction(async (tx) => {
      await tx.delete(procoreLink).where(eq(procoreLink.localId, twin!.id));
      await saveLinks(tx, ACCOUNT, world.companyId, 'vendor', [
        { localId: twin!.id, procoreId: order.vendorProcoreId!, contentHash: '' },
      ]);
    });
    await world.run('vendors', [{ kind: 'vendor', id: order.vendorProcoreId }]);
    expect((await orderOf('PO-1007-02')).payableAccountId).toBe(twin!.id);
  });

  test('of a line is found when the project brings its codes', async () => {
    const { id } = await orderOf('PO-1007-01');
    const mine = eq(purchaseOrderLine.commitmentId, id);
    await world.db.update(purchaseOrderLine).set({ projectCostCodeId: null, costTypeId: null }).where(mine);
    await told(one('budget', null));
    const lines = await world.db.select().from(purchaseOrderLine).where(mine);
    expect(lines.every((line) => line.projectCostCodeId !== null && line.costTypeId !== null)).toBe(true);
  });
});

describe('a variation', () => {
  const claimOn = async (row: { id: string }) =>
    world.db.update(variationLine).set({ claimed: '1.00' }).where(eq(variationLine.variationId, row.id));
  const taskOf = async (one: Package) =>
    (
      await world.db
        .select()
        .from(mappingTask)
        .where(eq(mappingTask.procoreId, String(one.id)))
    )[0];

  test('with "Only sync approved variation lines" comes in only approved or no charge', async () => {
    const packages = await packagesOf('SC-1007-02');
    const pending = packages.find(({ status }) => status === 'pending')!;
    expect(await variationOf(pending)).toMatchObject({ isActive: true });
    await world.change({ onlyApprovedVariations: true });
    const round = await told(one('change_order', null));
    expect(round.outcomes).toMatchObject([{ state: 'applied' }]);
    const ofProject = await Promise.all((await inProcore<Package>('change_order_packages')).map(variationOf));
    expect(ofProject).toHaveLength(15);
    for (const row of ofProject)
      expect([row!.procoreStatus, row!.isActive]).toEqual([
        row!.procoreStatus,
        ['approved', 'no_charge'].includes(row!.procoreStatus),
      ]);
    expect(await variationOf(pending)).toMatchObject({ isActive: false, worth: '0.00' });
    expect((await told(one('change_order', pending.id))).outcomes).toMatchObject([
      { state: 'ignored', outcome: expect.stringMatching(/only approved ones come in/) },
    ]);
    await world.change({ onlyApprovedVariations: false });
    await told(one('change_order', null));
    expect(await variationOf(pending)).toMatchObject({ isActive: true });
  });

  test('approved and later rejected goes when nothing was claimed on it', async () => {
    await world.change({ onlyApprovedVariations: true });
    const approved = (await packagesOf('SC-1007-02')).find(({ status }) => status === 'approved')!;
    await told(one('change_order', approved.id));
    expect((await variationOf(approved))?.worth).not.toBe('0.00');
    await world.procore.update('change_order_packages', approved.id, { status: 'rejected' });
    expect((await told(one('change_order', approved.id))).outcomes).toMatchObject([{ state: 'applied' }]);
    expect(await variationOf(approved)).toMatchObject({ isActive: false, worth: '0.00' });
    await world.procore.update('change_order_packages', approved.id, { status: 'approved' });
    await told(one('change_order', approved.id));
    expect(await variationOf(approved)).toMatchObject({ isActive: true, state: 'approved' });
  });

  test('approved, claimed on and later voided stays, is worth nothing, blocks and asks; approved again it is well', async () => {
    const approved = (await packagesOf('SC-1007-02')).find(({ status }) => status === 'approved')!;
    await claimOn((await variationOf(approved))!);
    await world.procore.update('change_order_packages', approved.id, { status: 'void' });
    await told(one('change_order', approved.id));
    expect(await variationOf(approved)).toMatchObject({
      isActive: true,
      worth: '0.00',
      state: 'no_longer_required',
      problem: expect.stringContaining('now Void in Procore'),
    });
    expect(await taskOf(approved)).toMatchObject({ state: 'open', kind: 'variation' });
    await world.procore.update('change_order_packages', approved.id, { status: 'approved' });
    await told(one('change_order', approved.id));
    expect(await variationOf(approved)).toMatchObject({ state: 'approved', problem: null });
    expect(await taskOf(approved)).toMatchObject({ state: 'linked' });
  });

  test('that was claimed on and is deleted in Procore stays and blocks, once', async () => {
    const approved = (await packagesOf('SC-1007-02')).find(({ status }) => status === 'approved')!;
    const before = (await variationOf(approved))!;
    await world.procore.remove('change_order_packages', approved.id);
    expect((await told(one('change_order', approved.id))).outcomes).toMatchObject([{ state: 'applied' }]);
    const [after] = await world.db.select().from(variation).where(eq(variation.id, before.id));
    expect(after).toMatchObject({
      isActive: true,
      worth: '0.00',
      problem: expect.stringContaining('deleted in Procore'),
    });
    expect((await told(one('change_order', approved.id))).outcomes).toMatchObject([{ state: 'unchanged' }]);
  });

  test('changed through its hidden potential change order is read anew', async () => {
    const draft = (await packagesOf('SC-1007-01')).find(({ status }) => status === 'draft')!;
    const requests = await inProcore<{ id: number; change_order_package_id: number }>('change_order_requests');
    const request = requests.find((row) => row.change_order_package_id === draft.id)!;
    const potentials = await inProcore<{ id: number; change_order_request_id: number }>('potential_change_orders');
    const potential = potentials.find((row) => row.change_order_request_id === request.id)!;
    const before = Number((await variationOf(draft))!.amount);
    await world.procore.create('potential_change_order_line_items', { holder_id: potential.id, amount: '99.50' });
    const round = await told(one('potential_change_order', potential.id));
    expect(round.outcomes).toMatchObject([{ state: 'applied' }]);
    expect(Number((await variationOf(draft))!.amount)).toBeCloseTo(before + 99.5, 2);
  });

  test('that arrives before its subcontract brings that along; one of a prime contract is left out', async () => {
    const fresh = await world.procore.create<Contract>('work_order_contracts', {
      project_id: projectId,
      number: 'SC-NEW',
      status: 'Approved',
    });
    const place = { project_id: projectId, number: '1', status: 'approved' };
    const early = await world.procore.create<Package>('change_order_packages', { ...place, contract_id: fresh.id });
    const prime = await world.procore.create<Package>('change_order_packages', {
      ...place,
      contract_id: 99,
      type: 'PrimeContractChangeOrder',
    });
    const round = await told(one('change_order', early.id), one('change_order', prime.id));
    expect(round.outcomes).toMatchObject([{ state: 'applied' }, { state: 'ignored' }]);
    expect(await contractOf('SC-NEW')).toMatchObject({ isAccepted: true });
    expect(await variationOf(early)).toMatchObject({ subContractId: (await contractOf('SC-NEW')).id });
  });

  test('with a name the company gave its status is shown by that name', async () => {
    const statuses = await world.procore.list<{ id: number; name: string }>('change_order_statuses');
    const declined = statuses.find(({ name }) => name === 'Declined')!;
    await world.procore.update('change_order_statuses', declined.id, { name: 'Turned down' });
    const rejected = (await packagesOf('SC-1007-01')).find(({ status }) => status === 'rejected')!;
    await told(one('change_order', rejected.id));
    expect(await variationOf(rejected)).toMatchObject({ statusName: 'Turned down', state: 'no_longer_required' });
  });
});

test('every row belongs to the account', async () => {
  expect(await world.db.$count(purchaseOrder, eq(purchaseOrder.account, ACCOUNT))).toBe(
    await world.db.$count(purchaseOrder),
  );
});
