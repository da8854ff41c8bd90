import { page, type Resource } from '../engine/api.ts';
import { seconds } from '../engine/fields.ts';
import type { Row } from '../engine/store.ts';

export interface StageRow extends Row {
  company_id: number;
  name: string;
  is_bidding_stage: boolean;
  is_concept_stage: boolean;
  category: string;
  default_stage: boolean;
  created_at: string;
}

export const buildStage = (fields: Partial<StageRow>): Omit<StageRow, 'id'> => ({
  company_id: 0,
  name: '',
  is_bidding_stage: false,
  is_concept_stage: false,
  category: 'course_of_construction',
  default_stage: false,
  created_at: seconds(new Date().toISOString()),
  ...fields,
});

/** Stages are a company's own: names can be anything, the category tells what they mean. */
export const projectStages: Resource = {
  tables: [
    {
      name: 'project_stages',
      firstId: 598_134_325_710_001,
      build: buildStage,
      event: (row: StageRow) => ({ resource: 'Project Stages', companyId: row.company_id, projectId: null }),
    },
  ],
  routes(api) {
    api.get('/rest/v1.0/companies/:company_id/project_stages', (call) => {
      const rows = call.sim.store.table<StageRow>('project_stages').where('company_id', call.company().id);
      return page(call, rows, present, { table: 'project_stages' });
    });
  },
};

const present = (stage: StageRow) => ({
  id: stage.id,
  name: stage.name,
  is_bidding_stage: stage.is_bidding_stage,
  is_concept_stage: stage.is_concept_stage,
  category: stage.category,
  readonly: stage.default_stage,
  default_stage: stage.default_stage,
  hideable: !stage.default_stage,
  has_rfi_prefixes: null,
  project_stage_has_children: null,
});
