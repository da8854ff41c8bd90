/** What invoices of a bulk action have in common. At least one thing must be named: "all" is never meant by accident. */
export interface BulkFilter {
  /** the code of the catalogue they stand still for */
  problem?: string | undefined;
  /** in number, supplier or project */
  search?: string | undefined;
  payableAccountId?: string | undefined;
  projectId?: string | undefined;
  /** a Procore company one of whose projects they have a part in */
  companyId?: string | undefined;
  /** business days, both included */
  from?: string | undefined;
  until?: string | undefined;
}

/** Minutes between two looks of automatic sending (domain.md Q46). */
export const SEND_DUE_MINUTES = 15;

/** Whether a filter names nothing, and so would take everything. */
export const isEmptyFilter = (filter: BulkFilter): boolean =>
  Object.values(filter).every((value) => value === undefined || String(value).trim() === '');
