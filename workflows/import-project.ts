import { type DrainScope, drainScope } from './drain.ts';

/** The one writer of a project: stage gate, the project, its sub jobs, codes, types and budget; only what changed is read. */
export const ImportProject = (scope: DrainScope): Promise<void> => drainScope('project', scope);
