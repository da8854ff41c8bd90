import { afterAll, beforeAll, expect, test } from 'vitest';
import { payableAccount, payableInvoice, project, projectCostCode } from '../../db/schema/index.ts';
import { type ApiWorld, startApi } from './api-world.ts';

let world: ApiWorld;

async function fill(account: string, word: string): Promise<void> {
  const { db } = world.deps;
  const [site] = await db
    .insert(project)
    .values({ account, code: `P-${word}`, description: 'School hall' })
    .returning();
  const projectId = site?.id ?? '';
  const code = { account, projectId, code: '03-310', externalCode: '03-310', description: `${word} slabs` };
  await db.insert(projectCostCode).values(code);
  const supplier = { account, code: `V-${word}`, description: `${word} 100% Steel`, matchName: `${word} steel` };
  const [vendor] = await db.insert(payableAccount).values(supplier).returning();
  await db.insert(payableInvoice).values({
    account,
    number: `INV-${word}`,
    matchNumber: `inv-${word}`,
    payableAccountId: vendor?.id ?? null,
    invoiceDate: '2026-11-18',
    total: '1.00',
    tax: '0.00',
    enteredBy: 'a test',
  });
}

beforeAll(async () => {
  world = await startApi();
  await fill(world.account, 'Kauri');
  await fill(await world.otherAccount(), 'Kauri');
});
afterAll(() => world.close());

test('one search finds what an account has by number, code or words, each kind under its own', async () => {
  const { body } = await world.admin.get('/api/search?text=kauri');
  expect(body.rows.map((row: { kind: string; name: string }) => [row.kind, row.name])).toEqual([
    ['invoice', 'INV-Kauri'],
    ['vendor', 'V-Kauri'],
    ['project', 'P-Kauri'],
    ['cost_code', '03-310'],
  ]);
});

test('signs that patterns are made of are only signs', async () => {
  const names = async (text: string) =>
    (await world.admin.get(`/api/search?text=${encodeURIComponent(text)}`)).body.rows.map(
      (row: { name: string }) => row.name,
    );
  expect(await names('100%')).toEqual(['V-Kauri']);
  expect(await names('__')).toEqual([]);
});

test('a single letter is too little to look for', async () => {
  const refused = await world.admin.get('/api/search?text=k');
  expect([refused.status, refused.body.error.fields[0].message]).toEqual([400, 'Enter at least two characters.']);
});
