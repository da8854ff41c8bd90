import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { addAttachment } from '../../db/queries/invoice-files.ts';
import { sendFilesAgain } from '../../db/queries/invoice-steps.ts';
import type { DocumentCommitment } from '../../domain/allocations.ts';
import { workflowIds } from '../../platform/workflow-ids.ts';
import { type ClaimWorld, startClaimWorld } from './claim-world.ts';

let world: ClaimWorld;
let order: DocumentCommitment;
beforeAll(async () => {
  world = await startClaimWorld({ simulator: { checkContract: true }, env: { SETTLE_DELAY_MS: '300' } });
  order = await world.commitment('PO-1007-03');
}, 120_000);
afterAll(() => world?.stack.close());
beforeEach(async () => {
  await world.stack.control('DELETE', '/faults');
  await switchTo('keeps');
});

const requests = async () => (await world.stack.control<{ count: number }>('GET', '/requests')).count;
const switchTo = (mode: string) => world.stack.control('PUT', '/switches', { upload_ids_attachments: mode });
const fail = (match: object, effect: object) => world.stack.control('POST', '/faults', { match, effect });
const TICKET = { method: 'POST', path: '/rest/v1\\.1/projects/\\d+/uploads' };
const STORAGE = { method: 'POST', path: '/storage/uploads' };
const CLAIM = { method: 'POST', path: '/rest/v1\\.1/requisitions\\?' };
const CHANGE = { method: 'PATCH', path: '/rest/v1\\.1/requisitions/\\d+' };
const REFUSED = { kind: 'status', status: 422, body: { errors: { upload_ids: ['are not allowed'] } } };

function attach(id: string, filename: string, content: string) {
  const bytes = new TextEncoder().encode(`%PDF-1.4 ${content}`);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const file = { filename, contentType: 'application/pdf', size: bytes.length, sha256, bytes };
  return world.stack.deps.db.transaction((tx) => addAttachment(tx, world.stack.account, id, 'clerk', file));
}

async function withFiles(number: string, ...contents: string[]): Promise<string> {
  const id = await world.claim({ number, on: order, amounts: ['1.00'] });
  for (const [at, content] of contents.entries()) await attach(id, at === 0 ? 'claim.pdf' : `claim ${at}.pdf`, content);
  return id;
}

async function send(id: string) {
  await world.queue(id);
  return world.ended(id, 60_000);
}

async function sendFiles(id: string) {
  await world.stack.deps.db.transaction((tx) => sendFilesAgain(tx, world.stack.account, id, 'clerk'));
  world.stack.doorbell?.poke();
  return world.ended(id, 60_000);
}

const filesOf = async (number: string): Promise<string[]> =>
  (await world.claims(number)).flatMap((claim) =>
    (claim as unknown as { attachments: { filename: string }[] }).attachments.map(({ filename }) => filename),
  );

test('the PDF comes along with its claim, in two calls and no action more', async () => {
  const plain = await withFiles('FILE-0');
  await send(plain);
  const id = await withFiles('FILE-1', 'one');
  const before = await requests();
  const invoice = await send(id);
  expect([invoice.integration, invoice.problems]).toEqual(['sent', []]);
  expect((await requests()) - before).toBe(8);
  expect(await filesOf('FILE-1')).toEqual(['claim.pdf']);
  expect((await world.claims('FILE-1'))[0]?.status).toBe('under_review');
  expect(await actionsOf(id)).toBe(await actionsOf(plain));
}, 60_000);

async function actionsOf(id: string): Promise<number> {
  const handle = world.stack.deps.temporal.workflow.getHandle(workflowIds.invoice(world.stack.account, id));
  await handle.result();
  const { events } = await handle.fetchHistory();
  return (events ?? []).filter(
    (event) => event.activityTaskScheduledEventAttributes ?? event.upsertWorkflowSearchAttributesEventAttributes,
  ).length;
}

test.each([
  ['no address for it is given', TICKET, { ...REFUSED }],
  ['the storage does not take it', STORAGE, { kind: 'status', status: 403, body: {} }],
  ['the claim does not take it', CLAIM, REFUSED],
])(
  'where %s, the claim stands once without it, and the file goes alone afterwards',
  async (why, match, effect) => {
    const number = `FILE ${why}`;
    const id = await withFiles(number, why);
    // A file that was refused when the claim was made is tried once more by itself.
    await fail({ ...match, times: match === CLAIM ? 1 : 2 }, effect);
    const sent = await send(id);
    expect(sent.problems.map(({ code, severity }) => [code, severity])).toEqual([['ATTACHMENT_FAILED', 'warning']]);
    expect(sent.integration).toBe('sent');
    expect(sent.integrationText).toMatch(/without its file$/);
    expect(sent.allowed.sendFiles).toBe(true);
    expect(await filesOf(number)).toEqual([]);
    expect((await world.claims(number)).map(({ status }) => status)).toEqual(['under_review']);

    const again = await sendFiles(id);
    expect([again.integration, again.problems, again.allowed.sendFiles]).toEqual(['sent', [], false]);
    expect(await filesOf(number)).toEqual(['claim.pdf']);
    expect(await world.claims(number)).toHaveLength(1);
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

/** Sending a file anew does no harm, so only what makes or changes the claim meets every effect. */
const STEPS: [string, object, [string, object][]][] = [
  ['address', TICKET, [EFFECTS[0]!, EFFECTS[4]!]],
  ['storage', STORAGE, [EFFECTS[0]!, EFFECTS[4]!]],
  ['claim', CLAIM, EFFECTS],
  ['status', CHANGE, [EFFECTS[0]!]],
];

test.each(
  STEPS.flatMap(([step, match, effects]) => effects.map(([name, effect]) => [step, name, match, effect] as const)),
)(
  'with a file, when the answer of the %s is %s: one claim with its file once',
  async (step, name, match, effect) => {
    const number = `FILE ${step} ${name}`;
    const id = await withFiles(number, number);
    await fail({ ...match, times: 1 }, effect);
    const sent = await send(id);
    expect([sent.integration, sent.problems]).toEqual(['sent', []]);
    expect(await filesOf(number)).toEqual(['claim.pdf']);
    expect((await world.claims(number)).map(({ status }) => status)).toEqual(['under_review']);
  },
  90_000,
);

test.each(EFFECTS)(
  'a file that follows alone and whose answer is %s is there once',
  async (name, effect) => {
    const number = `FILE alone ${name}`;
    const id = await withFiles(number);
    await send(id);
    await attach(id, 'late.pdf', number);
    await fail({ ...CHANGE, times: 1 }, effect);
    const sent = await sendFiles(id);
    expect([sent.integration, sent.problems]).toEqual(['sent', []]);
    expect(await filesOf(number)).toEqual(['late.pdf']);
  },
  90_000,
);

test.each(['keeps', 'replaces'])(
  'where Procore %s earlier files, a second one leaves both there',
  async (mode) => {
    await switchTo(mode);
    const number = `FILE ${mode}`;
    const id = await withFiles(number, 'one');
    await send(id);
    await attach(id, 'docket.pdf', 'two');
    expect((await sendFiles(id)).integration).toBe('sent');
    expect((await filesOf(number)).sort()).toEqual(['claim.pdf', 'docket.pdf']);
  },
  60_000,
);

test('another content under the same name goes beside the first; the same one again goes nowhere', async () => {
  const id = await withFiles('FILE-2', 'first');
  await send(id);
  await attach(id, 'claim.pdf', 'corrected');
  await sendFiles(id);
  expect(await filesOf('FILE-2')).toEqual(['claim.pdf', 'claim (2).pdf']);
  const before = await requests();
  await sendFiles(id);
  expect((await requests()) - before).toBe(1);
  expect(await filesOf('FILE-2')).toEqual(['claim.pdf', 'claim (2).pdf']);
}, 60_000);

test('a file that never gets a certain answer is given up after three tries, and the claim is sent', async () => {
  const id = await withFiles('FILE-3', 'never');
  await fail({ ...STORAGE, times: 4 }, { kind: 'status', status: 500 });
  const sent = await send(id);
  expect([sent.integration, sent.problems.map(({ code }) => code)]).toEqual(['sent', ['ATTACHMENT_FAILED']]);
  expect((await world.claims('FILE-3')).map(({ status }) => status)).toEqual(['under_review']);
}, 90_000);

test('files people attached there are not put at risk', async () => {
  const id = await withFiles('FILE-4');
  await send(id);
  const [claim] = await world.claims('FILE-4');
  await world.stack.control('PATCH', `/records/requisitions/${claim!.id}`, {
    attachments: [{ id: 1, filename: 'theirs.pdf', content_type: 'application/pdf' }],
  });
  await attach(id, 'ours.pdf', 'ours');
  const sent = await sendFiles(id);
  expect(sent.problems.map(({ code }) => code)).toEqual(['ATTACHMENT_FAILED']);
  expect(await filesOf('FILE-4')).toEqual(['theirs.pdf']);
}, 60_000);

test('every request of ours is as the contract says', async () => {
  const { violations } = await world.stack.control<{ violations: unknown[] }>('GET', '/contract');
  expect(violations).toEqual([]);
});
