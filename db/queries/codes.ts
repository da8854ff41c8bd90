import { and, asc, eq, inArray, ne, sql } from 'drizzle-orm';
import { costType, masterCostCode, project, projectCostCode, projectCostCodeType } from '../schema/index.ts';
import type { Queryable, Tx } from '../types.ts';
import { behind, holding, type ListInput, type ListPage, toPage } from './keyset.ts';
import { ofCompany } from './projects.ts';

/** Master cost codes: a read-only mirror of the company's standard list. */
export async function listMasterCostCodes(db: Queryable, account: string, input: ListInput) {
  const matching = and(
    eq(masterCostCode.account, account),
    holding(input.search, masterCostCode.code, masterCostCode.description),
  );
  const rows = await db
    .select({
      id: masterCostCode.id,
      code: masterCostCode.code,
      description: masterCostCode.description,
      isActive: masterCostCode.isActive,
    })
    .from(masterCostCode)
    .where(and(matching, behind(input.cursor, masterCostCode.code, masterCostCode.id)))
    .orderBy(asc(masterCostCode.code), asc(masterCostCode.id))
    .limit(input.limit + 1);
  return toPage(rows, await db.$count(masterCostCode, matching), input.limit);
}

/** Every cost type of the account. */
export async function listCostTypes(db: Queryable, account: string) {
  return db
    .select({
      id: costType.id,
      code: costType.code,
      description: costType.description,
      glCode: costType.glCode,
      isActive: costType.isActive,
    })
    .from(costType)
    .where(eq(costType.account, account))
    .orderBy(asc(costType.code));
}

/** Sets the GL code of a cost type; null when the account has no such type. */
export async function setGlCode(tx: Tx, account: string, id: string, glCode: string | null) {
  const mine = and(eq(costType.account, account), eq(costType.id, id));
  const [before] = await tx.select({ glCode: costType.glCode }).from(costType).where(mine).for('update');
  const [after] = await tx.update(costType).set({ glCode, updatedAt: sql`now()` }).where(mine).returning();
  return before && after ? { before: before.glCode, after } : null;
}

/** A project cost code with the cost types it may be booked with. */
export interface ProjectCostCodeListing {
  id: string;
  projectId: string;
  code: string;
  description: string;
  subJobName: string | null;
  isPostable: boolean;
  isBudgeted: boolean;
  isActive: boolean;
  costTypes: {
    id: string;
    code: string;
    description: string;
    source: 'budget' | 'local';
    isDefault: boolean;
    /** "In the Procore budget", or who verified it */
    verified: string;
  }[];
}

/** Project cost codes by code, searched by code and description, of one project or all. */
export async function listProjectCostCodes(
  db: Queryable,
  account: string,
  input: ListInput & { companyId?: string | undefined; projectId?: string | undefined },
): Promise<ListPage<ProjectCostCodeListing>> {
  const matching = and(
    eq(projectCostCode.account, account),
    ofCompany(projectCostCode.projectId, input.companyId),
    input.projectId === undefined ? undefined : eq(projectCostCode.projectId, input.projectId),
    holding(input.search, projectCostCode.code, projectCostCode.description),
  );
  const rows = await db
    .select(LISTING)
    .from(projectCostCode)
    .where(and(matching, behind(input.cursor, projectCostCode.code, projectCostCode.id)))
    .orderBy(asc(projectCostCode.code), asc(projectCostCode.id))
    .limit(input.limit + 1);
  const page = toPage(rows, await db.$count(projectCostCode, matching), input.limit);
  return { ...page, rows: await withCostTypes(db, account, page.rows) };
}

/** One project cost code as the list shows it. */
export async function findProjectCostCode(
  db: Queryable,
  account: string,
  id: string,
): Promise<ProjectCostCodeListing | null> {
  const rows = await db
    .select(LISTING)
    .from(projectCostCode)
    .where(and(eq(projectCostCode.account, account), eq(projectCostCode.id, id)));
  return (await withCostTypes(db, account, rows))[0] ?? null;
}

const LISTING = {
  id: projectCostCode.id,
  projectId: projectCostCode.projectId,
  code: projectCostCode.code,
  description: projectCostCode.description,
  subJobName: projectCostCode.subJobName,
  isPostable: projectCostCode.isPostable,
  isBudgeted: projectCostCode.isBudgeted,
  isActive: projectCostCode.isActive,
} as const;

async function withCostTypes(
  db: Queryable,
  account: string,
  codes: readonly Omit<ProjectCostCodeListing, 'costTypes'>[],
): Promise<ProjectCostCodeListing[]> {
  if (codes.length === 0) return [];
  const pairs = await db
    .select({
      codeId: projectCostCodeType.projectCostCodeId,
      id: costType.id,
      code: costType.code,
      description: costType.description,
      source: projectCostCodeType.source,
      isDefault: projectCostCodeType.isDefault,
      verifiedBy: projectCostCodeType.verifiedBy,
    })
    .from(projectCostCodeType)
    .innerJoin(costType, eq(costType.id, projectCostCodeType.costTypeId))
    .where(
      and(
        eq(projectCostCodeType.account, account),
        inArray(
          projectCostCodeType.projectCostCodeId,
          codes.map((code) => code.id),
        ),
      ),
    )
    .orderBy(asc(costType.code));
  return codes.map((code) => ({
    ...code,
    costTypes: pairs
      .filter((pair) => pair.codeId === code.id)
      .map(({ codeId: _codeId, verifiedBy, ...pair }) => ({
        ...pair,
        verified: pair.source === 'budget' ? 'In the Procore budget' : (verifiedBy ?? ''),
      })),
  }));
}

export type CreatedCode = { kind: 'created'; id: string } | { kind: 'no-project' } | { kind: 'taken' };

/** A code entered in Lentune, for a project that lacks it. It is linked when Procore has one of exactly that code. */
export async function createProjectCostCode(
  tx: Tx,
  account: string,
  code: { projectId: string; code: string; description: string },
): Promise<CreatedCode> {
  const [place] = await tx
    .select({ id: project.id })
    .from(project)
    .where(and(eq(project.account, account), eq(project.id, code.projectId)));
  if (!place) return { kind: 'no-project' };
  const wanted = code.code.trim();
  const [row] = await tx
    .insert(projectCostCode)
    .select(
      sql`select uuidv7(), ${account}, ${code.projectId}::uuid, ${wanted}, ${wanted}, ${code.description.trim()},
        null, null, true, false, true, now(), now()
        where not exists (
          select from project_cost_code c where c.project_id = ${code.projectId} and lower(c.code) = lower(${wanted})
        )`,
    )
    .onConflictDoNothing()
    .returning({ id: projectCostCode.id });
  return row ? { kind: 'created', id: row.id } : { kind: 'taken' };
}

/**
 * Allocates a cost type to a code and verifies the pair; the caller audits it. A sync never takes it away, also after the
 * pair was in the Procore budget for a while.
 *
 * @returns false when the account has no such code or type
 */
export async function allocateCostType(
  tx: Tx,
  account: string,
  codeId: string,
  costTypeId: string,
  actor: string,
  isDefault: boolean,
): Promise<boolean> {
  const [known] = await tx
    .select({ codeId: projectCostCode.id })
    .from(projectCostCode)
    .innerJoin(costType, and(eq(costType.id, costTypeId), eq(costType.account, account)))
    .where(and(eq(projectCostCode.account, account), eq(projectCostCode.id, codeId)))
    .for('update');
  if (!known) return false;
  if (isDefault) {
    await tx
      .update(projectCostCodeType)
      .set({ isDefault: false })
      .where(and(eq(projectCostCodeType.projectCostCodeId, codeId), ne(projectCostCodeType.costTypeId, costTypeId)));
  }
  await tx
    .insert(projectCostCodeType)
    .values({ account, projectCostCodeId: codeId, costTypeId, source: 'local', isDefault, verifiedBy: actor })
    .onConflictDoUpdate({
      target: [projectCostCodeType.projectCostCodeId, projectCostCodeType.costTypeId],
      set: { isDefault, verifiedBy: actor },
    });
  return true;
}
