import { and, eq, inArray, isNotNull, type SQL, sql } from 'drizzle-orm';
import type { AnyPgColumn } from 'drizzle-orm/pg-core';
import type { HeldCode } from '../../domain/codes.ts';
import { costType, masterCostCode, procoreLink, projectCostCode, projectCostCodeType } from '../schema/index.ts';
import type { Queryable, Tx } from '../types.ts';
import { type LinkKind, ROWS_PER_STATEMENT } from './links.ts';

/** A local code with the link to the Procore record it is. */
export interface LinkedCode extends HeldCode {
  isActive: boolean;
  link: { id: string; procoreId: string; isBuried: boolean; contentHash: string | null } | null;
}

const LINK = {
  linkId: procoreLink.id,
  procoreId: procoreLink.procoreId,
  state: procoreLink.state,
  contentHash: procoreLink.contentHash,
} as const;

const linkOf = (companyId: string, kind: LinkKind, localId: AnyPgColumn): SQL | undefined =>
  and(
    eq(procoreLink.companyId, companyId),
    eq(procoreLink.kind, kind),
    eq(procoreLink.localId, localId),
    isNotNull(procoreLink.procoreId),
  );

interface HeldRow {
  id: string;
  code: string;
  externalCode: string;
  scope: string | null;
  isActive: boolean;
  linkId: string | null;
  procoreId: string | null;
  state: 'linked' | 'creating' | 'tombstone' | null;
  contentHash: string | null;
}

const toLinkedCode = <Row extends HeldRow>({ linkId, procoreId, state, contentHash, scope, ...code }: Row) => {
  const isLinked = linkId !== null && procoreId !== null;
  return {
    ...code,
    scope: scope ?? '',
    linkedTo: isLinked && state !== 'tombstone' ? procoreId : null,
    link: isLinked ? { id: linkId, procoreId, isBuried: state === 'tombstone', contentHash } : null,
  };
};

/** Every code of a project, linked or not; the scope of a code is its sub job. */
export async function heldProjectCodes(
  db: Queryable,
  account: string,
  companyId: string,
  projectId: string,
): Promise<(LinkedCode & { isBudgeted: boolean })[]> {
  const rows = await db
    .select({
      id: projectCostCode.id,
      isBudgeted: projectCostCode.isBudgeted,
      code: projectCostCode.code,
      externalCode: projectCostCode.externalCode,
      scope: projectCostCode.subJobId,
      isActive: projectCostCode.isActive,
      ...LINK,
    })
    .from(projectCostCode)
    .leftJoin(procoreLink, linkOf(companyId, 'project_cost_code', projectCostCode.id))
    .where(and(eq(projectCostCode.account, account), eq(projectCostCode.projectId, projectId)));
  return rows.map(toLinkedCode);
}

export async function heldMasterCodes(db: Queryable, account: string, companyId: string): Promise<LinkedCode[]> {
  const rows = await db
    .select({
      id: masterCostCode.id,
      code: masterCostCode.code,
      externalCode: masterCostCode.externalCode,
      scope: sql<string | null>`null`,
      isActive: masterCostCode.isActive,
      ...LINK,
    })
    .from(masterCostCode)
    .leftJoin(procoreLink, linkOf(companyId, 'master_cost_code', masterCostCode.id))
    .where(eq(masterCostCode.account, account));
  return rows.map(toLinkedCode);
}

export async function heldCostTypes(db: Queryable, account: string, companyId: string): Promise<LinkedCode[]> {
  const rows = await db
    .select({
      id: costType.id,
      code: costType.code,
      externalCode: costType.externalCode,
      scope: sql<string | null>`null`,
      isActive: costType.isActive,
      ...LINK,
    })
    .from(costType)
    .leftJoin(procoreLink, linkOf(companyId, 'cost_type', costType.id))
    .where(eq(costType.account, account));
  return rows.map(toLinkedCode);
}

/** What every kind of code takes over from Procore. */
export interface CodeContent {
  code: string;
  externalCode: string;
  description: string;
}
export type CostTypeContent = CodeContent & { baseType: string | null };
export type ProjectCodeContent = CodeContent & {
  subJobId: string | null;
  subJobName: string | null;
  isPostable: boolean;
  isBudgeted: boolean;
};

/** A code to write: without an id it is new. */
export type Written<T> = T & { id: string | null };

/** Writes codes of a project in bulk and answers their ids, in the order given. */
export function writeProjectCodes(
  tx: Tx,
  account: string,
  projectId: string,
  codes: readonly Written<ProjectCodeContent>[],
): Promise<string[]> {
  return writeInBulk(tx, account, codes, {
    insert: (rows) =>
      tx
        .insert(projectCostCode)
        .values(rows.map((row) => ({ account, projectId, ...row })))
        .returning({ id: projectCostCode.id, code: projectCostCode.code }),
    table: projectCostCode,
    update: (rows) => sql`
      update project_cost_code c
      set code = v.code, external_code = v."externalCode", description = v.description, sub_job_id = v."subJobId",
        sub_job_name = v."subJobName", is_postable = v."isPostable", is_budgeted = v."isBudgeted", is_active = true,
        updated_at = now()
      from json_to_recordset(${rows}::text::json) as v(id uuid, code text, "externalCode" text, description text,
        "subJobId" text, "subJobName" text, "isPostable" boolean, "isBudgeted" boolean)
      where c.id = v.id and c.account = ${account}`,
  });
}

export function writeMasterCodes(tx: Tx, account: string, codes: readonly Written<CodeContent>[]): Promise<string[]> {
  return writeInBulk(tx, account, codes, {
    insert: (rows) =>
      tx
        .insert(masterCostCode)
        .values(rows.map((row) => ({ account, ...row })))
        .returning({ id: masterCostCode.id, code: masterCostCode.code }),
    table: masterCostCode,
    update: (rows) => sql`
      update master_cost_code c
      set code = v.code, external_code = v."externalCode", description = v.description, is_active = true, updated_at = now()
      from json_to_recordset(${rows}::text::json) as v(id uuid, code text, "externalCode" text, description text)
      where c.id = v.id and c.account = ${account}`,
  });
}

/** Cost types; their GL code is local and stays. */
export function writeCostTypes(tx: Tx, account: string, types: readonly Written<CostTypeContent>[]): Promise<string[]> {
  return writeInBulk(tx, account, types, {
    insert: (rows) =>
      tx
        .insert(costType)
        .values(rows.map((row) => ({ account, ...row })))
        .returning({ id: costType.id, code: costType.code }),
    table: costType,
    update: (rows) => sql`
      update cost_type c
      set code = v.code, external_code = v."externalCode", description = v.description, base_type = v."baseType",
        is_active = true, updated_at = now()
      from json_to_recordset(${rows}::text::json) as v(id uuid, code text, "externalCode" text, description text, "baseType" text)
      where c.id = v.id and c.account = ${account}`,
  });
}

interface BulkWrite<T> {
  table: typeof projectCostCode | typeof masterCostCode | typeof costType;
  insert(rows: T[]): Promise<{ id: string; code: string }[]>;
  update(rows: string): SQL;
}

async function writeInBulk<T extends { code: string }>(
  tx: Tx,
  account: string,
  codes: readonly Written<T>[],
  write: BulkWrite<Omit<Written<T>, 'id'>>,
): Promise<string[]> {
  const existing = codes.filter((code) => code.id !== null).map((code) => JSON.stringify(code));
  const parts = [...inParts(existing)].map((rows) => `[${rows.join(',')}]`);
  // Two records may be about to swap their codes, and the database checks row by row: those that change step aside first.
  for (const rows of parts) {
    await tx.execute(sql`
      update ${write.table} c set code = '~' || c.id
      from json_to_recordset(${rows}::text::json) as v(id uuid, code text)
      where c.id = v.id and c.account = ${account} and c.code <> v.code`);
  }
  for (const rows of parts) await tx.execute(write.update(rows));
  const ids = new Map<string, string>();
  for (const part of inParts(codes.filter((code) => code.id === null))) {
    const made = await write.insert(part.map(({ id: _id, ...content }) => content));
    for (const row of made) ids.set(row.code, row.id);
  }
  return codes.map((code) => code.id ?? ids.get(code.code) ?? '');
}

function* inParts<T>(rows: readonly T[]): Generator<T[]> {
  for (let at = 0; at < rows.length; at += ROWS_PER_STATEMENT) yield rows.slice(at, at + ROWS_PER_STATEMENT);
}

/** Codes that are not offered on new lines any more; old lines keep them. */
export async function deactivateCodes(
  tx: Tx,
  account: string,
  kind: 'project_cost_code' | 'master_cost_code' | 'cost_type',
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return;
  const table = { project_cost_code: projectCostCode, master_cost_code: masterCostCode, cost_type: costType }[kind];
  await tx
    .update(table)
    .set({ isActive: false, updatedAt: sql`now()` })
    .where(and(eq(table.account, account), inArray(table.id, [...ids])));
  // Equal content must not count as unchanged when such a code comes back.
  await tx
    .update(procoreLink)
    .set({ contentHash: null })
    .where(and(eq(procoreLink.account, account), eq(procoreLink.kind, kind), inArray(procoreLink.localId, [...ids])));
}

/** A local code and a local cost type the Procore budget pairs. */
export interface LocalPair {
  codeId: string;
  typeId: string;
}

/**
 * Brings the cost types of some codes to what the budget says. A pair the budget has is verified by it; one that leaves the
 * budget goes, unless a person allocated it: that stays theirs (domain.md 2.1, "overwritten" hazard).
 *
 * @param codeIds the codes the budget was read for
 * @returns the codes that gained or lost a type
 */
export async function saveBudgetPairs(
  tx: Tx,
  account: string,
  codeIds: readonly string[],
  pairs: readonly LocalPair[],
): Promise<Set<string>> {
  const changed = new Set<string>();
  if (codeIds.length === 0) return changed;
  const held = await tx
    .select({
      id: projectCostCodeType.id,
      codeId: projectCostCodeType.projectCostCodeId,
      typeId: projectCostCodeType.costTypeId,
      source: projectCostCodeType.source,
      verifiedBy: projectCostCodeType.verifiedBy,
    })
    .from(projectCostCodeType)
    .where(and(eq(projectCostCodeType.account, account), inArray(projectCostCodeType.projectCostCodeId, [...codeIds])));
  const key = (pair: LocalPair) => `${pair.codeId} ${pair.typeId}`;
  const heldByKey = new Map(held.map((pair) => [key(pair), pair]));
  const wanted = new Set(pairs.map(key));
  const left = held.filter((pair) => pair.source === 'budget' && !wanted.has(key(pair)));
  const entered = pairs.filter((pair) => heldByKey.get(key(pair))?.source !== 'budget');
  for (const { codeId } of [...left, ...entered]) changed.add(codeId);
  const dropped = left.filter((pair) => pair.verifiedBy === null).map((pair) => pair.id);
  const kept = left.filter((pair) => pair.verifiedBy !== null).map((pair) => pair.id);
  if (dropped.length > 0) await tx.delete(projectCostCodeType).where(inArray(projectCostCodeType.id, dropped));
  if (kept.length > 0) {
    await tx.update(projectCostCodeType).set({ source: 'local' }).where(inArray(projectCostCodeType.id, kept));
  }
  for (const part of inParts(entered)) {
    await tx
      .insert(projectCostCodeType)
      .values(
        part.map(({ codeId, typeId }) => ({
          account,
          projectCostCodeId: codeId,
          costTypeId: typeId,
          source: 'budget' as const,
        })),
      )
      .onConflictDoUpdate({
        target: [projectCostCodeType.projectCostCodeId, projectCostCodeType.costTypeId],
        set: { source: 'budget' },
      });
  }
  return changed;
}
