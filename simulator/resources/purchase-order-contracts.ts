import { type CommitmentKind, commitmentResource } from './commitment-contracts.ts';
import { addPurchaseOrderWrites } from './purchase-order-writes.ts';

export const PURCHASE_ORDERS: CommitmentKind = {
  table: 'purchase_order_contracts',
  firstId: 598_134_400_100_001,
  firstLineId: 598_134_410_100_001,
  resource: 'Purchase Order Contracts',
  holder: {
    lines: 'purchase_order_contract_line_items',
    holders: 'purchase_order_contracts',
    type: 'PurchaseOrderContract',
    resource: 'Purchase Order Contract Line Items',
    parentResource: 'Purchase Order Contracts',
  },
  blanks: {
    listed: `approval_letter_date assignee bill_to_address billing_schedule_of_values_status delivery_date execution_date
      issued_on_date letter_of_intent_date payment_terms returned_date ship_to_address ship_via signed_contract_received_date`,
    shown: `approval_letter_date assignee bill_to_address delivery_date execution_date issued_on_date
      letter_of_intent_date payment_terms returned_date ship_to_address ship_via signed_contract_received_date`,
  },
  shownLists: { change_order_requests: [], potential_change_orders: [[]] },
  addWrites: addPurchaseOrderWrites,
};

/** Purchase orders. Their statuses are in title case, other than a subcontract's (contract section 10.2). */
export const purchaseOrderContracts = commitmentResource(PURCHASE_ORDERS);
