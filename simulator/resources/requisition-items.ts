import { Decimal } from 'decimal.js';
import type { Body, Call } from '../engine/api.ts';
import { onFields } from '../engine/errors.ts';
import { decimalOf, money, now, nulls, numberOf, textOf } from '../engine/fields.ts';
import type { Simulator } from '../engine/simulator.ts';
import type { Row } from '../engine/store.ts';
import { linesOfPackage } from './change-order-packages.ts';
import { packageTable } from './change-order-rows.ts';
import type { CommitmentKind, CommitmentRow } from './commitment-contracts.ts';
import { type ContractLineRow, contractLinesOf, contractLineTable } from './commitment-lines.ts';
import { POTENTIAL_CHANGE_ORDER } from './potential-change-orders.ts';
import { PURCHASE_ORDERS } from './purchase-order-contracts.ts';
import { type RequisitionRow, requisitionsOf } from './requisition-rows.ts';
import { taxCodeTable } from './tax-codes.ts';
import { wbsTable } from './wbs-codes.ts';
import { SUBCONTRACTS } from './work-order-contracts.ts';

export type ItemType = 'contract_item' | 'contract_detail_item' | 'change_order_item';

/** One line of the commitment on one requisition. */
export interface ItemRow extends Row {
  company_id: number;
  project_id: number;
  requisition_id: number;
  item_type: ItemType;
  /** the line of the schedule of values, or of the change order */
  line_item_id: number;
  change_order_package_id: number | null;
  /** which detail of the line it is, of how many; null where the line has none */
  detail: { nth: number; of: number } | null;
  position: number;
  work_completed_this_period: string;
  work_completed_this_period_quantity: string;
  materials_presently_stored: string;
  work_completed_retainage_retained_this_period: string;
  work_completed_retainage_released_this_period: string;
  comment: string | null;
}

export const itemTable = (sim: Simulator) => sim.store.table<ItemRow>('requisition_items');

export const itemsOf = (sim: Simulator, requisitionId: number): ItemRow[] =>
  itemTable(sim).where('requisition_id', requisitionId);

const kindOf = (row: RequisitionRow): CommitmentKind =>
  row.commitment_type === 'PurchaseOrderContract' ? PURCHASE_ORDERS : SUBCONTRACTS;

/** The line an item stands for. Removed lines keep what was billed on them. */
const lineOf = (sim: Simulator, row: RequisitionRow, item: ItemRow): ContractLineRow | undefined =>
  contractLineTable(sim, item.item_type === 'change_order_item' ? POTENTIAL_CHANGE_ORDER : kindOf(row).holder).get(
    item.line_item_id,
  );

/** A new requisition has one item for each line of the schedule of values, with nothing on it. */
export function generateItems(sim: Simulator, row: RequisitionRow, contract: CommitmentRow): void {
  const type: ItemType = contract.ssov === 'none' ? 'contract_item' : 'contract_detail_item';
  for (const line of contractLinesOf(sim, kindOf(row).holder, contract.id))
    if (type === 'contract_item') addItem(sim, row, line.id, type, null);
    else
      for (let nth = 1; nth <= contract.ssov_parts; nth++)
        itemTable(sim).update(addItem(sim, row, line.id, type, null).id, { detail: { nth, of: contract.ssov_parts } });
}

/** Adds the items of a change order package; those that are there already stay alone. */
export function addPackageItems(sim: Simulator, row: RequisitionRow, packageId: number): ItemRow[] {
  const there = itemsOf(sim, row.id);
  return linesOfPackage(sim, packageTable(sim).get(packageId)!).map(
    (line) =>
      (sim.switches.same_package_twice === 'harmless' ? there : []).find(
        (item) => item.item_type === 'change_order_item' && item.line_item_id === line.id,
      ) ?? addItem(sim, row, line.id, 'change_order_item', packageId),
  );
}

function addItem(sim: Simulator, row: RequisitionRow, lineId: number, type: ItemType, packageId: number | null) {
  return itemTable(sim).insert({
    company_id: row.company_id,
    project_id: row.project_id,
    requisition_id: row.id,
    item_type: type,
    line_item_id: lineId,
    change_order_package_id: packageId,
    detail: null,
    position: itemsOf(sim, row.id).length + 1,
    work_completed_this_period: '0',
    work_completed_this_period_quantity: '0',
    materials_presently_stored: '0',
    work_completed_retainage_retained_this_period: '0',
    work_completed_retainage_released_this_period: '0',
    comment: null,
  });
}

const RETAINAGE = [
  'work_completed_retainage_retained_this_period',
  'work_completed_retainage_released_this_period',
  'work_completed_retainage_percent_this_period',
  'materials_stored_retainage_currently_retained',
  'materials_stored_retainage_percent_this_period',
];

export const saysRetainage = (items: readonly Body[]): boolean =>
  items.some((item) => RETAINAGE.some((field) => item[field] !== undefined));

/** Finds the item a body means: by its id, or by the line of the commitment it stands for. */
function itemMeant(sim: Simulator, row: RequisitionRow, body: Body): ItemRow {
  const id = numberOf(body.id);
  const found = itemsOf(sim, row.id).find((item) =>
    id === null
      ? item.item_type === body.item_type && item.line_item_id === numberOf(body.line_item_id)
      : item.id === id && item.item_type === body.item_type,
  );
  if (found === undefined) throw onFields(422, { items: ['Item does not belong to this invoice'] });
  return found;
}

/** Writes what a body says about an item. Unless retainage is said, the commitment's percentage is kept back. */
export function writeItem(call: Call, row: RequisitionRow, contract: CommitmentRow, body: Body): void {
  const { sim } = call;
  const item = itemMeant(sim, row, body);
  const said = (field: string) => decimalOf(body[field], field);
  const quantity = said('work_completed_this_period_quantity');
  const price = lineOf(sim, row, item)?.unit_cost;
  const byQuantity =
    contract.accounting_method === 'unit' && quantity !== null && price != null
      ? new Decimal(quantity).mul(price).toDecimalPlaces(2, Decimal.ROUND_HALF_UP).toFixed()
      : null;
  const work = byQuantity ?? said('work_completed_this_period');
  const kept = new Decimal(work ?? 0).mul(contract.retainage_percent ?? 0).div(100);
  const retained =
    said('work_completed_retainage_retained_this_period') ??
    (work === null ? null : kept.toDecimalPlaces(2, Decimal.ROUND_HALF_UP).toFixed());
  const released = said('work_completed_retainage_released_this_period');
  if (released !== null && new Decimal(released).gt(new Decimal(heldBefore(sim, row, item)).plus(retained ?? 0)))
    throw onFields(422, { work_completed_retainage_released_this_period: ['exceeds the retainage held'] });
  const materials = said('materials_presently_stored') ?? said('new_materials');
  itemTable(sim).update(item.id, {
    ...(work === null ? {} : { work_completed_this_period: work }),
    ...(quantity === null ? {} : { work_completed_this_period_quantity: quantity }),
    ...(materials === null ? {} : { materials_presently_stored: materials }),
    ...(retained === null ? {} : { work_completed_retainage_retained_this_period: retained }),
    ...(released === null ? {} : { work_completed_retainage_released_this_period: released }),
    ...(body.comment === undefined ? {} : { comment: textOf(body.comment) }),
  });
  sim.store.table<RequisitionRow>('requisitions').update(row.id, { updated_at: now() });
}

/** Items of the same line on earlier requisitions of the commitment. */
const earlier = (sim: Simulator, row: RequisitionRow, item: ItemRow): ItemRow[] =>
  requisitionsOf(sim, row.commitment_id)
    .filter((other) => other.number < row.number)
    .flatMap((other) => itemsOf(sim, other.id))
    .filter((other) => other.line_item_id === item.line_item_id && other.detail?.nth === item.detail?.nth);

const total = (items: readonly ItemRow[], field: keyof ItemRow): Decimal =>
  items.reduce((sum, item) => sum.plus(String(item[field])), new Decimal(0));

function heldBefore(sim: Simulator, row: RequisitionRow, item: ItemRow): Decimal {
  const before = earlier(sim, row, item);
  return total(before, 'work_completed_retainage_retained_this_period').minus(
    total(before, 'work_completed_retainage_released_this_period'),
  );
}

/** What an item comes to, before and in this period. */
export function figuresOf(sim: Simulator, row: RequisitionRow, item: ItemRow) {
  const before = earlier(sim, row, item);
  const line = lineOf(sim, row, item);
  const work = new Decimal(item.work_completed_this_period);
  const materials = new Decimal(item.materials_presently_stored);
  const retained = new Decimal(item.work_completed_retainage_retained_this_period);
  const released = new Decimal(item.work_completed_retainage_released_this_period);
  const gross = work.plus(materials);
  const rate = taxCodeTable(sim).get(line?.tax_code_id ?? 0)?.rate1 ?? 0;
  return {
    line,
    scheduled: shareOf(new Decimal(line?.amount ?? 0), item.detail),
    previous: total(before, 'work_completed_this_period'),
    previousQuantity: total(before, 'work_completed_this_period_quantity'),
    heldBefore: heldBefore(sim, row, item),
    retained,
    released,
    gross,
    net: gross.minus(retained).plus(released),
    /** inherited from the line of the commitment */
    tax: gross.mul(rate).div(100),
    rate,
  };
}

/** A detail's part of its line; the last has the cents that are left. */
function shareOf(amount: Decimal, detail: ItemRow['detail']): Decimal {
  if (detail === null) return amount;
  const share = amount.div(detail.of).toDecimalPlaces(2, Decimal.ROUND_DOWN);
  return detail.nth === detail.of ? amount.minus(share.mul(detail.of - 1)) : share;
}

/** An item as the requisition shows it. */
export function presentItem(sim: Simulator, row: RequisitionRow, contract: CommitmentRow, item: ItemRow) {
  const figures = figuresOf(sim, row, item);
  const { line } = figures;
  const wbs = wbsTable(sim).get(line?.wbs_code_id ?? 0);
  const done = figures.previous.plus(figures.gross);
  const isUnit = contract.accounting_method === 'unit';
  return {
    ...nulls(`materials_presently_stored_quantity materials_presently_stored_from_previous_progress
      materials_previously_stored_quantity materials_moved materials_retainage_retained_moved
      materials_stored_retainage_percent_this_period materials_stored_retainage_new_materials
      materials_stored_retainage_released_this_period status line_number subcontractor_claimed_amount
      previous_progress_id`),
    id: item.id,
    item_type: item.item_type,
    accounting_method: contract.accounting_method,
    cost_code_id: wbs?.cost_code_id ?? null,
    currency_configuration: null,
    line_item_id: item.line_item_id,
    description_of_work: line?.description ?? null,
    net_amount: money(figures.net),
    gross_amount: money(figures.gross),
    wbs_code: null,
    scheduled_value: money(figures.scheduled),
    work_completed_from_previous_application: money(figures.previous),
    work_completed_this_period: money(item.work_completed_this_period),
    materials_presently_stored: money(item.materials_presently_stored),
    total_completed_and_stored_to_date: money(done),
    total_completed_and_stored_to_date_percent: percent(done, figures.scheduled),
    total_completed_and_stored_to_date_from_previous: money(figures.previous),
    work_completed_retainage_from_previous_application: money(figures.heldBefore),
    work_completed_retainage_retained_this_period: money(figures.retained),
    work_completed_retainage_percent_this_period: percent(figures.retained, figures.gross),
    materials_stored_retainage_currently_retained: '0.0',
    work_completed_retainage_released_this_period: money(figures.released),
    scheduled_quantity: isUnit ? (line?.quantity ?? null) : null,
    scheduled_unit_price: isUnit ? (line?.unit_cost ?? null) : null,
    work_completed_this_period_quantity: isUnit ? item.work_completed_this_period_quantity : null,
    work_completed_from_previous_application_quantity: isUnit ? figures.previousQuantity.toFixed() : null,
    comment: item.comment,
    position: item.position,
    ssr_manual_override: false,
    taxes:
      line?.tax_code_id == null
        ? []
        : [{ tax_code_id: line.tax_code_id, rate: String(figures.rate), amount: figures.tax.toFixed() }],
    uom: line?.uom ?? null,
  };
}

const percent = (part: Decimal, whole: Decimal): string =>
  whole.isZero() ? '0.0' : `${part.div(whole).mul(100).toDecimalPlaces(2).toFixed()}%`;

/** An item as the lists of one kind of item show it: fewer fields. */
export function presentListedItem(sim: Simulator, row: RequisitionRow, contract: CommitmentRow, item: ItemRow) {
  const whole = presentItem(sim, row, contract, item);
  const {
    net_amount: _net,
    gross_amount: _gross,
    accounting_method: _method,
    taxes: _taxes,
    uom: _uom,
    total_completed_and_stored_to_date_from_previous: _previous,
    ...rest
  } = whole;
  const shared = Object.fromEntries(
    Object.entries(rest).filter(
      ([field]) =>
        !/^(materials_pre.*(quantity|progress)|.*new_materials|previous_progress_id|line_number)$/.test(field),
    ),
  );
  if (item.item_type !== 'change_order_item') return shared;
  const { item_type: _type, comment: _comment, status: _status, ssr_manual_override: _override, ...listed } = shared;
  return {
    ...listed,
    commitment_line_item_id: null,
    commitment_line_item_origin_id: null,
    change_order_package_id: item.change_order_package_id,
  };
}
