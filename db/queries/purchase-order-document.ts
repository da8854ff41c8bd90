import { and, asc, eq, isNotNull, or } from 'drizzle-orm';
import { resolveCostType } from '../../domain/invoice.ts';
import type { OrderDocument, OrderLine } from '../../domain/purchase-order.ts';
import { procoreCompany, purchaseOrder, purchaseOrderLine, pushPart } from '../schema/index.ts';
import type { Queryable } from '../types.ts';
import { codesOf, costTypesOf, projectsOf, taxCodesOf, taxIn, typeIn, vendorOf } from './invoice-document.ts';
import { listOrderFiles } from './purchase-order-attachments.ts';

export type OrderRow = typeof purchaseOrder.$inferSelect;
type LineRow = typeof purchaseOrderLine.$inferSelect;

/** A document with the row it was read from. */
export interface LoadedOrder {
  row: OrderRow;
  document: OrderDocument;
}

/** Reads an order that was entered here, with everything its rules ask about; null when the account has none of that id. */
export async function loadOrder(db: Queryable, account: string, id: string): Promise<LoadedOrder | null> {
  const [found] = await db
    .select({ row: purchaseOrder, company: procoreCompany })
    .from(purchaseOrder)
    .innerJoin(procoreCompany, eq(procoreCompany.id, purchaseOrder.companyId))
    .where(and(eq(purchaseOrder.account, account), eq(purchaseOrder.id, id), eq(purchaseOrder.origin, 'lentune')));
  if (!found) return null;
  const { row, company } = found;
  const place = (await projectsOf(db, account, [row.projectId])).get(row.projectId);
  if (place === undefined || row.orderStatus === null) throw new Error(`Purchase order ${id} is not one of ours`);
  const lines = await db
    .select()
    .from(purchaseOrderLine)
    .where(and(eq(purchaseOrderLine.commitmentId, id), eq(purchaseOrderLine.origin, 'lentune')))
    .orderBy(asc(purchaseOrderLine.position), asc(purchaseOrderLine.id));
  return {
    row,
    document: {
      id,
      account,
      revision: row.revision,
      sentRevision: row.sentRevision,
      number: row.number,
      description: row.description,
      orderDate: row.orderDate,
      deliveryDate: row.deliveryDate,
      status: row.orderStatus,
      accountingMethod: row.accountingMethod,
      isMethodFixed: row.sentRevision !== null || (await mayStandInProcore(db, id)),
      company: { id: company.id, name: company.name },
      isSendingOn: company.purchaseOrderMaster === 'lentune',
      project: place,
      vendor: await vendorOf(db, account, row.payableAccountId),
      lines: await linesOf(db, account, place, lines),
      files: await listOrderFiles(db, account, id),
    },
  };
}

/** Whether a record of the order stands in Procore, or may. */
export async function mayStandInProcore(db: Queryable, orderId: string): Promise<boolean> {
  const standing = or(isNotNull(pushPart.procoreId), isNotNull(pushPart.sending));
  return (await db.$count(pushPart, and(eq(pushPart.documentId, orderId), standing))) > 0;
}

async function linesOf(
  db: Queryable,
  account: string,
  place: OrderDocument['project'],
  rows: readonly LineRow[],
): Promise<OrderLine[]> {
  const ids = (values: readonly (string | null)[]) => [...new Set(values.flatMap((value) => value ?? []))];
  const codes = await codesOf(db, account, ids(rows.map((row) => row.projectCostCodeId)));
  const ofCodes = [...codes.values()].flatMap((code) => code.types.map((type) => type.id));
  const types = await costTypesOf(db, account, ids([...ofCodes, ...rows.map((row) => row.costTypeId)]));
  const taxCodes = await taxCodesOf(db, account, ids(rows.map((row) => row.taxCodeId)));
  return rows.map((row, index) => {
    const code = codes.get(row.projectCostCodeId ?? '') ?? null;
    return {
      id: row.id,
      position: index + 1,
      description: row.description,
      quantity: row.quantity,
      unitPrice: row.unitPrice,
      unit: row.unit,
      amount: row.amount,
      procoreId: row.procoreId,
      code: code?.code ?? null,
      costType: typeIn(types, resolveCostType(row.costTypeId, code?.types ?? []), place),
      taxCode: taxIn(taxCodes, row.taxCodeId, place),
    };
  });
}
