import { type DrainScope, drainScope } from './drain.ts';

/** Brings in what is kept once for a whole company: master cost codes, cost types, stages and tax codes. */
export const SyncCostCodes = (scope: DrainScope): Promise<void> => drainScope('cost-codes', scope);
