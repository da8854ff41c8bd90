import { and, eq, inArray, ne, notInArray, sql } from 'drizzle-orm';
import { matchNumber } from '../../domain/invoice.ts';
import { allowedOrderSteps, type OrderDraft } from '../../domain/purchase-order.ts';
import {
  costType,
  payableAccount,
  procoreCompany,
  project,
  projectCostCode,
  purchaseOrder,
  purchaseOrderLine,
  taxCode,
} from '../schema/index.ts';
import type { Queryable } from '../types.ts';
import { clearWaits } from './document-waits.ts';
import { addLog, type NewLogEntry } from './integration-log.ts';
import type { StepResult, UnknownReference } from './invoices.ts';
import { mayStandInProcore, type OrderRow } from './purchase-order-document.ts';

const ORDER_IS_ON_ITS_WAY = 'The purchase order is on its way to Procore; cancel the sending first.';

/** Why purchase orders of a company are not entered or changed here. */
export const whyEnteredInProcore = (companyName: string): string =>
  `Procore is the master of the purchase orders of ${companyName}: they are entered and changed there and come in by themselves.`;

/** Enters a purchase order as a draft. What keeps it from being approved is said when it is shown. */
export async function createOrder(
  db: Queryable,
  account: string,
  actor: string,
  draft: OrderDraft,
): Promise<{ kind: 'created'; id: string } | StepResult | UnknownReference> {
  const place = await placeOf(db, account, draft);
  if (place.kind !== 'place') return place;
  const newLine = draft.lines.findIndex((line) => line.id !== undefined);
  if (newLine >= 0) return { kind: 'unknown-reference', path: `lines.${newLine}.id`, message: NO_SUCH_LINE };
  const unknown = (await findUnknown(db, account, draft)) ?? (await takenNumber(db, draft, null));
  if (unknown !== null) return unknown;
  const [row] = await db
    .insert(purchaseOrder)
    .values({
      account,
      companyId: place.companyId,
      origin: 'lentune',
      orderStatus: 'draft',
      isAccepted: false,
      enteredBy: actor,
      ...headerOf(draft),
    })
    .returning({ id: purchaseOrder.id });
  if (!row) throw new Error('The purchase order just inserted is gone');
  await writeOwnLines(db, account, row.id, draft);
  await logOrder(db, { account, documentId: row.id, event: 'received', result: 'info', actor, message: 'Entered.' });
  return { kind: 'created', id: row.id };
}

/**
 * Changes a purchase order; it must then be approved again, and one that stands in Procore is queued again with that.
 * Its lines keep their ids, which is what stands in Procore and what invoices are booked on.
 */
export async function updateOrder(
  db: Queryable,
  account: string,
  id: string,
  actor: string,
  draft: OrderDraft,
): Promise<StepResult | UnknownReference> {
  const row = await lockOrder(db, account, id);
  if (row === null) return { kind: 'not-found' };
  if (!allowedOrderSteps(row).edit) return { kind: 'conflict', message: whyNotEdited(row) };
  const place = await placeOf(db, account, draft);
  if (place.kind !== 'place') return place;
  if (draft.projectId !== row.projectId && (await mayStandInProcore(db, id)))
    return {
      kind: 'conflict',
      message: 'The purchase order stands in Procore, where it cannot go to another project.',
    };
  const unknown = (await findUnknown(db, account, draft)) ?? (await takenNumber(db, draft, id));
  if (unknown !== null) return unknown;
  const refused = await dropOwnLines(db, id, draft);
  if (refused !== null) return refused;
  await db
    .update(purchaseOrder)
    .set({
      ...headerOf(draft),
      companyId: place.companyId,
      orderStatus: 'draft',
      approvedBy: null,
      approvedAt: null,
      integration: null,
      problems: [],
      needsVariation: false,
      revision: sql`${purchaseOrder.revision} + 1`,
      updatedAt: sql`now()`,
    })
    .where(eq(purchaseOrder.id, id));
  await writeOwnLines(db, account, id, draft);
  await clearWaits(db, account, id);
  await logOrder(db, { account, documentId: id, event: 'changed', result: 'info', actor, message: 'Changed.' });
  return { kind: 'done' };
}

/** Adds one row to the story of a purchase order. */
export const logOrder = (db: Queryable, entry: Omit<NewLogEntry, 'documentKind'>): Promise<void> =>
  addLog(db, { documentKind: 'purchase_order', ...entry });

/** The row, locked until the transaction ends, so that two people's steps come one after the other. */
export async function lockOrder(db: Queryable, account: string, id: string): Promise<OrderRow | null> {
  const [row] = await db
    .select()
    .from(purchaseOrder)
    .where(and(eq(purchaseOrder.account, account), eq(purchaseOrder.id, id)))
    .for('update');
  return row ?? null;
}

/** Why an order cannot be changed at the moment, or ever. */
export function whyNotEdited({ origin, orderStatus, integration }: OrderRow): string {
  if (origin === 'procore') return 'The purchase order was entered in Procore; it is changed there.';
  if (orderStatus === 'cancelled') return 'The purchase order is cancelled.';
  if (integration === 'ignored') return 'The purchase order is ignored; take that back first.';
  return ORDER_IS_ON_ITS_WAY;
}

const headerOf = (draft: OrderDraft) => ({
  number: draft.number.trim(),
  matchNumber: matchNumber(draft.number),
  projectId: draft.projectId,
  payableAccountId: draft.payableAccountId ?? null,
  description: draft.description?.trim() || null,
  orderDate: draft.orderDate,
  deliveryDate: draft.deliveryDate ?? null,
});

/** Where an order goes. Its project is locked, so that two orders of one number come one after the other. */
async function placeOf(
  db: Queryable,
  account: string,
  draft: OrderDraft,
): Promise<{ kind: 'place'; companyId: string } | StepResult | UnknownReference> {
  const [place] = await db
    .select({ code: project.code, companyId: project.companyId })
    .from(project)
    .where(and(eq(project.account, account), eq(project.id, draft.projectId)))
    .for('no key update');
  if (!place) return { kind: 'unknown-reference', path: 'projectId', message: 'There is no such project.' };
  const [company] = await db
    .select({ id: procoreCompany.id, name: procoreCompany.name, master: procoreCompany.purchaseOrderMaster })
    .from(procoreCompany)
    .where(and(eq(procoreCompany.account, account), eq(procoreCompany.id, place.companyId ?? NOBODY)));
  if (!company)
    return {
      kind: 'unknown-reference',
      path: 'projectId',
      message: `Project ${place.code} belongs to no Procore company, so no purchase order is entered for it.`,
    };
  if (company.master === 'procore') return { kind: 'conflict', message: whyEnteredInProcore(company.name) };
  return { kind: 'place', companyId: company.id };
}

const NOBODY = '00000000-0000-0000-0000-000000000000';
const NO_SUCH_LINE = 'The purchase order has no such line.';

/** A number is used once in a project, whoever entered the other order. */
async function takenNumber(db: Queryable, draft: OrderDraft, ownId: string | null): Promise<StepResult | null> {
  const rows = await db
    .select({ number: purchaseOrder.number, matchNumber: purchaseOrder.matchNumber, project: project.code })
    .from(purchaseOrder)
    .innerJoin(project, eq(project.id, purchaseOrder.projectId))
    .where(
      and(
        eq(purchaseOrder.projectId, draft.projectId),
        ownId === null ? undefined : ne(purchaseOrder.id, ownId),
        eq(purchaseOrder.isActive, true),
      ),
    );
  const wanted = matchNumber(draft.number);
  const other = rows.find((row) => (row.matchNumber ?? matchNumber(row.number)) === wanted);
  if (other === undefined) return null;
  return {
    kind: 'conflict',
    message: `Number ${other.number} is used by another purchase order of project ${other.project}.`,
  };
}

const REFERENCES = {
  payableAccountId: { table: payableAccount, what: 'supplier' },
  costTypeId: { table: costType, what: 'cost type' },
  taxCodeId: { table: taxCode, what: 'tax code' },
} as const;

/** A foreign key accepts any account's row, so ownership is asked for here. */
async function findUnknown(db: Queryable, account: string, draft: OrderDraft): Promise<UnknownReference | null> {
  for (const [field, { table, what }] of Object.entries(REFERENCES) as [keyof typeof REFERENCES, Reference][]) {
    const named = [
      ...(field === 'payableAccountId' ? [{ path: field as string, id: draft.payableAccountId }] : []),
      ...(field === 'payableAccountId'
        ? []
        : draft.lines.map((line, index) => ({ path: `lines.${index}.${field}`, id: line[field] }))),
    ].filter((one): one is { path: string; id: string } => one.id != null);
    if (named.length === 0) continue;
    const known = await db
      .select({ id: table.id })
      .from(table)
      .where(and(eq(table.account, account), inArray(table.id, [...new Set(named.map(({ id }) => id))])));
    const missing = named.find(({ id }) => !known.some((row) => row.id === id));
    if (missing) return { kind: 'unknown-reference', path: missing.path, message: `There is no such ${what}.` };
  }
  return unknownCode(db, account, draft);
}

type Reference = (typeof REFERENCES)[keyof typeof REFERENCES];

/** The codes of an order are those of its project. */
async function unknownCode(db: Queryable, account: string, draft: OrderDraft): Promise<UnknownReference | null> {
  const wanted = [...new Set(draft.lines.flatMap((line) => line.projectCostCodeId ?? []))];
  if (wanted.length === 0) return null;
  const known = await db
    .select({ id: projectCostCode.id })
    .from(projectCostCode)
    .where(
      and(
        eq(projectCostCode.account, account),
        eq(projectCostCode.projectId, draft.projectId),
        inArray(projectCostCode.id, wanted),
      ),
    );
  const index = draft.lines.findIndex(
    ({ projectCostCodeId }) => projectCostCodeId != null && !known.some(({ id }) => id === projectCostCodeId),
  );
  if (index < 0) return null;
  return {
    kind: 'unknown-reference',
    path: `lines.${index}.projectCostCodeId`,
    message: 'The project has no such cost code.',
  };
}

/** Takes away what the draft no longer has, unless invoices are booked on it; ids it names must be lines of the order. */
async function dropOwnLines(
  db: Queryable,
  orderId: string,
  draft: OrderDraft,
): Promise<StepResult | UnknownReference | null> {
  const held = await db
    .select({
      id: purchaseOrderLine.id,
      description: purchaseOrderLine.description,
      position: purchaseOrderLine.position,
      isBooked: sql<boolean>`purchase_order_line.claimed <> 0 or exists (
        select from invoice_allocation a where a.purchase_order_line_id = purchase_order_line.id)`,
    })
    .from(purchaseOrderLine)
    .where(and(eq(purchaseOrderLine.commitmentId, orderId), eq(purchaseOrderLine.origin, 'lentune')));
  const named = draft.lines.flatMap(({ id }) => id ?? []);
  const strange = draft.lines.findIndex(
    ({ id }, index) =>
      id !== undefined &&
      (!held.some((line) => line.id === id) || draft.lines.findIndex((one) => one.id === id) < index),
  );
  if (strange >= 0) return { kind: 'unknown-reference', path: `lines.${strange}.id`, message: NO_SUCH_LINE };
  const booked = held.find((line) => line.isBooked && !named.includes(line.id));
  if (booked)
    return {
      kind: 'conflict',
      message: `Line ${booked.position}${booked.description ? ` (${booked.description})` : ''} has invoices booked on it and stays.`,
    };
  await db
    .delete(purchaseOrderLine)
    .where(
      and(
        eq(purchaseOrderLine.commitmentId, orderId),
        eq(purchaseOrderLine.origin, 'lentune'),
        named.length === 0 ? undefined : notInArray(purchaseOrderLine.id, named),
      ),
    );
  return null;
}

async function writeOwnLines(db: Queryable, account: string, commitmentId: string, draft: OrderDraft): Promise<void> {
  const fields = draft.lines.map((line, index) => ({
    ...(line.id === undefined ? {} : { id: line.id }),
    account,
    commitmentId,
    origin: 'lentune' as const,
    position: index + 1,
    projectCostCodeId: line.projectCostCodeId ?? null,
    costTypeId: line.costTypeId ?? null,
    description: line.description?.trim() || null,
    quantity: line.quantity ?? null,
    unitPrice: line.unitPrice ?? null,
    unit: line.unit?.trim() || null,
    amount: line.amount,
    taxCodeId: line.taxCodeId ?? null,
  }));
  // New lines are inserted in their order, since their ids tell their age.
  const isNew = fields.filter((line) => line.id === undefined);
  if (isNew.length > 0) await db.insert(purchaseOrderLine).values(isNew);
  for (const { id, ...line } of fields)
    if (id !== undefined) await db.update(purchaseOrderLine).set(line).where(eq(purchaseOrderLine.id, id));
}
