import { sql } from 'drizzle-orm';
import { Router } from 'express';
import type { Deps } from '../../platform/deps.ts';
import { isTemporalUp } from '../temporal-health.ts';

/** For load balancers and for whoever starts us; public, and says nothing else. */
export function healthRoutes({ db, temporal }: Pick<Deps, 'db' | 'temporal'>): Router {
  const router = Router();
  const isDatabaseUp = () =>
    db.execute(sql`select 1`).then(
      () => true,
      () => false,
    );

  router.get('/health', async (_request, response) => {
    const isUp = await isDatabaseUp();
    response.status(isUp ? 200 : 503).json({ database: isUp ? 'up' : 'down' });
  });

  router.get('/health/ready', async (_request, response) => {
    const [database, workflows] = await Promise.all([isDatabaseUp(), isTemporalUp(temporal)]);
    response.status(database && workflows ? 200 : 503).json({
      database: database ? 'up' : 'down',
      temporal: workflows ? 'up' : 'down',
    });
  });
  return router;
}
