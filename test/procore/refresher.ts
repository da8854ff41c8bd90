import { createRateBudget } from '../../db/queries/rate-windows.ts';
import { createTokenStore } from '../../db/queries/tokens.ts';
import { DomainError } from '../../domain/errors.ts';
import { createSecretBox } from '../../platform/crypto.ts';
import { openDatabase } from '../../platform/database.ts';
import { createProcore } from '../../procore/client.ts';
import { ProcoreError } from '../../procore/errors.ts';

/** Where a worker process of the tests finds its connection. */
export interface Reach {
  databaseUrl: string;
  /** base64 of the encryption key */
  key: string;
  apiUrl: string;
  connectionId: string;
  companyId: string;
}

/** One piece of work: a vendor of this name is to exist. */
export interface Job {
  name: string;
}

/** How a piece of work ended: `done`, a catalogue code, or the kind of a failed call. */
export interface JobResult extends Job {
  outcome: string;
}

/** A worker process with the product's own client, driven by messages. */
function start(reach: Reach) {
  const { db, close } = openDatabase(reach.databaseUrl, { max: 4 });
  const secrets = createSecretBox([{ id: 'test', bytes: Buffer.from(reach.key, 'base64') }]);
  const procore = createProcore({ tokens: createTokenStore(db, secrets), budget: createRateBudget(db) });
  const { connectionId, apiUrl, companyId } = reach;
  const api = procore.company({ connectionId, apiUrl, companyId, lane: 'push' });
  return {
    async work({ name }: Job): Promise<JobResult> {
      try {
        await api.vendors.create({ name, originData: `lentune/test/${name}` });
        return { name, outcome: 'done' };
      } catch (error) {
        if (error instanceof DomainError) return { name, outcome: error.code };
        if (error instanceof ProcoreError) return { name, outcome: error.kind };
        throw error;
      }
    },
    async stop() {
      await procore.close();
      await close();
    },
  };
}

let worker: ReturnType<typeof start> | undefined;
process.on('message', async (message: Reach | Job | 'stop') => {
  if (message === 'stop') {
    await worker?.stop();
    process.disconnect();
  } else if ('databaseUrl' in message) {
    worker = start(message);
    process.send?.('ready');
  } else {
    process.send?.(await worker?.work(message));
  }
});
