import { ApiError } from './errors.ts';
import type { Simulator } from './simulator.ts';
import type { Row } from './store.ts';

/** An origin_id is unique per kind of row within a company (contract section 1.9). */
export function requireFreeOriginId(
  sim: Simulator,
  table: string,
  companyId: number,
  originId: unknown,
  own?: number,
): void {
  if (originId === undefined || originId === null || originId === '') return;
  const rows = sim.store.table<Row & { origin_id: string | null; company_id: number }>(table);
  const holder = rows
    .where('origin_id', String(originId))
    .find((row) => row.company_id === companyId && row.id !== own);
  if (holder === undefined) return;
  throw new ApiError(Number(sim.switches.duplicate_origin_id), { errors: { origin_id: ['has already been taken'] } });
}

/** Whether the API itself refuses edits of a row that carries an origin_id is unknown; a switch decides. */
export function requireUnlocked(sim: Simulator, row: { origin_id: string | null }): void {
  if (sim.switches.origin_id_locks_api === 'no' || row.origin_id === null) return;
  throw new ApiError(422, {
    errors: { base: ['This item is synced with an external system and cannot be edited.'], fields: {} },
  });
}
