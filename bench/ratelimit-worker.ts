import { setTimeout as sleep } from 'node:timers/promises';
import { createRateBudget, type WindowLengths } from '../db/queries/rate-windows.ts';
import { createTokenStore } from '../db/queries/tokens.ts';
import { createSecretBox } from '../platform/crypto.ts';
import { openDatabase } from '../platform/database.ts';
import { createProcore } from '../procore/client.ts';
import { ProcoreError } from '../procore/errors.ts';
import type { Lane } from '../procore/ports.ts';
import type { CallMade } from './ratelimit-figures.ts';

export interface WorkerOrder {
  databaseUrl: string;
  /** base64 of the encryption key */
  key: string;
  apiUrl: string;
  connectionId: string;
  companyId: string;
  name: string;
  lengths: WindowLengths;
  /** backfill callers, each with always one more call to make */
  callers: number;
  /** an invoice is sent this often */
  everyMs: number;
  firstAfterMs: number;
}

/** Procore calls of one invoice, one after the other. */
const CALLS_OF_AN_INVOICE = 6;

/** How much later than asked a durable wait ends. */
const WAKE_UP_MS = 50;

function start(order: WorkerOrder): { stop(): Promise<CallMade[]> } {
  const { db, close } = openDatabase(order.databaseUrl, { max: 10 });
  const secrets = createSecretBox([{ id: 'bench', bytes: Buffer.from(order.key, 'base64') }]);
  const tokens = createTokenStore(db, secrets);
  const budget = createRateBudget(db, order.lengths);
  const procore = createProcore({ tokens, budget, userAgent: order.name });
  const made: CallMade[] = [];
  const stopping = new AbortController();
  const pause = (ms: number) => sleep(ms, undefined, { signal: stopping.signal });

  /** One call, waited for as an activity waits: it ends, and begins anew after the time it was told. */
  async function call(lane: Lane): Promise<void> {
    let admittedAt = 0;
    const onCall = ({ startedAt }: { startedAt: string }) => {
      admittedAt = Date.parse(startedAt);
    };
    const { connectionId, apiUrl, companyId } = order;
    const api = procore.company({ connectionId, apiUrl, companyId, lane, onCall });
    const askedAt = Date.now();
    let placedAt: number | null = null;
    for (;;) {
      try {
        await api.uoms.all();
        made.push({ worker: order.name, lane, askedAt, placedAt, admittedAt });
        return;
      } catch (error) {
        if (!(error instanceof ProcoreError && error.kind === 'rate-limit')) throw error;
        placedAt ??= Date.now();
        await pause((error.retryAfterMs ?? 1000) + Math.random() * WAKE_UP_MS);
      }
    }
  }

  async function backfill(): Promise<void> {
    for (;;) await call('backfill');
  }

  async function invoices(): Promise<void> {
    await pause(order.firstAfterMs);
    for (;;) {
      const next = Date.now() + order.everyMs;
      for (let n = 0; n < CALLS_OF_AN_INVOICE; n++) await call('push');
      await pause(Math.max(0, next - Date.now()));
    }
  }

  const running = [...Array.from({ length: order.callers }, backfill), invoices()].map((one) =>
    one.catch((error: Error) => {
      if (!stopping.signal.aborted) throw error;
    }),
  );
  return {
    async stop() {
      stopping.abort();
      await procore.close();
      await Promise.all(running);
      await close();
      return made;
    },
  };
}

let work: ReturnType<typeof start> | undefined;
process.on('message', async (message: WorkerOrder | 'stop') => {
  if (message !== 'stop') {
    work = start(message);
    return;
  }
  const made = await work?.stop();
  process.send?.(made ?? [], () => process.disconnect());
});
process.send?.('ready');
