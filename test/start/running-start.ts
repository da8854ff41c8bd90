import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../cli/ports.ts';
import { groupMembers } from '../../cli/process-table.ts';

/** The port settings of one installation, all free. */
export type Ports = Record<'PORT' | 'TEMPORAL_PORT' | 'TEMPORAL_UI_PORT' | 'POSTGRES_PORT' | 'SIMULATOR_PORT', string>;

/** An `npm start`, seen as the person at the terminal sees it. */
export interface RunningStart {
  output(): string;
  /** resolves with the seconds it took; rejects with the output when it ends or is too slow */
  waitFor(text: string, timeoutMs: number): Promise<number>;
  /** as a terminal does it: to npm, to the script and to whatever else is in the foreground */
  pressCtrlC(): void;
  /** as `kill` does it: to npm alone */
  kill(): void;
  ended: Promise<number | null>;
}

export async function freePorts(): Promise<Ports> {
  return {
    PORT: String(await freePort()),
    TEMPORAL_PORT: String(await freePort()),
    TEMPORAL_UI_PORT: String(await freePort()),
    POSTGRES_PORT: String(await freePort()),
    SIMULATOR_PORT: String(await freePort()),
  };
}

export function npmStart(folder: string, ports: Ports): RunningStart {
  const child = spawn('npm', ['start'], {
    cwd: folder,
    env: { ...withoutProductSettings(process.env), ...ports },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const output = collected(child);
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return {
    output,
    ended,
    pressCtrlC() {
      if (groupMembers(child.pid ?? 0).length > 0) process.kill(-(child.pid ?? 0), 'SIGINT');
    },
    kill: () => void child.kill('SIGTERM'),
    async waitFor(text, timeoutMs) {
      const since = performance.now();
      while (!output().includes(text)) {
        const isOver = (child.exitCode ?? 0) > 0 || performance.now() - since > timeoutMs;
        if (isOver) throw new Error(`"${text}" did not appear within ${timeoutMs / 1000} s:\n${output()}`);
        await sleep(50);
      }
      return (performance.now() - since) / 1000;
    },
  };
}

/** The record an `npm start` keeps of itself and its children. */
export function recordOf(folder: string): { parent: number; children: number[] } {
  const record = JSON.parse(readFileSync(join(folder, '.data', 'run', 'processes.json'), 'utf8'));
  return { parent: record.parent.pid, children: record.children.map((child: { pid: number }) => child.pid) };
}

/** Resolves with the children still alive when all are gone or the time is over. */
export async function survivors(children: number[], timeoutMs: number): Promise<number[]> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const alive = children.filter((pid) => groupMembers(pid).length > 0);
    if (alive.length === 0 || Date.now() > deadline) return alive;
    await sleep(100);
  }
}

function collected(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
  }
  return () => text;
}

/** What the machine or the test runner sets must not decide how the product starts. */
const withoutProductSettings = (env: NodeJS.ProcessEnv) =>
  Object.fromEntries(
    Object.entries(env).filter(
      ([name]) =>
        !/^(DATABASE_URL|PROCORE_|BOOTSTRAP_|ENCRYPTION_|PUBLIC_URL|LOG_LEVEL|NODE_ENV|VITEST|npm_)/.test(name) &&
        (!name.startsWith('TEMPORAL_') || name === 'TEMPORAL_CLI_PATH'),
    ),
  );
