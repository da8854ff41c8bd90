import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { project, taxTest } from '../../db/schema/index.ts';
import type { TaxStandings } from '../../schemas/connection.ts';
import { eventually } from '../environment/stack.ts';
import { type PushWorld, startPushWorld } from './push-world.ts';

let world: PushWorld;
beforeAll(async () => {
  world = await startPushWorld({ simulator: { checkContract: true } });
}, 120_000);
afterAll(() => world?.stack.close());

const place = (at = 0) => world.projects[at]!;
const standings = async () =>
  (await world.stack.api<TaxStandings>('GET', `/api/companies/${world.company.id}/tax-standings`)).body;
const standingOf = async (projectId: string) => (await standings()).find((row) => row.projectId === projectId);
const costs = async () =>
  (await world.stack.control<{ records: { invoice_number: string }[] }>('GET', '/records/direct_costs')).records.filter(
    ({ invoice_number: number }) => number.startsWith('TAX TEST'),
  );
const written = async (since: number) =>
  (await world.ledger(since))
    .filter(({ resource }) => resource.startsWith('direct_cost'))
    .map(({ resource, action }) => `${action} ${resource}`);
const lastSeq = async () => ((await world.ledger()) as unknown as { seq: number }[]).at(-1)?.seq ?? 0;
const tested = async (projectId: string) => {
  expect((await world.stack.api('POST', `/api/projects/${projectId}/test-tax`, {})).status).toBe(202);
  return eventually(async () => {
    const row = await standingOf(projectId);
    return row?.test && ['done', 'failed'].includes(row.test.state) ? row : undefined;
  }, 30_000);
};
const taxMode = (projectId: number, mode: string) =>
  world.stack.control('PUT', '/settings', { taxMode: { [projectId]: mode } });

test('nothing is known of a project before Procore has told', async () => {
  expect(await standingOf(place().id)).toMatchObject({ standing: 'unknown', test: null });
});

test('a project that keeps tax codes is found to, with one draft made and deleted again', async () => {
  const since = await lastSeq();
  expect(await tested(place().id)).toMatchObject({
    standing: 'works',
    test: { state: 'done', outcome: 'Direct costs keep their tax codes here.' },
  });
  expect(await costs()).toEqual([]);
  const writes = await written(since);
  expect(writes.filter((one) => /^(create|delete|destroy) direct_costs$/.test(one))).toHaveLength(2);
});

test.each(['dropped', 'refused'])(
  'a project where tax codes are %s is found to be refused, and nothing is left',
  async (mode) => {
    await taxMode(place(1).procoreId, mode);
    await world.stack.deps.db
      .update(project)
      .set({ keepsTax: null })
      .where(eq(project.id, place(1).id));
    expect(await tested(place(1).id)).toMatchObject({
      standing: 'refused',
      test: { state: 'done', outcome: 'Procore drops or refuses tax codes here.' },
    });
    expect(await costs()).toEqual([]);
  },
);

test('tax switched on since is found out by the next test', async () => {
  await taxMode(place(1).procoreId, 'works');
  expect(await tested(place(1).id)).toMatchObject({ standing: 'works' });
  expect(await costs()).toEqual([]);
});

test('an answer that is lost leaves no draft behind', async () => {
  await world.stack.control('POST', '/faults', {
    match: { method: 'POST', path: `/projects/${place().procoreId}/direct_costs$`, times: 1 },
    effect: { kind: 'lost-response' },
  });
  expect(await tested(place().id)).toMatchObject({ standing: 'works', test: { state: 'done' } });
  await world.stack.control('DELETE', '/faults');
  expect(await costs()).toEqual([]);
});

test('a project that lacks what it takes says so', async () => {
  await world.stack.control('PUT', '/settings', { toolsOff: { [place(1).procoreId]: ['direct_costs'] } });
  const row = await tested(place(1).id);
  expect(row.test?.state).toBe('failed');
  expect(row.test?.outcome).toMatch(/Procore does not let us use/);
  await world.stack.control('PUT', '/settings', { toolsOff: {} });
});

test('only one test of a project runs at a time, and an unknown project is not found', async () => {
  const { db } = world.stack.deps;
  await db.insert(taxTest).values({ account: world.stack.account, projectId: place().id, actor: 'test' });
  expect((await world.stack.api('POST', `/api/projects/${place().id}/test-tax`, {})).status).toBe(409);
  expect((await world.stack.api('POST', `/api/projects/${crypto.randomUUID()}/test-tax`, {})).status).toBe(404);
});
