import { type Call, ok, type Resource } from '../engine/api.ts';
import type { Simulator } from '../engine/simulator.ts';
import type { Row } from '../engine/store.ts';

export interface TimeTypeRow extends Row {
  company_id: number;
  time_type: string;
  abbreviated_time_type: string;
}

export const timeTypes = (sim: Simulator) => sim.store.table<TimeTypeRow>('timecard_time_types');

/** What an hour can be: regular, overtime. The company's own list; it is not paged. */
export const timecardTimeTypes: Resource = {
  tables: [
    {
      name: 'timecard_time_types',
      firstId: 598_134_325_650_001,
      ledger: true,
      build: (fields: Partial<TimeTypeRow>) => ({
        company_id: 0,
        time_type: '',
        abbreviated_time_type: '',
        ...fields,
      }),
      event: (row: TimeTypeRow) => ({ resource: 'Timecard Time Types', companyId: row.company_id, projectId: null }),
    },
  ],
  routes(api) {
    api.get('/rest/v1.0/companies/:company_id/timecard_time_types', list);
  },
};

const list = (call: Call) =>
  ok(
    timeTypes(call.sim)
      .where('company_id', call.company().id)
      .map(({ id, time_type }) => ({ id, time_type })),
  );
