import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { and, eq, sql } from 'drizzle-orm';
import type { CompanyView } from '../../db/queries/companies.ts';
import {
  accessPersona,
  costType,
  entryType,
  lentuneUser,
  mappingTask,
  masterCostCode,
  payableAccount,
  procoreLink,
  project,
  projectCostCode,
  projectStage,
  purchaseOrder,
  subContract,
  userGroup,
} from '../../db/schema/index.ts';
import type { Comparisons } from '../../schemas/reconcile.ts';
import { seededRandom } from '../../simulator/engine/seeded-random.ts';
import { connectStack, eventually, forgetPacing, type Stack, startStack } from '../environment/stack.ts';
import { createEditor, type Editor, type SimRow } from './convergence-edits.ts';

/** A post office between Procore and us that loses letters although it acknowledges them. */
async function startLossyPost(random: () => number, share: number) {
  let target = '';
  let lost = 0;
  let isHonest = true;
  const server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (!isHonest && random() < share) {
      lost += 1;
      response.writeHead(200).end();
      return;
    }
    const answer = await fetch(`${target}${request.url}`, {
      method: 'POST',
      headers: { authorization: request.headers.authorization ?? '', 'content-type': 'application/json' },
      body: Buffer.concat(chunks),
    }).catch(() => null);
    response.writeHead(answer?.status ?? 502).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    deliverTo: (url: string) => {
      target = url;
    },
    beHonest: (now: boolean) => {
      isHonest = now;
    },
    lost: () => lost,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

export interface Verdict {
  seed: number;
  edits: number;
  lostEvents: number;
  missed: number;
  /** how much differed before the comparison */
  before: number;
  differences: string[];
}

const EDITS = 60;

/** One seed: a company is fetched, worked on while everything fails, compared, and held against Procore. */
export async function runSeed(seed: number): Promise<Verdict> {
  const random = seededRandom(seed);
  const post = await startLossyPost(random, 0.3);
  const stack = await startStack({
    env: { PUBLIC_URL: post.url },
    simulator: {
      seed: 7,
      settings: {
        // Procore says an allowance that takes all projects in one go: a small one spreads a comparison over hours.
        rateHourly: { limit: 100_000, seconds: 3600 },
        rateSpike: { limit: 1_000_000, seconds: 10 },
        webhooks: {
          clockScale: 50,
          timeoutMs: 5000,
          duplicateProbability: 0.2,
          reorderProbability: 0.3,
          delayProbability: 0.2,
          delayMs: 400,
        },
      },
    },
  });
  try {
    post.deliverTo(stack.url);
    const [company] = (await connectStack(stack)) as [CompanyView];
    await stack.api('PATCH', `/api/companies/${company.id}`, {
      syncSubContracts: true,
      purchaseOrderMaster: 'procore',
      syncUsers: true,
      ...(await timeDefaults(stack)),
    });
    await fetchAll(stack, company.id);
    const editor = createEditor(stack, company.procoreId, random);
    post.beHonest(false);
    await breakProcore(stack);
    await workOn(stack, editor, random);
    await mendProcore(stack);
    post.beHonest(true);
    await settle(stack);
    const before = (await differencesOf(stack, company, editor)).length;
    const missed = await compare(stack, company.id);
    const differences = await differencesOf(stack, company, editor);
    return { seed, edits: EDITS, lostEvents: post.lost(), before, missed, differences };
  } finally {
    await stack.close();
    await post.close();
  }
}

/** What users who come in get. */
async function timeDefaults({ deps: { db }, account }: Stack) {
  const [group] = await db.insert(userGroup).values({ account, name: 'Site' }).returning();
  const [type] = await db.insert(entryType).values({ account, name: 'Normal', kind: 'normal' }).returning();
  const [persona] = await db.insert(accessPersona).values({ account, name: 'Crew' }).returning();
  return { timeSheetGroupId: group?.id, timeSheetEntryTypeId: type?.id, timeSheetPersonaId: persona?.id };
}

async function fetchAll(stack: Stack, companyId: string): Promise<void> {
  const body = { companyId, startDate: '2025-04-01', endDate: '2026-04-01' };
  const { body: started } = await stack.api<{ id: string }>('POST', '/api/fetches', body);
  await eventually(async () => {
    const { body: seen } = await stack.api<{ state: string }>('GET', `/api/fetches/${started.id}`);
    return seen.state === 'done';
  }, 60_000);
  await settle(stack);
}

/** A share of all reads fails, breaks off, is slow, cannot be read, or shows an empty list. */
async function breakProcore(stack: Stack): Promise<void> {
  const rules: [probability: number, path: string, effect: object][] = [
    [0.05, '.', { kind: 'status', status: 503 }],
    [0.03, '.', { kind: 'drop-before' }],
    [0.05, '.', { kind: 'slow', ms: 300 }],
    [0.02, '.', { kind: 'truncate' }],
    [0.02, '.', { kind: 'html' }],
    [
      0.05,
      '/(vendors|cost_codes|sub_jobs|line_item_types|standard_cost_codes)(\\?|$)',
      { kind: 'status', status: 200, body: [] },
    ],
  ];
  for (const [probability, path, effect] of rules)
    await stack.control('POST', '/faults', { match: { method: 'GET', path, probability, times: 'always' }, effect });
}

const mendProcore = async (stack: Stack) => {
  await stack.control('DELETE', '/faults');
  await stack.control('PUT', '/settings', { hiddenProjects: [] });
};

async function workOn(stack: Stack, editor: Editor, random: () => number): Promise<void> {
  for (let n = 0; n < EDITS; n += 1) {
    await editor.edit();
    if (random() < 0.1) {
      const projects = await editor.records('projects');
      const hidden = projects.filter(() => random() < 0.2).map(({ id }) => id);
      await stack.control('PUT', '/settings', { hiddenProjects: random() < 0.5 ? hidden : [] });
    }
    if (random() < 0.2) await new Promise((resolve) => setTimeout(resolve, random() * 300));
  }
}

/** Waits until Procore has nothing to deliver and we nothing to apply, without waiting for paced or repeated rows. */
async function settle(stack: Stack): Promise<void> {
  const idle = async () => {
    await forgetPacing(stack);
    await stack.deps.db.execute(
      sql`update inbox_event set next_attempt_at = now() where state = 'pending' and attempts > 0 and next_attempt_at > now()`,
    );
    const [left] = await stack.deps.db.execute<{ rows: number }>(
      sql`select count(*)::int as rows from inbox_event where state = 'pending'`,
    );
    const { hooks } = await stack.control<{ hooks: { queued: unknown }[] }>('GET', '/webhooks');
    const queued = hooks.reduce(
      (sum, hook) => sum + Number(Array.isArray(hook.queued) ? hook.queued.length : hook.queued),
      0,
    );
    return left?.rows === 0 && queued === 0;
  };
  await eventually(idle, 120_000);
}

async function compare(stack: Stack, companyId: string): Promise<number> {
  const path = `/api/companies/${companyId}/comparisons`;
  await stack.api('POST', path, { mode: 'full' });
  const run = await eventually(async () => {
    await settle(stack);
    const { body } = await stack.api<Comparisons>('GET', path);
    const [newest] = body.runs;
    return newest && newest.state !== 'running' && newest.pending === 0 ? newest : undefined;
  }, 120_000);
  await settle(stack);
  if (run.state !== 'done') throw new Error(`The comparison ended ${run.state}: ${run.problem}`);
  return run.missedCount;
}

/** What of Procore and Lentune does not agree, in sentences. */
async function differencesOf(stack: Stack, company: CompanyView, editor: Editor): Promise<string[]> {
  const { db } = stack.deps;
  const stages = await db.select().from(projectStage).where(eq(projectStage.companyId, company.id));
  const ticked = new Set(stages.filter((stage) => stage.isMonitored).map((stage) => stage.procoreId));
  const projects = await editor.records('projects');
  const isIn = (row: SimRow) => row.active && !row.template && !row.is_demo && ticked.has(String(row.project_stage_id));
  const wanted = projects.filter(isIn);
  const monitored = new Set(wanted.map(({ id }) => id));
  const tasks = await db.select().from(mappingTask).where(eq(mappingTask.companyId, company.id));
  const isAsked = (kind: string, id: number) =>
    tasks.some((task) => task.kind === kind && task.procoreId === String(id));

  const linked = async <
    T extends
      | typeof project
      | typeof payableAccount
      | typeof masterCostCode
      | typeof costType
      | typeof projectCostCode
      | typeof purchaseOrder
      | typeof subContract
      | typeof lentuneUser,
  >(
    kind: (typeof procoreLink.$inferSelect)['kind'],
    table: T,
  ) =>
    (
      await db
        .select({ procoreId: procoreLink.procoreId, state: procoreLink.state, local: table })
        .from(procoreLink)
        // biome-ignore lint/suspicious/noExplicitAny: tables of one shape in this respect
        .innerJoin(table as any, eq(procoreLink.localId, (table as typeof project).id))
        .where(and(eq(procoreLink.companyId, company.id), eq(procoreLink.kind, kind)))
    ).filter(({ state }) => state === 'linked') as { procoreId: string; local: T['$inferSelect'] }[];

  const lines: string[] = [];
  const agree = <L>(
    noun: string,
    remote: readonly SimRow[],
    local: readonly { procoreId: string; local: L }[],
    rules: { same(row: SimRow, mine: L): string | null; isLive(mine: L): boolean; mayBeMissing?(row: SimRow): boolean },
  ) => {
    const mine = new Map(local.map((each) => [each.procoreId, each.local]));
    for (const row of remote) {
      const one = mine.get(String(row.id));
      if (one === undefined) {
        if (!rules.mayBeMissing?.(row)) lines.push(`${noun} ${row.id} "${row.name ?? row.title}" is missing`);
        continue;
      }
      const why = rules.same(row, one);
      if (why !== null) lines.push(`${noun} ${row.id}: ${why}`);
    }
    const ids = new Set(remote.map((row) => String(row.id)));
    for (const { procoreId, local: one } of local)
      if (!ids.has(procoreId) && rules.isLive(one))
        lines.push(`${noun} ${procoreId} lives on here, but not in Procore`);
  };
  const differ = (what: string, here: unknown, there: unknown) =>
    here === there ? null : `${what} is ${JSON.stringify(here)} here and ${JSON.stringify(there)} in Procore`;

  agree('Vendor', await editor.records('vendors'), await linked('vendor', payableAccount), {
    same: (row, mine) =>
      differ('its name', mine.description, row.name) ?? differ('active', mine.isActive, row.is_active),
    isLive: (mine) => mine.isActive,
    mayBeMissing: (row) => isAsked('vendor', row.id) || !row.is_active,
  });
  agree('Project', wanted, await linked('project', project), {
    same: (row, mine) => differ('its name', mine.description, row.name) ?? differ('monitored', mine.isMonitored, true),
    isLive: (mine) => mine.isMonitored,
  });
  const codes = (await editor.records('cost_codes')).filter((row) => monitored.has(row.project_id));
  const localProjects = new Map((await linked('project', project)).map((each) => [each.local.id, each]));
  const ofMonitored = <L extends { projectId: string }>(rows: { procoreId: string; local: L }[]) =>
    rows.filter(({ local }) => localProjects.get(local.projectId)?.local.isMonitored);
  agree('Cost code', codes, ofMonitored(await linked('project_cost_code', projectCostCode)), {
    same: (row, mine) =>
      differ('its code', mine.externalCode, row.full_code) ??
      differ('its name', mine.description.replace(/ \[.*\]$/, ''), row.name) ??
      differ('active', mine.isActive, true),
    isLive: (mine) => mine.isActive,
  });
  agree('Cost type', await editor.records('line_item_types'), await linked('cost_type', costType), {
    same: (row, mine) => differ('its name', mine.description, row.name) ?? differ('active', mine.isActive, true),
    isLive: (mine) => mine.isActive,
  });
  agree('Master code', await editor.records('standard_cost_codes'), await linked('master_cost_code', masterCostCode), {
    same: (row, mine) =>
      differ('its code', mine.externalCode, row.full_code) ?? differ('its name', mine.description, row.name),
    isLive: (mine) => mine.isActive,
  });
  agree('User', await editor.records('company_users'), await linked('user', lentuneUser), {
    same: (row, mine) =>
      differ('the name', mine.name, `${row.first_name} ${row.last_name}`) ??
      differ('the email', mine.email, row.email_address || null) ??
      differ('active', mine.isActive, row.is_active),
    isLive: (mine) => mine.isActive,
    mayBeMissing: (row) => isAsked('user', row.id) || !row.is_active,
  });
  for (const [noun, collection, kind, table] of [
    ['Purchase order', 'purchase_order_contracts', 'purchase_order', purchaseOrder],
    ['Subcontract', 'work_order_contracts', 'sub_contract', subContract],
  ] as const)
    agree(
      noun,
      (await editor.records(collection)).filter((row) => monitored.has(row.project_id)),
      ofMonitored(await linked(kind, table)),
      {
        same: (row, mine) =>
          differ('its status', mine.procoreStatus, row.status) ?? differ('its number', mine.number, row.number),
        isLive: (mine) => mine.isActive,
      },
    );
  return lines;
}
