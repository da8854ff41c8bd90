import { LiveEvent } from '../../schemas/events.ts';
import type { Live } from '../live.ts';
import type { AddRoute } from '../route.ts';

const HEARTBEAT_MS = 15_000;
/** A stream ends now and then; the browser opens it again, and only with a session that still lives. */
const LONGEST_MS = 10 * 60_000;

export function eventRoutes({ route, live }: { route: AddRoute; live: Live }): void {
  route(
    {
      method: 'get',
      path: '/api/events',
      does: 'Server-sent events: which lists changed',
      may: 'read',
      streams: true,
      answer: LiveEvent.optional(),
    },
    async ({ caller, response }) => {
      response.set({ 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
      response.flushHeaders();
      response.write('retry: 2000\n\n');
      const stop = live.listen(caller.account, (event) => response.write(`data: ${JSON.stringify(event)}\n\n`));
      const beat = setInterval(() => response.write(': still here\n\n'), HEARTBEAT_MS);
      const end = setTimeout(() => response.end(), LONGEST_MS);
      response.once('close', () => {
        stop();
        clearInterval(beat);
        clearTimeout(end);
      });
      return undefined;
    },
  );
}
