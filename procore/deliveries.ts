import { z } from 'zod';
import { type Call, segment } from './call.ts';
import { ProcoreError } from './errors.ts';
import { id, optionalId, text } from './fields.ts';

export const delivery = z.object({
  id,
  /** delivered, failed, discarded, enqueued or retrying */
  status: text,
});

/** v1.0 knows a delivery by its event. */
export const deliveryV1 = z.object({ event_id: optionalId });

/** What v1.0 calls the states. */
const OUTCOMES = { failed: 'failed', discarded: 'discarded', retrying: 'retried' } as const;

export interface DeliveriesInput {
  hookId: string;
  projectId?: string | undefined;
  status: 'failed' | 'discarded' | 'retrying';
}

/** Enough to say how bad it is. */
const SHOWN = 100;

/** What Procore says of its posts to a hook (contract section 15.1). */
export const createDeliveries = (call: Call) => ({
  /** Ids of the newest deliveries in a state, a hundred at most; v1.0 is asked where v2.0 does not know the hook. */
  async newest({ hookId, projectId, status }: DeliveriesInput): Promise<string[]> {
    const place = projectId === undefined ? '' : `/projects/${segment(projectId)}`;
    const base = `/rest/v2.0/companies/${segment(call.companyId)}${place}/webhooks`;
    try {
      const path = `${base}/hooks/${segment(hookId)}/deliveries`;
      const { rows } = await call.page(delivery, path, { 'filter[status]': status, per_page: SHOWN }, { cursor: null });
      return rows.map((row) => row.id);
    } catch (error) {
      if (!(error instanceof ProcoreError && error.kind === 'not-found')) throw error;
      const path = `/rest/v1.0/webhooks/hooks/${segment(hookId)}/deliveries`;
      const owner = projectId === undefined ? { company_id: call.companyId } : { project_id: projectId };
      const { rows } = await call.page(
        deliveryV1,
        path,
        { ...owner, 'filters[status]': OUTCOMES[status], page_size: SHOWN },
        { cursor: null },
      );
      return rows.flatMap(({ event_id: eventId }) => (eventId === null ? [] : [eventId]));
    }
  },
});
