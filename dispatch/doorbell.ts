import type { Client } from '@temporalio/client';
import postgres from 'postgres';
import { type ClaimedScope, claimScopes, type Flow, ringsFailed, soonestRing } from '../db/queries/inbox.ts';
import type { Db } from '../db/types.ts';
import type { Logger } from '../platform/logger.ts';
import { searchAttribute } from '../platform/search-attributes.ts';
import { withDeadline } from '../platform/temporal.ts';
import { workflowIds } from '../platform/workflow-ids.ts';

/** Rings the workflows of scopes with due rows, for as long as the process lives. */
export interface Doorbell {
  /** Looks soon; called after each commit of this process. */
  poke(): void;
  close(): Promise<void>;
}

export interface DoorbellDeps {
  db: Db;
  databaseUrl: string;
  temporal: Client;
  logger: Logger;
  /** starts queued documents; run with every look */
  documents?: { dispatch(): Promise<unknown> };
  /** keeps Temporal's schedules in line; run with every look */
  schedules?: { look(): Promise<void> };
}

const SWEEP_MS = 1_000;
const REST_MS = 50;
const RING_DEADLINE_MS = 2_000;
const RINGS_AT_ONCE = 16;

/**
 * The dispatcher of one API process. What makes it correct is the sweep; pokes and NOTIFY only make it fast.
 * Rings carry nothing and may be lost: the scope's lease ends and it is rung again.
 */
export function createDoorbell(deps: DoorbellDeps): Doorbell {
  const { db, logger } = deps;
  let isClosed = false;
  let isWanted = true;
  let wake = () => {};
  const poke = () => {
    isWanted = true;
    wake();
  };

  const woken = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (isWanted || isClosed) wake();
    });

  async function run(): Promise<void> {
    let waitMs = 0;
    while (!isClosed) {
      await woken(waitMs);
      isWanted = false;
      const began = performance.now();
      waitMs = await look().catch((error: unknown) => {
        logger.error({ err: error }, 'The inbox could not be dispatched; trying again');
        return SWEEP_MS;
      });
      await rest(REST_MS - (performance.now() - began));
    }
  }

  async function look(): Promise<number> {
    const scopes = await claimScopes(db);
    await ringAll(deps, scopes);
    await deps.documents?.dispatch();
    await deps.schedules?.look();
    return (await soonestRing(db)) ?? SWEEP_MS;
  }

  const ears = postgres(deps.databaseUrl, { max: 1, onnotice: () => undefined });
  const listening = ears
    .listen('inbox', poke, poke)
    .catch((error: unknown) => logger.warn({ err: error }, 'Not listening for inbox notices; the sweep goes on'));
  const running = run();
  return {
    poke,
    async close() {
      isClosed = true;
      poke();
      await running;
      await listening;
      await ears.end({ timeout: 1 });
    },
  };
}

/** Sixteen at a time. Once Temporal does not answer, the rest of the batch waits for the next look. */
async function ringAll(deps: DoorbellDeps, scopes: ClaimedScope[]): Promise<void> {
  const queue = [...scopes];
  const failed: ClaimedScope[] = [];
  async function ringer(): Promise<void> {
    for (let scope = queue.shift(); scope; scope = queue.shift()) {
      try {
        await ring(deps.temporal, scope);
      } catch (error) {
        deps.logger.warn({ err: error, flow: scope.flow, scope: scope.scope }, 'Temporal was not rung; trying again');
        failed.push(scope, ...queue.splice(0));
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(RINGS_AT_ONCE, queue.length) }, ringer));
  if (failed.length > 0) await ringsFailed(deps.db, failed);
}

function ring(temporal: Client, scope: ClaimedScope): Promise<unknown> {
  const { type, workflowId, args, kind, summary } = TARGETS[scope.flow](scope);
  const company = scope.companyProcoreId;
  return withDeadline(temporal, RING_DEADLINE_MS, () =>
    temporal.workflow.signalWithStart(type, {
      workflowId,
      taskQueue: 'sync',
      args: [args],
      signal: 'ring',
      staticSummary: summary,
      priority: { fairnessKey: scope.companyId ?? scope.account },
      typedSearchAttributes: [
        { key: searchAttribute('Account'), value: scope.account },
        { key: searchAttribute('EntityKind'), value: kind },
        ...(company === null ? [] : [{ key: searchAttribute('ProcoreCompany'), value: company }]),
        ...(scope.flow === 'project' ? [{ key: searchAttribute('ProcoreProject'), value: projectOf(scope) }] : []),
      ],
    }),
  );
}

interface Target {
  type: string;
  workflowId: string;
  args: object;
  kind: string;
  summary: string;
}

const TARGETS: Record<Flow, (scope: ClaimedScope) => Target> = {
  project: (scope) => ({
    type: 'ImportProject',
    workflowId: workflowIds.project(scope.account, companyOf(scope), projectOf(scope)),
    args: drainArgs(scope),
    kind: 'project',
    summary: `Procore project ${projectOf(scope)}, ${scope.companyName}`,
  }),
  vendors: (scope) => ({
    type: 'SyncVendor',
    workflowId: workflowIds.vendors(scope.account, companyOf(scope)),
    args: drainArgs(scope),
    kind: 'vendor',
    summary: `Vendors of ${scope.companyName}`,
  }),
  'cost-codes': (scope) => ({
    type: 'SyncCostCodes',
    workflowId: workflowIds.costCodes(scope.account, companyOf(scope)),
    args: drainArgs(scope),
    kind: 'cost_code',
    summary: `Cost codes and types of ${scope.companyName}`,
  }),
  users: (scope) => ({
    type: 'SyncUser',
    workflowId: workflowIds.users(scope.account, companyOf(scope)),
    args: drainArgs(scope),
    kind: 'user',
    summary: `People of ${scope.companyName}`,
  }),
  fetch: (scope) => ({
    type: 'FetchProjects',
    workflowId: workflowIds.fetch(scope.account, scope.scope),
    args: { account: scope.account, fetchRunId: scope.scope },
    kind: 'fetch',
    summary: `Fetch projects of ${scope.companyName}`,
  }),
  connect: (scope) => ({
    type: 'ConnectCompany',
    workflowId: workflowIds.connect(scope.account, companyOf(scope)),
    args: { account: scope.account, companyId: companyOf(scope) },
    kind: 'company',
    summary: `Lists and webhooks of ${scope.companyName}`,
  }),
  reconcile: (scope) => ({
    type: 'Reconcile',
    workflowId: workflowIds.reconcile(scope.account, companyOf(scope), modeOf(scope)),
    args: { account: scope.account, companyId: companyOf(scope), mode: modeOf(scope) },
    kind: 'company',
    summary: `Compare ${scope.companyName} with Procore`,
  }),
  'tax-test': (scope) => ({
    type: 'TestProjectTax',
    workflowId: workflowIds.taxTest(scope.account, scope.scope),
    args: { account: scope.account, testId: scope.scope },
    kind: 'project',
    summary: `Test of tax codes, ${scope.companyName}`,
  }),
};

const companyOf = ({ companyId, scope }: ClaimedScope) => companyId ?? scope.split('/')[0] ?? scope;
const modeOf = ({ scope }: ClaimedScope) => (scope.endsWith('/full') ? 'full' : 'delta');
const projectOf = ({ scope }: ClaimedScope) => scope.split('/')[1] ?? scope;

const drainArgs = (scope: ClaimedScope) => ({
  account: scope.account,
  companyId: companyOf(scope),
  scope: scope.scope,
  queue: scope.bulk ? 'bulk' : 'sync',
});

const rest = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, Math.max(0, ms)));
