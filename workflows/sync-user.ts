import { type DrainScope, drainScope } from './drain.ts';

/** Brings the company's users in as Lentune users, for time sheets. */
export const SyncUser = (scope: DrainScope): Promise<void> => drainScope('users', scope);
