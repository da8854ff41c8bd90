import type { ErrorCode, Facts } from './errors.ts';
import type { Finding } from './invoice.ts';

/** The settings preflight reads; see db/schema/settings.ts. */
export interface PreflightSettings {
  invoicesInterface: 'procore' | null;
  createMissingCodes: boolean;
  checkCostType: boolean;
  createMissingVendors: boolean;
  roundingTolerance: string;
  taxTolerance: string;
  quantityPlaces: number;
  postWithoutTax: boolean;
}

/** Notes a problem; without a severity it blocks where its code does in this mode. */
export type Add = <C extends ErrorCode>(
  code: C,
  facts: Facts<C>,
  line?: number,
  severity?: Finding['severity'],
) => void;
