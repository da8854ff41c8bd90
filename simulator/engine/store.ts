/** A stored record: Procore's own field names, plus the company and project it belongs to. */
export interface Row {
  id: number;
}

export interface Change {
  table: string;
  action: 'create' | 'update' | 'delete';
  id: number;
  before: Row | null;
  after: Row | null;
}

/** One step of the journal: put a row, drop a row, or move an id sequence. */
export type Op = ['put', string, Row] | ['drop', string, number] | ['seq', string, number];

/** Where committed steps go so that a restart keeps them. */
export interface Journal {
  append(ops: Op[]): void;
  close(): void;
}

/** Rows of one kind, by id, with indexes built for the fields that are asked for. */
export class Table<R extends Row> {
  readonly #rows = new Map<number, R>();
  readonly #indexes = new Map<keyof R, Map<unknown, Set<number>>>();
  readonly name: string;
  readonly #record: (change: Change) => void;
  readonly #firstId: number;
  #next: number;

  constructor(name: string, firstId: number, record: (change: Change) => void) {
    this.name = name;
    this.#firstId = firstId;
    this.#next = firstId;
    this.#record = record;
  }

  get size(): number {
    return this.#rows.size;
  }

  get nextId(): number {
    return this.#next;
  }

  get(id: number): R | undefined {
    return this.#rows.get(id);
  }

  all(): R[] {
    return [...this.#rows.values()];
  }

  /** Rows whose field equals the value, in order of id. */
  where<K extends keyof R>(field: K, value: R[K]): R[] {
    const ids = this.#index(field).get(value);
    if (ids === undefined) return [];
    return [...ids].sort((a, b) => a - b).map((id) => this.#rows.get(id) as R);
  }

  insert(fields: Omit<R, 'id'>): R {
    const row = { id: this.#next, ...fields } as R;
    this.#next += 1;
    this.set(row.id, row);
    this.#record({ table: this.name, action: 'create', id: row.id, before: null, after: row });
    return row;
  }

  update(id: number, fields: Partial<R>): R {
    const before = this.#rows.get(id);
    if (before === undefined) throw new Error(`${this.name} ${id} is not there to update`);
    const after = { ...before, ...fields, id };
    this.set(id, after);
    this.#record({ table: this.name, action: 'update', id, before, after });
    return after;
  }

  remove(id: number): void {
    const before = this.#rows.get(id);
    if (before === undefined) return;
    this.set(id, undefined);
    this.#record({ table: this.name, action: 'delete', id, before, after: null });
  }

  /** Writes a row without recording a change: replay and rollback only. */
  set(id: number, row: R | undefined): void {
    const old = this.#rows.get(id);
    for (const [field, index] of this.#indexes) {
      if (old !== undefined) index.get(old[field])?.delete(id);
      if (row !== undefined) addTo(index, row[field], id);
    }
    if (row === undefined) this.#rows.delete(id);
    else this.#rows.set(id, row);
  }

  clear(): void {
    this.#rows.clear();
    this.#indexes.clear();
    this.#next = this.#firstId;
  }

  moveSequence(next: number): void {
    this.#next = Math.max(this.#next, next);
  }

  #index(field: keyof R): Map<unknown, Set<number>> {
    const existing = this.#indexes.get(field);
    if (existing !== undefined) return existing;
    const index = new Map<unknown, Set<number>>();
    for (const row of this.#rows.values()) addTo(index, row[field], row.id);
    this.#indexes.set(field, index);
    return index;
  }
}

function addTo(index: Map<unknown, Set<number>>, value: unknown, id: number): void {
  const ids = index.get(value);
  if (ids === undefined) index.set(value, new Set([id]));
  else ids.add(id);
}

/** Every table of the simulator. Writes happen inside `transaction`: all of it or nothing, journalled as one line. */
export class Store {
  readonly #tables = new Map<string, Table<Row>>();
  #open: Change[] | null = null;
  journal: Journal | null = null;

  table<R extends Row>(name: string, firstId = 1): Table<R> {
    const existing = this.#tables.get(name);
    if (existing !== undefined) return existing as unknown as Table<R>;
    const table = new Table<R>(name, firstId, (change) => {
      if (this.#open === null) throw new Error(`${name} was written outside a transaction`);
      this.#open.push(change);
    });
    this.#tables.set(name, table as unknown as Table<Row>);
    return table;
  }

  /**
   * Runs `work`; when it throws, nothing of it stays.
   * `beforeCommit` sees the changes and may add more (ledger entries, webhook deliveries).
   */
  transaction<T>(work: () => T, beforeCommit?: (changes: Change[], result: T) => void): T {
    if (this.#open !== null) return work();
    this.#open = [];
    try {
      const result = work();
      beforeCommit?.([...this.#open], result);
      this.journal?.append(this.#ops(this.#open));
      return result;
    } catch (error) {
      for (const change of this.#open.reverse())
        this.#tables.get(change.table)?.set(change.id, change.before ?? undefined);
      throw error;
    } finally {
      this.#open = null;
    }
  }

  /** The whole state as steps, for a snapshot. */
  dump(): Op[] {
    const ops: Op[] = [];
    for (const table of this.#tables.values()) {
      ops.push(['seq', table.name, table.nextId]);
      for (const row of table.all()) ops.push(['put', table.name, row]);
    }
    return ops;
  }

  /** Takes steps back in, from a snapshot or a journal. */
  load(ops: Op[]): void {
    for (const [kind, name, value] of ops) {
      const table = this.table(name);
      if (kind === 'put') table.set(value.id, value);
      else if (kind === 'drop') table.set(value, undefined);
      else table.moveSequence(value);
    }
  }

  clear(): void {
    for (const table of this.#tables.values()) table.clear();
  }

  #ops(changes: Change[]): Op[] {
    const ops: Op[] = [];
    const created = new Set<string>();
    for (const change of changes) {
      if (change.action === 'create') created.add(change.table);
      ops.push(change.after === null ? ['drop', change.table, change.id] : ['put', change.table, change.after]);
    }
    for (const name of created) ops.push(['seq', name, this.table(name).nextId]);
    return ops;
  }
}
