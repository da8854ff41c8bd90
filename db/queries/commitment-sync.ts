import { and, eq, inArray, sql } from 'drizzle-orm';
import { type CommitmentKind, linesLeft, type UnlinkedCommitment } from '../../domain/commitments.ts';
import {
  procoreLink,
  purchaseOrder,
  purchaseOrderLine,
  subContract,
  subContractLine,
  variation,
  variationLine,
} from '../schema/index.ts';
import type { Queryable, Tx } from '../types.ts';

/** What a commitment takes over from Procore. */
export type CommitmentContent = Pick<
  typeof subContract.$inferSelect,
  | 'number'
  | 'description'
  | 'vendorProcoreId'
  | 'vendorName'
  | 'procoreStatus'
  | 'isAccepted'
  | 'isPrivate'
  | 'isExecuted'
  | 'accountingMethod'
  | 'retainagePercent'
  | 'invoiced'
>;

/** What a line of a commitment or variation takes over. */
export type LineContent = Pick<
  typeof purchaseOrderLine.$inferSelect,
  | 'position'
  | 'description'
  | 'costCodeProcoreId'
  | 'costCodeText'
  | 'costTypeProcoreId'
  | 'wbsCodeProcoreId'
  | 'taxCodeProcoreId'
  | 'quantity'
  | 'unitPrice'
  | 'unit'
  | 'amount'
> & { procoreId: string };

export type VariationContent = Pick<
  typeof variation.$inferSelect,
  'number' | 'description' | 'procoreStatus' | 'statusName' | 'state' | 'amount' | 'worth' | 'problem'
>;

const HEADS = { purchase_order: purchaseOrder, sub_contract: subContract } as const;

/** The lines of each kind, and the column that says whose they are. */
const LINES = {
  purchase_order: { table: purchaseOrderLine, holder: sql.identifier('commitment_id') },
  sub_contract: { table: subContractLine, holder: sql.identifier('commitment_id') },
  variation: { table: variationLine, holder: sql.identifier('variation_id') },
} as const;

/** Writes a commitment: a new one without an id. It is active again whatever it was before. */
export async function writeCommitment(
  tx: Tx,
  account: string,
  kind: CommitmentKind,
  { id, ...place }: { id: string | null; companyId: string; projectId: string },
  content: CommitmentContent,
): Promise<string> {
  const fields = { ...place, ...content, isActive: true };
  const table = HEADS[kind];
  const [row] =
    id === null
      ? await tx
          .insert(table)
          .values({ account, ...fields })
          .returning({ id: table.id })
      : await tx
          .update(table)
          .set({ ...fields, updatedAt: sql`now()` })
          .where(and(eq(table.account, account), eq(table.id, id)))
          .returning({ id: table.id });
  if (!row) throw new Error(`The ${kind} ${id ?? content.number} was not stored`);
  return row.id;
}

/** Commitments Procore deleted: they and their variations stay for history and take no more money. */
export async function deactivateCommitments(
  tx: Tx,
  account: string,
  kind: CommitmentKind,
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return;
  const table = HEADS[kind];
  await tx
    .update(table)
    .set({ isActive: false, isAccepted: false, updatedAt: sql`now()` })
    .where(and(eq(table.account, account), inArray(table.id, [...ids])));
}

/** Commitments of a project that are linked to no record of the company. */
export async function unlinkedCommitments(
  db: Queryable,
  account: string,
  companyId: string,
  kind: CommitmentKind,
  projectId: string,
): Promise<UnlinkedCommitment[]> {
  const table = HEADS[kind];
  return db.execute<UnlinkedCommitment & Record<string, unknown>>(sql`
    select id, number, payable_account_id as "payableAccountId" from ${table} c
    where c.account = ${account} and c.project_id = ${projectId} and not exists (
      select from procore_link l where l.company_id = ${companyId} and l.kind = ${kind} and l.local_id = c.id)`);
}

/**
 * Brings the lines of a commitment or variation to what Procore has. A line it does not have any more goes, unless
 * something was claimed on it: that stays, marked as removed.
 */
export async function writeLines(
  tx: Tx,
  account: string,
  kind: keyof typeof LINES,
  holderId: string,
  lines: readonly LineContent[],
): Promise<void> {
  const { table, holder } = LINES[kind];
  const held = await tx.execute<{ id: string; procoreId: string | null; claimed: string }>(
    sql`select id, procore_id as "procoreId", claimed::text from ${table} where ${holder} = ${holderId}`,
  );
  const { dropped, marked } = linesLeft(held, new Set(lines.map((line) => line.procoreId)));
  if (dropped.length > 0) await tx.delete(table).where(inArray(table.id, dropped));
  if (marked.length > 0) await tx.update(table).set({ isRemoved: true }).where(inArray(table.id, marked));
  if (lines.length === 0) return;
  await tx.execute(sql`
    insert into ${table} (account, ${holder}, procore_id, position, description, cost_code_procore_id, cost_code_text,
      cost_type_procore_id, wbs_code_procore_id, tax_code_procore_id, quantity, unit_price, unit, amount)
    select ${account}, ${holderId}::uuid, "procoreId", position, description, "costCodeProcoreId", "costCodeText",
      "costTypeProcoreId", "wbsCodeProcoreId", "taxCodeProcoreId", quantity, "unitPrice", unit, amount
    from json_to_recordset(${JSON.stringify(lines)}::text::json) as v("procoreId" text, position int, description text,
      "costCodeProcoreId" text, "costCodeText" text, "costTypeProcoreId" text, "wbsCodeProcoreId" text,
      "taxCodeProcoreId" text, quantity numeric, "unitPrice" numeric, unit text, amount numeric)
    on conflict (${holder}, procore_id) do update set position = excluded.position, description = excluded.description,
      cost_code_procore_id = excluded.cost_code_procore_id, cost_code_text = excluded.cost_code_text,
      cost_type_procore_id = excluded.cost_type_procore_id, wbs_code_procore_id = excluded.wbs_code_procore_id,
      tax_code_procore_id = excluded.tax_code_procore_id, quantity = excluded.quantity,
      unit_price = excluded.unit_price, unit = excluded.unit, amount = excluded.amount, is_removed = false`);
}

/** Finds the suppliers that commitments name by Procore id: one not known yet is found as soon as it is. */
export async function resolveSuppliers(tx: Tx, account: string, companyId: string): Promise<void> {
  for (const table of Object.values(HEADS))
    await tx.execute(sql`
      update ${table} c set payable_account_id = l.local_id, updated_at = now()
      from procore_link l
      where c.account = ${account} and c.company_id = ${companyId} and l.company_id = c.company_id and l.kind = 'vendor'
        and l.procore_id = c.vendor_procore_id and l.state = 'linked' and l.local_id is not null
        and c.payable_account_id is distinct from l.local_id`);
}

/** Finds the cost codes and cost types that lines of one project's commitments name by Procore id. */
export async function resolveCodes(tx: Tx, account: string, companyId: string, projectId: string): Promise<void> {
  const heads = { purchase_order: purchaseOrder, sub_contract: subContract, variation };
  for (const kind of ['purchase_order', 'sub_contract', 'variation'] as const) {
    const { table, holder } = LINES[kind];
    const ofProject = sql`c.account = ${account} and c.${holder} in (
      select h.id from ${heads[kind]} h where h.account = ${account} and h.project_id = ${projectId}
        and h.company_id = ${companyId})`;
    await tx.execute(sql`
      update ${table} c set project_cost_code_id = l.local_id
      from procore_link l
      where ${ofProject} and l.company_id = ${companyId} and l.kind = 'project_cost_code'
        and l.procore_id = c.cost_code_procore_id and l.local_id is not null
        and c.project_cost_code_id is distinct from l.local_id`);
    await tx.execute(sql`
      update ${table} c set cost_type_id = l.local_id
      from procore_link l
      where ${ofProject} and l.company_id = ${companyId} and l.kind = 'cost_type'
        and l.procore_id = c.cost_type_procore_id and l.local_id is not null
        and c.cost_type_id is distinct from l.local_id`);
  }
}

/** A variation Lentune has, by Procore id of its package. */
export interface HeldVariation {
  id: string;
  linkId: string;
  contentHash: string | null;
  /** it stands here, rather than having been taken away */
  isActive: boolean;
  /** what was booked on its lines */
  claimed: string;
  number: string;
  amount: string;
  statusName: string;
  problem: string | null;
  state: (typeof variation.$inferSelect)['state'];
}

export async function heldVariations(
  db: Queryable,
  account: string,
  companyId: string,
  procoreIds: readonly string[],
): Promise<Map<string, HeldVariation>> {
  if (procoreIds.length === 0) return new Map();
  const rows = await db
    .select({
      procoreId: procoreLink.procoreId,
      id: variation.id,
      linkId: procoreLink.id,
      contentHash: procoreLink.contentHash,
      isActive: variation.isActive,
      number: variation.number,
      amount: variation.amount,
      statusName: variation.statusName,
      problem: variation.problem,
      state: variation.state,
      claimed: sql<string>`(select coalesce(sum(l.claimed), 0)::text from variation_line l where l.variation_id = ${variation.id})`,
    })
    .from(procoreLink)
    .innerJoin(variation, eq(variation.id, procoreLink.localId))
    .where(
      and(
        eq(procoreLink.account, account),
        eq(procoreLink.companyId, companyId),
        eq(procoreLink.kind, 'variation'),
        inArray(procoreLink.procoreId, [...procoreIds]),
      ),
    );
  return new Map(rows.map(({ procoreId, ...row }) => [procoreId ?? '', row]));
}

/** Writes a variation of one commitment: a new one without an id. */
export async function writeVariation(
  tx: Tx,
  account: string,
  {
    id,
    of,
    commitmentId,
    ...place
  }: { id: string | null; companyId: string; projectId: string; of: CommitmentKind; commitmentId: string },
  content: VariationContent,
): Promise<string> {
  const fields = {
    ...place,
    ...content,
    purchaseOrderId: of === 'purchase_order' ? commitmentId : null,
    subContractId: of === 'sub_contract' ? commitmentId : null,
    isActive: true,
  };
  const [row] =
    id === null
      ? await tx
          .insert(variation)
          .values({ account, ...fields })
          .returning({ id: variation.id })
      : await tx
          .update(variation)
          .set({ ...fields, updatedAt: sql`now()` })
          .where(and(eq(variation.account, account), eq(variation.id, id)))
          .returning({ id: variation.id });
  if (!row) throw new Error(`The variation ${id ?? content.number} was not stored`);
  return row.id;
}

/** Takes a variation away that nothing was claimed on; the row remembers that it was here. */
export async function removeVariation(tx: Tx, account: string, id: string): Promise<void> {
  await tx.delete(variationLine).where(and(eq(variationLine.account, account), eq(variationLine.variationId, id)));
  await tx
    .update(variation)
    .set({ isActive: false, worth: '0.00', problem: null, updatedAt: sql`now()` })
    .where(and(eq(variation.account, account), eq(variation.id, id)));
}

/** Says of a variation that is gone in Procore, but claimed on here, that nothing more may be claimed. */
export async function blockVariation(tx: Tx, account: string, id: string, problem: string): Promise<void> {
  await tx
    .update(variation)
    .set({ state: 'no_longer_required', worth: '0.00', problem, updatedAt: sql`now()` })
    .where(and(eq(variation.account, account), eq(variation.id, id)));
}
