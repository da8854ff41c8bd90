/** Workflow ids, one writer per entity. Every id starts with the account; `company` is our own id of the Procore company. */
export const workflowIds = {
  connect: (account: string, company: string) => `${account}/connect/${company}`,
  fetch: (account: string, fetchRunId: string) => `${account}/fetch/${fetchRunId}`,
  project: (account: string, company: string, projectId: string) => `${account}/project/${company}/${projectId}`,
  vendors: (account: string, company: string) => `${account}/vendors/${company}`,
  costCodes: (account: string, company: string) => `${account}/cost-codes/${company}`,
  reconcile: (account: string, company: string, mode: 'delta' | 'full') => `${account}/reconcile/${company}/${mode}`,
  taxTest: (account: string, testId: string) => `${account}/tax-test/${testId}`,
  maintain: (account: string) => `${account}/maintain`,
  sendDue: (account: string) => `${account}/send-due`,
  users: (account: string, company: string) => `${account}/users/${company}`,
  timeSheet: (account: string, timeSheetId: string) => `${account}/timesheet/${timeSheetId}`,
  invoice: (account: string, invoiceId: string) => `${account}/invoice/${invoiceId}`,
  purchaseOrder: (account: string, purchaseOrderId: string) => `${account}/po/${purchaseOrderId}`,
  overhead: (account: string, invoiceId: string) => `${account}/overhead/${invoiceId}`,
} as const;
