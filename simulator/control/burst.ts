import type { Simulator } from '../engine/simulator.ts';
import type { UserRow } from '../resources/company-users.ts';
import { RESOURCE_NAMES } from '../resources/webhook-resources.ts';

/** Many events at once about rows that did not change. */
export function fireBurst(
  sim: Simulator,
  body: { companyId?: number; projectId?: number; resource?: string; ids?: number[]; count?: number; event?: string },
) {
  const { companyId, resource, ids = [], count = ids.length, event = 'update' } = body;
  if (companyId === undefined || resource === undefined || ids.length === 0) {
    throw new Error('companyId, resource (as webhooks name it) and ids are needed');
  }
  if (RESOURCE_NAMES[resource] === undefined) throw new Error(`webhooks know no resource "${resource}"`);
  const source = { resource, companyId: Number(companyId), projectId: body.projectId ?? null };
  const person = sim.store.table<UserRow>('company_users').where('company_id', Number(companyId))[0];
  const actor = { userId: person?.id ?? 0, applicationId: null };
  sim.quietly(() => {
    for (let n = 0; n < count; n++) sim.webhooks.enqueue(source, event, Number(ids[n % ids.length]), actor);
  });
  sim.webhooks.wake();
  return { enqueued: count };
}
