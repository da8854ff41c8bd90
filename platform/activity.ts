import { Context } from '@temporalio/activity';
import { toFailure } from './errors.ts';

/** Well inside the heartbeatTimeout of 10 s; short activities send none. */
const BEAT_MS = 4_000;

// biome-ignore lint/suspicious/noExplicitAny: any activity, whatever it takes
type Activities = Record<string, (...input: any[]) => Promise<unknown>>;

/** Gives every activity its heartbeat, so that a dead worker is noticed in ten seconds, and turns what it throws into what Temporal should know. */
export function asActivities<T extends Activities>(activities: T): T {
  return Object.fromEntries(
    Object.entries(activities).map(([name, run]) => [
      name,
      async (...input: unknown[]) => {
        const context = Context.current();
        const beat = setInterval(() => context.heartbeat(), BEAT_MS);
        try {
          return await run(...input);
        } catch (error) {
          throw toFailure(error);
        } finally {
          clearInterval(beat);
        }
      },
    ]),
  ) as T;
}
