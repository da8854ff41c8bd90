import { and, asc, desc, eq, inArray, type SQL, sql } from 'drizzle-orm';
import { COMMITMENT_KINDS, type CommitmentKind, isSynced, remainingOf, whyGreyed } from '../../domain/commitments.ts';
import { normaliseName } from '../../domain/matching.ts';
import {
  costType,
  inboxEvent,
  payableAccount,
  procoreCompany,
  procoreConnection,
  procoreLink,
  project,
  projectCostCode,
  purchaseOrder,
  purchaseOrderLine,
  subContract,
  subContractLine,
  variation,
  variationLine,
} from '../schema/index.ts';
import type { Queryable, Tx } from '../types.ts';
import { monitoredProjects } from './companies.ts';
import { insertEvents, ringAtOnce } from './inbox.ts';
import { behind, holding, type ListInput, toPage } from './keyset.ts';
import { ofCompany } from './projects.ts';

const HEADS = { purchase_order: purchaseOrder, sub_contract: subContract } as const;
const LINES = { purchase_order: purchaseOrderLine, sub_contract: subContractLine } as const;
const PARENT = { purchase_order: variation.purchaseOrderId, sub_contract: variation.subContractId } as const;
const PARENT_NAME = {
  purchase_order: sql.identifier('purchase_order_id'),
  sub_contract: sql.identifier('sub_contract_id'),
} as const;

/** What a list row and the page of a commitment share. */
const headOf = (kind: CommitmentKind) => {
  const head = HEADS[kind];
  const line = LINES[kind];
  const parent = PARENT_NAME[kind];
  return {
    id: head.id,
    code: head.number,
    description: head.description,
    projectId: head.projectId,
    projectCode: project.code,
    projectName: project.description,
    companyName: procoreCompany.name,
    vendorId: head.payableAccountId,
    vendorName: sql<string | null>`coalesce(${payableAccount.description}, ${head.vendorName})`,
    procoreStatus: head.procoreStatus,
    isAccepted: head.isAccepted,
    isActive: head.isActive,
    isPrivate: head.isPrivate,
    isExecuted: head.isExecuted,
    accountingMethod: head.accountingMethod,
    retainagePercent: sql<string | null>`trim_scale(${head.retainagePercent})::text`,
    invoiced: head.invoiced,
    original: sql<string>`(select coalesce(sum(l.amount) filter (where not l.is_removed), 0)::text
      from ${line} l where l.commitment_id = ${head.id})`,
    approvedChanges: sql<string>`(select coalesce(sum(v.worth), 0)::text
      from variation v where v.${parent} = ${head.id} and v.is_active)`,
    variationCount: sql<number>`(select count(*)::int
      from variation v where v.${parent} = ${head.id} and v.is_active)`,
    problemCount: sql<number>`(select count(*)::int
      from variation v where v.${parent} = ${head.id} and v.is_active and v.problem is not null)`,
  };
};

const selectHeads = (db: Queryable, kind: CommitmentKind) => {
  const head = HEADS[kind];
  return db
    .select(headOf(kind))
    .from(head)
    .innerJoin(project, eq(project.id, head.projectId))
    .innerJoin(procoreCompany, eq(procoreCompany.id, head.companyId))
    .leftJoin(payableAccount, eq(payableAccount.id, head.payableAccountId));
};

type HeadRow = Awaited<ReturnType<typeof selectHeads>>[number];

function present<Row extends HeadRow>(kind: CommitmentKind, { code, procoreStatus, ...row }: Row) {
  return {
    ...row,
    number: code,
    status: procoreStatus,
    ...remainingOf(row),
    isGreyed: !row.isAccepted,
    whyGreyed:
      procoreStatus === null
        ? 'It is not in Procore yet.'
        : whyGreyed(kind, { status: procoreStatus, isActive: row.isActive }),
  };
}

/** Purchase orders or subcontracts by number, searched by number, description and vendor. */
export async function listCommitments(
  db: Queryable,
  account: string,
  kind: CommitmentKind,
  input: ListInput & { companyId?: string | undefined; projectId?: string | undefined; only?: SQL | undefined },
) {
  const head = HEADS[kind];
  const matching = and(
    eq(head.account, account),
    ofCompany(head.projectId, input.companyId),
    input.projectId === undefined ? undefined : eq(head.projectId, input.projectId),
    input.only,
    holding(input.search, head.number, head.description, head.vendorName),
  );
  const rows = await selectHeads(db, kind)
    .where(and(matching, behind(input.cursor, head.number, head.id)))
    .orderBy(asc(head.number), asc(head.id))
    .limit(input.limit + 1);
  const page = toPage(rows, await db.$count(head, matching), input.limit);
  return { ...page, rows: page.rows.map((row) => present(kind, row)) };
}

/** One commitment with its lines and its variations with theirs; null when the account has none of that id. */
export async function findCommitment(db: Queryable, account: string, kind: CommitmentKind, id: string) {
  const head = HEADS[kind];
  const [row] = await selectHeads(db, kind).where(and(eq(head.account, account), eq(head.id, id)));
  if (!row) return null;
  const variations = await db
    .select({
      id: variation.id,
      number: variation.number,
      description: variation.description,
      statusName: variation.statusName,
      state: variation.state,
      amount: variation.amount,
      worth: variation.worth,
      problem: variation.problem,
    })
    .from(variation)
    .where(and(eq(variation.account, account), eq(PARENT[kind], id), eq(variation.isActive, true)))
    .orderBy(asc(variation.number), asc(variation.id));
  const ids = variations.map((one) => one.id);
  const [link] = await db
    .select({ procoreId: procoreLink.procoreId })
    .from(procoreLink)
    .where(and(eq(procoreLink.account, account), eq(procoreLink.kind, kind), eq(procoreLink.localId, id)));
  const lines = await linesOf(db, LINES[kind], LINES[kind].commitmentId, [id]);
  const changed = ids.length === 0 ? [] : await linesOf(db, variationLine, variationLine.variationId, ids);
  return {
    ...present(kind, row),
    procoreId: link?.procoreId ?? null,
    lines,
    variations: variations.map((one) => ({ ...one, lines: changed.filter(({ holderId }) => holderId === one.id) })),
  };
}

type LineTable = typeof purchaseOrderLine | typeof subContractLine | typeof variationLine;
type HolderColumn = (typeof LINES)[CommitmentKind]['commitmentId'] | typeof variationLine.variationId;

const linesOf = (db: Queryable, table: LineTable, holder: HolderColumn, ids: readonly string[]) =>
  db
    .select({
      id: table.id,
      holderId: holder,
      position: table.position,
      description: table.description,
      costCode: sql<string | null>`coalesce(${projectCostCode.code}, ${table.costCodeText})`,
      costCodeName: projectCostCode.description,
      isCodeKnown: sql<boolean>`${projectCostCode.id} is not null`,
      costType: costType.code,
      quantity: sql<string | null>`trim_scale(${table.quantity})::text`,
      unitPrice: sql<string | null>`trim_scale(${table.unitPrice})::text`,
      unit: table.unit,
      amount: table.amount,
      claimed: table.claimed,
      isRemoved: table.isRemoved,
    })
    .from(table)
    .leftJoin(projectCostCode, eq(projectCostCode.id, table.projectCostCodeId))
    .leftJoin(costType, eq(costType.id, table.costTypeId))
    .where(inArray(holder, [...ids]))
    .orderBy(asc(table.position), asc(table.id));

/** A project as the question "why is my commitment not here?" needs it; null when the account has none of that id. */
export async function commitmentPlace(db: Queryable, account: string, projectId: string) {
  const [row] = await db
    .select({
      id: project.id,
      code: project.code,
      isMonitored: project.isMonitored,
      notMonitoredReason: project.notMonitoredReason,
      procoreId: procoreLink.procoreId,
      companyId: procoreCompany.id,
      companyName: procoreCompany.name,
      syncSubContracts: procoreCompany.syncSubContracts,
      purchaseOrderMaster: procoreCompany.purchaseOrderMaster,
      connectionState: procoreConnection.state,
    })
    .from(project)
    .leftJoin(procoreCompany, eq(procoreCompany.id, project.companyId))
    .leftJoin(procoreConnection, eq(procoreConnection.id, procoreCompany.connectionId))
    .leftJoin(
      procoreLink,
      and(
        eq(procoreLink.localId, project.id),
        eq(procoreLink.kind, 'project'),
        eq(procoreLink.companyId, procoreCompany.id),
        eq(procoreLink.state, 'linked'),
      ),
    )
    .where(and(eq(project.account, account), eq(project.id, projectId)));
  return row ?? null;
}

/** What Lentune has of a commitment by its number, and what its lines name that is not known here. */
export async function findByNumber(
  db: Queryable,
  account: string,
  kind: CommitmentKind,
  { projectId, number }: { projectId: string; number: string },
) {
  const head = HEADS[kind];
  const rows = await db
    .select({ id: head.id, number: head.number, isActive: head.isActive, vendorId: head.payableAccountId })
    .from(head)
    .where(and(eq(head.account, account), eq(head.projectId, projectId)));
  const row = rows.find((one) => normaliseName(one.number) === normaliseName(number));
  if (!row) return null;
  const lines = await linesOf(db, LINES[kind], LINES[kind].commitmentId, [row.id]);
  const unknown = lines.filter((line) => !line.isCodeKnown).map((line) => line.costCode ?? 'without a code');
  return { ...row, unknownCodes: [...new Set(unknown)] };
}

/** The last event about one record of a project, and what came of it. */
export async function lastEventOf(
  db: Queryable,
  account: string,
  { scope, kind, procoreId }: { scope: string; kind: CommitmentKind; procoreId: string },
) {
  const [row] = await db
    .select({ state: inboxEvent.state, outcome: inboxEvent.outcome })
    .from(inboxEvent)
    .where(
      and(
        eq(inboxEvent.account, account),
        eq(inboxEvent.flow, 'project'),
        eq(inboxEvent.scope, scope),
        eq(inboxEvent.recordKind, kind),
        eq(inboxEvent.recordId, procoreId),
      ),
    )
    .orderBy(desc(inboxEvent.id))
    .limit(1);
  return row ?? null;
}

/** A person asks for one commitment of a project to be read again, or for all of its kind; nobody waits before it. */
export async function refreshAtOnce(
  tx: Tx,
  account: string,
  place: { companyId: string; projectProcoreId: string },
  kind: CommitmentKind,
  procoreId: string | null,
): Promise<void> {
  await refreshCommitments(tx, account, place, kind, procoreId);
  await ringAtOnce(tx, { flow: 'project', scope: `${place.companyId}/${place.projectProcoreId}` });
}

async function refreshCommitments(
  tx: Tx,
  account: string,
  { companyId, projectProcoreId }: { companyId: string; projectProcoreId: string },
  kind: CommitmentKind | 'change_order',
  procoreId: string | null,
): Promise<void> {
  const scope = `${companyId}/${projectProcoreId}`;
  await insertEvents(tx, [
    { account, companyId, source: 'refresh', flow: 'project', scope, recordKind: kind, recordId: procoreId },
  ]);
}

/** A kind was switched on: what the monitored projects of a company have of it comes in. */
export async function bringInKinds(
  tx: Tx,
  account: string,
  companyId: string,
  kinds: readonly CommitmentKind[],
): Promise<void> {
  if (kinds.length === 0) return;
  for (const projectProcoreId of await monitoredProjects(tx, account, companyId))
    for (const kind of [...kinds, 'change_order' as const])
      await refreshCommitments(tx, account, { companyId, projectProcoreId }, kind, null);
}

/** "Only sync approved variation lines" was switched: the change orders of every monitored project are read again. */
export async function rereadChangeOrders(tx: Tx, account: string): Promise<void> {
  const companies = await tx.select().from(procoreCompany).where(eq(procoreCompany.account, account));
  for (const company of companies.filter((one) => COMMITMENT_KINDS.some((kind) => isSynced(kind, one))))
    for (const projectProcoreId of await monitoredProjects(tx, account, company.id))
      await refreshCommitments(tx, account, { companyId: company.id, projectProcoreId }, 'change_order', null);
}
