import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createVendor, listVendors } from '../../db/queries/vendors.ts';
import { mappingTask, payableAccount, procoreLink } from '../../db/schema/index.ts';
import { normaliseName } from '../../domain/matching.ts';
import { ACCOUNT, type ImportWorld, startImportWorld } from './import-world.ts';

let world: ImportWorld;
beforeAll(async () => {
  world = await startImportWorld();
});
afterAll(() => world.close());

const vendor = (id: number) => ({ kind: 'vendor', id: String(id) });
const whole = { kind: 'vendor', id: null, source: 'fetch' } as const;
const called = (description: string) =>
  world.db.select().from(payableAccount).where(eq(payableAccount.description, description));
const addVendor = (fields: object) =>
  world.procore.create<{ id: number }>('vendors', { company_id: world.guide.companies[0]!.id, ...fields });
const local = async (description: string, change: Partial<typeof payableAccount.$inferInsert> = {}) => {
  const [row] = await world.db
    .insert(payableAccount)
    .values({ account: ACCOUNT, code: description, description, matchName: normaliseName(description), ...change })
    .returning();
  return row!;
};

describe('the whole list', () => {
  test('makes payable accounts of vendors, active and inactive, and asks about lookalikes', async () => {
    const round = await world.run('vendors', [whole]);
    expect(round.outcomes).toMatchObject([{ state: 'applied' }]);
    expect(round.counts).toEqual({ vendors: 24 });
    const [tasks, accounts] = await Promise.all([
      world.db.select().from(mappingTask),
      world.db.select().from(payableAccount),
    ]);
    expect(accounts).toHaveLength(23);
    const { acmeSteel, acmeSteelTwin, inactive } = world.guide.exampleVendors;
    expect(tasks).toMatchObject([
      {
        kind: 'vendor',
        procoreId: String(acmeSteelTwin!.id),
        subject: 'ACME  STEEL LTD',
        reason: 'The payable account "Acme Steel Ltd" is already linked to another Procore vendor.',
        candidates: [{ name: 'Acme Steel Ltd' }],
        state: 'open',
      },
    ]);
    const [acme] = await called('Acme Steel Ltd');
    expect(tasks[0]?.candidates[0]?.id).toBe(acme?.id);
    const [link] = await world.db.select().from(procoreLink).where(eq(procoreLink.localId, acme!.id));
    expect(link?.procoreId).toBe(String(acmeSteel!.id));
    expect((await called(inactive!.name))[0]).toMatchObject({ isActive: false });
    expect(await called('Kiwi Plumbing')).toHaveLength(1);
    expect(await called('Kiwi Plumbing Services Limited')).toHaveLength(1);
  });

  test('again changes nothing and asks nothing more', async () => {
    const before = await world.db.select().from(payableAccount);
    await world.run('vendors', [whole]);
    expect(await world.db.select().from(payableAccount)).toEqual(before);
    expect(await world.db.$count(mappingTask)).toBe(1);
  });
});

describe('a new vendor', () => {
  test('takes the origin code, else the short name, else V and its id', async () => {
    const coded = await addVendor({ name: 'Coded Ltd', origin_code: 'COD01', abbreviated_name: 'COD' });
    const short = await addVendor({ name: 'Shorty Ltd', origin_code: 'cod01', abbreviated_name: 'SHO' });
    const plain = await addVendor({ name: 'Plain Ltd' });
    await world.run('vendors', [vendor(coded.id), vendor(short.id), vendor(plain.id)]);
    expect((await called('Coded Ltd'))[0]?.code).toBe('COD01');
    expect((await called('Shorty Ltd'))[0]?.code).toBe('SHO');
    expect((await called('Plain Ltd'))[0]?.code).toBe(`V${plain.id}`);
  });

  test('is the one supplier of exactly its name; bank and tax details stay', async () => {
    const ours = await local('  Mahi  Tahi Builders', { bankAccount: '01-0001-0000001-00', taxNumber: '12-345-678' });
    const made = await addVendor({ name: 'mahi tahi BUILDERS', city: 'Nelson' });
    await world.run('vendors', [vendor(made.id)]);
    const [row] = await world.db.select().from(payableAccount).where(eq(payableAccount.id, ours.id));
    expect(row).toMatchObject({
      code: ours.code,
      description: 'mahi tahi BUILDERS',
      city: 'Nelson',
      bankAccount: '01-0001-0000001-00',
      taxNumber: '12-345-678',
    });
  });

  test('is a question when two suppliers have its name', async () => {
    await local('Twin Co');
    await local('TWIN CO', { code: 'Twin 2' });
    const made = await addVendor({ name: 'Twin Co' });
    const round = await world.run('vendors', [vendor(made.id)]);
    expect(round.outcomes).toMatchObject([
      { state: 'ignored', outcome: expect.stringContaining('A person must choose.') },
    ]);
    const [task] = await world.db
      .select()
      .from(mappingTask)
      .where(eq(mappingTask.procoreId, String(made.id)));
    expect(task?.candidates).toHaveLength(2);
  });

  test('a person chose to leave out stays out', async () => {
    const made = await addVendor({ name: 'Twin Co' });
    await world.run('vendors', [vendor(made.id)]);
    await world.db
      .update(mappingTask)
      .set({ state: 'ignored' })
      .where(eq(mappingTask.procoreId, String(made.id)));
    const round = await world.run('vendors', [vendor(made.id)]);
    expect(round.outcomes).toMatchObject([{ state: 'ignored', outcome: '"Twin Co" is left out, as a person chose.' }]);
  });
});

describe('a linked vendor', () => {
  test('renamed keeps its account; the new name is matched from then on', async () => {
    const { kiwiPlumbing } = world.guide.exampleVendors;
    const [before] = await called('Kiwi Plumbing');
    await world.procore.update('vendors', kiwiPlumbing!.id, { name: 'Kiwi Drains' });
    const round = await world.run('vendors', [vendor(kiwiPlumbing!.id)]);
    expect(round).toMatchObject({ calls: 1, outcomes: [{ state: 'applied' }] });
    expect(await called('Kiwi Drains')).toMatchObject([
      { id: before!.id, code: before!.code, matchName: 'kiwi drains' },
    ]);
    expect((await world.run('vendors', [vendor(kiwiPlumbing!.id)])).outcomes).toMatchObject([{ state: 'unchanged' }]);
  });

  test('deactivated and reactivated in Procore follows', async () => {
    const made = await addVendor({ name: 'On And Off Ltd' });
    await world.run('vendors', [vendor(made.id)]);
    for (const isActive of [false, true]) {
      await world.procore.update('vendors', made.id, { is_active: isActive });
      await world.run('vendors', [vendor(made.id)]);
      expect(await called('On And Off Ltd')).toMatchObject([{ isActive }]);
    }
  });

  test('deleted in Procore is inactive here, its details kept', async () => {
    const made = await addVendor({ name: 'Gone Ltd', city: 'Napier' });
    await world.run('vendors', [vendor(made.id)]);
    await world.procore.remove('vendors', made.id);
    const round = await world.run('vendors', [vendor(made.id)]);
    expect(round.outcomes).toMatchObject([{ state: 'applied' }]);
    expect(await called('Gone Ltd')).toMatchObject([{ isActive: false, city: 'Napier' }]);
    const [link] = await world.db
      .select()
      .from(procoreLink)
      .where(eq(procoreLink.procoreId, String(made.id)));
    expect(link?.state).toBe('tombstone');
  });

  test('many gone at once change nothing', async () => {
    const { all } = world.guide.exampleVendors as unknown as { all: { id: number; name: string }[] };
    const some = all.slice(8, 20);
    for (const { id } of some) await world.procore.remove('vendors', id);
    const round = await world.run(
      'vendors',
      some.map(({ id }) => vendor(id)),
    );
    expect(round.outcomes.every(({ state }) => state === 'failed')).toBe(true);
    expect((await called(some[0]!.name))[0]?.isActive).toBe(true);
  });
});

test('"Procore company vendors" off: events are ignored without a call', async () => {
  await world.changeCompany({ syncVendors: false });
  const round = await world.run('vendors', [vendor(1)]);
  await world.changeCompany({ syncVendors: true });
  expect(round).toMatchObject({ calls: 0, outcomes: [{ state: 'ignored' }] });
});

test('a supplier entered here gets a code from its name, and no code twice', async () => {
  const add = (description: string, code?: string) =>
    world.db.transaction((tx) => createVendor(tx, ACCOUNT, { description, code }));
  const first = await add('Ōtaki Timber Ltd');
  const second = await add('Ōtaki Timber Ltd');
  const rows = await called('Ōtaki Timber Ltd');
  expect(rows.map(({ id, code }) => [id, code])).toEqual([
    [first, 'OTAKITIM'],
    [second, 'OTAKITIM-2'],
  ]);
  expect(await add('Other', 'otakitim')).toBeNull();
});

test('suppliers are searched and paged to the end', async () => {
  const codes: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await listVendors(world.db, ACCOUNT, { limit: 7, cursor });
    codes.push(...page.rows.map(({ code }) => code));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  expect(new Set(codes).size).toBe(await world.db.$count(payableAccount));
  expect(await listVendors(world.db, ACCOUNT, { limit: 5, search: 'acme st' })).toMatchObject({
    total: 1,
    rows: [{ description: 'Acme Steel Ltd', isLinked: true }],
  });
  expect((await listVendors(world.db, ACCOUNT, { limit: 5, search: '%' })).total).toBe(0);
});
