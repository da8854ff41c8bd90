import { now } from './fields.ts';
import type { Simulator } from './simulator.ts';
import type { Row } from './store.ts';

/** A row that was removed, as Procore keeps it for `filters[include_deleted]`. */
interface RemovedRow extends Row {
  table: string;
  row: Row;
  deleted_at: string;
}

const removedTable = (sim: Simulator) => sim.store.table<RemovedRow>('removed_rows');

/** Removes a row from its table and remembers it. */
export function removeRemembered(sim: Simulator, table: string, row: Row): void {
  removedTable(sim).insert({ table, row, deleted_at: now() });
  sim.store.table(table).remove(row.id);
}

/** The removed rows of a table, with when they were. */
export const removedRows = <R extends Row>(sim: Simulator, table: string): (R & { deleted_at: string })[] =>
  removedTable(sim)
    .where('table', table)
    .map(({ row, deleted_at }) => ({ ...(row as R), deleted_at }));
