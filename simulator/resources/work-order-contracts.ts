import { type CommitmentKind, commitmentResource } from './commitment-contracts.ts';

export const SUBCONTRACTS: CommitmentKind = {
  table: 'work_order_contracts',
  firstId: 598_134_400_600_001,
  firstLineId: 598_134_410_600_001,
  resource: 'Work Order Contracts',
  holder: {
    lines: 'work_order_contract_line_items',
    holders: 'work_order_contracts',
    type: 'WorkOrderContract',
    resource: 'Work Order Contract Line Items',
    parentResource: 'Work Order Contracts',
  },
  blanks: {
    listed: `actual_completion_date approval_letter_date contract_start_date contract_estimated_completion_date exclusions
      execution_date inclusions issued_on_date letter_of_intent_date returned_date signed_contract_received_date`,
    shown: `actual_completion_date approval_letter_date contract_start_date contract_estimated_completion_date exclusions
      execution_date inclusions issued_on_date letter_of_intent_date returned_date signed_contract_received_date`,
  },
  shownLists: { attachments: [], change_order_requests: [[]], potential_change_orders: [] },
};

/** Subcontracts, which Procore's API calls work order contracts. */
export const workOrderContracts = commitmentResource(SUBCONTRACTS);
