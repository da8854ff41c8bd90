import { and, asc, eq, inArray, ne, type SQL, sql } from 'drizzle-orm';
import { firstInCatalogue } from '../../domain/errors.ts';
import type { Finding } from '../../domain/invoice.ts';
import { allowedOrderSteps, type OrderStatus, orderGaps } from '../../domain/purchase-order.ts';
import { costType, procoreCompany, procoreLink, purchaseOrder, purchaseOrderLine, taxCode } from '../schema/index.ts';
import type { Queryable } from '../types.ts';
import { findCommitment, listCommitments } from './commitments.ts';
import { lastRun } from './integration-log.ts';
import { markText } from './invoice-list.ts';
import type { ListInput } from './keyset.ts';
import { namesOfPeople } from './people-names.ts';
import { loadOrder, type OrderRow } from './purchase-order-document.ts';
import { orderFiles } from './purchase-order-files.ts';
import { whyEnteredInProcore } from './purchase-orders.ts';

export type OrderTab = 'all' | 'draft' | 'ready' | 'failed' | 'sent' | 'procore';

const TABS: Record<OrderTab, SQL | undefined> = {
  all: undefined,
  draft: eq(purchaseOrder.orderStatus, 'draft'),
  ready: and(
    eq(purchaseOrder.orderStatus, 'approved'),
    sql`coalesce(${purchaseOrder.integration}, 'queued') in ('queued', 'sending', 'waiting')`,
  ),
  failed: and(
    inArray(purchaseOrder.integration, ['failed', 'partial', 'held']),
    ne(purchaseOrder.orderStatus, 'cancelled'),
  ),
  sent: inArray(purchaseOrder.integration, ['sent', 'skipped']),
  procore: eq(purchaseOrder.origin, 'procore'),
};

/** Purchase orders by number, those of Procore and those entered here, with the marks of the latter. */
export async function listOrders(
  db: Queryable,
  account: string,
  { tab, ...input }: ListInput & { companyId?: string | undefined; projectId?: string | undefined; tab: OrderTab },
) {
  const page = await listCommitments(db, account, 'purchase_order', { ...input, only: TABS[tab] });
  const ids = page.rows.map(({ id }) => id);
  if (ids.length === 0) return { ...page, rows: [] };
  const rows = await db.select().from(purchaseOrder).where(inArray(purchaseOrder.id, ids));
  const procoreIds = await procoreIdsOf(db, account, ids);
  const byId = new Map(rows.map((row) => [row.id, markOf(row, procoreIds.get(row.id) ?? null)]));
  return { ...page, rows: page.rows.map((row) => ({ ...row, ...byId.get(row.id)! })) };
}

async function procoreIdsOf(db: Queryable, account: string, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await db
    .select({ localId: procoreLink.localId, procoreId: procoreLink.procoreId })
    .from(procoreLink)
    .where(
      and(
        eq(procoreLink.account, account),
        eq(procoreLink.kind, 'purchase_order'),
        inArray(procoreLink.localId, [...ids]),
      ),
    );
  return new Map(rows.flatMap(({ localId, procoreId }) => (localId && procoreId ? [[localId, procoreId]] : [])));
}

/** What a row says of an order's own state and of its way to Procore. */
function markOf(row: OrderRow, procoreId: string | null) {
  const blocking = (row.problems as Finding[]).filter((problem) => problem.severity === 'blocks');
  const first = blocking.find((problem) => problem.code === firstInCatalogue(blocking));
  return {
    origin: row.origin,
    orderStatus: row.orderStatus,
    orderDate: row.orderDate,
    integration: row.integration,
    integrationText:
      row.integration === 'ignored'
        ? row.ignoredReason
        : (changedText(row) ??
          markText(row.integration, first, row.waitingFor, procoreId === null ? [] : [procoreId], false)),
    problemCode: first?.code ?? null,
  };
}

/** An order that stands in Procore as it was before it was changed here. */
function changedText({ integration, orderStatus, sentRevision }: OrderRow): string | null {
  if (integration !== null || sentRevision === null || orderStatus === 'cancelled') return null;
  return orderStatus === 'draft'
    ? 'Changed since it was sent; approve it to send the change'
    : 'Changed since it was sent';
}

/** A purchase order with its lines, variations, problems and what its state allows; null when the account has none of that id. */
export async function findOrder(db: Queryable, account: string, id: string) {
  const commitment = await findCommitment(db, account, 'purchase_order', id);
  if (commitment === null) return null;
  const [found] = await db
    .select({ row: purchaseOrder, master: procoreCompany.purchaseOrderMaster })
    .from(purchaseOrder)
    .innerJoin(procoreCompany, eq(procoreCompany.id, purchaseOrder.companyId))
    .where(eq(purchaseOrder.id, id));
  if (!found) return null;
  const { row, master } = found;
  const nameOf = await namesOfPeople(db, [row.enteredBy, row.approvedBy, row.cancelledBy]);
  const named = (actor: string | null) => actor && nameOf(actor);
  const steps = allowedOrderSteps(row);
  const { files, areMissing, warnings } = await orderFiles(db, account, id);
  const isEntered = master !== 'procore';
  return {
    ...commitment,
    ...markOf(row, commitment.procoreId),
    deliveryDate: row.deliveryDate,
    projectText: `${commitment.projectCode} ${commitment.projectName}`,
    lines: await linesOf(db, id, commitment.lines),
    enteredBy: named(row.enteredBy),
    approvedBy: named(row.approvedBy),
    cancelledBy: named(row.cancelledBy),
    cancelReason: row.cancelReason,
    revision: row.revision,
    sentRevision: row.sentRevision,
    sentAt: row.sentAt,
    needsVariation: row.needsVariation,
    problems: [...(await problemsOf(db, account, row)), ...(row.integration === 'sent' ? warnings : [])],
    files,
    lastRun: await lastRun(db, account, id, 'purchase_order'),
    whyFixed: whyFixed(row, isEntered ? null : whyEnteredInProcore(commitment.companyName)),
    allowed: {
      ...steps,
      edit: steps.edit && isEntered,
      approve: steps.approve && isEntered,
      attach: steps.attach && isEntered,
      sendFiles: steps.sendFiles && areMissing && master === 'lentune',
      send: steps.send && master === 'lentune',
      retry: steps.retry && master === 'lentune',
    },
  };
}

function whyFixed({ origin, orderStatus, cancelReason }: OrderRow, inProcore: string | null): string | null {
  if (orderStatus === 'cancelled') return `Cancelled: ${cancelReason}`;
  if (inProcore !== null) return inProcore;
  return origin === 'procore' ? 'Entered in Procore; it is changed there.' : null;
}

/** Of a draft what keeps it from being approved, of any other what came of its last attempt. */
async function problemsOf(db: Queryable, account: string, row: OrderRow): Promise<Finding[]> {
  const status: OrderStatus | null = row.orderStatus;
  if (status !== 'draft') return row.problems as Finding[];
  const loaded = await loadOrder(db, account, row.id);
  return loaded === null ? [] : orderGaps(loaded.document);
}

type CommitmentLines = NonNullable<Awaited<ReturnType<typeof findCommitment>>>['lines'];

async function linesOf(db: Queryable, orderId: string, lines: CommitmentLines) {
  const rows = await db
    .select({
      line: purchaseOrderLine,
      typeText: sql<string | null>`${costType.code} || ' ' || ${costType.description}`,
      taxCode: taxCode.code,
      rate: taxCode.rate,
    })
    .from(purchaseOrderLine)
    .leftJoin(costType, eq(costType.id, purchaseOrderLine.costTypeId))
    .leftJoin(taxCode, eq(taxCode.id, purchaseOrderLine.taxCodeId))
    .where(eq(purchaseOrderLine.commitmentId, orderId))
    .orderBy(asc(purchaseOrderLine.position));
  const own = new Map(rows.map((row) => [row.line.id, row]));
  return lines.map((shown) => {
    const { line, typeText, taxCode, rate } = own.get(shown.id)!;
    return {
      ...shown,
      origin: line.origin,
      projectCostCodeId: line.projectCostCodeId,
      costTypeId: line.costTypeId,
      costTypeText: typeText,
      taxCodeId: line.taxCodeId,
      taxCodeText: taxCode === null ? null : `${taxCode} (${Number(rate)} %)`,
      isInProcore: line.procoreId !== null,
    };
  });
}

/** Whether new orders are entered here: they are not where Procore is the master. */
export async function orderEntry(
  db: Queryable,
  account: string,
  connectionId: string,
): Promise<{ isAvailable: boolean; why: string | null }> {
  const companies = await db
    .select({ name: procoreCompany.name, master: procoreCompany.purchaseOrderMaster })
    .from(procoreCompany)
    .where(
      and(
        eq(procoreCompany.account, account),
        eq(procoreCompany.connectionId, connectionId),
        eq(procoreCompany.isActive, true),
      ),
    )
    .orderBy(asc(procoreCompany.name));
  if (companies.length === 0)
    return { isAvailable: false, why: 'No Procore company is connected yet, so there is no project to order for.' };
  const elsewhere = companies.filter(({ master }) => master === 'procore').map(({ name }) => name);
  return {
    isAvailable: elsewhere.length < companies.length,
    why: elsewhere.length === 0 ? null : whyEnteredInProcore(elsewhere.join(' and ')),
  };
}
