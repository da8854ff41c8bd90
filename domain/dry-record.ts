/** A line of a record as it would stand in Procore, in words. */
export interface DryLine {
  position: number;
  code: string | null;
  costType: string | null;
  description: string | null;
  quantity: string | null;
  unitPrice: string | null;
  amount: string;
  taxCode: string | null;
  /** only of a claim */
  retained?: string;
  released?: string;
}

/** One record that sending would leave in Procore. */
export interface DryRecord {
  kind: 'direct_cost' | 'claim';
  /** what it is made in: a project, or an order and its project */
  place: string;
  /** it stands there already and would be changed where it differs */
  exists: boolean;
  status: string;
  lines: DryLine[];
  total: string;
  tax: string;
  /** what a claim keeps back and releases, and what is left to pay, excluding tax; null of a direct cost */
  retention: { retained: string; released: string; net: string } | null;
}

/** A record of an earlier push, as far as a dry run asks. */
export interface Standing {
  partKey: string;
  projectProcoreId: string;
  projectText: string;
}
