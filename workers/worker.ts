import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createConnectCompanyActivities } from '../activities/connect-company.ts';
import { createDrainActivities, type DrainFlow } from '../activities/drain.ts';
import { createFetchProjectsActivities } from '../activities/fetch-projects.ts';
import type { FlowReader } from '../activities/flow.ts';
import { createHooks } from '../activities/hooks.ts';
import { createImportProject } from '../activities/import-project.ts';
import { createMaintainActivities } from '../activities/maintain.ts';
import { createPostTimesheetActivities } from '../activities/post-timesheet.ts';
import { createPushInvoiceActivities } from '../activities/push-invoice.ts';
import { createPushOverheadActivities } from '../activities/push-overhead.ts';
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
        project: createImportProject({ db, procore }),
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
    ...createSendDueActivities({ db }),
    ...createPostTimesheetActivities({ db, procore, env }),
  });
}

/** Sends what Temporal's core has to say to our log. Once a process, before any connection. */
export function logTemporalTo(logger: Logger): void {
  const levels = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;
  Runtime.install({
    logger: new DefaultLogger('INFO', ({ level, message, meta }) => logger[levels[level]](meta ?? {}, message)),
  });
}
