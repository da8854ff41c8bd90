import { z } from 'zod';
import { type Call, type PageInput, range, segment } from './call.ts';
import { flag, id, named, optionalId, text } from './fields.ts';

/** A row of the v1.1 list. It does not say whether the project is a template; `show` does. */
export const projectRow = z.object({
  id,
  name: text,
  display_name: text,
  project_number: text,
  active: flag,
  is_demo: flag,
  project_stage: named,
  time_zone: text,
  tz_name: text,
  standard_cost_code_list_id: optionalId,
  updated_at: text,
});
export type ProjectRow = z.infer<typeof projectRow>;

export const project = projectRow.extend({ template: flag, is_erp_integrated: flag });
export type Project = z.infer<typeof project>;

export interface ProjectsPageInput extends PageInput {
  /** Procore lists active projects alone unless told otherwise */
  byStatus?: 'All' | 'Active' | 'Inactive';
  /** both ends inclusive, ISO instants */
  updatedFrom?: string;
  updatedTo?: string;
  ids?: readonly string[];
}

/** Contract section 3. Lists hold what the sign-in may see; templates and demo projects are among `All`. */
export const createProjects = (call: Call) => ({
  page: ({ byStatus, updatedFrom, updatedTo, ids, cursor }: ProjectsPageInput) =>
    call.page(
      projectRow,
      '/rest/v1.1/projects',
      {
        company_id: call.companyId,
        'filters[by_status]': byStatus,
        'filters[updated_at]': range(updatedFrom, updatedTo),
        'filters[id]': ids,
        view: 'extended',
        per_page: 300,
      },
      { cursor },
    ),
  show: (projectId: string): Promise<Project> =>
    call.one(project, {
      method: 'GET',
      path: `/rest/v1.0/projects/${segment(projectId)}`,
      query: { company_id: call.companyId },
    }),
});
