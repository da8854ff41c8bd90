import { page, type Resource } from '../engine/api.ts';
import type { Simulator } from '../engine/simulator.ts';
import type { Row } from '../engine/store.ts';

export interface UnitRow extends Row {
  company_id: number;
  name: string;
  description: string;
}

export const unitsOfMeasure: Resource = {
  tables: [{ name: 'uoms', firstId: 7201 }],
  routes(api) {
    api.get('/rest/v1.0/companies/:company_id/uoms', (call) => {
      const rows = call.sim.store.table<UnitRow>('uoms').where('company_id', call.company().id);
      return page(call, rows, present, { table: 'uoms' });
    });
  },
};

/** A line's unit must be one of the company's. */
export const isUnit = (sim: Simulator, companyId: number, name: string): boolean =>
  sim.store
    .table<UnitRow>('uoms')
    .where('company_id', companyId)
    .some((unit) => unit.name === name);

const present = (unit: UnitRow) => ({
  id: unit.id,
  is_standard: true,
  name: unit.name,
  description: unit.description,
  uom_category: null,
});
