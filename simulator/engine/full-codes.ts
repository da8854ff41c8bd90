import type { Simulator } from './simulator.ts';
import type { Row } from './store.ts';

interface CodedRow extends Row {
  parent_id: number | null;
  full_code: string;
}

/** After a code has changed: the codes below it carry it in their full code. */
export function refreshFullCodes(sim: Simulator, table: string, parentId: number): void {
  const rows = sim.store.table<CodedRow>(table);
  for (const child of rows.where('parent_id', parentId)) {
    const whole = sim.tables.get(table)?.build?.(child, sim) as CodedRow | undefined;
    if (whole === undefined || whole.full_code === child.full_code) continue;
    rows.update(child.id, { full_code: whole.full_code });
    refreshFullCodes(sim, table, child.id);
  }
}
