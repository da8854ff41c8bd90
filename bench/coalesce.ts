import { setTimeout as sleep } from 'node:timers/promises';
import { and, eq, sql } from 'drizzle-orm';
import type { CompanyView } from '../db/queries/companies.ts';
import { insertEvents } from '../db/queries/inbox.ts';
import { inboxEvent, payableAccount, procoreLink } from '../db/schema/index.ts';
import { workflowIds } from '../platform/workflow-ids.ts';
import { connectStack, eventually, type Stack, startStack } from '../test/environment/stack.ts';
import { quantile, receiverOf, rounded, startServers } from './servers.ts';
import { type Shooter, startShooter } from './shooter.ts';

const EVENTS = 10_000;
const VENDORS = 500;
const SPREAD_SECONDS = 30;
const ALONE = 40;

/** Ten thousand events about five hundred vendors; one event alone; a killed worker; a terminated run. */
async function main(): Promise<void> {
  const servers = await startServers();
  const shooter = await startShooter();
  let stack: Stack | undefined;
  try {
    // Procore's own posts go nowhere: the events of the bench are the only ones.
    stack = await startStack({
      on: servers.services,
      hasWorker: false,
      env: { PUBLIC_URL: 'http://localhost:9' },
      simulator: { size: 'large', settings: { rateSpike: { limit: 100_000, seconds: 10 } } },
    });
    let worker = await stack.startWorkerProcess();
    const [company] = (await connectStack(stack)) as [CompanyView];
    const world = await createWorld(stack, company, shooter);
    await world.fetchVendors();
    const atOnce = await world.storm('at once', { kind: 'count', count: EVENTS });
    const spread = await world.storm(`over ${SPREAD_SECONDS} s`, {
      kind: 'open',
      perSecond: Math.ceil(EVENTS / SPREAD_SECONDS),
      seconds: SPREAD_SECONDS,
    });
    const alone = await world.alone();
    const killed = await world.heal('kill -9 of the worker', async () => {
      worker.kill('SIGKILL');
      worker = await world.stack.startWorkerProcess();
    });
    const terminated = await world.heal('terminated run', async () => {
      const id = workflowIds.vendors(world.stack.account, company.id);
      await world.stack.deps.temporal.workflow.getHandle(id).terminate('bench');
    });
    console.log(
      `BENCH ${JSON.stringify({
        procore_calls: Math.max(atOnce.calls, spread.calls),
        temporal_actions: Math.max(atOnce.actions, spread.actions),
        wrong: Math.max(atOnce.wrong, spread.wrong),
        single_p95_ms: alone,
        kill_heal_s: killed,
        terminate_heal_s: terminated,
      })}`,
    );
  } finally {
    shooter.stop();
    await stack?.close();
    await servers.stop();
  }
}

type Shots = { kind: 'count'; count: number } | { kind: 'open'; perSecond: number; seconds: number };

async function createWorld(stack: Stack, company: CompanyView, shooter: Shooter) {
  const { deps } = stack;
  const { records } = await stack.control<{ records: { id: number; is_active: boolean }[] }>(
    'GET',
    `/records/vendors?companyId=${company.procoreId}`,
  );
  const vendorIds = records
    .filter((vendor) => vendor.is_active)
    .slice(0, VENDORS)
    .map(({ id }) => String(id));
  const receiver = await receiverOf(stack, company.id);
  const target = { ...receiver, url: stack.url, companyProcoreId: company.procoreId, vendorIds, connections: 32 };
  let names = 0;

  const pending = () => deps.db.$count(inboxEvent, eq(inboxEvent.state, 'pending'));
  const drained = () => eventually(async () => (await pending()) === 0, 600_000);
  const paid = () => deps.db.execute(sql`update inbox_scope set paid_until = '-infinity', quiet_until = '-infinity'`);
  const rename = async (id: string) => {
    names += 1;
    await stack.control('PATCH', `/records/vendors/${id}`, { name: `Vendor ${id} for the ${names}th time` });
  };
  const wrongNow = async () => {
    const { records: now } = await stack.control<{ records: { id: number; name: string }[] }>(
      'GET',
      `/records/vendors?companyId=${company.procoreId}`,
    );
    const mine = await deps.db
      .select({ procoreId: procoreLink.procoreId, name: payableAccount.description })
      .from(procoreLink)
      .innerJoin(payableAccount, eq(payableAccount.id, procoreLink.localId))
      .where(and(eq(procoreLink.companyId, company.id), eq(procoreLink.kind, 'vendor')));
    const known = new Map(mine.map((each) => [each.procoreId, each.name]));
    const asked = new Set(vendorIds);
    return now.filter(({ id, name }) => asked.has(String(id)) && known.get(String(id)) !== name).length;
  };
  const callsSoFar = async () => (await stack.control<{ count: number }>('GET', '/requests?since=999999999')).count;

  const post = (vendorId: string) =>
    fetch(`${stack.url}${receiver.path}`, {
      method: 'POST',
      headers: { authorization: receiver.authorization, 'content-type': 'application/json' },
      body: JSON.stringify({
        ulid: crypto.randomUUID(),
        company_id: Number(company.procoreId),
        event_type: 'update',
        resource_name: 'Company Vendors',
        resource_id: Number(vendorId),
      }),
    });

  return {
    stack,
    async fetchVendors() {
      const row = {
        account: stack.account,
        companyId: company.id,
        source: 'refresh',
        flow: 'vendors',
        scope: company.id,
        recordKind: 'vendor',
        recordId: null,
      } as const;
      await insertEvents(deps.db, [row]);
      await drained();
      await sleep(35_000); // the run that did this closes
    },

    async storm(words: string, shots: Shots) {
      await paid();
      for (const id of vendorIds) await rename(id);
      const calls = await callsSoFar();
      const since = new Date();
      const fired = await shooter.shoot({ ...target, ...shots });
      // What people see last is what must stand in the end.
      for (const id of vendorIds.slice(0, 50)) await rename(id);
      await shooter.shoot({ ...target, vendorIds: vendorIds.slice(0, 50), kind: 'count', count: 50 });
      const began = performance.now();
      await drained();
      const figures = {
        calls: (await callsSoFar()) - calls,
        actions: await actionsSince(stack, company.id, since),
        wrong: await wrongNow(),
      };
      console.log(
        `${fired.sent} events ${words} (${fired.seconds.toFixed(1)} s), drained ${((performance.now() - began) / 1000).toFixed(1)} s later: ${figures.calls} Procore calls, ${figures.actions} Temporal actions (one event a run would be ${EVENTS} calls), ${figures.wrong} vendors wrong`,
      );
      return figures;
    },

    /** From the post of one event to its applied row, each after the scope was quiet. */
    async alone() {
      const times: number[] = [];
      for (let n = 0; n < ALONE; n += 1) {
        const id = vendorIds[n % vendorIds.length] ?? '';
        await rename(id);
        await paid();
        await sleep(100);
        const began = performance.now();
        await post(id);
        while ((await pending()) > 0) await sleep(2);
        times.push(performance.now() - began);
      }
      console.log(
        `one event alone: p50 ${quantile(times, 0.5).toFixed()} ms, p95 ${quantile(times, 0.95).toFixed()} ms`,
      );
      return rounded(quantile(times, 0.95), 0);
    },

    /** Seconds from a blow in the middle of a read to the applied row. */
    async heal(words: string, blow: () => Promise<void>) {
      const id = vendorIds[0] ?? '';
      await rename(id);
      await paid();
      const { id: hold } = await stack.control<{ id: number }>('POST', '/holds', {
        method: 'GET',
        path: '/rest/v1.0/vendors',
        at: 'before',
      });
      await post(id);
      await stack.control('GET', `/holds/${hold}/wait?timeoutMs=30000`);
      const began = performance.now();
      await Promise.all([blow(), drained()]);
      const seconds = rounded((performance.now() - began) / 1000, 1);
      await stack.control('POST', `/holds/${hold}/release`);
      console.log(`${words}: healed in ${seconds} s, ${await wrongNow()} vendors wrong`);
      return seconds;
    },
  };
}

/** What Temporal would count as actions of the vendors' runs: starts, signals, activities with their retries, timers, upserts. */
async function actionsSince(stack: Stack, companyId: string, since: Date): Promise<number> {
  const { temporal } = stack.deps;
  const id = workflowIds.vendors(stack.account, companyId);
  await sleep(2_000); // visibility follows
  let actions = 0;
  for await (const run of temporal.workflow.list({ query: `WorkflowId = '${id}'` })) {
    const { events = [] } = await temporal.workflow.getHandle(id, run.runId).fetchHistory();
    for (const event of events ?? []) {
      const at = Number(event.eventTime?.seconds ?? 0) * 1000;
      if (at < since.getTime() - 1_000) continue;
      if (
        event.workflowExecutionStartedEventAttributes ||
        event.workflowExecutionSignaledEventAttributes ||
        event.activityTaskScheduledEventAttributes ||
        event.timerStartedEventAttributes ||
        event.upsertWorkflowSearchAttributesEventAttributes
      )
        actions += 1;
      actions += Math.max(0, (event.activityTaskStartedEventAttributes?.attempt ?? 1) - 1);
    }
  }
  return actions;
}

await main();
