import { and, desc, eq, inArray, sql } from 'drizzle-orm';
import type { DesiredDirectCost } from '../../domain/direct-cost.ts';
import {
  costType,
  payableAccount,
  procoreCompany,
  procoreLink,
  procoreTaxCode,
  project,
  projectCostCode,
  projectCostCodeType,
  pushPart,
  taxMapping,
  taxTest,
} from '../schema/index.ts';
import type { Queryable, Tx } from '../types.ts';
import { insertEvents, settleScopeRows } from './inbox.ts';

/** What Procore has told about tax on the direct costs of a project, and how its last test went. */
export interface TaxStanding {
  projectId: string;
  code: string;
  description: string;
  keepsTax: boolean | null;
  test: { state: 'queued' | 'running' | 'done' | 'failed'; outcome: string | null; at: string } | null;
}

/** The linked projects of a company, those not known yet first. */
export async function listTaxStandings(db: Queryable, account: string, companyId: string): Promise<TaxStanding[]> {
  const rows = await db
    .select({
      projectId: project.id,
      code: project.code,
      description: project.description,
      keepsTax: project.keepsTax,
    })
    .from(project)
    .innerJoin(
      procoreLink,
      and(eq(procoreLink.localId, project.id), eq(procoreLink.kind, 'project'), eq(procoreLink.state, 'linked')),
    )
    .where(and(eq(project.account, account), eq(procoreLink.companyId, companyId), eq(project.isMonitored, true)))
    .orderBy(sql`${project.keepsTax} nulls first`, project.code);
  const ids = rows.map(({ projectId }) => projectId);
  const tests =
    ids.length === 0
      ? []
      : await db
          .selectDistinctOn([taxTest.projectId])
          .from(taxTest)
          .where(and(eq(taxTest.account, account), inArray(taxTest.projectId, ids)))
          .orderBy(taxTest.projectId, desc(taxTest.id));
  return rows.map((row) => {
    const test = tests.find(({ projectId }) => projectId === row.projectId);
    return {
      ...row,
      test: test ? { state: test.state, outcome: test.outcome, at: test.finishedAt ?? test.createdAt } : null,
    };
  });
}

/**
 * Queues a test of a project; its row in the inbox starts the run, also when Temporal is down just now.
 *
 * @returns null when there is no such linked project, 'running' while one is under way
 */
export async function startTaxTest(
  tx: Tx,
  { account, actor }: { account: string; actor: string },
  projectId: string,
): Promise<{ code: string } | 'running' | null> {
  const [place] = await tx
    .select({ code: project.code, companyId: procoreLink.companyId })
    .from(project)
    .innerJoin(
      procoreLink,
      and(eq(procoreLink.localId, project.id), eq(procoreLink.kind, 'project'), eq(procoreLink.state, 'linked')),
    )
    .where(and(eq(project.account, account), eq(project.id, projectId)))
    .for('update', { of: project });
  if (!place) return null;
  const open = and(eq(taxTest.projectId, projectId), inArray(taxTest.state, ['queued', 'running']));
  if ((await tx.$count(taxTest, open)) > 0) return 'running';
  const [test] = await tx.insert(taxTest).values({ account, projectId, actor }).returning({ id: taxTest.id });
  if (!test) throw new Error('The test was not stored');
  await insertEvents(tx, [
    {
      account,
      companyId: place.companyId,
      source: 'refresh',
      flow: 'tax-test',
      scope: test.id,
      recordKind: 'tax_test',
      recordId: test.id,
    },
  ]);
  return { code: place.code };
}

/** A test with the project it is about. */
export interface TaxTestPlace {
  id: string;
  state: (typeof taxTest.$inferSelect)['state'];
  projectId: string;
  projectText: string;
  projectProcoreId: string;
  companyId: string;
  connectionId: string;
  keepsTax: boolean | null;
}

export async function findTaxTest(db: Queryable, account: string, id: string): Promise<TaxTestPlace | null> {
  const [row] = await db
    .select({
      id: taxTest.id,
      state: taxTest.state,
      projectId: project.id,
      projectText: sql<string>`${project.code} || ' ' || ${project.description}`,
      projectProcoreId: procoreLink.procoreId,
      companyId: procoreLink.companyId,
      connectionId: procoreCompany.connectionId,
      keepsTax: project.keepsTax,
    })
    .from(taxTest)
    .innerJoin(project, eq(project.id, taxTest.projectId))
    .innerJoin(
      procoreLink,
      and(eq(procoreLink.localId, project.id), eq(procoreLink.kind, 'project'), eq(procoreLink.state, 'linked')),
    )
    .innerJoin(procoreCompany, eq(procoreCompany.id, procoreLink.companyId))
    .where(and(eq(taxTest.account, account), eq(taxTest.id, id)));
  return row?.projectProcoreId ? { ...row, projectProcoreId: row.projectProcoreId } : null;
}

/** What the one line of a test is made of; null where the project lacks it. */
export interface TaxTestLine {
  codeId: string | null;
  typeId: string | null;
  taxCode: { id: string; code: string } | null;
}

/** A chargeable code with its type, and a tax code, preferably one that is mapped and not zero. */
export async function pickTaxTestLine(db: Queryable, account: string, place: TaxTestPlace): Promise<TaxTestLine> {
  const [code] = await db.execute<{ code_id: string; type_id: string | null }>(sql`
    select code_link.procore_id as code_id, (
      select type_link.procore_id from procore_link type_link
      left join ${projectCostCodeType} pair on pair.cost_type_id = type_link.local_id and pair.project_cost_code_id = c.id
      join ${costType} t on t.id = type_link.local_id and t.is_active
      where type_link.company_id = ${place.companyId} and type_link.kind = 'cost_type' and type_link.state = 'linked'
      order by pair.id is null, t.code limit 1
    ) as type_id
    from ${projectCostCode} c
    join procore_link code_link on code_link.kind = 'project_cost_code' and code_link.local_id = c.id
      and code_link.company_id = ${place.companyId} and code_link.state = 'linked'
    where c.account = ${account} and c.project_id = ${place.projectId} and c.is_active and c.is_postable
      and c.sub_job_id is null
    order by c.is_budgeted desc, c.code limit 1`);
  const [taxCode] = await db
    .select({ id: procoreTaxCode.procoreId, code: procoreTaxCode.code })
    .from(procoreTaxCode)
    .leftJoin(taxMapping, eq(taxMapping.procoreTaxCodeId, procoreTaxCode.id))
    .where(
      and(
        eq(procoreTaxCode.account, account),
        eq(procoreTaxCode.companyId, place.companyId),
        eq(procoreTaxCode.isArchived, false),
      ),
    )
    .orderBy(sql`${taxMapping.id} is null`, sql`coalesce(${procoreTaxCode.rate}, 0) = 0`, procoreTaxCode.code)
    .limit(1);
  return { codeId: code?.code_id ?? null, typeId: code?.type_id ?? null, taxCode: taxCode ?? null };
}

/** Which of some vendors are linked suppliers of ours; the test names one that stands in the project's directory. */
export async function linkedAmong(
  db: Queryable,
  account: string,
  companyId: string,
  procoreIds: readonly string[],
): Promise<{ procoreId: string; name: string } | null> {
  if (procoreIds.length === 0) return null;
  const [row] = await db
    .select({ procoreId: procoreLink.procoreId, name: payableAccount.description })
    .from(procoreLink)
    .innerJoin(payableAccount, eq(payableAccount.id, procoreLink.localId))
    .where(
      and(
        eq(procoreLink.account, account),
        eq(procoreLink.companyId, companyId),
        eq(procoreLink.kind, 'vendor'),
        eq(procoreLink.state, 'linked'),
        eq(payableAccount.isActive, true),
        inArray(procoreLink.procoreId, [...procoreIds]),
      ),
    )
    .orderBy(payableAccount.code)
    .limit(1);
  return row?.procoreId ? { procoreId: row.procoreId, name: row.name } : null;
}

/** Journals the record of a test like any part of a document; one that stands is gone on with. */
export async function planTaxTest(
  tx: Tx,
  account: string,
  place: TaxTestPlace,
  desired: DesiredDirectCost,
): Promise<string> {
  await tx.update(taxTest).set({ state: 'running' }).where(eq(taxTest.id, place.id));
  const [row] = await tx
    .insert(pushPart)
    .values({
      account,
      companyId: place.companyId,
      documentKind: 'tax_test',
      documentId: place.id,
      partKey: `project:${place.projectId}`,
      target: 'direct_cost',
      projectProcoreId: place.projectProcoreId,
      revision: 1,
      desired,
    })
    .onConflictDoUpdate({ target: [pushPart.documentId, pushPart.partKey], set: { updatedAt: sql`now()` } })
    .returning({ id: pushPart.id });
  if (!row) throw new Error('The journal of the test was not stored');
  return row.id;
}

/** The record has told what it can: it is wished for no more, so converging deletes it. */
export async function dropTaxTest(db: Queryable, account: string, id: string): Promise<void> {
  await db
    .update(pushPart)
    .set({ desired: null })
    .where(and(eq(pushPart.account, account), eq(pushPart.documentId, id)));
}

export async function finishTaxTest(
  tx: Tx,
  account: string,
  id: string,
  end: { state: 'done' | 'failed'; outcome: string },
): Promise<void> {
  await tx
    .update(taxTest)
    .set({ ...end, finishedAt: sql`now()` })
    .where(and(eq(taxTest.account, account), eq(taxTest.id, id)));
  await settleScopeRows(tx, { flow: 'tax-test', scope: id }, end.outcome);
}
