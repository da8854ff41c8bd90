import { z } from 'zod';
import { type Call, type PageInput, segment } from './call.ts';
import { flag, id, text } from './fields.ts';

export const projectVendor = z.object({ id, name: text, is_active: flag });
export type ProjectVendor = z.infer<typeof projectVendor>;

export interface ProjectVendorsPageInput extends PageInput {
  projectId: string;
  ids?: readonly string[];
}

/** The vendors of one project's directory, by their company ids. */
export const createProjectVendors = (call: Call) => ({
  page: ({ projectId, ids, cursor }: ProjectVendorsPageInput) =>
    call.page(
      projectVendor,
      `/rest/v1.1/projects/${segment(projectId)}/vendors`,
      { 'filters[id]': ids, per_page: 200 },
      { cursor },
    ),
  /** Adds a company vendor to the project's directory; adding it again changes nothing. */
  add: (projectId: string, vendorId: string): Promise<ProjectVendor> =>
    call.one(projectVendor, {
      method: 'POST',
      path: `/rest/v1.1/projects/${segment(projectId)}/vendors/${segment(vendorId)}/actions/add`,
    }),
});
