import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addAttachment } from '../../db/queries/invoice-files.ts';
import { sendFilesAgain } from '../../db/queries/invoice-steps.ts';
import { workflowIds } from '../../platform/workflow-ids.ts';
import { holdBackEvents, type PushWorld, startPushWorld, type Wish } from './push-world.ts';

let world: PushWorld;
beforeAll(async () => {
  world = await startPushWorld({ simulator: { checkContract: true } });
  await holdBackEvents(world.stack);
}, 120_000);
afterAll(() => world?.stack.close());

const db = () => world.stack.deps.db;
const requests = async () => (await world.stack.control<{ count: number }>('GET', '/requests')).count;

function attach(id: string, filename: string, content: string) {
  const bytes = new TextEncoder().encode(`%PDF-1.4 ${content}`);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const file = { filename, contentType: 'application/pdf', size: bytes.length, sha256, bytes };
  return db().transaction((tx) => addAttachment(tx, world.stack.account, id, 'clerk', file));
}

async function withFiles(wish: Wish, ...files: [string, string][]): Promise<string> {
  const id = await world.approved(wish);
  for (const [filename, content] of files) await attach(id, filename, content);
  return id;
}

async function send(id: string) {
  await world.queue(id);
  return world.ended(id);
}

async function sendFiles(id: string) {
  await db().transaction((tx) => sendFilesAgain(tx, world.stack.account, id, 'clerk'));
  world.stack.doorbell?.poke();
  return world.ended(id);
}

interface HeldFile {
  filename: string;
  size: number;
}
const filesOf = async (number: string): Promise<string[]> => {
  const costs = (await world.held(number)) as unknown as { attachments: HeldFile[] }[];
  return costs.flatMap(({ attachments }) => attachments.map(({ filename }) => filename));
};

/** The next file sent meets this. */
const failFile = (effect: object, times: number | 'always' = 1) =>
  world.stack.control('POST', '/faults', {
    match: { method: 'PATCH', path: '^/rest/v1.1/projects/\\d+/direct_costs/\\d+$', times },
    effect,
  });

const switchTo = (mode: string) => world.stack.control('PUT', '/switches', { multipart_patch_attachments: mode });

test('the PDF goes with its invoice, before the status, in two calls and one action more', async () => {
  const id = await withFiles({ number: 'PDF-1' }, ['invoice.pdf', 'one']);
  const before = await requests();
  const invoice = await send(id);
  expect([invoice.integration, invoice.problems]).toEqual(['sent', []]);
  expect((await requests()) - before).toBe(7);
  expect(await filesOf('PDF-1')).toEqual(['invoice.pdf']);
  expect((await world.held('PDF-1'))[0]).toMatchObject({ status: 'approved' });
  const handle = world.stack.deps.temporal.workflow.getHandle(workflowIds.invoice(world.stack.account, id));
  // The invoice is marked a moment before its run has ended.
  await handle.result();
  const { events } = await handle.fetchHistory();
  const actions = (events ?? []).filter(
    (event) => event.activityTaskScheduledEventAttributes ?? event.upsertWorkflowSearchAttributesEventAttributes,
  );
  expect(1 + actions.length).toBe(8);
});

test('each Procore record of a split invoice gets the file', async () => {
  const [first, second] = world.projects;
  const id = await withFiles({ number: 'PDF-2', lines: [{ projectId: first?.id }, { projectId: second?.id }] }, [
    'invoice.pdf',
    'split',
  ]);
  expect((await send(id)).integration).toBe('sent');
  expect(await filesOf('PDF-2')).toEqual(['invoice.pdf', 'invoice.pdf']);
});

test('a file that Procore refuses leaves the invoice sent, with a warning, and goes alone afterwards', async () => {
  const id = await withFiles({ number: 'PDF-3' }, ['invoice.pdf', 'refused']);
  await failFile({ kind: 'status', status: 422, body: { errors: { attachments: ['are not allowed'] } } });
  const sent = await send(id);
  expect(sent.integration).toBe('sent');
  expect(sent.problems.map(({ code, severity }) => [code, severity])).toEqual([['ATTACHMENT_FAILED', 'warning']]);
  expect(sent.integrationText).toMatch(/^Procore #\d+, without its file$/);
  expect(sent.allowed.sendFiles).toBe(true);
  expect(await filesOf('PDF-3')).toEqual([]);
  expect((await world.held('PDF-3'))[0]).toMatchObject({ status: 'approved' });

  const again = await sendFiles(id);
  expect([again.integration, again.problems, again.allowed.sendFiles]).toEqual(['sent', [], false]);
  expect(await filesOf('PDF-3')).toEqual(['invoice.pdf']);
  expect(await world.held('PDF-3')).toHaveLength(1);
});

test.each(['keeps', 'replaces'])('where Procore %s earlier files, a second one leaves both there', async (mode) => {
  await switchTo(mode);
  const number = `PDF-${mode}`;
  const id = await withFiles({ number }, ['invoice.pdf', 'one']);
  expect((await send(id)).integration).toBe('sent');
  await attach(id, 'docket.pdf', 'two');
  expect((await sendFiles(id)).integration).toBe('sent');
  expect((await filesOf(number)).sort()).toEqual(['docket.pdf', 'invoice.pdf']);
  await switchTo('keeps');
});

test('another content under the same name goes beside the first; the same one again goes nowhere', async () => {
  const id = await withFiles({ number: 'PDF-4' }, ['invoice.pdf', 'first']);
  await send(id);
  await attach(id, 'invoice.pdf', 'corrected');
  await sendFiles(id);
  expect(await filesOf('PDF-4')).toEqual(['invoice.pdf', 'invoice (2).pdf']);
  await attach(id, 'invoice.pdf', 'corrected');
  await sendFiles(id);
  expect(await filesOf('PDF-4')).toEqual(['invoice.pdf', 'invoice (2).pdf']);
});

test.each([
  ['lost', { kind: 'lost-response' }],
  ['late', { kind: 'late-commit', seconds: 0.3 }],
  ['broken', { kind: 'status', status: 500 }],
])(
  'when the answer to the file is %s, the file is there once',
  async (name, effect) => {
    const number = `PDF-${name}`;
    const id = await withFiles({ number }, ['invoice.pdf', name]);
    await failFile(effect);
    const sent = await send(id);
    expect([sent.integration, sent.problems]).toEqual(['sent', []]);
    expect(await filesOf(number)).toEqual(['invoice.pdf']);
  },
  60_000,
);

test('a file that never gets a certain answer is given up after three tries, and the invoice is sent', async () => {
  const id = await withFiles({ number: 'PDF-5' }, ['invoice.pdf', 'never']);
  await failFile({ kind: 'status', status: 500 }, 3);
  const sent = await send(id);
  expect([sent.integration, sent.problems.map(({ code }) => code)]).toEqual(['sent', ['ATTACHMENT_FAILED']]);
  expect((await world.held('PDF-5'))[0]).toMatchObject({ status: 'approved' });
}, 90_000);

test('files stay here while sending them is off, or above the largest size', async () => {
  await world.settings({ sendAttachments: false });
  await send(await withFiles({ number: 'PDF-OFF' }, ['invoice.pdf', 'off']));
  expect(await filesOf('PDF-OFF')).toEqual([]);
  await world.settings({ sendAttachments: true, attachmentMaxMb: 1 });
  const large = await withFiles({ number: 'PDF-LARGE' }, ['invoice.pdf', 'x'.repeat(1024 * 1024)]);
  const sent = await send(large);
  expect([sent.integration, await filesOf('PDF-LARGE')]).toEqual(['sent', []]);
  await world.settings({ attachmentMaxMb: 20 });
});

test('every request was as the contract says', async () => {
  const { violations } = await world.stack.control<{ violations: unknown[] }>('GET', '/contract');
  expect(violations).toEqual([]);
});
