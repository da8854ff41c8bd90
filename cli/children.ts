import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { groupMembers, startMark } from './process-table.ts';
import { StartError } from './start-error.ts';

/** A program to run in a process group of its own, so that a Ctrl-C in the terminal reaches only its parent. */
export interface ChildSpec {
  name: string;
  command: string;
  args: string[];
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  user?: { uid: number; gid: number };
  /** asks for a clean end; PostgreSQL's is SIGINT (it then drops its connections) */
  stopSignal?: 'SIGINT' | 'SIGTERM';
  stopGraceMs?: number;
  /** 0 is ended last: what the others write to while they end */
  tier?: 0 | 1;
  logFile?: string;
  onLine?(line: string): void;
}

export interface Child {
  name: string;
  pid: number;
  /** how it ended, in words; never rejects */
  ended: Promise<string>;
  /** the last lines it printed, newest last */
  tail(): string[];
  stop(): Promise<void>;
}

interface Living {
  child: Child;
  tier: 0 | 1;
}

interface RecordedProcess {
  pid: number;
  mark: string;
}

/** What stands in the record file while a start runs, so that the next one can tell. */
interface ProcessRecord {
  parent: RecordedProcess;
  children: RecordedProcess[];
}

export interface Children {
  spawn(spec: ChildSpec): Promise<Child>;
  stopAll(): Promise<void>;
  /** Ends everything at once, without waiting for clean ends. */
  killAll(): void;
}

const TAIL_LINES = 20;
const FULL_LOG_BYTES = 20_000_000;

/**
 * Starts and ends child processes so that none is left behind: not by Ctrl-C, and not by a kill -9 of this process,
 * which a small watchdog process notices.
 *
 * @param record file in which the living children are noted, for `endLeftOvers` of the next start
 */
export function createChildren(record?: string): Children {
  const living = new Set<Living>();
  const watchdog = startWatchdog();

  function note(): void {
    if (record === undefined) return;
    const children = [...living].map(({ child }) => recorded(child.pid)).filter((entry) => entry !== null);
    const parent = recorded(process.pid);
    if (children.length === 0 || parent === null) rmSync(record, { force: true });
    else writeFileSync(record, JSON.stringify({ parent, children } satisfies ProcessRecord));
  }

  async function startOne(spec: ChildSpec): Promise<Child> {
    const started = await spawned(spec);
    const pid = started.pid;
    if (pid === undefined) throw new StartError(`${spec.name} could not be started`);
    const stopSignal = spec.stopSignal ?? 'SIGTERM';
    watchdog.tell(`+${pid} ${stopSignal}`);
    const tail = keepOutput(started, spec);
    const ended = new Promise<string>((resolve) => {
      started.once('exit', (code, signal) => {
        living.delete(entry);
        note();
        if (groupMembers(pid).length === 0) watchdog.tell(`-${pid}`);
        resolve(signal === null ? `exit code ${code}` : `signal ${signal}`);
      });
    });
    const child: Child = {
      name: spec.name,
      pid,
      ended,
      tail: () => [...tail],
      async stop() {
        signalProcess(pid, stopSignal);
        const isClean = await Promise.race([
          ended.then(() => true),
          sleep(spec.stopGraceMs ?? 10_000, false, { ref: false }),
        ]);
        if (!isClean || groupMembers(pid).length > 0) signalProcess(-pid, 'SIGKILL');
        await ended;
        watchdog.tell(`-${pid}`);
      },
    };
    const entry: Living = { child, tier: spec.tier ?? 1 };
    living.add(entry);
    note();
    return child;
  }

  const stopTier = (tier: 0 | 1) =>
    Promise.all([...living].filter((entry) => entry.tier === tier).map(({ child }) => child.stop()));

  return {
    spawn: startOne,
    async stopAll() {
      await stopTier(1);
      await stopTier(0);
      watchdog.close();
    },
    killAll() {
      for (const { child } of living) signalProcess(-child.pid, 'SIGKILL');
      if (record !== undefined) rmSync(record, { force: true });
    },
  };
}

/**
 * Ends what an earlier start left running, recognised by number and time of start.
 *
 * @returns how many were ended
 * @throws StartError when that earlier start is still alive
 */
export async function endLeftOvers(record: string): Promise<number> {
  const earlier = readRecord(record);
  if (earlier === null) return 0;
  if (isAlive(earlier.parent)) {
    throw new StartError(`It is already running here as process ${earlier.parent.pid}. Stop that one first.`);
  }
  const left = earlier.children.filter(isAlive);
  for (const { pid } of left) signalProcess(pid, 'SIGINT');
  for (let tries = 0; tries < 80 && left.some(({ pid }) => groupMembers(pid).length > 0); tries += 1) await sleep(100);
  for (const { pid } of left) signalProcess(-pid, 'SIGKILL');
  rmSync(record, { force: true });
  return left.length;
}

function readRecord(record: string): ProcessRecord | null {
  try {
    return JSON.parse(readFileSync(record, 'utf8')) as ProcessRecord;
  } catch {
    return null;
  }
}

const isAlive = ({ pid, mark }: RecordedProcess) => startMark(pid) === mark;

function recorded(pid: number): RecordedProcess | null {
  const mark = startMark(pid);
  return mark === null ? null : { pid, mark };
}

/** A spawned process, or the plain reason why there is none. */
function spawned(spec: ChildSpec): Promise<ChildProcess> {
  return new Promise((resolve, reject) => {
    const child = spawn(spec.command, spec.args, {
      cwd: spec.cwd,
      env: spec.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      ...spec.user,
    });
    child.once('spawn', () => resolve(child));
    child.once('error', (error) => reject(new StartError(`${spec.name} could not be started: ${error.message}`)));
    child.on('error', () => undefined); // a signal that could not be delivered; `exit` tells the rest
  });
}

/** Sends every line to the log file and to `onLine`, and keeps the last ones. */
function keepOutput(child: ChildProcess, spec: ChildSpec): string[] {
  const tail: string[] = [];
  if (spec.logFile !== undefined) prepareLog(spec.logFile);
  const log = spec.logFile === undefined ? null : createWriteStream(spec.logFile, { flags: 'a' });
  log?.on('error', () => undefined); // a full disk must not end the product's parent
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on('line', (line) => {
      tail.push(line);
      if (tail.length > TAIL_LINES) tail.shift();
      log?.write(`${line}\n`);
      spec.onLine?.(line);
    });
  }
  child.once('close', () => log?.end());
  return tail;
}

/** One older log is kept beside a full one. */
function prepareLog(file: string): void {
  mkdirSync(dirname(file), { recursive: true });
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > FULL_LOG_BYTES) renameSync(file, `${file}.old`);
}

function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // already gone
  }
}

function startWatchdog() {
  const script = fileURLToPath(new URL('./watchdog.mjs', import.meta.url));
  const child = spawn(process.execPath, [script], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    cwd: '/',
    env: {},
  });
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  child.unref();
  return {
    tell: (line: string) => void child.stdin.write(`${line}\n`),
    close: () => void child.stdin.end(),
  };
}
