import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { procoreCompany } from '../../db/schema/index.ts';
import { type PushWorld, startPushWorld } from './push-world.ts';

let world: PushWorld;
beforeAll(async () => {
  world = await startPushWorld();
}, 120_000);
afterAll(() => world?.stack.close());

test('beside an accounting system nothing is created unasked; one answer sends what waited', async () => {
  const { db } = world.stack.deps;
  await db.update(procoreCompany).set({ isErpConnected: true }).where(eq(procoreCompany.id, world.company.id));
  const vendorId = await world.addVendor('Ledger Hardware');
  const id = await world.send({ vendorId });
  const refused = await world.ended(id);
  expect(refused.problems.map(({ code }) => code)).toEqual(['ERP_CONNECTED']);
  const vendors = await world.stack.control<{ records: { name: string }[] }>('GET', '/records/vendors');
  expect(vendors.records.filter(({ name }) => name === 'Ledger Hardware')).toEqual([]);

  await world.stack.api('PATCH', `/api/companies/${world.company.id}`, { createWhereErp: 'allow' });
  const sent = await world.ended(id);
  expect([sent.integration, sent.problems]).toEqual(['sent', []]);
});

test('where creating is refused, a vendor that was made in Procore meanwhile is found and used', async () => {
  await world.stack.api('PATCH', `/api/companies/${world.company.id}`, { createWhereErp: 'refuse' });
  const vendorId = await world.addVendor('Ledger Timber');
  await world.stack.control('POST', '/records/vendors', {
    company_id: Number(world.company.procoreId),
    name: 'Ledger Timber',
  });
  const sent = await world.ended(await world.send({ vendorId }));
  expect([sent.integration, sent.problems]).toEqual(['sent', []]);
});
