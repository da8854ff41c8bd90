import { mkdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { createChildren, endLeftOvers } from './children.ts';
import { keepRunning, type Service } from './keep-running.ts';
import { readLocalSettings, wantedPorts } from './local-settings.ts';
import { noteworthy } from './log-lines.ts';
import { requireFreePorts } from './ports.ts';
import { launchers, startMark } from './process-table.ts';
import {
  ADMIN_EMAIL,
  addresses,
  api,
  type StackOptions,
  simulator,
  startDatabase,
  startTemporalServer,
  worker,
} from './stack.ts';
import { StartError } from './start-error.ts';
import { buildWebIfStale } from './web-build.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** `npm` and `tsx` each pass a Ctrl-C on, so one key press can arrive more than once. */
const SAME_KEY_PRESS_MS = 1000;
const LAUNCHER_CHECK_MS = 2000;

const say = (line: string) => console.log(line);

try {
  await start();
} catch (error) {
  fail(error);
}

/** `npm start`: the whole product on this machine. */
async function start(): Promise<void> {
  const settings = readLocalSettings(process.env, ROOT);
  const record = join(settings.dataDir, 'run', 'processes.json');
  mkdirSync(join(settings.dataDir, 'run'), { recursive: true });
  const ended = await endLeftOvers(record);
  if (ended > 0) say(`Ended ${ended} processes an earlier start had left running.`);
  await requireFreePorts(wantedPorts(settings));

  const children = createChildren(record);
  const stopping = stopOnSignals(children);
  const options: StackOptions = { root: ROOT, env: process.env, settings, children, say, warn: quietly() };
  const run = (service: Service) => keepRunning(service, { say, isStopping: stopping.isStopping });
  try {
    await Promise.all([
      startDatabase(options, run),
      startTemporalServer(options, run),
      buildWebIfStale(children, ROOT, say),
      settings.startsSimulator ? run(simulator(options)) : undefined,
    ]);
    await Promise.all([run(api(options)), run(worker(options))]);
  } catch (error) {
    if (stopping.isStopping()) return;
    await stopping.quietStop();
    fail(error);
  }
  if (!stopping.isStopping()) announce(options);
}

function announce(options: StackOptions): void {
  const { app, temporalUi, simulator: simulated } = addresses(options);
  const { env, settings } = options;
  const email = env.BOOTSTRAP_ADMIN_EMAIL || ADMIN_EMAIL;
  const password = env.BOOTSTRAP_ADMIN_PASSWORD ? 'as in BOOTSTRAP_ADMIN_PASSWORD' : settings.secrets.adminPassword;
  const rows: [string, string | null][] = [
    ['App', app],
    ['Sign in', `${email}  ${password}`],
    ['Temporal', temporalUi],
    ['Procore', simulated === null ? 'the real one' : `${simulated} (simulator)`],
    ['Logs', `${relative(process.cwd(), settings.dataDir) || '.data'}/logs`],
  ];
  say(`\nReady in ${(performance.now() / 1000).toFixed(1)} s\n`);
  for (const [label, value] of rows) if (value !== null) say(`  ${label.padEnd(10)}${value}`);
  say('\nCtrl-C stops everything and keeps the data.\n');
}

/** Stops every child on Ctrl-C, a closed terminal or a kill; a second Ctrl-C does not wait for clean ends. */
function stopOnSignals(children: ReturnType<typeof createChildren>) {
  let stoppedAt: number | null = null;
  const stop = async () => {
    if (stoppedAt !== null) {
      if (Date.now() - stoppedAt < SAME_KEY_PRESS_MS) return;
      children.killAll();
      process.exit(130);
    }
    stoppedAt = Date.now();
    say('\nStopping. Press Ctrl-C again to stop at once.');
    await children.stopAll();
    say('Stopped. The data is kept.');
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop());
  // A kill of npm or tsx alone does not reach us, but nobody would stop us any more.
  const above = launchers();
  const marks = above.map(startMark);
  setInterval(() => {
    if (stoppedAt === null && above.some((pid, index) => startMark(pid) !== marks[index])) void stop();
  }, LAUNCHER_CHECK_MS).unref();
  return {
    isStopping: () => stoppedAt !== null,
    async quietStop() {
      stoppedAt = Date.now();
      await children.stopAll();
    },
  };
}

/** Prints only what a person should see of the children's logs, and nothing twice in a row. */
function quietly(): StackOptions['warn'] {
  let last = '';
  return (name, line) => {
    const text = noteworthy(line);
    if (text === null || text === last) return;
    last = text;
    say(`[${name}] ${text}`);
  };
}

function fail(error: unknown): never {
  if (error instanceof StartError) console.error(error.message);
  else console.error('Cannot start:', error);
  process.exit(1);
}
