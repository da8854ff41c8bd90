/** What operators filter runs by in Temporal's Web UI, all Keywords; ten at most on SQL visibility, and never encrypted, so no personal data. */
export const SEARCH_ATTRIBUTES = [
  'Account',
  'ProcoreCompany',
  'ProcoreProject',
  'EntityKind',
  'EntityRef',
  'Outcome',
  'FailureReason',
] as const;

export type SearchAttributeName = (typeof SEARCH_ATTRIBUTES)[number];
