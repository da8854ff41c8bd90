import type { Simulator } from '../engine/simulator.ts';
import type { Row } from '../engine/store.ts';

export interface PackageRow extends Row {
  company_id: number;
  project_id: number;
  contract_id: number;
  type: 'CommitmentContractChangeOrder' | 'PrimeContractChangeOrder' | 'ChangeOrderPackage';
  number: string | null;
  title: string | null;
  description: string | null;
  status: string;
  executed: boolean;
  private: boolean;
  revision: number;
  schedule_impact_amount: number | null;
  origin_id: string | null;
  origin_code: string | null;
  origin_data: string | null;
  created_at: string;
  updated_at: string;
}

export interface TierRow extends Row {
  company_id: number;
  project_id: number;
  tiers: 1 | 2 | 3;
}

const tierTable = (sim: Simulator) => sim.store.table<TierRow>('change_order_settings');

/** How many tiers change orders have in a project; one unless a person chose otherwise. */
export const tiersOf = (sim: Simulator, projectId: number): 1 | 2 | 3 =>
  tierTable(sim).where('project_id', projectId).at(-1)?.tiers ?? 1;

export const packageTable = (sim: Simulator) => sim.store.table<PackageRow>('change_order_packages');

/** What ties potential change orders to a package; people see it only where change orders have three tiers. */
export interface RequestRow extends Row {
  company_id: number;
  project_id: number;
  contract_id: number;
  change_order_package_id: number | null;
  number: string | null;
  title: string | null;
  status: string;
  created_at: string;
  updated_at: string;
}

export const requestTable = (sim: Simulator) => sim.store.table<RequestRow>('change_order_requests');

export const requestsOf = (sim: Simulator, packageId: number): RequestRow[] =>
  requestTable(sim).where('change_order_package_id', packageId);
