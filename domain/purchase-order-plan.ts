import { sum, toCents } from './decimal.ts';
import type { DesiredLine } from './direct-cost.ts';
import { type DocumentLine, projectText } from './invoice.ts';
import { filesToSend, knownUnit, namesOf, type PlanSettings, required } from './plan.ts';
import type { OrderDocument } from './purchase-order.ts';
import type { DesiredOrder } from './purchase-order-record.ts';
import { installationOf, lineStamp, recordStamp, withReference } from './stamp.ts';

/** What planning must know of the Procore company an order goes to. */
export interface OrderCompany {
  connectionId: string;
  /** whether Procore gives our stamp back here; null until the first record tells */
  returnsStamp: boolean | null;
  /** units a line may carry; null when no line has a unit */
  units: readonly string[] | null;
}

/** An order's lines as the rules of all documents read them. */
export const documentLines = ({ lines, project }: OrderDocument): DocumentLine[] =>
  lines.map((line) => ({ ...line, project, glCode: null, allocations: [] }));

/**
 * The Procore record an order becomes. Preflight has passed and nothing is missing any more. By amount a line is its
 * dollars; by unit Procore multiplies, and preflight saw to it that it comes to the same.
 *
 * @param standing what was planned before: its description stays, since only we put our reference there
 * @returns `notes`: what was changed on the way to Procore, in sentences for the log
 */
export function planOrder(
  order: OrderDocument,
  settings: Pick<PlanSettings, 'postWithoutTax' | 'sendAttachments' | 'attachmentMaxMb'>,
  company: OrderCompany,
  standing: Pick<DesiredOrder, 'header'> | null,
): { desired: DesiredOrder; projectProcoreId: string; notes: string[] } {
  const notes: string[] = [];
  const { project, vendor, lines } = order;
  const projectProcoreId = required(project.procoreId, 'link of the project');
  const part = { documentId: order.id, part: projectProcoreId };
  const stamp = recordStamp({ installation: installationOf(company.connectionId), account: order.account, ...part });
  const reference = company.returnsStamp === true ? null : withReference(null, order.id);
  const desired: DesiredOrder = {
    stamp,
    projectText: projectText(project),
    vendorName: vendor?.name ?? '',
    header: {
      number: order.number,
      title: order.description,
      description: standing === null ? reference : standing.header.description,
      vendorId: required(vendor?.procoreIds[order.company.id], 'link of the vendor'),
      contractDate: order.orderDate,
      deliveryDate: order.deliveryDate,
    },
    accountingMethod: order.accountingMethod,
    status: 'Approved',
    total: toCents(sum(lines.map((line) => line.amount))),
    files: filesToSend(order, settings, notes),
    scope: 'all',
    postWithoutTax: settings.postWithoutTax,
    names: namesOf(order, order.company.id, documentLines(order)),
    lines: lines.map(
      (line): DesiredLine => ({
        stamp: lineStamp(stamp, line.id),
        amount: toCents(line.amount),
        ...(order.accountingMethod === 'unit'
          ? { quantity: line.quantity, unitCost: line.unitPrice, uom: knownUnit(line, company.units, notes) }
          : { quantity: null, unitCost: null, uom: null }),
        costCodeId: required(line.code?.procoreId, 'link of the cost code'),
        lineItemTypeId: required(line.costType?.procoreId, 'link of the cost type'),
        taxCodeId: line.taxCode?.mapped?.procoreId ?? null,
        description: line.description,
      }),
    ),
  };
  return { desired, projectProcoreId, notes };
}
