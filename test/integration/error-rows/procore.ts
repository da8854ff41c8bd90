import { eq } from 'drizzle-orm';
import { procoreConnection } from '../../../db/schema/index.ts';
import { wakeDocuments } from '../../../dispatch/documents.ts';
import type { PushWorld } from '../push-world.ts';
import { breaking, control, type ErrorRow, mended } from './row.ts';

const LOOK = '/rest/v1\\.1/projects/\\d+/direct_costs\\?';
const HEADER = '/rest/v1\\.0/projects/\\d+/direct_costs$';

async function signIn({ stack }: PushWorld, state: 'connected' | 'reconnect_needed'): Promise<void> {
  await stack.deps.db.update(procoreConnection).set({ state }).where(eq(procoreConnection.id, stack.connectionId));
}

/** What Procore itself, or the way to it, is the cause of. */
export const PROCORE_ROWS: ErrorRow[] = [
  {
    code: 'AUTH_EXPIRED',
    when: 'nobody is signed in',
    told: 'wait',
    says: 'Waiting for Procore to be reconnected',
    async cause(world, number) {
      await signIn(world, 'reconnect_needed');
      return world.send({ number });
    },
    async fix(world) {
      await signIn(world, 'connected');
      await wakeDocuments(world.stack.deps, world.stack.account);
    },
    goesByItself: true,
  },
  {
    code: 'APP_DISCONNECTED',
    when: 'an administrator removed the app from the company',
    told: 'send',
    says: async ({ company }) =>
      `The app is no longer connected to ${company.name} in Procore. Ask a Procore company administrator to connect the app again.`,
    async cause(world, number) {
      const disconnectedCompanies = [Number(world.company.procoreId)];
      await control(world, 'PUT', '/settings', { disconnectedCompanies });
      return world.send({ number });
    },
    fix: (world) => control(world, 'PUT', '/settings', { disconnectedCompanies: [] }),
  },
  {
    code: 'NO_ACCESS',
    when: 'the tool is off in the project',
    told: 'send',
    says: 'Procore does not let us use Direct Costs in P-1007 Harbour Apartments: You do not have access to the direct costs tool in this project. Turn the tool on, raise our permission there, or add the project to the permitted list.',
    async cause(world, number) {
      await control(world, 'PUT', '/settings', { toolsOff: { [world.projects[0]!.procoreId]: ['direct_costs'] } });
      return world.send({ number });
    },
    fix: (world) => control(world, 'PUT', '/settings', { toolsOff: {} }),
  },
  {
    code: 'RATE_LIMIT',
    when: 'the call allowance is used up',
    told: 'wait',
    says: "Waiting for Procore's call allowance",
    async cause(world, number) {
      await breaking(world, 'GET', LOOK, { kind: 'status', status: 429, window: 'spike' }, 'always');
      return world.send({ number });
    },
    fix: mended,
    goesByItself: true,
  },
  {
    code: 'BUSY',
    when: 'somebody else changes the record',
    told: 'wait',
    says: 'Waiting for another document to finish in Procore',
    async cause(world, number) {
      await breaking(world, 'PATCH', '/direct_costs/line_items/sync$', { kind: 'status', status: 409 }, 'always');
      return world.send({ number });
    },
    leaves: true,
    fix: mended,
    goesByItself: true,
  },
  {
    code: 'PROCORE_5XX',
    when: 'Procore is down',
    told: 'wait',
    says: 'Waiting for Procore',
    async cause(world, number) {
      await breaking(world, 'GET', LOOK, { kind: 'status', status: 500 }, 'always');
      return world.send({ number });
    },
    fix: mended,
    goesByItself: true,
  },
  {
    code: 'SETTLING',
    when: 'a creating write gets no answer',
    told: 'wait',
    says: 'Waiting to see whether Procore took the last write',
    async cause(world, number) {
      await breaking(world, 'POST', HEADER, { kind: 'drop-before' }, 'always');
      return world.send({ number });
    },
    fix: mended,
    goesByItself: true,
  },
  {
    code: 'REFUSED',
    when: 'Procore refuses the record in words of its own',
    told: 'send',
    says: 'Procore refused #: Terms are not allowed here. Correct what Procore names, then retry.',
    async cause(world, number) {
      const body = { errors: { base: ['Terms are not allowed here.'] } };
      await breaking(world, 'POST', HEADER, { kind: 'status', status: 422, body });
      return world.send({ number });
    },
    fix: mended,
  },
];
