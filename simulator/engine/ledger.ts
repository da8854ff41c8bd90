import type { Call } from './api.ts';
import type { Change, Row, Store, Table } from './store.ts';

/** One committed write. `seq` is its id. */
export interface LedgerRow extends Row {
  at: string;
  by: 'api' | 'person';
  method: string | null;
  path: string | null;
  status: number | null;
  requestId: string | null;
  companyId: number | null;
  resource: string;
  action: 'create' | 'update' | 'delete';
  recordId: number;
  body: unknown;
  before: unknown;
  after: unknown;
  answered: 'sent' | 'lost' | null;
}

/** Every write that committed, in order: what Procore holds is what the ledger says was written to it. */
export class Ledger {
  readonly #table: Table<LedgerRow>;
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
    this.#table = store.table<LedgerRow>('simulator_ledger');
  }

  /** Called inside the transaction of the write. Returns the entries' numbers. */
  record(call: Call, status: number, changes: Change[]): number[] {
    const request = {
      at: new Date().toISOString(),
      by: 'api' as const,
      method: call.method,
      path: call.url.split('?')[0]!,
      status,
      requestId: call.requestId,
      companyId: call.companyId === 0 ? null : call.companyId,
      answered: 'sent' as const,
    };
    const rows = changes.map((change) =>
      this.#table.insert({
        ...request,
        resource: change.table,
        action: change.action,
        recordId: change.id,
        body: withoutSecrets(call.body),
        before: withoutSecrets(change.before),
        after: withoutSecrets(change.after),
      }),
    );
    for (const note of call.notes) {
      const facts = { resource: note.resource, recordId: note.id, body: note.body };
      rows.push(this.#table.insert({ ...request, ...facts, action: 'create', before: null, after: null }));
    }
    return rows.map((row) => row.id);
  }

  recordEdit(changes: Change[]): void {
    for (const { table, action, id, before, after } of changes) {
      this.#table.insert({
        at: new Date().toISOString(),
        by: 'person',
        method: null,
        path: null,
        status: null,
        requestId: null,
        companyId: (after ?? before) === null ? null : companyOf((after ?? before) as Row),
        resource: table,
        action,
        recordId: id,
        body: null,
        before,
        after,
        answered: null,
      });
    }
  }

  /** The caller never saw the answer of these writes. */
  markLost(entries: number[]): void {
    if (entries.length === 0) return;
    this.#store.transaction(() => {
      for (const id of entries) if (this.#table.get(id) !== undefined) this.#table.update(id, { answered: 'lost' });
    });
  }

  since(seq: number): LedgerRow[] {
    return this.#table.all().filter((row) => row.id > seq);
  }
}

/** A hook's authorization is not for everyone who reads the ledger. */
function withoutSecrets(value: object | null): unknown {
  if (value === null || Array.isArray(value)) return value;
  const { authorization: _, destination_headers: __, ...rest } = value as Record<string, unknown>;
  return rest;
}

const companyOf = (row: Row): number | null => (row as Row & { company_id?: number }).company_id ?? null;

/** An entry as `GET /control/ledger` shows it. */
export function presentEntry({ id, recordId, ...entry }: LedgerRow) {
  return { seq: id, ...entry, id: recordId };
}
