import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { addOrderFile } from '../../db/queries/purchase-order-files.ts';
import { sendOrderFiles } from '../../db/queries/purchase-order-steps.ts';
import { findOrder } from '../../db/queries/purchase-order-view.ts';
import { type OrderWorld, startOrderWorld } from './order-world.ts';

let world: OrderWorld;
beforeAll(async () => {
  world = await startOrderWorld({ simulator: { checkContract: true }, env: { SETTLE_DELAY_MS: '300' } });
}, 120_000);
afterAll(() => world?.stack.close());
beforeEach(async () => {
  await world.stack.control('DELETE', '/faults');
  await switchTo({ upload_ids_attachments: 'keeps', order_attachments: 'the newest' });
});

const switchTo = (switches: object) => world.stack.control('PUT', '/switches', switches);
const fail = (match: object, effect: object) => world.stack.control('POST', '/faults', { match, effect });
const TICKET = { method: 'POST', path: '/rest/v1\\.1/projects/\\d+/uploads' };
const STORAGE = { method: 'POST', path: '/storage/uploads' };
/** The first change of an order is that of its files, the second its status. */
const CHANGE = { method: 'PATCH', path: '/rest/v1\\.0/purchase_order_contracts/\\d+$' };
const REFUSED = { kind: 'status', status: 422, body: { errors: { upload_ids: ['are not allowed'] } } };

function attach(id: string, filename: string, content: string) {
  const bytes = new TextEncoder().encode(`%PDF-1.4 ${content}`);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const file = { filename, contentType: 'application/pdf', size: bytes.length, sha256, bytes };
  return world.stack.deps.db.transaction((tx) => addOrderFile(tx, world.stack.account, id, 'clerk', file));
}

async function withFiles(...filenames: string[]): Promise<string> {
  const id = await world.entered();
  for (const filename of filenames) await attach(id, filename, filename);
  return id;
}

async function send(id: string) {
  await world.queueOrder(id);
  return ended(id);
}

async function sendFiles(id: string) {
  await world.stack.deps.db.transaction((tx) => sendOrderFiles(tx, world.stack.account, id, 'clerk'));
  world.stack.doorbell?.poke();
  return ended(id);
}

async function ended(id: string) {
  await world.orderEnded(id);
  const order = await findOrder(world.stack.deps.db, world.stack.account, id);
  const { integration, problems, allowed } = order!;
  return { integration, codes: problems.map(({ code }) => code), maySend: allowed.sendFiles };
}

/** The one order of that number: its status and files. */
async function there(id: string) {
  const [held, ...others] = await world.heldOrders(world.orderNumber(id));
  expect(others).toEqual([]);
  const { attachments = [], status } = held as unknown as { attachments?: { filename: string }[]; status: string };
  return { status, files: attachments.map(({ filename }) => filename).sort() };
}

const DONE = { integration: 'sent', codes: [], maySend: false };

test('the PDFs of an order go with it in one step before it is approved, and only once', async () => {
  const id = await withFiles('drawing.pdf', 'quote.pdf');
  expect(await send(id)).toEqual(DONE);
  expect(await there(id)).toEqual({ status: 'Approved', files: ['drawing.pdf', 'quote.pdf'] });
  const before = (await world.ledger()).length;
  await world.change(id, (draft) => draft);
  expect(await ended(id)).toEqual(DONE);
  expect((await world.ledger()).length).toBe(before);
}, 60_000);

test.each([
  ['no address for it is given', TICKET],
  ['the storage does not take it', STORAGE],
  ['the order does not take it', CHANGE],
])(
  'where %s, the order is sent once without its file, says so, and the file goes alone afterwards',
  async (_why, match) => {
    const id = await withFiles('drawing.pdf');
    await fail({ ...match, times: 1 }, match === STORAGE ? { kind: 'status', status: 403, body: {} } : REFUSED);
    expect(await send(id)).toEqual({ integration: 'sent', codes: ['ATTACHMENT_FAILED'], maySend: true });
    expect(await there(id)).toEqual({ status: 'Approved', files: [] });
    expect(await sendFiles(id)).toEqual(DONE);
    expect(await there(id)).toEqual({ status: 'Approved', files: ['drawing.pdf'] });
  },
  90_000,
);

const EFFECTS: [string, object][] = [
  ['lost', { kind: 'lost-response' }],
  ['dropped', { kind: 'drop-before' }],
  ['cut off', { kind: 'truncate' }],
  ['committed late', { kind: 'late-commit', seconds: 0.2 }],
  ['an error', { kind: 'status', status: 500 }],
];

test.each([
  ...EFFECTS.map(([name, effect]) => ['order', name, CHANGE, effect] as const),
  ['address', 'lost', TICKET, EFFECTS[0]![1]] as const,
  ['storage', 'an error', STORAGE, EFFECTS[4]![1]] as const,
])(
  'when the answer of the %s is %s: one order with its file once',
  async (_step, _name, match, effect) => {
    const id = await withFiles('drawing.pdf');
    await fail({ ...match, times: 1 }, effect);
    expect(await send(id)).toEqual(DONE);
    expect(await there(id)).toEqual({ status: 'Approved', files: ['drawing.pdf'] });
  },
  90_000,
);

test.each(['the newest', 'a list'])(
  'a file that follows a sent order goes beside the first, where Procore shows %s',
  async (shown) => {
    await switchTo({ order_attachments: shown });
    const id = await withFiles('drawing.pdf');
    await send(id);
    await attach(id, 'quote.pdf', 'later');
    expect(await ended(id)).toMatchObject({ maySend: true });
    expect(await sendFiles(id)).toEqual(DONE);
    expect(await there(id)).toEqual({ status: 'Approved', files: ['drawing.pdf', 'quote.pdf'] });
  },
  60_000,
);

test('where a new file takes the place of the earlier ones, and Procore lists them, all of ours are there in the end', async () => {
  await switchTo({ order_attachments: 'a list', upload_ids_attachments: 'replaces' });
  const id = await withFiles('drawing.pdf');
  await send(id);
  await attach(id, 'quote.pdf', 'later');
  expect(await sendFiles(id)).toEqual(DONE);
  expect(await there(id)).toEqual({ status: 'Approved', files: ['drawing.pdf', 'quote.pdf'] });
}, 60_000);

test('where one file is shown and the answer to a second is lost without a trace, it is not sent twice: a person looks', async () => {
  const id = await withFiles('drawing.pdf');
  await send(id);
  await attach(id, 'quote.pdf', 'later');
  await fail({ ...CHANGE, times: 1 }, { kind: 'drop-before' });
  expect(await sendFiles(id)).toEqual({ integration: 'sent', codes: ['ATTACHMENT_FAILED'], maySend: true });
  expect(await there(id)).toEqual({ status: 'Approved', files: ['drawing.pdf'] });
}, 60_000);

test('files people attached there are not put at risk', async () => {
  const id = await withFiles();
  await send(id);
  const [held] = await world.heldOrders(world.orderNumber(id));
  await world.stack.control('PATCH', `/records/purchase_order_contracts/${held!.id}`, {
    attachments: [{ id: 1, filename: 'theirs.pdf' }],
  });
  await attach(id, 'ours.pdf', 'ours');
  expect(await sendFiles(id)).toMatchObject({ integration: 'sent', codes: ['ATTACHMENT_FAILED'] });
  expect(await there(id)).toEqual({ status: 'Approved', files: ['theirs.pdf'] });
}, 60_000);

test('what we ask is as the contract says; only a list of files, which it does not know, is not', async () => {
  const { violations } = await world.stack.control<{ violations: { kind?: string }[] }>('GET', '/contract');
  expect(violations.filter((one) => !JSON.stringify(one).includes('attachments'))).toEqual([]);
});
