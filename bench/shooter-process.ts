import { randomUUID } from 'node:crypto';
import { Pool } from 'undici';
import type { Shots, ShotsOrder } from './shooter.ts';

/** The load of a bench, in a process of its own: posts events and measures how long each answer took. */
process.on('message', (order: ShotsOrder) => {
  void shoot(order).then((shots) => process.send?.(shots));
});
process.send?.('ready');

async function shoot(order: ShotsOrder): Promise<Shots> {
  const pool = new Pool(order.url, { connections: order.connections, pipelining: 1 });
  const latencies: number[] = [];
  let sent = 0;
  let acknowledged = 0;

  async function one(due = performance.now()): Promise<void> {
    const vendorId = order.vendorIds[sent % order.vendorIds.length];
    sent += 1;
    const body = JSON.stringify({
      id: sent,
      ulid: randomUUID(),
      timestamp: new Date().toISOString(),
      metadata: { source_user_id: 1, source_project_id: null, source_company_id: Number(order.companyProcoreId) },
      user_id: 1,
      company_id: Number(order.companyProcoreId),
      project_id: null,
      api_version: 'v2',
      event_type: 'update',
      resource_name: 'Company Vendors',
      resource_id: Number(vendorId),
    });
    const headers = { authorization: order.authorization, 'content-type': 'application/json' };
    try {
      const answer = await pool.request({ path: order.path, method: 'POST', headers, body });
      await answer.body.dump();
      if (answer.statusCode === 200) acknowledged += 1;
    } catch {
      // not acknowledged
    }
    latencies.push(performance.now() - due);
  }

  const began = performance.now();
  if (order.kind === 'closed') {
    const until = began + order.seconds * 1000;
    const shooter = async () => {
      while (performance.now() < until) await one();
    };
    await Promise.all(Array.from({ length: order.connections }, shooter));
  } else if (order.kind === 'count') {
    const shooter = async () => {
      while (sent < order.count) await one();
    };
    await Promise.all(Array.from({ length: order.connections }, shooter));
  } else {
    // Open loop: an event is due at its time whether or not those before it were answered.
    const flights: Promise<void>[] = [];
    const total = order.perSecond * order.seconds;
    for (let n = 0; n < total; ) {
      const due = began + (n * 1000) / order.perSecond;
      const now = performance.now();
      if (due <= now) {
        flights.push(one(due));
        n += 1;
      } else await new Promise((resolve) => setTimeout(resolve, Math.min(5, due - now)));
    }
    await Promise.all(flights);
  }
  const seconds = (performance.now() - began) / 1000;
  await pool.close();
  return { sent, acknowledged, seconds, latencies };
}
