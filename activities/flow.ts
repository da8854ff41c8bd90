import type { Tx } from '../db/types.ts';

/** One record that changed, with every pending inbox row that says so. */
export interface PickedRecord {
  /** `recordKind` of the inbox: project, vendor, cost_code, sub_job, budget, cost_type, standard_cost_code, stage, tax_code */
  kind: string;
  /** Procore's id; null means the whole kind */
  id: string | null;
  /** the most urgent source among its rows: refresh, webhook, reconcile, fetch */
  source: 'webhook' | 'reconcile' | 'fetch' | 'refresh';
  /** what the events said: create, update, delete; none from sources that only list */
  eventTypes: string[];
  fetchItemIds: string[];
  /** inbox row ids, as strings */
  rowIds: string[];
}

/** What one activity of a drain reads. */
export interface FlowPage {
  account: string;
  /** our own id of the Procore company */
  companyId: string;
  /** `scope` of the inbox: the company id, or `<company id>/<Procore project id>` */
  scope: string;
  records: PickedRecord[];
  /** opaque, for a round that needs several activities: what the page before returned as `next` */
  cursor: string | null;
  /** aborted when the activity is cancelled or another worker took the scope over */
  signal: AbortSignal;
}

/** What came of one record; every row of it gets this outcome. */
export interface RecordOutcome {
  kind: string;
  id: string | null;
  /** `failed` is tried again later, a few times, without holding up the others */
  state: 'applied' | 'unchanged' | 'ignored' | 'failed';
  /** one sentence for people */
  outcome: string;
  /** the refused call, as Procore's support finds it; kept in the integration log */
  procoreRequestId?: string | undefined;
  /** how many records changed with it, where a whole list was read; else one */
  changes?: number;
  /** what to tell the fetch that asked for it; without it the state above decides */
  fetchItem?: {
    state: 'done' | 'skipped' | 'failed';
    reason?: string;
    projectName?: string;
    projectNumber?: string;
  };
}

export interface FlowResult {
  /** Procore calls made */
  calls: number;
  /** null: the records are done; else the same records come again with this cursor, less those `apply` gave an outcome */
  next: string | null;
  /** how many records of each company-wide kind stand in Procore now, for a fetch to show: vendors, master_cost_codes, cost_types, tax_codes */
  counts?: Record<string, number>;
  /** Writes records and links, and returns what came of each; runs inside the fenced transaction, so it must not call Procore. */
  apply(tx: Tx): Promise<RecordOutcome[]>;
}

/**
 * Reads the records of one flow from Procore. Everything remote happens in `read`, before the transaction;
 * `read` may be called again with fewer records when the database refuses one of them.
 *
 * @throws DomainError when the whole page cannot be read (NO_ACCESS): its rows are tried again later
 */
export interface FlowReader {
  read(page: FlowPage): Promise<FlowResult>;
}
