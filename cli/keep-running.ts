import { setTimeout as sleep } from 'node:timers/promises';
import type { Child } from './children.ts';

const LONGEST_WAIT_MS = 30_000;

/** One process of the stack. `launch` resolves when it is ready. */
export interface Service {
  name: string;
  launch(): Promise<Child>;
}

/** Launches a service and, should it end unexpectedly later, launches it again with growing pauses. */
export async function keepRunning(
  service: Service,
  { say, isStopping }: { say(line: string): void; isStopping(): boolean },
): Promise<void> {
  const first = await service.launch();
  void watch(first);

  async function watch(child: Child): Promise<void> {
    let current: Child | null = child;
    let waitMs = 1000;
    for (;;) {
      let why: string;
      if (current === null) why = 'did not come back';
      else {
        const since = Date.now();
        why = `ended unexpectedly (${await current.ended})`;
        if (Date.now() - since > LONGEST_WAIT_MS) waitMs = 1000;
      }
      if (isStopping()) return;
      say(`${service.name} ${why}; starting it again in ${waitMs / 1000} s.`);
      await sleep(waitMs);
      if (isStopping()) return;
      waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
      current = await service.launch().then(
        (child) => child,
        () => null,
      );
      if (current !== null) say(`${service.name} is running again.`);
    }
  }
}
