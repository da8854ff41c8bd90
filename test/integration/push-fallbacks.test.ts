import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { getLog } from '../../db/queries/integration-log.ts';
import { payableAccount } from '../../db/schema/index.ts';
import { messageOf } from '../../domain/errors.ts';
import { type PushWorld, startPushWorld } from './push-world.ts';

let world: PushWorld;
beforeAll(async () => {
  world = await startPushWorld({ env: { SETTLE_DELAY_MS: '300' }, simulator: { checkContract: true } });
}, 180_000);
afterAll(() => world?.stack.close());

/** What the log of an invoice noted, in the order it happened. */
const notes = async (id: string) =>
  (await getLog(world.stack.deps.db, world.stack.account, 'invoice', id))
    .filter(({ event }) => event === 'note')
    .map(({ message }) => message);
const vendors = async (name: string) =>
  (
    await world.stack.control<{ records: { name: string; city: string | null; country_code: string | null }[] }>(
      'GET',
      '/records/vendors',
    )
  ).records.filter((vendor) => vendor.name === name);

test('UOM_UNKNOWN: a unit Procore does not list is left out, and the invoice goes without it', async () => {
  const id = await world.send({
    number: 'FALL-1',
    lines: [
      { unit: 'hr', quantity: '2', unitPrice: '50.00' },
      { unit: 'furlong', quantity: '4', unitPrice: '25.00' },
    ],
  });
  expect(await world.ended(id)).toMatchObject({ integration: 'sent', problems: [] });
  const [cost] = await world.held('FALL-1');
  expect(cost?.lines.map(({ uom, quantity, amount }) => [uom, Number(quantity), Number(amount)])).toEqual([
    ['hr', 2, 100],
    [null, 4, 100],
  ]);
  expect(await notes(id)).toEqual([messageOf({ code: 'UOM_UNKNOWN', facts: { unit: 'furlong', line: 2 } })]);
});

// Where nothing is said, Procore takes the country of the company.
test.each([
  ['AU', 'AU'],
  ['XX', 'NZ'],
  ['New Zealand', 'NZ'],
])(
  'COUNTRY_CODE: a supplier of country "%s" is made with country %s, and its invoice arrives',
  async (country, kept) => {
    const { db } = world.stack.deps;
    const vendor = `Supplier of ${country}`;
    const vendorId = await world.addVendor(vendor);
    await db
      .update(payableAccount)
      .set({ address: '1 Quay St', city: 'Auckland', countryCode: country })
      .where(eq(payableAccount.id, vendorId));
    const id = await world.send({ number: `FALL-${country}`, vendorId });
    expect(await world.ended(id)).toMatchObject({ integration: 'sent', problems: [] });
    expect(await vendors(vendor)).toEqual([expect.objectContaining({ city: 'Auckland', country_code: kept })]);
    expect(await world.held(`FALL-${country}`)).toHaveLength(1);
    expect(await notes(id)).toEqual(
      kept === country ? [] : [messageOf({ code: 'COUNTRY_CODE', facts: { vendor, country } })],
    );
  },
);

test('every request was as the contract says', async () => {
  const { violations } = await world.stack.control<{ violations: unknown[] }>('GET', '/contract');
  expect(violations).toEqual([]);
});
