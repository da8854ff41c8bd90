import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { z } from 'zod';
import * as billingPeriods from '../../procore/billing-periods.ts';
import * as budget from '../../procore/budget.ts';
import * as changeOrders from '../../procore/change-orders.ts';
import * as commitments from '../../procore/commitments.ts';
import * as costCodes from '../../procore/cost-codes.ts';
import * as costTypes from '../../procore/cost-types.ts';
import * as deliveries from '../../procore/deliveries.ts';
import * as directCosts from '../../procore/direct-costs.ts';
import * as hooks from '../../procore/hook-api.ts';
import * as hooksV1 from '../../procore/hooks-v1.ts';
import * as identity from '../../procore/identity.ts';
import * as people from '../../procore/people.ts';
import * as projectVendors from '../../procore/project-vendors.ts';
import * as projects from '../../procore/projects.ts';
import * as purchaseOrders from '../../procore/purchase-orders.ts';
import * as requisitions from '../../procore/requisitions.ts';
import * as stages from '../../procore/stages.ts';
import * as standardCostCodes from '../../procore/standard-cost-codes.ts';
import * as subJobs from '../../procore/sub-jobs.ts';
import * as taxCodes from '../../procore/tax-codes.ts';
import * as timeTypes from '../../procore/time-types.ts';
import * as timecards from '../../procore/timecard-entries.ts';
import * as uoms from '../../procore/uoms.ts';
import * as uploads from '../../procore/uploads.ts';
import * as users from '../../procore/users.ts';
import * as vendors from '../../procore/vendors.ts';
import * as wbs from '../../procore/wbs.ts';

/** A JSON schema of the OpenAPI document, as far as its answers use it. */
export interface JsonSchema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  enum?: unknown[];
  properties?: Record<string, JsonSchema>;
  additionalProperties?: boolean | JsonSchema;
  items?: JsonSchema;
  required?: string[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  pattern?: string;
}

const BASE = '/rest/v1.0/projects/{project_id}';
const DIRECT_COSTS = '/rest/v1.1/projects/{project_id}/direct_costs';
const WBS = `${BASE}/work_breakdown_structure`;
const TIMECARDS = '/rest/v1.0/companies/{company_id}/timecard_entries';
const REQUISITIONS = '/rest/v1.1/requisitions';
const ORDERS = '/rest/v1.0/purchase_order_contracts';
const HOOKS = '/rest/v2.0/companies/{company_id}/webhooks';

/** Every schema of the client beside every answer it reads. */
export const READS: [name: string, schema: z.ZodType, method: string, path: string][] = [
  ['me', identity.me, 'get', '/rest/v1.0/me'],
  ['company', identity.company, 'get', '/rest/v1.0/companies'],
  ['companyBaseUrl', identity.companyBaseUrl, 'get', '/rest/v1.0/company_base_url'],
  ['projectRow', projects.projectRow, 'get', '/rest/v1.1/projects'],
  ['project', projects.project, 'get', '/rest/v1.0/projects/{id}'],
  ['stage', stages.stage, 'get', '/rest/v1.0/companies/{company_id}/project_stages'],
  ['vendor of the list', vendors.vendor, 'get', '/rest/v1.0/vendors'],
  ['vendor shown', vendors.vendor, 'get', '/rest/v1.0/vendors/{id}'],
  ['vendor created', vendors.vendor, 'post', '/rest/v1.0/vendors'],
  ['vendor of the inactive list', vendors.vendor, 'get', '/rest/v1.0/companies/{company_id}/vendors/inactive'],
  ['project vendor', projectVendors.projectVendor, 'get', '/rest/v1.1/projects/{project_id}/vendors'],
  [
    'project vendor added',
    projectVendors.projectVendor,
    'post',
    '/rest/v1.1/projects/{project_id}/vendors/{id}/actions/add',
  ],
  ['standardCostCodeList', standardCostCodes.standardCostCodeList, 'get', '/rest/v1.0/standard_cost_code_lists'],
  ['standardCostCode', standardCostCodes.standardCostCode, 'get', '/rest/v1.0/standard_cost_codes'],
  ['cost code of the list', costCodes.costCode, 'get', '/rest/v1.0/cost_codes'],
  ['cost code shown', costCodes.costCode, 'get', '/rest/v1.0/cost_codes/{id}'],
  ['cost code created', costCodes.costCode, 'post', '/rest/v1.0/cost_codes'],
  ['subJob', subJobs.subJob, 'get', '/rest/v1.0/sub_jobs'],
  ['cost type', costTypes.costType, 'get', '/rest/v1.0/line_item_types'],
  ['cost type created', costTypes.costType, 'post', '/rest/v1.0/line_item_types'],
  ['wbsPattern', wbs.wbsPattern, 'get', `${WBS}/patterns`],
  ['wbsSegment', wbs.wbsSegment, 'get', '/rest/v1.0/companies/{company_id}/work_breakdown_structure/segments'],
  ['segmentItem', wbs.segmentItem, 'get', `${WBS}/segments/{segment_id}/segment_items`],
  ['WBS code of the list', wbs.wbsCode, 'get', `${WBS}/wbs_codes`],
  ['budgetView', budget.budgetView, 'get', '/rest/v1.0/budget_views'],
  ['budgetRow', budget.budgetRow, 'get', '/rest/v1.0/budget_views/{budget_view_id}/detail_rows'],
  ['taxCode', taxCodes.taxCode, 'get', '/rest/v1.0/tax_codes'],
  ['uom', uoms.uom, 'get', '/rest/v1.0/companies/{company_id}/uoms'],
  ['user', users.user, 'get', '/rest/v1.3/companies/{company_id}/users'],
  ['user shown', users.user, 'get', '/rest/v1.3/companies/{company_id}/users/{id}'],
  ['person of the company', people.person, 'get', '/rest/v1.0/companies/{company_id}/people'],
  ['person of a project', people.person, 'get', `${BASE}/people`],
  ['time type', timeTypes.timeType, 'get', '/rest/v1.0/companies/{company_id}/timecard_time_types'],
  ['time card entry of the list', timecards.timecardEntry, 'get', TIMECARDS],
  ['time card entry created', timecards.timecardEntry, 'post', TIMECARDS],
  ['time card entry shown', timecards.timecardEntry, 'get', `${TIMECARDS}/{id}`],
  ['time card entry changed', timecards.timecardEntry, 'patch', `${TIMECARDS}/{id}`],
  ['directCostRow', directCosts.directCostRow, 'get', DIRECT_COSTS],
  ['direct cost shown', directCosts.directCost, 'get', `${DIRECT_COSTS}/{id}`],
  ['direct cost created with lines', directCosts.directCost, 'post', DIRECT_COSTS],
  ['direct cost updated', directCosts.directCost, 'patch', `${DIRECT_COSTS}/{id}`],
  ['directCostHeader', directCosts.directCostHeader, 'post', `${BASE}/direct_costs`],
  ['directCostLine', directCosts.directCostLine, 'get', `${BASE}/direct_costs/{direct_cost_id}/line_items`],
  ['headers synced', directCosts.syncedHeaders, 'patch', `${BASE}/direct_costs/sync`],
  ['lines synced', directCosts.syncedLines, 'patch', `${BASE}/direct_costs/line_items/sync`],
  ['commitmentRow of purchase orders', commitments.commitmentRow, 'get', '/rest/v1.0/purchase_order_contracts'],
  ['commitmentRow of subcontracts', commitments.commitmentRow, 'get', '/rest/v1.0/work_order_contracts'],
  ['purchase order shown', commitments.commitment, 'get', '/rest/v1.0/purchase_order_contracts/{id}'],
  ['purchase order whole', purchaseOrders.purchaseOrder, 'get', `${ORDERS}/{id}`],
  ['purchase order created', purchaseOrders.purchaseOrder, 'post', ORDERS],
  ['purchase order updated', purchaseOrders.purchaseOrder, 'patch', `${ORDERS}/{id}`],
  [
    'lines of a purchase order synced',
    purchaseOrders.syncedOrderLines,
    'patch',
    `${ORDERS}/{purchase_order_contract_id}/line_items/sync`,
  ],
  ['subcontract shown', commitments.commitment, 'get', '/rest/v1.0/work_order_contracts/{id}'],
  ['changeOrderPackageRow', changeOrders.changeOrderPackageRow, 'get', '/rest/v1.0/change_order_packages'],
  ['change order package shown', changeOrders.changeOrderPackage, 'get', '/rest/v1.0/change_order_packages/{id}'],
  ['changeOrderRequest', changeOrders.changeOrderRequest, 'get', '/rest/v1.0/change_order_requests'],
  ['potentialChangeOrder', changeOrders.potentialChangeOrder, 'get', '/rest/v1.0/potential_change_orders'],
  [
    'potentialLine',
    changeOrders.potentialLine,
    'get',
    '/rest/v1.0/potential_change_orders/{potential_change_order_id}/line_items',
  ],
  ['changeOrderStatus', changeOrders.changeOrderStatus, 'get', '/rest/v1.0/change_order/statuses'],
  ['requisition of the list', requisitions.requisition, 'get', REQUISITIONS],
  ['requisition shown', requisitions.requisition, 'get', `${REQUISITIONS}/{id}`],
  ['requisition created', requisitions.requisition, 'post', REQUISITIONS],
  ['requisition updated', requisitions.requisition, 'patch', `${REQUISITIONS}/{id}`],
  [
    'change order item',
    requisitions.changeOrderItem,
    'get',
    '/rest/v1.0/requisitions/{requisition_id}/change_order_items',
  ],
  ['billing period of the list', billingPeriods.billingPeriod, 'get', `${BASE}/billing_periods`],
  ['billing period created', billingPeriods.billingPeriod, 'post', `${BASE}/billing_periods`],
  ['upload of a project', uploads.upload, 'post', '/rest/v1.1/projects/{project_id}/uploads'],
  ['upload of a company', uploads.upload, 'post', '/rest/v1.1/companies/{company_id}/uploads'],
  ['hookResource', hooks.hookResource, 'get', `${HOOKS}/resources`],
  ['hook of the list', hooks.hook, 'get', `${HOOKS}/hooks`],
  ['hook created', hooks.hook, 'post', `${HOOKS}/hooks`],
  ['hook updated', hooks.hook, 'patch', `${HOOKS}/hooks/{id}`],
  ['trigger', hooks.trigger, 'get', `${HOOKS}/hooks/{hook_id}/triggers`],
  ['delivery', deliveries.delivery, 'get', `${HOOKS}/hooks/{hook_id}/deliveries`],
  ['v1.0 delivery', deliveries.deliveryV1, 'get', '/rest/v1.0/webhooks/hooks/{hook_id}/deliveries'],
  ['v1.0 hook of the list', hooksV1.hookV1, 'get', '/rest/v1.0/webhooks/hooks'],
  ['v1.0 hook created', hooksV1.hookV1, 'post', '/rest/v1.0/webhooks/hooks'],
  ['v1.0 hook updated', hooksV1.hookV1, 'patch', '/rest/v1.0/webhooks/hooks/{id}'],
  ['v1.0 trigger', hooks.trigger, 'get', '/rest/v1.0/webhooks/hooks/{hook_id}/triggers'],
  ['v1.0 hook resource', hooksV1.hookResourceV1, 'get', '/rest/v1.0/webhooks/resources'],
];

interface Document {
  paths: Record<
    string,
    Record<string, { responses: Record<string, { content?: Record<string, { schema: JsonSchema }> }> }>
  >;
}

const FILE = new URL('../../simulator/contract/procore-openapi.yaml', import.meta.url);
const document = parse(readFileSync(FILE, 'utf8'), { maxAliasCount: -1 }) as Document;

/** The one record of an operation's success answer: taken out of its envelope and its list. */
export function recordOf(method: string, path: string): JsonSchema {
  const responses = document.paths[path]?.[method]?.responses;
  const success = Object.keys(responses ?? {}).find((status) => status.startsWith('2'));
  const schema = responses?.[success ?? '']?.content?.['application/json']?.schema;
  if (schema === undefined) throw new Error(`The contract has no answer of ${method} ${path}`);
  const answer = resolved(schema);
  const inner = resolved(answer.properties?.data ?? answer);
  return resolved(inner.items ?? inner);
}

/** Follows a reference, and takes the one alternative that is not null. */
export function resolved(schema: JsonSchema): JsonSchema {
  if (schema.$ref !== undefined) {
    const target = schema.$ref
      .slice(2)
      .split('/')
      .reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], document);
    return resolved(target as JsonSchema);
  }
  const real = (schema.oneOf ?? schema.anyOf)?.filter((one) => one.type !== 'null');
  return real?.length === 1 && real[0] !== undefined ? resolved(real[0]) : schema;
}

export const typesOf = (schema: JsonSchema): string[] => [resolved(schema).type ?? []].flat();
