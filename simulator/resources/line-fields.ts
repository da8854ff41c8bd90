import { Decimal } from 'decimal.js';
import type { Body, Call } from '../engine/api.ts';
import { onFields } from '../engine/errors.ts';
import { decimalOf, numberOf, textOf } from '../engine/fields.ts';
import { costCodeTable } from './cost-codes.ts';
import { typesOfProject } from './line-item-types.ts';
import { taxCodeTable } from './tax-codes.ts';
import { isUnit } from './units-of-measure.ts';
import { ensureWbsCode, wbsTable } from './wbs-codes.ts';

/** The record a line stands on: lines of direct costs and of purchase orders are written alike. */
export interface LinePlace {
  company_id: number;
  project_id: number;
}

/** What a line says of money before a write changes it. */
interface PricedLine {
  extended_type: 'manual' | 'calculated';
  amount: string;
  quantity: string | null;
  unit_cost: string | null;
}

/** The fields of a written line that are its own words. @throws ApiError 400 for a unit the company does not have */
export function writtenWords(call: Call, place: LinePlace, body: Body) {
  const unit = textOf(body.uom);
  if (unit !== null && unit !== '' && !isUnit(call.sim, place.company_id, unit))
    throw onFields(400, { uom: ['is not included in the list'] });
  return {
    ...(body.description === undefined ? {} : { description: textOf(body.description) }),
    ...(body.origin_id === undefined ? {} : { origin_id: textOf(body.origin_id) }),
    ...(body.origin_data === undefined ? {} : { origin_data: textOf(body.origin_data) }),
    ...(body.uom === undefined ? {} : { uom: unit === '' ? null : unit }),
  };
}

/** `wbs_code_id` wins over cost code and cost type (contract section 7). */
export function writtenCode(call: Call, place: LinePlace, body: Body): { wbs_code_id?: number } {
  const { sim } = call;
  const wbsId = numberOf(body.wbs_code_id);
  if (wbsId !== null) {
    const wbs = wbsTable(sim).get(wbsId);
    if (wbs?.project_id !== place.project_id) throw onFields(422, { wbs_code_id: ['is not a code of this project'] });
    return { wbs_code_id: wbsId };
  }
  const costCodeId = numberOf(body.cost_code_id);
  const typeId = numberOf(body.line_item_type_id);
  if (costCodeId === null && typeId === null) return {};
  const code = costCodeTable(sim).get(costCodeId ?? 0);
  if (code?.project_id !== place.project_id) throw onFields(422, { cost_code: ['does not exist in this project'] });
  const project = { id: place.project_id, company_id: place.company_id };
  if (!typesOfProject(sim, project).some((type) => type.id === typeId))
    throw onFields(422, { line_item_type: ["can't be blank"] });
  const combination = { cost_code_id: code.id, line_item_type_id: typeId as number, sub_job_id: code.sub_job_id };
  return { wbs_code_id: ensureWbsCode(sim, place.project_id, combination).id };
}

/** What a project without tax does with a tax code is a setting per project. */
export function writtenTax(call: Call, place: LinePlace, body: Body): { tax_code_id?: number | null } {
  if (body.tax_code_id === undefined) return {};
  const id = numberOf(body.tax_code_id);
  if (id === null) return { tax_code_id: null };
  const mode = call.sim.settings.taxMode[place.project_id] ?? 'works';
  if (mode === 'refused') throw onFields(422, { tax_code_id: ['Tax is not enabled for this project'] });
  if (mode === 'dropped') return { tax_code_id: null };
  const code = taxCodeTable(call.sim).get(id);
  if (code?.company_id !== place.company_id) throw onFields(422, { tax_code_id: ['is invalid'] });
  if (code.archived) throw onFields(422, { tax_code_id: ['is archived'] });
  return { tax_code_id: id };
}

/** A calculated line is quantity times unit cost; a manual one keeps the amount it was given. */
export function writtenMoney(body: Body, old: PricedLine | null): Partial<PricedLine> {
  const amount = decimalOf(body.amount ?? body.manual_amount, 'amount');
  const quantity = decimalOf(body.quantity, 'quantity');
  const unitCost = decimalOf(body.unit_cost, 'unit_cost');
  if (amount === null && quantity === null && unitCost === null && body.extended_type === undefined) return {};
  const after = {
    quantity: quantity ?? old?.quantity ?? null,
    unit_cost: unitCost ?? old?.unit_cost ?? null,
  };
  const isPriced = after.quantity !== null && after.unit_cost !== null;
  const type =
    body.extended_type ??
    (amount === null && isPriced ? 'calculated' : (old?.extended_type ?? (amount === null ? 'calculated' : 'manual')));
  if (type === 'calculated' && isPriced) {
    const product = new Decimal(after.quantity!).mul(after.unit_cost!).toDecimalPlaces(2, Decimal.ROUND_HALF_UP);
    return { ...after, extended_type: 'calculated', amount: product.toFixed() };
  }
  return {
    ...after,
    extended_type: type === 'calculated' ? 'calculated' : 'manual',
    amount: amount ?? old?.amount ?? '0',
  };
}
