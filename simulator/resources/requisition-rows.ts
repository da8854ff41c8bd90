import type { Simulator } from '../engine/simulator.ts';
import type { Row } from '../engine/store.ts';

export interface RequisitionRow extends Row {
  company_id: number;
  project_id: number;
  commitment_id: number;
  commitment_type: 'PurchaseOrderContract' | 'WorkOrderContract';
  number: number;
  period_id: number | null;
  requisition_start: string | null;
  requisition_end: string | null;
  billing_date: string | null;
  final: boolean;
  invoice_number: string | null;
  payment_date: string | null;
  status: string;
  submitted_at: string | null;
  attachments: { id: number; filename: string; content_type: string }[];
  origin_id: string | null;
  origin_data: string | null;
  created_at: string;
  updated_at: string;
}

export const requisitionTable = (sim: Simulator) => sim.store.table<RequisitionRow>('requisitions');

export const requisitionsOf = (sim: Simulator, commitmentId: number): RequisitionRow[] =>
  requisitionTable(sim).where('commitment_id', commitmentId);
