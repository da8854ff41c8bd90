import type { CompanyRow } from '../db/queries/companies.ts';
import type { ReconcileRunRow, RunStep } from '../db/queries/reconcile.ts';
import type { Db, Tx } from '../db/types.ts';
import type { CompanyApi } from '../procore/client.ts';

/** What one page of a comparison needs. */
export interface Comparison {
  db: Db;
  api: CompanyApi;
  run: ReconcileRunRow;
  company: CompanyRow;
}

/** One page of a comparison, read; nothing is written before `settle`. */
export interface ComparedPage {
  /** where the kind goes on; null when this was its last page */
  next: string | null;
  /** Notes what was seen and answers the rows for the inbox. With the last page the cursor moves. */
  settle(tx: Tx): Promise<Omit<RunStep, 'calls'>>;
}
