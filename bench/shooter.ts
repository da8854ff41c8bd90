import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

interface Target {
  url: string;
  path: string;
  authorization: string;
  companyProcoreId: string;
  vendorIds: string[];
  connections: number;
}

export type ShotsOrder = Target &
  (
    | { kind: 'closed'; seconds: number }
    | { kind: 'open'; perSecond: number; seconds: number }
    | { kind: 'count'; count: number }
  );

export interface Shots {
  sent: number;
  acknowledged: number;
  seconds: number;
  /** milliseconds from when an event was due to its answer */
  latencies: number[];
}

/** A process that posts events as ordered. */
export interface Shooter {
  shoot(order: ShotsOrder): Promise<Shots>;
  stop(): void;
}

export async function startShooter(): Promise<Shooter> {
  const child: ChildProcess = fork(fileURLToPath(new URL('./shooter-process.ts', import.meta.url)), {
    execArgv: ['--import', 'tsx'],
  });
  const next = <T>() =>
    new Promise<T>((resolve, reject) => {
      const ended = (code: number | null) => reject(new Error(`The shooter ended with ${code}`));
      child.once('exit', ended);
      child.once('message', (message) => {
        child.off('exit', ended);
        resolve(message as T);
      });
    });
  await next();
  return {
    async shoot(order) {
      const answer = next<Shots>();
      child.send(order);
      return answer;
    },
    stop: () => child.kill(),
  };
}
