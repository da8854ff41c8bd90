import type { Call } from './call.ts';
import { createCommitments } from './commitments.ts';

/** Subcontracts; Procore's API calls them work order contracts (contract section 10.2). */
export const createWorkOrders = (call: Call) => createCommitments(call, '/rest/v1.0/work_order_contracts');
