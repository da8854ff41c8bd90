import type { Simulator } from '../engine/simulator.ts';
import { type CommitmentKind, commitmentTable } from '../resources/commitment-contracts.ts';
import type { CompanyRow } from '../resources/companies.ts';
import type { UserRow } from '../resources/company-users.ts';
import { costCodeTable } from '../resources/cost-codes.ts';
import { typeTable } from '../resources/line-item-types.ts';
import type { StageRow } from '../resources/project-stages.ts';
import type { ProjectRow } from '../resources/projects.ts';
import { PURCHASE_ORDERS } from '../resources/purchase-order-contracts.ts';
import { subJobTable } from '../resources/sub-jobs.ts';
import { taxCodeTable } from '../resources/tax-codes.ts';
import { vendorTable } from '../resources/vendors.ts';
import { SUBCONTRACTS } from '../resources/work-order-contracts.ts';
import type { SampleMarks } from './build.ts';

/** Where to find what in the sample data, so that demos and tests need no literals. */
export function sampleGuide(sim: Simulator) {
  const marks = sim.store.table<SampleMarks>('sample_marks').all()[0];
  if (marks === undefined) return null;
  const companyId = marks.companyIds[0]!;
  const named = <R extends { id: number; name: string }>({ id, name }: R) => ({ id, name });
  const stages = sim.store.table<StageRow>('project_stages').where('company_id', companyId);
  const vendors = vendorTable(sim).where('company_id', companyId);
  const types = typeTable(sim).where('company_id', companyId);
  const example = (id: number) => {
    const project = sim.store.table<ProjectRow>('projects').get(id);
    return project === undefined ? null : describe(sim, project);
  };
  const vendor = (name: string) => vendors.filter((one) => one.name === name).map(named)[0] ?? null;
  return {
    seed: marks.seed,
    size: marks.size,
    companies: sim.store.table<CompanyRow>('companies').all().map(named),
    people: sim.store
      .table<UserRow>('company_users')
      .where('can_sign_in', true)
      .map((user) => ({
        id: user.id,
        name: `${user.first_name} ${user.last_name}`,
        jobTitle: user.job_title,
      })),
    client: sim.settings.clients[0] ?? null,
    stages: stages.map(({ id, name, category, is_bidding_stage }) => ({
      id,
      name,
      category,
      isBidding: is_bidding_stage,
    })),
    exampleProjects: Object.fromEntries(Object.entries(marks.projects).map(([name, id]) => [name, example(id)])),
    exampleVendors: {
      acmeSteel: vendor('Acme Steel Ltd'),
      acmeSteelTwin: vendor('ACME  STEEL LTD'),
      kiwiPlumbing: vendor('Kiwi Plumbing'),
      inactive: vendors.filter((one) => !one.is_active).map(named)[0] ?? null,
      all: vendors.slice(0, 24).map(({ id, name, is_active }) => ({ id, name, isActive: is_active })),
    },
    taxCodes: taxCodeTable(sim)
      .where('company_id', companyId)
      .map(({ id, code, rate1, archived }) => ({ id, code, rate: rate1, archived })),
    lineItemTypes: types.map(({ id, code, name, base_type }) => ({ id, code, name, baseType: base_type })),
    freshCode: marks.freshCode,
  };
}

function describe(sim: Simulator, project: ProjectRow) {
  const stage = sim.store.table<StageRow>('project_stages').get(project.project_stage_id ?? 0);
  const codes = costCodeTable(sim).where('project_id', project.id);
  const budget = sim.store.table<{
    id: number;
    project_id: number;
    cost_code_id: number;
    line_item_type_id: number;
    wbs_code_id: number;
  }>('budget_rows');
  const rows = budget.where('project_id', project.id);
  return {
    id: project.id,
    number: project.project_number,
    name: project.name,
    companyId: project.company_id,
    active: project.active,
    stage: stage === undefined ? null : { id: stage.id, name: stage.name },
    codeCount: codes.length,
    hasBudget: rows.length > 0,
    purchaseOrders: commitmentsOf(sim, PURCHASE_ORDERS, project.id),
    subcontracts: commitmentsOf(sim, SUBCONTRACTS, project.id),
    subJobs: subJobTable(sim)
      .where('project_id', project.id)
      .map(({ id, code, name }) => ({ id, code, name })),
    codes: codes
      .filter((code) => code.parent_id !== null && code.sub_job_id === null)
      .slice(0, 12)
      .map((code) => {
        const budgeted = rows.filter((row) => row.cost_code_id === code.id);
        return {
          id: code.id,
          fullCode: code.full_code,
          name: code.name,
          budgeted: budgeted.map((row) => ({
            wbsCodeId: row.wbs_code_id,
            lineItemTypeId: row.line_item_type_id,
            typeCode: typeTable(sim).get(row.line_item_type_id)?.code ?? null,
          })),
        };
      }),
  };
}

const commitmentsOf = (sim: Simulator, kind: CommitmentKind, projectId: number) =>
  commitmentTable(sim, kind)
    .where('project_id', projectId)
    .map(({ id, number, status, vendor_id }) => ({ id, number, status, vendorId: vendor_id }));
