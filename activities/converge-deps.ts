import type { Db } from '../db/types.ts';
import type { Procore } from '../procore/client.ts';

/** What bringing a record in Procore closer to a document needs. */
export interface ConvergeDeps {
  db: Db;
  procore: Pick<Procore, 'company'>;
  settleDelayMs: number;
}
