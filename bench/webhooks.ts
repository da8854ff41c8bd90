import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sql } from 'drizzle-orm';
import express from 'express';
import { createWebhookReceiver } from '../api/webhooks.ts';
import type { CompanyView } from '../db/queries/companies.ts';
import { inboxEvent } from '../db/schema/index.ts';
import { connectStack, eventually, type Stack, startStack } from '../test/environment/stack.ts';
import { openDoor } from '../test/environment/tcp-door.ts';
import { median, quantile, receiverOf, rounded, startServers } from './servers.ts';
import { type Shooter, type ShotsOrder, startShooter } from './shooter.ts';

const PAIRS = 5;
const PAIR_SECONDS = Number(process.env.BENCH_PAIR_SECONDS ?? 8);
const PER_SECOND = 1_000;
const OPEN_SECONDS = Number(process.env.BENCH_OPEN_SECONDS ?? 60);
const BURST = 10_000;
const CONNECTIONS = 32;

/** Receiving events: against a bare handler, at a steady thousand a second with everything running, and while Temporal is down. */
async function main(): Promise<void> {
  const servers = await startServers();
  const door = await openDoor(servers.services.address);
  const shooter = await startShooter();
  let stack: Stack | undefined;
  try {
    stack = await startStack({ on: { ...servers.services, address: door.address }, hasWorker: false });
    await stack.startWorkerProcess();
    const [company] = (await connectStack(stack)) as [CompanyView];
    const target = await targetOf(stack, company);
    const ratio = await throughputRatio(stack, shooter, target);
    await drained(stack);
    const steady = await steadyLoad(stack, shooter, target);
    const burstLost = await burst(stack, shooter, target, door);
    console.log(
      `BENCH ${JSON.stringify({ throughput_ratio: ratio, p99_ms_at_1000: steady.p99, lost: steady.lost, burst_lost: burstLost })}`,
    );
  } finally {
    shooter.stop();
    await stack?.close();
    await door.shut();
    await servers.stop();
  }
}

type Target = Omit<ShotsOrder, 'kind'> & { kind?: never };

async function targetOf(stack: Stack, company: CompanyView): Promise<Target> {
  const { records } = await stack.control<{ records: { id: number }[] }>(
    'GET',
    `/records/vendors?companyId=${company.procoreId}`,
  );
  const receiver = await receiverOf(stack, company.id);
  return {
    ...receiver,
    companyProcoreId: company.procoreId,
    vendorIds: records.map(({ id }) => String(id)),
    connections: CONNECTIONS,
  };
}

/** The receiver and a bare Express handler with one prepared insert, in turn, on the same pool. */
async function throughputRatio(stack: Stack, shooter: Shooter, target: Target): Promise<number> {
  const { deps } = stack;
  const receiver = await listen(express().use(createWebhookReceiver(deps, { poke: () => undefined })));
  const insert = deps.db
    .insert(inboxEvent)
    .values({
      account: sql.placeholder('account'),
      source: 'webhook',
      payload: sql.placeholder('payload'),
      state: 'ignored',
    })
    .prepare('bare_insert');
  const bare = express();
  bare.post('/bare', express.text({ type: '*/*' }), async (request, response) => {
    await insert.execute({ account: stack.account, payload: request.body });
    response.status(200).end();
  });
  const handler = await listen(bare);
  // Nothing drains meanwhile: what is measured is taking in.
  await deps.db.execute(sql`update inbox_scope set quiet_until = 'infinity'`);
  const shoot = async (kind: 'receiver' | 'bare', seconds: number) => {
    const place = kind === 'receiver' ? { url: receiver.url } : { url: handler.url, path: '/bare' };
    const shots = await shooter.shoot({ ...target, ...place, kind: 'closed', seconds });
    if (shots.acknowledged !== shots.sent)
      throw new Error(`${kind}: ${shots.sent - shots.acknowledged} not acknowledged`);
    return shots.acknowledged / shots.seconds;
  };
  await shoot('receiver', 3);
  await shoot('bare', 3);
  const ratios: number[] = [];
  for (let pair = 0; pair < PAIRS; pair += 1) {
    const order = pair % 2 === 0 ? (['receiver', 'bare'] as const) : (['bare', 'receiver'] as const);
    const rates = { receiver: 0, bare: 0 };
    for (const kind of order) rates[kind] = await shoot(kind, PAIR_SECONDS);
    ratios.push(rates.receiver / rates.bare);
    console.log(
      `pair ${pair + 1}: receiver ${rates.receiver.toFixed()}/s, bare handler ${rates.bare.toFixed()}/s, ratio ${(rates.receiver / rates.bare).toFixed(2)}`,
    );
  }
  console.log(`spread of the ratio: ${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`);
  await Promise.all([receiver.close(), handler.close()]);
  await deps.db.execute(sql`delete from inbox_event where source = 'webhook'`);
  await deps.db.execute(sql`update inbox_scope set quiet_until = now() where quiet_until = 'infinity'`);
  return rounded(median(ratios));
}

/** A thousand events a second, whether or not the ones before were answered, with dispatcher and worker at work. */
async function steadyLoad(stack: Stack, shooter: Shooter, target: Target): Promise<{ p99: number; lost: number }> {
  const before = await stack.deps.db.$count(inboxEvent);
  const shots = await shooter.shoot({
    ...target,
    connections: 64,
    kind: 'open',
    perSecond: PER_SECOND,
    seconds: OPEN_SECONDS,
  });
  const stored = (await stack.deps.db.$count(inboxEvent)) - before;
  await drained(stack);
  const p99 = rounded(quantile(shots.latencies, 0.99), 1);
  console.log(
    `${shots.sent} events at ${PER_SECOND}/s in ${shots.seconds.toFixed(1)} s: p50 ${quantile(shots.latencies, 0.5).toFixed(1)} ms, p99 ${p99} ms, ${shots.acknowledged} acknowledged, ${stored} stored`,
  );
  return { p99, lost: shots.sent - shots.acknowledged + Math.max(0, shots.acknowledged - stored) };
}

/** Ten thousand events while Temporal is down; all of them are dealt with once it is up. */
async function burst(
  stack: Stack,
  shooter: Shooter,
  target: Target,
  door: { shut(): Promise<void>; open(): Promise<void> },
): Promise<number> {
  const before = await stack.deps.db.$count(inboxEvent);
  await door.shut();
  const shots = await shooter.shoot({ ...target, kind: 'count', count: BURST });
  const stored = (await stack.deps.db.$count(inboxEvent)) - before;
  console.log(
    `Temporal down: ${shots.acknowledged} of ${shots.sent} acknowledged in ${shots.seconds.toFixed(1)} s, ${stored} stored`,
  );
  await door.open();
  const began = performance.now();
  await drained(stack);
  const [row] = await stack.deps.db.execute<{ done: number }>(
    sql`select count(*)::int as done from (select state from inbox_event order by id desc limit ${stored}) e where state in ('applied', 'unchanged', 'ignored')`,
  );
  console.log(`all dealt with ${((performance.now() - began) / 1000).toFixed(1)} s after it was up again`);
  return shots.sent - Math.min(shots.acknowledged, row?.done ?? 0);
}

const drained = (stack: Stack) =>
  eventually(async () => (await stack.deps.db.$count(inboxEvent, sql`state = 'pending'`)) === 0, 300_000);

async function listen(app: express.Express): Promise<{ url: string; close(): Promise<void> }> {
  const server: Server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

await main();
