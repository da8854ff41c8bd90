import type { LogMetadata } from '@temporalio/common';
import { DefaultLogger, type LogEntry, type LogLevel, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createConnectCompanyActivities } from '../activities/connect-company.ts';
import { createDrainActivities, type DrainFlow } from '../activities/drain.ts';
import { createFetchProjectsActivities } from '../activities/fetch-projects.ts';
import type { FlowReader } from '../activities/flow.ts';
import { createHooks } from '../activities/hooks.ts';
import { createMaintainActivities } from '../activities/maintain.ts';
import { createPostTimesheetActivities } from '../activities/post-timesheet.ts';
import { createProjectFlow } from '../activities/project-flow.ts';
import { createPushInvoiceActivities } from '../activities/push-invoice.ts';
import { createPushOverheadActivities } from '../activities/push-overhead.ts';
import { createPushPurchaseOrderActivities } from '../activities/push-purchase-order.ts';
import { createReconcileActivities } from '../activities/reconcile.ts';
import { createSendDueActivities } from '../activities/send-due.ts';
import { createSyncCostCodes } from '../activities/sync-cost-codes.ts';
import { createSyncUser } from '../activities/sync-user.ts';
import { createSyncVendor } from '../activities/sync-vendor.ts';
import { createTestProjectTaxActivities } from '../activities/test-project-tax.ts';
import { asActivities } from '../platform/activity.ts';
import type { Deps } from '../platform/deps.ts';
import type { Logger } from '../platform/logger.ts';
import { workflowBundle } from './bundle.ts';

/** All workflow code runs on `sync`; activities choose by who waits for them. */
const QUEUES = { sync: 'sync', bulk: 'bulk' } as const;

const SHUTDOWN_GRACE = '10 seconds';
const SHUTDOWN_FORCE = '20 seconds';

export interface RunningWorker {
  /** resolves when it was stopped, rejects when it cannot go on */
  done: Promise<void>;
  /** Lets running activities end, up to the grace. */
  stop(): Promise<void>;
}

export interface WorkerOptions {
  /** replaces what a flow reads */
  readers?: Partial<Record<DrainFlow, FlowReader>> | undefined;
}

/** Starts the worker of one process: workflows and urgent activities on `sync`, what can wait on `bulk`. */
export async function startWorker(deps: Deps, options: WorkerOptions = {}): Promise<RunningWorker> {
  const connection = await NativeConnection.connect({ address: deps.env.TEMPORAL_ADDRESS });
  const shared = {
    connection,
    namespace: deps.env.TEMPORAL_NAMESPACE,
    activities: createActivities(deps, options),
    shutdownGraceTime: SHUTDOWN_GRACE,
    shutdownForceTime: SHUTDOWN_FORCE,
  } as const;
  const workers = await Promise.all([
    Worker.create({
      ...shared,
      taskQueue: QUEUES.sync,
      workflowBundle: await workflowBundle(),
      maxConcurrentActivityTaskExecutions: 10,
      maxCachedWorkflows: 200,
    }),
    Worker.create({ ...shared, taskQueue: QUEUES.bulk, maxConcurrentActivityTaskExecutions: 6 }),
  ]);
  const done = Promise.all(workers.map((worker) => worker.run()))
    .then(() => undefined)
    .finally(() => connection.close());
  return {
    done,
    async stop() {
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
      await done;
    },
  };
}

/** Every activity of the product. */
function createActivities(deps: Deps, { readers }: WorkerOptions) {
  const { db, procore, accounting, secrets, env } = deps;
  const hooks = createHooks({ db, secrets, publicUrl: env.PUBLIC_URL });
  return asActivities({
    ...createDrainActivities({
      db,
      readers: {
        project: createProjectFlow({ db, procore }),
        'cost-codes': createSyncCostCodes({ db, procore }),
        vendors: createSyncVendor({ db, procore }),
        users: createSyncUser({ db, procore }),
        ...readers,
      },
    }),
    ...createFetchProjectsActivities({ db, procore }),
    ...createConnectCompanyActivities({ db, procore, hooks }),
    ...createReconcileActivities({ db, procore }),
    ...createMaintainActivities({ db, procore }),
    ...createTestProjectTaxActivities({ db, procore }),
    ...createPushInvoiceActivities({ db, procore, accounting, env }),
    ...createPushOverheadActivities({ db, accounting, env }),
    ...createPushPurchaseOrderActivities({ db, procore, env }),
    ...createSendDueActivities({ db }),
    ...createPostTimesheetActivities({ db, procore, env }),
  });
}

/** Sends what Temporal has to say to our log. Once a process, before any connection. */
export function logTemporalTo(logger: Logger): void {
  const log = ({ level, message, meta }: Omit<LogEntry, 'timestampNanos'>) => {
    const { error, ...facts } = meta ?? {};
    logger[levelOf(level, message, facts)](error === undefined ? facts : { ...facts, err: error }, message);
  };
  Runtime.install({ logger: new DefaultLogger('INFO', log) });
}

const LEVELS = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

/** Warnings are for whoever must act on them, which an operator need not on these two. */
function levelOf(level: LogLevel, message: string, facts: LogMetadata) {
  // A document that was refused: the clerk reads why in its row, and the run is Failed by design (workflows/outcome.ts).
  if (message === 'Workflow failed' && facts.failureReason !== undefined) return 'info';
  // The worker of the bulk queue has activities only.
  if (message.startsWith('No workflows registered')) return 'debug';
  return LEVELS[level];
}
