import { ensureConnection, lastWebhookAt } from '../../db/queries/connections.ts';
import { deliveryHealth } from '../../db/queries/maintain.ts';
import {
  documentsOnTheirWay,
  inboxBacklog,
  needsPerson,
  ordersNeedPerson,
  setupProgress,
} from '../../db/queries/overview.ts';
import { comparisons } from '../../db/queries/reconcile.ts';
import { CATALOGUE, messageOf, type Problem } from '../../domain/errors.ts';
import { Overview } from '../../schemas/overview.ts';
import { connectionDefaults } from '../connection-defaults.ts';
import type { RouteContext } from '../context.ts';
import { isTemporalUp } from '../temporal-health.ts';

export function overviewRoutes({ route, deps }: RouteContext): void {
  route(
    {
      method: 'get',
      path: '/api/overview',
      does: 'Health, backlog and what needs a person',
      may: 'read',
      answer: Overview,
    },
    async ({ db, caller: { account } }) => {
      const connection = await ensureConnection(db, account, connectionDefaults(deps.env), deps.secrets.seal);
      const [isUp, webhookAt, inbox, documents, reasons, orders, setup, compared, deliveries] = await Promise.all([
        isTemporalUp(deps.temporal),
        lastWebhookAt(db, account, connection.id),
        inboxBacklog(db, account),
        documentsOnTheirWay(db, account),
        needsPerson(db, account),
        ordersNeedPerson(db, account),
        setupProgress(db, account),
        comparisons(db, account),
        deliveryHealth(db, account),
      ]);
      return {
        connection: connection.state,
        temporal: isUp ? ('up' as const) : ('down' as const),
        lastWebhookAt: webhookAt,
        lastComparedAt: compared.lastAt,
        missedChanges: compared.missedToday,
        failingDeliveries: deliveries.failing,
        discardedDeliveries: deliveries.discarded,
        inboxPending: inbox.pending,
        inboxFailed: inbox.failed,
        documentsQueued: documents.queued,
        oldestQueuedAt: documents.oldestQueuedAt,
        needsPerson: reasons.map(reasonOf),
        ordersNeedPerson: orders.map(reasonOf),
        setup: [
          { step: 'Connect to Procore', isDone: connection.state === 'connected', link: '/settings' },
          {
            step: 'Tick the project stages to bring in',
            isDone: setup.hasMonitoredStage,
            link: '/settings',
          },
          { step: 'Map the tax codes', isDone: setup.hasTaxMapping, link: '/settings' },
          { step: 'Fetch the projects', isDone: setup.hasProject, link: '/fetch' },
          { step: 'Send the first invoice', isDone: setup.hasSentInvoice, link: '/invoices' },
        ],
      };
    },
  );
}

const reasonOf = ({ example, count }: { example: Problem; count: number }) => ({
  code: example.code,
  message: example.code in CATALOGUE ? messageOf(example) : 'An unknown reason.',
  count,
});
