import type { Call } from './call.ts';
import { createCommitments } from './commitments.ts';

/** Purchase orders, contract section 10.2. */
export const createPurchaseOrders = (call: Call) => createCommitments(call, '/rest/v1.0/purchase_order_contracts');
