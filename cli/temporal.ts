import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';
import { SEARCH_ATTRIBUTES } from '../domain/search-attributes.ts';
import type { Child, Children } from './children.ts';
import { waitUntilReady } from './ports.ts';
import { StartError } from './start-error.ts';

const RETENTION = '720 hours';

export interface TemporalOptions {
  binary: string;
  port: number;
  /** null: without Web UI */
  uiPort: number | null;
  /** null: everything is gone when the server ends */
  dbFile: string | null;
  /** beside `default`, which the server always makes */
  namespaces: readonly string[];
  logFile?: string;
}

/**
 * Starts Temporal's dev server and waits until it answers, keeps finished runs for 30 days in the first namespace,
 * and knows our search attributes there.
 */
export async function startTemporal(children: Children, options: TemporalOptions): Promise<Child> {
  const child = await children.spawn({
    name: 'Temporal',
    command: options.binary,
    args: serverArguments(options),
    tier: 0,
    logFile: options.logFile,
    env: withoutTemporalSettings(process.env),
  });
  const address = `127.0.0.1:${options.port}`;
  const connection = Connection.lazy({ address, connectTimeout: '2s' });
  try {
    await waitUntilReady(child, {
      port: options.port,
      timeoutMs: 60_000,
      isReady: async () => {
        await connection.withDeadline(Date.now() + 2000, () => connection.workflowService.getSystemInfo({}));
        return true;
      },
    });
    await prepareNamespace(connection, options.namespaces[0] ?? 'default');
  } finally {
    await connection.close();
  }
  return child;
}

function serverArguments({ port, uiPort, dbFile, namespaces }: TemporalOptions): string[] {
  return [
    ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port)],
    ...(uiPort === null ? ['--headless'] : ['--ui-port', String(uiPort)]),
    ...(dbFile === null ? [] : ['--db-filename', dbFile]),
    ...(dbFile === null ? [] : ['--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=NORMAL']),
    ...namespaces.flatMap((name) => ['--namespace', name]),
    ...SEARCH_ATTRIBUTES.flatMap((name) => ['--search-attribute', `${name}=Keyword`]),
    ...['--dynamic-config-value', 'matching.enableFairness=true'],
    // A new attribute is usable at once instead of after the cache's minute.
    ...['--dynamic-config-value', 'system.forceSearchAttributesCacheRefreshOnRead=true'],
  ];
}

/** The dev server's own command would take TEMPORAL_* for its settings, which are meant for our clients. */
const withoutTemporalSettings = (env: NodeJS.ProcessEnv) =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('TEMPORAL_')));

async function prepareNamespace(connection: Connection, namespace: string): Promise<void> {
  await connection.withDeadline(Date.now() + 10_000, async () => {
    await connection.workflowService.updateNamespace({
      namespace,
      config: { workflowExecutionRetentionTtl: msToTs(RETENTION) },
    });
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    const missing = SEARCH_ATTRIBUTES.filter((name) => customAttributes?.[name] === undefined);
    if (missing.length > 0) {
      throw new StartError(`Temporal did not register the search attributes ${missing.join(', ')}.`);
    }
  });
}
