import { sql } from 'drizzle-orm';
import type { CompanyView } from '../../db/queries/companies.ts';
import { changeSettings, type IntegrationSettings } from '../../db/queries/settings.ts';
import { project, projectCostCode, projectCostCodeType } from '../../db/schema/index.ts';
import type { FetchWithItems } from '../../schemas/fetches.ts';
import type { Person, TimeSetup } from '../../schemas/people.ts';
import type { TimeEntryInput, TimeSheet } from '../../schemas/time-sheets.ts';
import { connectStack, eventually, type Stack, type StackOptions, startStack } from '../environment/stack.ts';

/** A time card entry as the simulator holds it. */
export interface HeldTimecard {
  id: number;
  project_id: number;
  party_id: number;
  date: string;
  hours: string;
  approval_status: string;
  description: string | null;
  cost_code_id: number;
  line_item_type_id: number;
  sub_job_id: number | null;
  timecard_time_type_id: number | null;
  time_in: string | null;
  time_out: string | null;
  lunch_time: string | null;
  origin_data: string | null;
  split_of: number | null;
}

interface TimeProject {
  id: string;
  procoreId: number;
  /** codes with a cost type of labour */
  codes: { id: string; code: string; procoreId: string; subJobId: string | null }[];
  /** a code without one */
  other: { id: string };
}

/** A connected product with a fetched project, a setup for time sheets, and what it takes to post them. */
export interface TimeWorld {
  stack: Stack;
  company: CompanyView;
  projects: TimeProject[];
  setup: TimeSetup;
  /** The person who is the party with that employee id in the sample; added the first time. */
  person(employeeId: string | null, groupId?: string): Promise<Person>;
  /** Opens a week and enters time; an entry is eight hours on the first labour code unless the test says otherwise. */
  enter(userId: string, entries: Partial<TimeEntryInput>[]): Promise<TimeSheet>;
  step(id: string, step: string, body?: object): Promise<TimeSheet>;
  show(id: string): Promise<TimeSheet>;
  /** Waits until a sheet is no longer on its way. */
  ended(id: string, timeoutMs?: number): Promise<TimeSheet>;
  cards(): Promise<HeldTimecard[]>;
  settings(change: Partial<IntegrationSettings>): Promise<void>;
  settle(timeoutMs?: number): Promise<void>;
}

export const MONDAY = '2026-03-16';

export async function startTimeWorld(options: StackOptions = {}): Promise<TimeWorld> {
  const stack = await startStack(options);
  try {
    return await describeTimeWorld(stack);
  } catch (error) {
    await stack.close();
    throw error;
  }
}

/** The same on a stack that runs already. */
export async function describeTimeWorld(stack: Stack): Promise<TimeWorld> {
  const { db } = stack.deps;
  const [company] = (await connectStack(stack)) as [CompanyView];
  await good(stack, 'PATCH', `/api/companies/${company.id}`, { goLiveDate: '2020-01-01' });
  const guide = await stack.control<{ exampleProjects: Record<string, { id: number }> }>('GET', '/sample');
  const projects: TimeProject[] = [];
  for (const name of ['inConstruction', 'withSubJobs']) {
    const procoreId = guide.exampleProjects[name]!.id;
    await fetchProject(stack, company, procoreId);
    projects.push(await describeProject(stack, procoreId));
  }
  const setup = await addSetup(stack);
  await mapTimeTypes(stack, company);
  const people = new Map<string, string>();
  let count = 0;

  const world: TimeWorld = {
    stack,
    company,
    projects,
    setup,
    async person(employeeId, groupId) {
      const userGroupId = groupId ?? setup.groups.find((one) => one.name === 'Site')!.id;
      const known = employeeId === null ? undefined : people.get(employeeId);
      if (known !== undefined) return good<Person>(stack, 'PATCH', `/api/people/${known}`, { userGroupId });
      count += 1;
      const person = await good<Person>(stack, 'POST', '/api/people', {
        name: `Person ${count}`,
        email: null,
        employeeId,
        userGroupId,
        entryTypeId: null,
        personaId: setup.personas[0]!.id,
      });
      if (employeeId !== null) people.set(employeeId, person.id);
      return person;
    },
    async enter(userId, entries) {
      const whole = entries.map((entry) => entryOf(world, entry));
      const sheet = await good<TimeSheet>(stack, 'POST', '/api/time-sheets', {
        userId,
        date: whole[0]?.date ?? MONDAY,
      });
      return good<TimeSheet>(stack, 'PUT', `/api/time-sheets/${sheet.id}/entries`, { entries: whole });
    },
    step: (id, step, body = {}) => good<TimeSheet>(stack, 'POST', `/api/time-sheets/${id}/${step}`, body),
    show: (id) => good<TimeSheet>(stack, 'GET', `/api/time-sheets/${id}`),
    ended: (id, timeoutMs = 60_000) =>
      eventually(async () => {
        const sheet = await world.show(id);
        return ['queued', 'sending', 'waiting'].includes(sheet.integration ?? '') ? undefined : sheet;
      }, timeoutMs),
    cards: async () => (await stack.control<{ records: HeldTimecard[] }>('GET', '/records/timecard_entries')).records,
    settings: async (change) => {
      await changeSettings(db, stack.account, change);
    },
    async settle(timeoutMs = 40_000) {
      const isOver = async () => {
        const [row] = await db.execute<{ n: number }>(
          sql`select count(*)::int as n from time_sheet where integration in ('queued', 'sending', 'waiting')`,
        );
        return row?.n === 0;
      };
      await eventually(isOver, timeoutMs);
    },
  };
  return world;
}

export async function good<T>(stack: Stack, method: string, path: string, body?: object): Promise<T> {
  const answer = await stack.api<T>(method, path, body);
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

function entryOf(world: Pick<TimeWorld, 'projects' | 'setup'>, entry: Partial<TimeEntryInput>): TimeEntryInput {
  const [place] = world.projects;
  return {
    date: MONDAY,
    projectId: place!.id,
    projectCostCodeId: place!.codes[0]!.id,
    entryTypeId: world.setup.entryTypes.find((one) => one.name === 'Normal')!.id,
    hours: '8',
    ...entry,
  };
}

async function fetchProject(stack: Stack, company: CompanyView, procoreId: number): Promise<void> {
  const { id } = await good<{ id: string }>(stack, 'POST', '/api/fetches', {
    companyId: company.id,
    projectId: String(procoreId),
  });
  await eventually(async () => {
    const { state } = await good<FetchWithItems>(stack, 'GET', `/api/fetches/${id}`);
    return state === 'done';
  }, 60_000);
}

async function describeProject({ deps: { db } }: Stack, procoreId: number): Promise<TimeProject> {
  const rows = await db.execute<{
    id: string;
    code_id: string;
    code: string;
    procore_id: string;
    sub_job_id: string | null;
    is_labour: boolean;
  }>(sql`
    select p.id, c.id as code_id, c.code, c.sub_job_id, k.procore_id, exists (
      select from ${projectCostCodeType} t join cost_type y on y.id = t.cost_type_id
      where t.project_cost_code_id = c.id and y.base_type = 'labor'
    ) as is_labour
    from procore_link l join ${project} p on p.id = l.local_id join ${projectCostCode} c on c.project_id = p.id
    join procore_link k on k.kind = 'project_cost_code' and k.local_id = c.id
    where l.kind = 'project' and l.procore_id = ${String(procoreId)} and c.is_postable
    order by c.sub_job_id nulls first, c.code`);
  return {
    id: rows[0]!.id,
    procoreId,
    codes: rows
      .filter((row) => row.is_labour)
      .map((row) => ({ id: row.code_id, code: row.code, procoreId: row.procore_id, subJobId: row.sub_job_id })),
    other: { id: rows.find((row) => !row.is_labour)!.code_id },
  };
}

/** Groups with one and two approvals, the entry types a builder has, and one persona. */
async function addSetup(stack: Stack): Promise<TimeSetup> {
  const add = (path: string, body: object) => good(stack, 'POST', `/api/time-setup/${path}`, body);
  const group = { dailyHours: '8', startTime: '07:30', breakMinutes: 30, weekStartsOn: 1, labourCostTypeId: null };
  await add('user-groups', { name: 'Site', approvals: 1, ...group });
  await add('user-groups', { name: 'Office', approvals: 2, ...group });
  const type = { isConfidential: false, isVisible: true };
  await add('entry-types', { name: 'Normal', kind: 'normal', ...type });
  await add('entry-types', { name: 'Overtime', kind: 'overtime', ...type });
  await add('entry-types', { name: 'Annual leave', kind: 'leave', ...type });
  await add('entry-types', { name: 'Private leave', kind: 'leave', ...type, isConfidential: true });
  const persona = {
    name: 'Crew',
    isCrewMember: true,
    isCrewManager: false,
    approvesFirst: false,
    approvesSecond: false,
  };
  await add('personas', persona);
  return good<TimeSetup>(stack, 'GET', '/api/time-setup');
}

async function mapTimeTypes(stack: Stack, company: CompanyView): Promise<void> {
  const path = `/api/companies/${company.id}/time-types`;
  await good(stack, 'POST', `${path}/refresh`, {});
  type Window = { timeTypes: { id: string; name: string }[]; entryTypes: { entryTypeId: string; name: string }[] };
  const window = await eventually(async () => {
    const read = await good<Window>(stack, 'GET', path);
    return read.timeTypes.length > 0 ? read : undefined;
  });
  const wanted: Record<string, string> = { Normal: 'Regular Time', Overtime: 'Overtime' };
  await good(stack, 'PUT', path, {
    rows: window.entryTypes.map(({ entryTypeId, name }) => ({
      entryTypeId,
      procoreTimeTypeId: window.timeTypes.find((type) => type.name === wanted[name])?.id ?? null,
    })),
  });
}

/** The party of the sample with an employee id; `E-101` to `E-108` sign in, `E-201` and `E-202` do not. */
export async function partyOf(stack: Stack, employeeId: string): Promise<number> {
  type Row = { id: number; employee_id: string | null; company_id: number };
  const records = async (name: string) => (await stack.control<{ records: Row[] }>('GET', `/records/${name}`)).records;
  const user = (await records('company_users')).find((one) => one.employee_id === employeeId);
  return user ? user.id + 1_000_000 : (await records('people')).find((one) => one.employee_id === employeeId)!.id;
}

/** Rows of a table that hold a text anywhere: what must not be found in logs. */
export async function mentions(stack: Stack, table: 'integration_log' | 'audit_event', text: string): Promise<number> {
  const [row] = await stack.deps.db.execute<{ n: number }>(
    sql`select count(*)::int as n from ${sql.identifier(table)} t where (to_jsonb(t) - 'at')::text ilike ${`%${text}%`}`,
  );
  return row?.n ?? 0;
}
