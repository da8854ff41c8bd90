import { z } from 'zod';
import type { Call } from './call.ts';
import { id, text } from './fields.ts';

export const subJob = z.object({ id, name: text, code: text });
export type SubJob = z.infer<typeof subJob>;

export const createSubJobs = (call: Call) => ({
  all: (projectId: string): Promise<SubJob[]> =>
    call.all(subJob, '/rest/v1.0/sub_jobs', { project_id: projectId, per_page: 100 }),
});
