import { and, eq } from 'drizzle-orm';
import type { CompanyView } from '../db/queries/companies.ts';
import { inboxEvent, payableAccount, procoreLink, project, projectCostCode } from '../db/schema/index.ts';
import { connectStack, eventually, type Stack, startStack } from '../test/environment/stack.ts';
import { median, quantile, rounded, startServers } from './servers.ts';

const CODES = 300;
const PROJECTS = 5;
const RENAMES = 20;

/** From an edit in Procore to the row here, through a real delivery: a vendor renamed; a project moved to a ticked stage. */
async function main(): Promise<void> {
  const servers = await startServers();
  let stack: Stack | undefined;
  try {
    stack = await startStack({ on: servers.services, hasWorker: false });
    await stack.startWorkerProcess();
    const [company] = (await connectStack(stack)) as [CompanyView];
    const renamed = await renameVendors(stack, company);
    const moved = await moveProjects(stack, company);
    console.log(
      `A renamed vendor is here after ${renamed.map((ms) => ms.toFixed()).join(', ')} ms; ` +
        `a project of ${CODES} codes is complete after ${moved.map(({ complete }) => (complete / 1000).toFixed(1)).join(', ')} s`,
    );
    console.log(
      `BENCH ${JSON.stringify({
        vendor_p50_ms: Math.round(median(renamed)),
        vendor_p95_ms: Math.round(quantile(renamed, 0.95)),
        project_row_max_s: rounded(Math.max(...moved.map(({ row }) => row)) / 1000),
        project_of_300_codes_max_s: rounded(Math.max(...moved.map(({ complete }) => complete)) / 1000),
      })}`,
    );
  } finally {
    await stack?.close();
    await servers.stop();
  }
}

interface Sample {
  stages: { id: number; name: string }[];
}

const edit = <T>(stack: Stack, method: string, path: string, fields: object) =>
  stack.control<T>(method, `/records/${path}`, fields);

/** Until nothing is left to apply, so that each measurement is of light load. */
const quiet = (stack: Stack) =>
  eventually(async () => (await stack.deps.db.$count(inboxEvent, eq(inboxEvent.state, 'pending'))) === 0, 60_000);

async function renameVendors(stack: Stack, company: CompanyView): Promise<number[]> {
  const { db } = stack.deps;
  const made = await edit<{ id: number }>(stack, 'POST', 'vendors', {
    company_id: Number(company.procoreId),
    name: 'Renamed 0 Ltd',
  });
  const named = (name: string) => async () =>
    (await db.$count(payableAccount, eq(payableAccount.description, name))) > 0;
  await eventually(named('Renamed 0 Ltd'), 60_000);
  const times: number[] = [];
  for (let n = 1; n <= RENAMES; n += 1) {
    await quiet(stack);
    const began = performance.now();
    await edit(stack, 'PATCH', `vendors/${made.id}`, { name: `Renamed ${n} Ltd` });
    await eventually(named(`Renamed ${n} Ltd`), 60_000);
    times.push(performance.now() - began);
  }
  return times;
}

/** In ms, each from the edit: the project is here; all its codes are. */
interface Moved {
  row: number;
  complete: number;
}

async function moveProjects(stack: Stack, company: CompanyView): Promise<Moved[]> {
  const moved: Moved[] = [];
  for (let n = 0; n < PROJECTS; n += 1) moved.push(await moveProject(stack, company, n));
  return moved;
}

/** A project of 300 codes in a stage that is not ticked, then moved to one that is. */
async function moveProject(stack: Stack, company: CompanyView, n: number): Promise<Moved> {
  const { db } = stack.deps;
  const { stages } = await stack.control<Sample>('GET', '/sample');
  const stage = (name: string) => stages.find((one) => one.name === name)?.id;
  const { id } = await edit<{ id: number }>(stack, 'POST', 'projects', {
    company_id: Number(company.procoreId),
    name: `Tower ${n}`,
    project_number: `T-${n}`,
    project_stage_id: stage('Bidding'),
  });
  for (let code = 0; code < CODES; code += 1)
    await edit(stack, 'POST', 'cost_codes', { project_id: id, code: String(1000 + code), name: `Code ${code}` });
  await quiet(stack);
  const began = performance.now();
  await edit(stack, 'PATCH', `projects/${id}`, { project_stage_id: stage('Course of construction') });
  const link = and(
    eq(procoreLink.companyId, company.id),
    eq(procoreLink.kind, 'project'),
    eq(procoreLink.procoreId, String(id)),
  );
  const localId = await eventually(async () => {
    const [row] = await db
      .select({ id: project.id })
      .from(procoreLink)
      .innerJoin(project, eq(project.id, procoreLink.localId))
      .where(link);
    return row?.id;
  }, 60_000);
  const row = performance.now() - began;
  await eventually(
    async () => (await db.$count(projectCostCode, eq(projectCostCode.projectId, localId))) >= CODES,
    60_000,
  );
  return { row, complete: performance.now() - began };
}

await main();
