import { and, eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CompanyView } from '../../db/queries/companies.ts';
import { auditEvent, project, projectCostCode } from '../../db/schema/index.ts';
import type { FetchWithItems } from '../../schemas/fetches.ts';
import type { CodesPreview, ProjectsPreview } from '../../schemas/previews.ts';
import { connectStack, eventually, forgetPacing, type Stack, startStack } from '../environment/stack.ts';

/** Settings that change what is here already: previewed before they are saved, true at once after. */

let stack: Stack;
let company: CompanyView;
interface Guide {
  stages: { id: number; name: string }[];
  exampleProjects: Record<string, { id: number; name: string; number: string | null; stage: { name: string } }>;
}
let guide: Guide;

beforeAll(async () => {
  stack = await startStack();
  [company] = (await connectStack(stack)) as [CompanyView];
  guide = await stack.control<Guide>('GET', '/sample');
});
afterAll(() => stack?.close());

const db = () => stack.deps.db;
const fetchProject = async (projectId: number) => {
  const { body } = await stack.api<FetchWithItems>('POST', '/api/fetches', {
    companyId: company.id,
    projectId: String(projectId),
  });
  return eventually(async () => {
    await forgetPacing(stack);
    const { body: now } = await stack.api<FetchWithItems>('GET', `/api/fetches/${body.id}`);
    return now.state === 'done' ? now : undefined;
  }, 30_000);
};
const localOf = async (procoreId: number) => {
  const [row] = await db().execute<{ id: string; code: string; is_monitored: boolean; reason: string | null }>(sql`
    select p.id, p.code, p.is_monitored, p.not_monitored_reason as reason from project p
    join procore_link l on l.local_id = p.id and l.kind = 'project' where l.procore_id = ${String(procoreId)}`);
  return row;
};
const monitored = (procoreId: number, isMonitored: boolean) =>
  eventually(async () => {
    await forgetPacing(stack);
    return (await localOf(procoreId))?.is_monitored === isMonitored;
  }, 30_000);
const stagesWithout = async (name: string) => {
  const { body } = await stack.api<CompanyView>('GET', `/api/companies/${company.id}`);
  return body.stages.filter((stage) => stage.isMonitored && stage.name !== name).map(({ id }) => id);
};
const stageIdOf = (name: string) => company.stages.find((stage) => stage.name === name)!.id;
const tick = (monitoredStageIds: string[]) => stack.api('PATCH', `/api/companies/${company.id}`, { monitoredStageIds });
const previewStages = async (monitoredStageIds: string[]) =>
  (await stack.api<ProjectsPreview>('POST', `/api/companies/${company.id}/preview-stages`, { monitoredStageIds })).body;

test('unticking a stage shows what goes before it is saved, and is true at once after; ticking brings it back', async () => {
  const { inConstruction } = guide.exampleProjects;
  await fetchProject(inConstruction!.id);
  const stage = inConstruction!.stage.name;
  const rest = await stagesWithout(stage);
  const preview = await previewStages(rest);
  expect(preview.problem).toBeNull();
  expect(preview.counts.goes).toBe(1);
  expect(preview.projects.find(({ procoreId }) => procoreId === String(inConstruction!.id))).toMatchObject({
    fate: 'goes',
    text: expect.stringContaining(`Its stage "${stage}" is not ticked.`),
  });
  expect((await localOf(inConstruction!.id))?.is_monitored).toBe(true);

  await tick(rest);
  await monitored(inConstruction!.id, false);
  expect((await localOf(inConstruction!.id))?.reason).toBe(`Its stage "${stage}" is not ticked.`);

  const again = await previewStages([...rest, stageIdOf(stage)]);
  expect(again.projects.find(({ procoreId }) => procoreId === String(inConstruction!.id))?.fate).toBe('back');
  await tick([...rest, stageIdOf(stage)]);
  await monitored(inConstruction!.id, true);
});

test('ticking a stage brings in the projects that stand in it, linked or made as the preview says', async () => {
  const { inBidding: bidding } = guide.exampleProjects;
  const all = [...(await stagesWithout('')), stageIdOf(bidding!.stage.name)];
  await db()
    .insert(project)
    .values({ account: stack.account, code: bidding!.number ?? 'none', description: 'Entered here before' });
  const preview = await previewStages(all);
  expect(preview.projects.find(({ procoreId }) => procoreId === String(bidding!.id))).toMatchObject({
    fate: 'link',
    text: `Will link to the project ${bidding!.number}.`,
  });
  await tick(all);
  const local = await eventually(async () => localOf(bidding!.id), 30_000);
  expect(local.code).toBe(bidding!.number);
  await tick(await stagesWithout(bidding!.stage.name));
  await monitored(bidding!.id, false);
});

test('a fetch that meets a linked project in a stage that is not ticked any more marks it not monitored', async () => {
  const { inConstruction } = guide.exampleProjects;
  const stage = inConstruction!.stage.name;
  await monitored(inConstruction!.id, true);
  // As if the stage had been unticked by somebody else's hand: nothing was read since.
  await db().execute(sql`update project_stage set is_monitored = false where name = ${stage}`);
  const fetched = await fetchProject(inConstruction!.id);
  expect(fetched.items).toMatchObject([{ state: 'skipped', reason: `Its stage "${stage}" is not ticked.` }]);
  expect((await localOf(inConstruction!.id))?.is_monitored).toBe(false);
  await db().execute(sql`update project_stage set is_monitored = true where name = ${stage}`);
  await fetchProject(inConstruction!.id);
  expect((await localOf(inConstruction!.id))?.is_monitored).toBe(true);
});

test('"Fetch cost code linked to cost type only" counts what goes before it is saved, and reads the projects again', async () => {
  const local = (await localOf(guide.exampleProjects.inConstruction!.id))!;
  const offered = () =>
    db().$count(projectCostCode, and(eq(projectCostCode.projectId, local.id), eq(projectCostCode.isActive, true)));
  const reached = (codes: number) =>
    eventually(async () => {
      await forgetPacing(stack);
      return (await offered()) === codes;
    }, 30_000);
  const before = await offered();
  const { body: preview } = await stack.api<CodesPreview>('POST', '/api/settings/preview-codes', {
    linkedCodesOnly: true,
  });
  const goes = preview.projects.find(({ id }) => id === local.id)?.goes ?? 0;
  expect(goes).toBeGreaterThan(0);
  await stack.api('PATCH', '/api/settings', { linkedCodesOnly: true });
  await reached(before - goes);
  const { body: back } = await stack.api<CodesPreview>('POST', '/api/settings/preview-codes', {
    linkedCodesOnly: false,
  });
  expect(back.projects.find(({ id }) => id === local.id)?.comes).toBe(goes);
  await stack.api('PATCH', '/api/settings', { linkedCodesOnly: false });
  await reached(before);
});

test('a fetch tells beforehand what it would bring, link and skip', async () => {
  const { body } = await stack.api<ProjectsPreview>('POST', '/api/fetches/preview', {
    companyId: company.id,
    startDate: '2025-04-01',
    endDate: '2026-04-01',
  });
  expect(body.problem).toBeNull();
  expect(body.counts.new).toBeGreaterThan(2);
  expect(body.counts.skipped).toBeGreaterThan(0);
  const skipped = body.projects.filter(({ fate }) => fate === 'skipped').map(({ text }) => text);
  expect(skipped).toContain('Its stage "Bidding" is not ticked.');
});

test('a project left out for its stage is imported anyway by an administrator, with a reason, and kept by hand', async () => {
  const left = await stack.control<{ id: number; name: string }>('POST', '/records/projects', {
    company_id: Number(company.procoreId),
    name: 'Wharf Street',
    project_number: 'P-2001',
    project_stage_id: guide.stages.find(({ name }) => name === 'Bidding')!.id,
  });
  const fetched = await fetchProject(left.id);
  const [item] = fetched.items;
  expect(item).toMatchObject({ state: 'skipped', mayImportAnyway: true });
  const path = `/api/fetches/${fetched.id}/items/${item!.id}/import-anyway`;
  expect((await stack.api('POST', path, { reason: ' ' })).status).toBe(400);
  expect((await stack.api('POST', path, { reason: 'Early works have begun' })).status).toBe(202);
  await monitored(left.id, true);
  const done = await eventually(async () => {
    const { body } = await stack.api<FetchWithItems>('GET', `/api/fetches/${fetched.id}`);
    return body.items[0]?.state === 'done' ? body : undefined;
  });
  expect(done.items[0]?.mayImportAnyway).toBe(false);
  const audits = await db().select().from(auditEvent).where(eq(auditEvent.action, 'project.imported-anyway'));
  expect(audits).toMatchObject([{ after: { reason: 'Early works have begun' } }]);

  // A later event does not throw it out again; ending it does.
  await stack.control('PATCH', `/records/projects/${left.id}`, { name: `${left.name} stage 2` });
  await eventually(async () => {
    const [row] = await db()
      .select()
      .from(project)
      .where(eq(project.description, `${left.name} stage 2`));
    return row?.isMonitored;
  }, 30_000);
  const local = (await localOf(left.id))!;
  const { body: listed } = await stack.api<{ rows: { id: string; byHandReason: string | null }[] }>(
    'GET',
    '/api/projects?limit=500',
  );
  expect(listed.rows.find(({ id }) => id === local.id)?.byHandReason).toBe('Early works have begun');
  expect((await stack.api('DELETE', `/api/projects/${local.id}/by-hand`)).status).toBe(204);
  await monitored(left.id, false);
});
