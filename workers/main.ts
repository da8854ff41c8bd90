import { createDeps } from '../platform/deps.ts';
import { EnvError, readEnv } from '../platform/env.ts';
import { workflowBundle } from './bundle.ts';
import { logTemporalTo, startWorker } from './worker.ts';

const RETRY_MS = 2_000;

async function main(): Promise<void> {
  const deps = createDeps(readEnv(process.env), 'worker');
  const { logger } = deps;
  logTemporalTo(logger);
  await workflowBundle();
  const worker = await startWhenTemporalIsUp();
  logger.info('The worker is running');
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void worker.stop());
  await worker.done;
  await deps.close();

  async function startWhenTemporalIsUp() {
    for (;;) {
      try {
        return await startWorker(deps);
      } catch (error) {
        logger.warn({ err: error }, 'Temporal cannot be reached yet; trying again');
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof EnvError ? error.message : error);
  process.exit(1);
});
