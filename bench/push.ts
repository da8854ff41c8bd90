import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { addAttachment } from '../db/queries/invoice-files.ts';
import { workflowIds } from '../platform/workflow-ids.ts';
import { ProcoreError } from '../procore/errors.ts';
import { type ClaimWorld, startClaimWorld } from '../test/integration/claim-world.ts';
import type { PushWorld, Wish } from '../test/integration/push-world.ts';
import { rounded, startServers } from './servers.ts';

const HELP = `Invoices going out as direct costs and claims.

  npm run bench:push -- [options]

  --invoices <number>   sent at once, and again beside a backfill under the call allowance (500)
  --plain <number>      made by the same calls one after the other, without durability (100)

Prints Procore calls and Temporal actions per case. The last line is BENCH and one JSON object; the exit code is 1 when a
target is missed.`;

/** What one invoice may cost. */
const CASES: { name: string; wish: Wish; withPdf?: boolean; calls: number; actions: number }[] = [
  { name: 'clean, with GST', wish: {}, calls: 5, actions: 8 },
  { name: '150 lines', wish: { lines: Array.from({ length: 150 }, () => ({})) }, calls: 5, actions: 8 },
  { name: 'GST off', wish: { lines: [{ taxCodeId: null }], tax: '0.00' }, calls: 3, actions: 8 },
  { name: 'with a PDF', wish: {}, withPdf: true, calls: 7, actions: 9 },
];

/** What one claim may cost; the PDF is a ticket and the file itself. */
const CLAIM_CASES: { name: string; on: string; withPdf?: boolean; calls: number; actions: number }[] = [
  { name: 'claim on a purchase order', on: 'PO-1007-03', calls: 6, actions: 8 },
  { name: 'claim on a subcontract, with retention', on: 'SC-1007-02', calls: 6, actions: 8 },
  { name: 'claim with a PDF', on: 'PO-1007-03', withPdf: true, calls: 8, actions: 9 },
];

const GENEROUS = { rateSpike: { limit: 100_000, seconds: 10 }, rateHourly: { limit: 1_000_000, seconds: 3600 } };
/** Too little for both at once, so that somebody must wait. */
const SCARCE = { rateSpike: { limit: 400, seconds: 10 }, rateHourly: { limit: 1_000_000, seconds: 3600 } };
const BACKFILL_CALLERS = 8;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      invoices: { type: 'string', default: '500' },
      plain: { type: 'string', default: '100' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(HELP);
  const servers = await startServers();
  try {
    const world = await startClaimWorld({ on: servers.services, simulator: { settings: GENEROUS } });
    try {
      // What is sent comes back as events, and reading those is no call of a push.
      const never = { delayProbability: 1, delayMs: 24 * 3_600_000 };
      await world.stack.control('PUT', '/settings', { webhooks: never });
      process.exitCode = await measure(world, Number(values.invoices), Number(values.plain));
    } finally {
      await world.stack.close();
    }
  } finally {
    await servers.stop();
  }
}

async function measure(world: ClaimWorld, invoices: number, plain: number): Promise<number> {
  const cases = await perInvoice(world);
  const claims = await perClaim(world);
  const throughput = await sendMany(world, invoices, 'FAST');
  const alone = await plainly(world, plain);
  const waited = await besideBackfill(world, invoices);
  const duplicates = await countDuplicates(world);
  const [clean] = cases;
  const bench = {
    procore_calls_per_invoice: clean!.calls,
    temporal_actions_per_invoice: clean!.actions,
    procore_calls_per_claim: claims[0]!.calls,
    temporal_actions_per_claim: claims[0]!.actions,
    duplicates,
    waited_behind_backfill: waited,
    invoices_per_s: rounded(throughput),
    plain_invoices_per_s: rounded(alone),
  };
  const missed = [...cases, ...claims].filter(({ isMet }) => !isMet).length + duplicates + waited;
  console.log(`BENCH ${JSON.stringify(bench)}`);
  return missed === 0 ? 0 : 1;
}

/** Each case by itself, after one invoice that taught us what its project and codes are like. */
async function perInvoice(world: PushWorld) {
  await world.ended(await world.send());
  const figures: Cost[] = [];
  for (const { name, wish, withPdf, ...target } of CASES) {
    figures.push(await costOf(world, name, await world.approved(wish), withPdf, target));
  }
  return figures;
}

/** Each claim by itself, after one that taught us whether Procore gives stamps back. */
async function perClaim(world: ClaimWorld) {
  await world.settings({ waitForClaimOnSubContracts: false });
  const figures: Cost[] = [];
  for (const { name, on, withPdf, ...target } of CLAIM_CASES) {
    const id = await world.claim({ on: await world.commitment(on), amounts: ['1.00'] });
    figures.push(await costOf(world, name, id, withPdf, target));
  }
  return figures;
}

interface Cost {
  calls: number;
  actions: number;
  isMet: boolean;
}

/** Sends one and counts every look. */
async function costOf(
  world: PushWorld,
  name: string,
  id: string,
  withPdf: boolean | undefined,
  target: { calls: number; actions: number },
): Promise<Cost> {
  if (withPdf) await attachPdf(world, id);
  const before = await requests(world);
  await world.queue(id);
  await expectSent(world, id);
  const calls = (await requests(world)) - before;
  const actions = await actionsOf(world, id);
  const isMet = calls <= target.calls && actions <= target.actions;
  const limits = `at most ${target.calls} and ${target.actions}`;
  console.log(
    `${isMet ? 'met   ' : 'MISSED'} ${name}: ${calls} Procore calls, ${actions} Temporal actions (${limits})`,
  );
  return { calls, actions, isMet };
}

const requests = async ({ stack }: PushWorld) => (await stack.control<{ count: number }>('GET', '/requests')).count;

async function expectSent(world: PushWorld, id: string): Promise<void> {
  const { integration, problems } = await world.ended(id, 600_000);
  if (integration !== 'sent') throw new Error(`Not sent: ${integration} ${JSON.stringify(problems)}`);
}

/** One for the start, one for each activity, one for the search attributes. */
async function actionsOf({ stack }: PushWorld, id: string): Promise<number> {
  const handle = stack.deps.temporal.workflow.getHandle(workflowIds.invoice(stack.account, id));
  await handle.result();
  const { events } = await handle.fetchHistory();
  const counted = ['activityTaskScheduledEventAttributes', 'upsertWorkflowSearchAttributesEventAttributes'] as const;
  return 1 + (events ?? []).filter((event) => counted.some((name) => event[name] != null)).length;
}

async function attachPdf({ stack }: PushWorld, id: string): Promise<void> {
  const bytes = new TextEncoder().encode(`%PDF-1.4 ${'x'.repeat(100_000)}`);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const file = { filename: 'invoice.pdf', contentType: 'application/pdf', size: bytes.length, sha256, bytes };
  await stack.deps.db.transaction((tx) => addAttachment(tx, stack.account, id, 'clerk', file));
}

/** @returns invoices a second, from the click to the last one that is sent */
async function sendMany(world: PushWorld, count: number, prefix: string): Promise<number> {
  const ids: string[] = [];
  for (let n = 0; n < count; n++) ids.push(await world.approved({ number: `${prefix}-${n}` }));
  const startedAt = Date.now();
  await world.queue(...ids);
  for (const id of ids) await expectSent(world, id);
  const perSecond = count / ((Date.now() - startedAt) / 1000);
  console.log(`${count} invoices: ${perSecond.toFixed(1)} a second`);
  return perSecond;
}

/** The same calls as a push makes, one invoice after the other; nothing is kept and nothing looked for again. */
async function plainly({ stack, company, projects, held }: PushWorld, count: number): Promise<number> {
  const { connectionId, deps } = stack;
  const api = deps.procore.company({
    connectionId,
    apiUrl: deps.env.PROCORE_API_URL,
    companyId: company.procoreId,
    lane: 'push',
  }).directCosts;
  const projectId = String(projects[0]!.procoreId);
  const [made] = await held('FAST-0');
  const model = await api.show({ projectId, directCostId: String(made!.id) });
  const [like] = model.line_items;
  const startedAt = Date.now();
  for (let n = 0; n < count; n++) {
    const invoiceNumber = `PLAIN-${n}`;
    await api.find({ projectId, invoiceNumber });
    const header = {
      invoiceNumber,
      vendorId: model.vendor_id ?? '',
      directCostType: 'invoice',
      originData: invoiceNumber,
    };
    const { id: directCostId } = await api.createHeader({ projectId, ...header });
    const line = {
      amount: '100.00',
      costCodeId: like?.cost_code?.id ?? '',
      lineItemTypeId: like?.line_item_type?.id ?? '',
      taxCodeId: like?.tax_code_id ?? '',
      extendedType: 'manual' as const,
    };
    await api.syncLines({ projectId, directCostId, lines: [line] });
    await api.show({ projectId, directCostId });
    await api.updateHeader({ projectId, directCostId, status: 'approved' });
  }
  const perSecond = count / ((Date.now() - startedAt) / 1000);
  console.log(
    `${count} invoices by the same calls, one after the other, without durability: ${perSecond.toFixed(1)} a second`,
  );
  return perSecond;
}

interface Asked {
  lane: string;
  askedAt: number;
  /** when it was first told to wait, and so had its place; null when it went at once */
  placedAt: number | null;
  admittedAt: number;
}

/**
 * Sends invoices while a backfill always has more to ask, with too little allowance for both.
 *
 * @returns calls of invoices that were told to wait and then went after a backfill call that had asked later
 */
async function besideBackfill(world: PushWorld, count: number): Promise<number> {
  const calls = watchPushes(world);
  await world.stack.control('PUT', '/settings', SCARCE);
  const stopping = new AbortController();
  const backfills = Array.from({ length: BACKFILL_CALLERS }, () => backfill(world, stopping.signal, calls));
  await sendMany(world, count, 'BESIDE');
  stopping.abort();
  await Promise.all(backfills);
  await world.stack.control('PUT', '/settings', GENEROUS);
  const filled = calls.filter(({ lane }) => lane === 'backfill');
  const overtaken = calls.filter(
    ({ placedAt, admittedAt }) =>
      placedAt !== null && filled.some((other) => other.askedAt > placedAt && other.admittedAt < admittedAt),
  );
  const waits = calls.filter(({ lane }) => lane === 'push').map(({ askedAt, admittedAt }) => admittedAt - askedAt);
  console.log(
    `beside a backfill of ${filled.length} calls: ${waits.filter((ms) => ms > 100).length} of ${waits.length} invoice calls waited, ` +
      `the longest ${(Math.max(0, ...waits) / 1000).toFixed(1)} s, ${overtaken.length} behind a later backfill call`,
  );
  return overtaken.length;
}

async function backfill({ stack, company }: PushWorld, signal: AbortSignal, calls: Asked[]): Promise<void> {
  const { connectionId, deps } = stack;
  let admittedAt = 0;
  const onCall = ({ startedAt }: { startedAt: string }) => {
    admittedAt = Date.parse(startedAt);
  };
  const scope = { connectionId, apiUrl: deps.env.PROCORE_API_URL, companyId: company.procoreId, onCall };
  const api = deps.procore.company({ ...scope, lane: 'backfill' });
  let askedAt = Date.now();
  while (!signal.aborted) {
    try {
      await api.uoms.all();
      calls.push({ lane: 'backfill', askedAt, placedAt: null, admittedAt });
      askedAt = Date.now();
    } catch (error) {
      if (!(error instanceof ProcoreError && error.kind === 'rate-limit')) throw error;
      await sleep(error.retryAfterMs ?? 1000, undefined, { signal }).catch(() => undefined);
    }
  }
}

/**
 * Watches every call a push makes in this process, from when it was first asked for to when it went through. A step that
 * was told to wait begins anew with a look, so a call that is told to wait and the one that comes back for it need not be
 * the same: as in the allowance itself, whoever comes back first after a time that was given takes that place.
 */
function watchPushes({ stack: { deps } }: PushWorld): Asked[] {
  const calls: Asked[] = [];
  const places: { askedAt: number; placedAt: number; dueAt: number }[] = [];
  const takePlace = (now: number) => {
    places.sort((one, other) => one.dueAt - other.dueAt);
    return places[0] !== undefined && places[0].dueAt <= now ? places.shift()! : { askedAt: now, placedAt: null };
  };
  const open = deps.procore.company;
  deps.procore.company = (scope) => {
    if (scope.lane !== 'push') return open(scope);
    let admittedAt = 0;
    const api = open({
      ...scope,
      onCall: (call) => {
        admittedAt = Date.parse(call.startedAt);
        scope.onCall?.(call);
      },
    });
    return watched(api, async (call) => {
      const { askedAt, placedAt } = takePlace(Date.now());
      try {
        const answer = await call();
        calls.push({ lane: 'push', askedAt, placedAt, admittedAt });
        return answer;
      } catch (error) {
        if (error instanceof ProcoreError && error.kind === 'rate-limit')
          places.push({
            askedAt,
            placedAt: placedAt ?? Date.now(),
            dueAt: Date.now() + (error.retryAfterMs ?? 0),
          });
        throw error;
      }
    });
  };
  return calls;
}

type Watch = (call: () => Promise<unknown>) => Promise<unknown>;

/** The client, each of its calls made through `watch`. */
function watched<T extends object>(api: T, watch: Watch): T {
  return new Proxy(api, {
    get(target, name, receiver) {
      const part = Reflect.get(target, name, receiver);
      if (typeof part === 'object' && part !== null) return watched(part, watch);
      if (typeof part !== 'function') return part;
      return (...input: unknown[]) => watch(() => part.apply(target, input));
    },
  });
}

async function countDuplicates({ stack }: PushWorld): Promise<number> {
  const { records } = await stack.control<{ records: { invoice_number: string }[] }>('GET', '/records/direct_costs');
  const numbers = records.map((cost) => cost.invoice_number);
  return numbers.length - new Set(numbers).size;
}

await main();
