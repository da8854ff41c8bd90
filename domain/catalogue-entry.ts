/** Where the fix is made: a screen of ours, or Procore itself. */
type FixPlace =
  | 'invoice'
  | 'allocations'
  | 'tax-mapping'
  | 'settings'
  | 'connection'
  | 'projects'
  | 'vendors'
  | 'cost-codes'
  | 'time-sheet'
  | 'purchase-order'
  | 'procore'
  | 'none';

/** What the catalogue says of one reason. */
export interface CatalogueEntry {
  fixedBy: 'clerk' | 'admin' | 'procore' | 'nobody';
  /** `automatic`: trying again by itself can help; `after-fix`: a person must act first; `never`: the answer will not change. */
  retry: 'after-fix' | 'automatic' | 'never';
  where: FixPlace;
  // biome-ignore lint/suspicious/noExplicitAny: each entry names its own facts
  message: (facts: any) => string;
  fix: string;
}
