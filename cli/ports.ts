import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Child } from './children.ts';
import { groupMembers, listeners } from './process-table.ts';
import { StartError } from './start-error.ts';

/** A port we are about to listen on, and the environment variable that moves it. */
export interface WantedPort {
  port: number;
  what: string;
  setting: string;
}

/**
 * Makes sure nothing listens yet on any of the ports.
 *
 * @throws StartError with one line for each taken port
 */
export async function requireFreePorts(wanted: readonly WantedPort[]): Promise<void> {
  const taken: string[] = [];
  for (const { port, what, setting } of wanted) {
    if (await isFree(port)) continue;
    const holder = listeners(port)?.[0];
    const by = holder === undefined ? '' : ` by process ${holder}`;
    taken.push(`Port ${port} for ${what} is taken${by}. Stop it, or set ${setting} to another port.`);
  }
  if (taken.length > 0) throw new StartError(taken.join('\n'));
}

/** A port nobody uses at this moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/**
 * Waits until `isReady` says so, and checks that the listener is the child we started and no stranger.
 *
 * @throws StartError when the child ends, the time is over, or someone else answers on its port
 */
export async function waitUntilReady(
  child: Child,
  { port, timeoutMs, isReady }: { port: number | null; timeoutMs: number; isReady(): Promise<boolean> },
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  let endedAs: string | null = null;
  void child.ended.then((how) => {
    endedAs = how;
  });
  for (;;) {
    if (endedAs !== null) throw new StartError(`${child.name} ended while starting (${endedAs})${lastWords(child)}`);
    if (await isReady().catch(() => false)) break;
    if (Date.now() > deadline) {
      throw new StartError(`${child.name} was not ready after ${timeoutMs / 1000} s${lastWords(child)}`);
    }
    await sleep(100);
  }
  if (port !== null) requireOwnListener(child, port);
}

function requireOwnListener(child: Child, port: number): void {
  const found = listeners(port);
  if (found === null) return;
  const ours = groupMembers(child.pid);
  if (found.some((pid) => ours.includes(pid))) return;
  throw new StartError(`Port ${port} is answered by process ${found[0]}, not by ${child.name}. Stop it and try again.`);
}

function lastWords(child: Child): string {
  const line = child.tail().findLast((text) => text.trim() !== '');
  return line === undefined ? '' : `: ${line.trim().slice(0, 300)}`;
}

/** On Linux the wildcard address conflicts with every listener, elsewhere only the exact address does. */
async function isFree(port: number): Promise<boolean> {
  for (const host of [undefined, '127.0.0.1']) {
    const bound = await new Promise<boolean>((resolve) => {
      const server = createServer();
      server.once('error', () => resolve(false));
      server.listen({ port, host }, () => server.close(() => resolve(true)));
    });
    if (!bound) return false;
  }
  return true;
}
