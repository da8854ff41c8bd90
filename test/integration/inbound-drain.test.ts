import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { FlowPage, FlowReader } from '../../activities/flow.ts';
import { beginPage, insertEvents } from '../../db/queries/inbox.ts';
import { auditEvent, inboxEvent, integrationLog, procoreCompany } from '../../db/schema/index.ts';
import { DomainError } from '../../domain/errors.ts';
import { workflowIds } from '../../platform/workflow-ids.ts';
import { ProcoreError } from '../../procore/errors.ts';
import { claimNamespace } from '../environment/namespace.ts';
import { eventually, type Stack, startStack } from '../environment/stack.ts';
import { openDoor, type TcpDoor } from '../environment/tcp-door.ts';

let stack: Stack;
let door: TcpDoor;
let companyId: string;

/** A Procore of a few lines: what reading does is decided by the test, what it writes is one audit row per record. */
const procore = { reads: 0, version: 'first', poison: new Set<string>(), onRead: async (_: FlowPage) => {} };
const reader: FlowReader = {
  async read(page) {
    procore.reads += 1;
    const { version } = procore;
    await procore.onRead(page);
    return {
      calls: 1,
      next: null,
      async apply(tx) {
        for (const { id } of page.records) {
          const action = `${version} ${procore.poison.has(id ?? '') ? '\u0000' : ''}`;
          await tx.insert(auditEvent).values({ account: page.account, actor: 'test', action, subject: id ?? '' });
        }
        return page.records.map(({ kind, id }) => ({ kind, id, state: 'applied', outcome: 'Written.' }));
      },
    };
  },
};

beforeAll(async () => {
  const { address, namespace } = await claimNamespace();
  door = await openDoor(address);
  const { createDatabase } = await import('../environment/database.ts');
  const database = await createDatabase();
  stack = await startStack({
    readers: { vendors: reader },
    on: { databaseUrl: database.url, address: door.address, namespace, drop: database.drop },
  });
}, 120_000);
afterAll(async () => {
  await stack?.close();
  await door?.shut();
});
afterEach(() => {
  Object.assign(procore, { reads: 0, version: 'first', poison: new Set(), onRead: async () => {} });
});

/** A company of its own for each test, so that no pacing of one holds up the next. */
async function newCompany(): Promise<string> {
  const [row] = await stack.deps.db
    .insert(procoreCompany)
    .values({ account: stack.account, connectionId: stack.connectionId, procoreId: crypto.randomUUID(), name: 'Acme' })
    .returning();
  companyId = row?.id ?? '';
  return companyId;
}

const change = (ids: string[]) =>
  insertEvents(
    stack.deps.db,
    ids.map((recordId) => ({
      account: stack.account,
      companyId,
      source: 'webhook',
      flow: 'vendors',
      scope: companyId,
      recordKind: 'vendor',
      recordId,
    })),
  );
const rows = () =>
  stack.deps.db.select().from(inboxEvent).where(eq(inboxEvent.scope, companyId)).orderBy(asc(inboxEvent.id));
const allIn = (state: string, timeoutMs?: number) =>
  eventually(async () => (await rows()).every((row) => row.state === state), timeoutMs);
const written = async () =>
  (await stack.deps.db.select().from(auditEvent).where(eq(auditEvent.actor, 'test')).orderBy(asc(auditEvent.id))).map(
    ({ action, subject }) => `${action.trim()} ${subject}`,
  );
const workflow = () => stack.deps.temporal.workflow.getHandle(workflowIds.vendors(stack.account, companyId));

test('a thousand events about fifty vendors become a handful of reads', async () => {
  await newCompany();
  for (let n = 0; n < 20; n += 1) {
    await change(Array.from({ length: 50 }, (_, vendor) => `vendor-${vendor}`));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await allIn('applied');
  console.log(`1,000 events, ${procore.reads} reads`);
  expect(procore.reads).toBeLessThan(25);
});

test('a worker that was frozen writes nothing over what came after it', async () => {
  await newCompany();
  procore.version = 'old';
  let isTaken = false;
  procore.onRead = async () => {
    if (isTaken) return;
    isTaken = true;
    await beginPage(stack.deps.db, { flow: 'vendors', scope: companyId });
    procore.version = 'new';
  };
  await change(['frozen']);
  await allIn('applied');
  const about = (await written()).filter((line) => line.endsWith('frozen'));
  expect(about).toEqual(['new frozen']);
});

test('a record the database refuses fails alone, is tried again later, and is in the log', async () => {
  await newCompany();
  procore.poison.add('rotten');
  await change(['good-1', 'good-2', 'rotten', 'good-3', 'good-4']);
  await eventually(async () => (await rows()).filter((row) => row.state === 'applied').length === 4);
  const rotten = (await rows()).find((row) => row.recordId === 'rotten');
  expect(rotten).toMatchObject({ state: 'pending', attempts: 1, outcome: expect.stringContaining('22021') });
  expect(Date.parse(rotten?.nextAttemptAt ?? '')).toBeGreaterThan(Date.now() + 30_000);
  const log = await stack.deps.db.select().from(integrationLog).where(eq(integrationLog.documentId, 'rotten'));
  expect(log).toHaveLength(1);
  procore.poison.clear();
  await stack.deps.db.update(inboxEvent).set({ nextAttemptAt: sql`now()` }).where(eq(inboxEvent.recordId, 'rotten'));
  await allIn('applied');
});

test('what fails five times is left for a person', async () => {
  await newCompany();
  procore.poison.add('hopeless');
  await change(['hopeless']);
  for (let attempt = 1; attempt <= 5; attempt += 1) {
    await eventually(async () => (await rows())[0]?.attempts === attempt);
    await stack.deps.db
      .update(inboxEvent)
      .set({ nextAttemptAt: sql`now()` })
      .where(and(inArray(inboxEvent.recordId, ['hopeless'])));
  }
  expect((await rows())[0]).toMatchObject({ state: 'failed', attempts: 5 });
});

test('a page Procore refuses to show fails with the reason and the id of the call, and other flows go on', async () => {
  await newCompany();
  const refused = { kind: 'forbidden', method: 'GET', path: '/vendors', status: 403 } as const;
  procore.onRead = async () => {
    throw new ProcoreError({ ...refused, said: 'No permission', requestId: 'request-4711' });
  };
  await change(['secret']);
  await eventually(async () => (await rows())[0]?.attempts === 1);
  expect((await rows())[0]?.outcome).toContain('No permission');
  const [log] = await stack.deps.db.select().from(integrationLog).where(eq(integrationLog.documentId, 'secret'));
  expect(log).toMatchObject({ procoreRequestId: 'request-4711', message: expect.stringContaining('No permission') });
});

test('a used-up allowance is waited for, not failed', async () => {
  await newCompany();
  procore.onRead = async () => {
    if (procore.reads > 1) return;
    throw new ProcoreError({
      kind: 'rate-limit',
      method: 'GET',
      path: '/vendors',
      status: 429,
      said: 'Slow down',
      retryAfterMs: 300,
    });
  };
  await change(['patient']);
  await allIn('applied');
  expect((await rows())[0]?.attempts).toBe(0);
});

test('with a dead sign-in the rows stay pending, and go on after reconnecting', async () => {
  await newCompany();
  procore.onRead = async () => {
    throw new DomainError('AUTH_EXPIRED', {});
  };
  await change(['waiting']);
  await eventually(async () => procore.reads > 0);
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect(procore.reads).toBe(1);
  expect((await rows())[0]).toMatchObject({ state: 'pending', attempts: 0 });
  procore.onRead = async () => {};
  const { endQuiet } = await import('../../db/queries/companies.ts');
  await stack.deps.db.transaction((tx) => endQuiet(tx, stack.account, stack.connectionId));
  await allIn('applied');
});

test('with Temporal down events are taken, and all are applied once it is up', async () => {
  await newCompany();
  await door.shut();
  await change(['dark-1', 'dark-2']);
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  await change(['dark-3']);
  expect((await rows()).map((row) => row.state)).toEqual(['pending', 'pending', 'pending']);
  await door.open();
  await allIn('applied', 40_000);
}, 60_000);

test('a terminated run is replaced when its lease ends', async () => {
  await newCompany();
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  procore.onRead = async () => {
    if (procore.reads === 1) await held;
  };
  await change(['orphan']);
  await eventually(async () => procore.reads === 1);
  await workflow().terminate('test');
  const began = Date.now();
  await allIn('applied', 45_000);
  console.log(`terminated run healed in ${((Date.now() - began) / 1000).toFixed(1)} s`);
  release();
}, 60_000);

test('a run that is reset to its beginning loses nothing', async () => {
  await newCompany();
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  procore.onRead = async () => {
    if (procore.reads === 1) await held;
  };
  await change(['first']);
  await eventually(async () => procore.reads === 1);
  const { temporal } = stack.deps;
  const { workflowId, runId } = await workflow().describe();
  await temporal.workflowService.resetWorkflowExecution({
    namespace: temporal.options.namespace,
    workflowExecution: { workflowId, runId },
    reason: 'test',
    // The wire takes a plain number, which the type does not say.
    workflowTaskFinishEventId: 4 as never,
    requestId: crypto.randomUUID(),
  });
  await change(['second']);
  await allIn('applied', 90_000);
  release();
}, 120_000);
