import type { AddressInfo } from 'node:net';
import { migrate } from '../db/migrate.ts';
import { resealSecrets } from '../db/queries/sealed-secrets.ts';
import { createDocumentDispatcher } from '../dispatch/documents.ts';
import { createDoorbell } from '../dispatch/doorbell.ts';
import { createEventSender } from '../dispatch/event-hooks.ts';
import { createScheduleKeeper } from '../dispatch/schedules.ts';
import { createDeps, type Deps } from '../platform/deps.ts';
import { EnvError, readEnv } from '../platform/env.ts';
import { createApp } from './app.ts';
import { bootstrap } from './bootstrap.ts';

/** Open requests get this long to end; event streams never would. */
const GRACE_MS = 3000;

try {
  await run();
} catch (error) {
  console.error(error instanceof EnvError ? error.message : error);
  process.exit(1);
}

async function run(): Promise<void> {
  const env = readEnv(process.env);
  const deps = createDeps(env, 'api');
  await migrate(env.DATABASE_URL);
  await bootstrap(deps);
  await sealAnew(deps);
  const doorbell = createDoorbell({
    ...deps,
    databaseUrl: env.DATABASE_URL,
    documents: createDocumentDispatcher(deps),
    schedules: createScheduleKeeper(deps),
  });
  const eventSender = createEventSender({ ...deps, hosts: env.EVENT_HOOK_HOSTS });

  const server = createApp(deps, doorbell).listen(env.PORT);
  server.once('error', (error: NodeJS.ErrnoException) => {
    const isTaken = error.code === 'EADDRINUSE';
    console.error(isTaken ? `Port ${env.PORT} is taken. Stop what uses it, or set PORT to another port.` : error);
    process.exit(1);
  });
  server.once('listening', () => deps.logger.info({ port: (server.address() as AddressInfo).port }, 'The API listens'));

  let isStopping = false;
  const stop = async () => {
    if (isStopping) return;
    isStopping = true;
    setTimeout(() => server.closeAllConnections(), GRACE_MS).unref();
    await new Promise((resolve) => server.close(resolve));
    await doorbell.close();
    await eventSender.close();
    await deps.close();
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop());
  // Started by a parent that holds a channel to us: its end is ours.
  process.once('disconnect', () => void stop());
}

/** Older encryption keys may go once this has run. */
async function sealAnew({ db, secrets, logger }: Deps): Promise<void> {
  const { count, lost } = await resealSecrets(db, secrets);
  if (count > 0) logger.info({ count }, 'Secrets were sealed anew with the newest encryption key');
  if (lost.length > 0) logger.error({ lost }, 'No encryption key opens these secrets; connect anew');
}
