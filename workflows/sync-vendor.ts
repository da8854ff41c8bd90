import { type DrainScope, drainScope } from './drain.ts';

/** Brings the company's vendors in as payable accounts. */
export const SyncVendor = (scope: DrainScope): Promise<void> => drainScope('vendors', scope);
