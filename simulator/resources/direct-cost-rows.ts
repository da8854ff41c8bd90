import { now } from '../engine/fields.ts';
import type { Simulator } from '../engine/simulator.ts';
import type { Row } from '../engine/store.ts';

export interface DirectCostRow extends Row {
  company_id: number;
  project_id: number;
  vendor_id: number | null;
  employee_id: number | null;
  direct_cost_type: string;
  status: string;
  invoice_number: string | null;
  description: string | null;
  terms: string | null;
  direct_cost_date: string | null;
  received_date: string | null;
  payment_date: string | null;
  attachments: { id: number; filename: string; size: number; sha256: string }[];
  origin_id: string | null;
  origin_data: string | null;
  created_at: string;
  updated_at: string;
}

export const directCostTable = (sim: Simulator) => sim.store.table<DirectCostRow>('direct_costs');

export function touchDirectCost(sim: Simulator, id: number): void {
  directCostTable(sim).update(id, { updated_at: now() });
}
