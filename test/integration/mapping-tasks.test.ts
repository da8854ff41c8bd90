import { and, desc, eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  countOpenTasks,
  decideMappingTask,
  findMappingTask,
  listMappingTasks,
  undoMappingTask,
  unlinkPayableAccount,
} from '../../db/queries/mapping-decisions.ts';
import {
  auditEvent,
  documentWait,
  inboxEvent,
  mappingTask,
  payableAccount,
  payableInvoice,
  procoreLink,
} from '../../db/schema/index.ts';
import { normaliseName } from '../../domain/matching.ts';
import { waitKeys } from '../../domain/waits.ts';
import { ACCOUNT, type ImportWorld, startImportWorld } from './import-world.ts';

let world: ImportWorld;
beforeAll(async () => {
  world = await startImportWorld();
});
afterAll(() => world?.close());

const caller = { account: ACCOUNT, actor: 'onboarding@lentune.test' };
const vendor = (id: number) => ({ kind: 'vendor', id: String(id) });
const inProcore = (fields: object) =>
  world.procore.create<{ id: number }>('vendors', { company_id: world.guide.companies[0]!.id, ...fields });
const brought = async (fields: object) => {
  const made = await inProcore(fields);
  await world.run('vendors', [vendor(made.id)]);
  return made.id;
};
const supplier = async (description: string, fields: Partial<typeof payableAccount.$inferInsert> = {}) => {
  const code = `S${Math.random().toString(36).slice(2)}`;
  const [row] = await world.db
    .insert(payableAccount)
    .values({ account: ACCOUNT, code, description, matchName: normaliseName(description), ...fields })
    .returning();
  return row!;
};
const read = async (id: string) => (await world.db.select().from(payableAccount).where(eq(payableAccount.id, id)))[0];
const taskOf = async (procoreId: number, question: 'match' | 'renamed' | 'merged' = 'match') => {
  const [row] = await world.db
    .select()
    .from(mappingTask)
    .where(and(eq(mappingTask.procoreId, String(procoreId)), eq(mappingTask.question, question)));
  return row === undefined ? null : findMappingTask(world.db, ACCOUNT, row.id);
};
const linkOf = async (procoreId: number) =>
  (
    await world.db
      .select()
      .from(procoreLink)
      .where(eq(procoreLink.procoreId, String(procoreId)))
  )[0] ?? null;
const decide = (id: string, decision: Parameters<typeof decideMappingTask>[3]) =>
  world.db.transaction((tx) => decideMappingTask(tx, caller, id, decision));
const undo = (id: string) => world.db.transaction((tx) => undoMappingTask(tx, caller, id));
const invoiceOf = async (payableAccountId: string, number: string, marks: object = {}) => {
  const [row] = await world.db
    .insert(payableInvoice)
    .values({
      account: ACCOUNT,
      number,
      matchNumber: normaliseName(number),
      payableAccountId,
      invoiceDate: '2026-03-01',
      total: '10.00',
      tax: '1.50',
      enteredBy: 'clerk',
      ...marks,
    })
    .returning();
  return row!;
};

describe('a vendor that looks like a supplier', () => {
  test('by "Ltd" and "Limited", ABN or email is a question with its reason and what hangs on it', async () => {
    const ours = await supplier('Rimu Joinery Limited', { taxNumber: '51 824 753 556', email: 'office@rimu.test' });
    await invoiceOf(ours.id, 'RJ-1');
    await invoiceOf(ours.id, 'RJ-2', { integration: 'sent' });
    const id = await brought({
      name: 'Rimu Joinery Ltd',
      email_address: 'office@rimu.test',
      business_register: { id: 1, type: 'ABN', identifier: '51824753556' },
    });
    expect(await taskOf(id)).toMatchObject({
      question: 'match',
      subject: 'Rimu Joinery Ltd',
      reason: 'It may be the payable account "Rimu Joinery Limited".',
      suggestedId: ours.id,
      choices: ['link', 'create', 'ignore'],
      candidates: [
        {
          id: ours.id,
          why: 'The same ABN or EIN. The same name but for "Ltd" and "Limited". The same email address.',
          openInvoices: 1,
        },
      ],
    });
    expect(await linkOf(id)).toBeNull();
  });

  test('linked, takes over the account, is read again and queues what waited for it', async () => {
    const ours = await supplier('Totara Timber Limited', { bankAccount: '01-0001-0000001-00', city: 'Napier' });
    const waiting = await invoiceOf(ours.id, 'TT-1', { status: 'approved', integration: 'failed' });
    await world.db.insert(documentWait).values({
      account: ACCOUNT,
      documentKind: 'invoice',
      documentId: waiting.id,
      code: 'VENDOR_AMBIGUOUS',
      key: waitKeys.vendor('Totara Timber Limited'),
    });
    const id = await brought({ name: 'Totara Timber Ltd', city: 'Hastings' });
    const task = (await taskOf(id))!;
    const outcome = await decide(task.id, { choice: 'link', recordId: ours.id });
    expect(outcome).toMatchObject({
      kind: 'decided',
      task: { state: 'linked', decidedBy: caller.actor, chosenName: 'Totara Timber Ltd' },
    });
    expect(await read(ours.id)).toMatchObject({ city: 'Hastings', bankAccount: '01-0001-0000001-00' });
    expect(await linkOf(id)).toMatchObject({ localId: ours.id, state: 'linked' });
    const [queued] = await world.db.select().from(payableInvoice).where(eq(payableInvoice.id, waiting.id));
    expect(queued?.integration).toBe('queued');
    const rows = await world.db
      .select()
      .from(inboxEvent)
      .where(eq(inboxEvent.recordId, String(id)));
    expect(rows).toMatchObject([{ flow: 'vendors', source: 'refresh', state: 'pending' }]);
    const [audit] = await world.db.select().from(auditEvent).orderBy(desc(auditEvent.id)).limit(1);
    expect(audit).toMatchObject({ actor: caller.actor, action: 'mapping.linked', subject: 'Totara Timber Ltd' });

    expect((await undo(task.id)).kind).toBe('decided');
    expect(await read(ours.id)).toMatchObject({ description: 'Totara Timber Limited', city: 'Napier' });
    expect(await linkOf(id)).toBeNull();
    expect(await taskOf(id)).toMatchObject({ state: 'open', decidedBy: null });
  });

  test('made a new account, and taken back, leaves nothing behind; one with invoices stays', async () => {
    await supplier('Matai Metal Limited');
    const id = await brought({ name: 'Matai Metal Ltd', abbreviated_name: 'MATAI' });
    const task = (await taskOf(id))!;
    await decide(task.id, { choice: 'create' });
    const made = (await linkOf(id))?.localId ?? '';
    expect(await read(made)).toMatchObject({ code: 'MATAI', description: 'Matai Metal Ltd' });
    await undo(task.id);
    expect(await read(made)).toBeUndefined();
    await decide(task.id, { choice: 'create' });
    const again = (await linkOf(id))?.localId ?? '';
    await invoiceOf(again, 'MM-1');
    expect((await undo(task.id)).kind).toBe('decided');
    expect(await read(again)).toMatchObject({ description: 'Matai Metal Ltd' });
    expect(await linkOf(id)).toBeNull();
  });

  test('ignored with a reason stays out of the next sync, and comes back when that is undone', async () => {
    await supplier('Kowhai Paint Limited');
    const id = await brought({ name: 'Kowhai Paint Ltd' });
    const task = (await taskOf(id))!;
    await decide(task.id, { choice: 'ignore', reason: 'Closed down in 2024' });
    expect(await taskOf(id)).toMatchObject({ state: 'ignored', note: 'Closed down in 2024' });
    expect((await world.run('vendors', [vendor(id)])).outcomes).toMatchObject([
      { state: 'ignored', outcome: '"Kowhai Paint Ltd" is left out, as a person chose.' },
    ]);
    await undo(task.id);
    await world.run('vendors', [vendor(id)]);
    expect(await taskOf(id)).toMatchObject({ state: 'open', note: null });
  });

  test('linked anew to another account gives the first one back', async () => {
    const [first, second] = [await supplier('Rata Roofing Limited'), await supplier('Rata Roofing Pty Ltd')];
    const id = await brought({ name: 'Rata Roofing Ltd', city: 'Gore' });
    const task = (await taskOf(id))!;
    expect(task.suggestedId).toBeNull();
    await decide(task.id, { choice: 'link', recordId: first.id });
    await decide(task.id, { choice: 'link', recordId: second.id });
    expect(await linkOf(id)).toMatchObject({ localId: second.id });
    expect(await read(first.id)).toMatchObject({ description: 'Rata Roofing Limited', city: null });
    await undo(task.id);
    expect(await read(second.id)).toMatchObject({ description: 'Rata Roofing Pty Ltd', city: null });
  });
});

test('a linked supplier unlinked by a person is left alone by the sync until somebody decides', async () => {
  const id = await brought({ name: 'Nikau Nails' });
  const accountId = (await linkOf(id))?.localId ?? '';
  const companyId = world.companyId;
  const task = await world.db.transaction((tx) =>
    unlinkPayableAccount(tx, caller, accountId, companyId, 'Another company of that name'),
  );
  expect(task).toMatchObject({
    state: 'open',
    raisedBy: caller.actor,
    reason: 'Unlinked: Another company of that name',
  });
  expect((await world.run('vendors', [vendor(id)])).outcomes).toMatchObject([
    { state: 'ignored', outcome: '"Nikau Nails" was unlinked. A person must choose.' },
  ]);
  await decide(task!.id, { choice: 'create' });
  const made = await linkOf(id);
  expect(made?.localId).not.toBe(accountId);
  await undo(task!.id);
  await decide(task!.id, { choice: 'link', recordId: accountId });
  expect(await linkOf(id)).toMatchObject({ localId: accountId });
});

describe('a supplier with invoices that is renamed in Procore', () => {
  const renamed = async (name: string, next: string) => {
    const id = await brought({ name, city: 'Levin', business_phone: '04 111' });
    const accountId = (await linkOf(id))?.localId ?? '';
    await invoiceOf(accountId, `R-${name}`);
    await world.procore.update('vendors', id, { name: next, city: 'Miami', business_phone: '001 999' });
    await world.run('vendors', [vendor(id)]);
    return { id, accountId };
  };

  test('takes over the name only, and asks; "the same supplier" brings the rest', async () => {
    const { id, accountId } = await renamed('Hinau Hire', 'Hinau Hire 2026');
    expect(await read(accountId)).toMatchObject({ description: 'Hinau Hire 2026', city: 'Levin', phone: '04 111' });
    const task = (await taskOf(id, 'renamed'))!;
    expect(task).toMatchObject({ state: 'open', choices: ['keep', 'create', 'link'] });
    expect(task.facts).toContainEqual({ label: 'Called before', value: 'Hinau Hire' });
    await world.procore.update('vendors', id, { city: 'Tampa' });
    await world.run('vendors', [vendor(id)]);
    expect(await read(accountId)).toMatchObject({ city: 'Levin' });
    await decide(task.id, { choice: 'keep' });
    await world.run('vendors', [vendor(id)]);
    expect(await read(accountId)).toMatchObject({ city: 'Tampa', phone: '001 999' });
    await undo(task.id);
    expect(await read(accountId)).toMatchObject({ description: 'Hinau Hire 2026', city: 'Levin' });
  });

  test('is another supplier: a new account, and the old one has its name back', async () => {
    const { id, accountId } = await renamed('Miro Marine', 'Sunshine Holdings');
    const task = (await taskOf(id, 'renamed'))!;
    await decide(task.id, { choice: 'create' });
    expect(await read(accountId)).toMatchObject({ description: 'Miro Marine' });
    const made = (await linkOf(id))?.localId ?? '';
    expect(made).not.toBe(accountId);
    expect(await read(made)).toMatchObject({ description: 'Sunshine Holdings', city: 'Miami' });
  });

  test('and named back again asks nothing more', async () => {
    const { id, accountId } = await renamed('Titoki Tiles', 'Titoki Tiles & Co');
    await world.procore.update('vendors', id, { name: 'Titoki Tiles' });
    await world.run('vendors', [vendor(id)]);
    expect(await taskOf(id, 'renamed')).toMatchObject({ state: 'kept', decidedBy: null });
    expect(await read(accountId)).toMatchObject({ description: 'Titoki Tiles', city: 'Miami' });
  });

  test('one without invoices or bank details simply follows', async () => {
    const id = await brought({ name: 'Puriri Plants', city: 'Levin' });
    await world.procore.update('vendors', id, { name: 'Puriri Nursery', city: 'Foxton' });
    await world.run('vendors', [vendor(id)]);
    expect(await taskOf(id, 'renamed')).toBeNull();
    expect(await read((await linkOf(id))?.localId ?? '')).toMatchObject({
      description: 'Puriri Nursery',
      city: 'Foxton',
    });
  });
});

describe('a vendor that vanished', () => {
  test('while its name lives on under another id asks whether they were merged', async () => {
    const first = await brought({ name: 'Karaka Concrete' });
    const accountId = (await linkOf(first))?.localId ?? '';
    await invoiceOf(accountId, 'KC-1');
    const second = await brought({ name: 'KARAKA  Concrete', city: 'Bluff' });
    expect(await taskOf(second)).toMatchObject({ state: 'open', question: 'match' });
    await world.procore.remove('vendors', first);
    await world.run('vendors', [vendor(first)]);
    expect(await taskOf(second)).toMatchObject({ state: 'linked', decidedBy: null });
    const task = (await taskOf(second, 'merged'))!;
    expect(task).toMatchObject({
      state: 'open',
      reason: expect.stringContaining('Was it merged?'),
      candidates: [{ id: accountId, openInvoices: 1 }],
    });
    await decide(task.id, { choice: 'link', recordId: accountId });
    expect(await linkOf(second)).toMatchObject({ localId: accountId });
    expect(await read(accountId)).toMatchObject({ isActive: true, city: 'Bluff' });
  });

  test('with a linked namesake may just have been another: that is kept', async () => {
    const first = await brought({ name: 'Tawa Trucks' });
    const second = await brought({ name: 'Tawa Trucks' });
    await decide((await taskOf(second))!.id, { choice: 'create' });
    await world.procore.remove('vendors', first);
    await world.run('vendors', [vendor(first)]);
    const task = (await taskOf(second, 'merged'))!;
    expect(task.choices).toEqual(['link', 'keep']);
    await decide(task.id, { choice: 'keep' });
    expect(await taskOf(second, 'merged')).toMatchObject({ state: 'kept' });
  });
});

test('open and decided questions are listed, and the open ones counted', async () => {
  const [open, decided] = await Promise.all([
    listMappingTasks(world.db, ACCOUNT, { state: 'open', limit: 500 }),
    listMappingTasks(world.db, ACCOUNT, { state: 'decided', limit: 500 }),
  ]);
  expect(open.total).toBe(await countOpenTasks(world.db, ACCOUNT));
  expect(open.rows).toHaveLength(open.total);
  expect(decided.rows.every((task) => task.decidedBy === caller.actor)).toBe(true);
  const firstPage = await listMappingTasks(world.db, ACCOUNT, { state: 'open', limit: 1 });
  const rest = await listMappingTasks(world.db, ACCOUNT, { state: 'open', limit: 500, cursor: firstPage.nextCursor! });
  expect([...firstPage.rows, ...rest.rows].map(({ id }) => id)).toEqual(open.rows.map(({ id }) => id));
});

test('a change made since is not undone blindly', async () => {
  const ours = await supplier('Pohutukawa Pools Limited');
  const id = await brought({ name: 'Pohutukawa Pools Ltd' });
  const task = (await taskOf(id))!;
  await decide(task.id, { choice: 'link', recordId: ours.id });
  await world.db.delete(procoreLink).where(eq(procoreLink.procoreId, String(id)));
  expect(await undo(task.id)).toMatchObject({ kind: 'refused', message: expect.stringContaining('linked otherwise') });
});
