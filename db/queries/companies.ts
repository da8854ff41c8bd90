import { and, asc, count, eq, inArray, lte, notInArray, sql } from 'drizzle-orm';
import {
  inboxEvent,
  inboxScope,
  procoreCompany,
  procoreConnection,
  procoreLink,
  project,
  projectStage,
  webhookHook,
} from '../schema/index.ts';
import type { Queryable, Tx } from '../types.ts';
import { companyApiUrl } from './connections.ts';
import { freeScope, type Mark, notifyInbox, ringAtOnce, storeEvents } from './inbox.ts';
import { type StageContent, saveStages } from './projects.ts';

export type CompanyRow = typeof procoreCompany.$inferSelect;
/** With what else decides which events are asked for: whether time sheets and invoices are sent. */
export type WatchedCompany = CompanyRow & { sendsTime: boolean; sendsInvoices: boolean };
export type StageRow = typeof projectStage.$inferSelect;
export type HookRow = typeof webhookHook.$inferSelect;

/** What a Procore call concerning a company needs to know; `companyId` is Procore's. */
export interface CompanyAddress {
  connectionId: string;
  apiUrl: string;
  companyId: string;
}

/** Where a company is reached. */
export async function companyAddress(db: Queryable, account: string, companyId: string): Promise<CompanyAddress> {
  const [row] = await db
    .select({
      connectionId: procoreConnection.id,
      apiUrl: companyApiUrl,
      companyId: procoreCompany.procoreId,
    })
    .from(procoreCompany)
    .innerJoin(procoreConnection, eq(procoreConnection.id, procoreCompany.connectionId))
    .where(ofAccount(account, companyId));
  if (!row) throw new Error(`There is no company ${companyId}`);
  return row;
}

const ofAccount = (account: string, companyId: string) =>
  and(eq(procoreCompany.account, account), eq(procoreCompany.id, companyId));

export async function getCompany(db: Queryable, account: string, companyId: string): Promise<WatchedCompany> {
  const [row] = await db
    .select({ company: procoreCompany, ...sends })
    .from(procoreCompany)
    .where(ofAccount(account, companyId));
  if (!row) throw new Error(`There is no company ${companyId}`);
  const { company, ...sent } = row;
  return { ...company, ...sent };
}

const sends = {
  sendsTime: sql<boolean>`exists (select from integration_settings s where s.account = procore_company.account
    and (s.send_time_sheet_on_submission or s.send_time_sheet_after_approval))`,
  sendsInvoices: sql<boolean>`exists (select from integration_settings s where s.account = procore_company.account
    and s.invoices_interface = 'procore')`,
};

/** Takes over the companies a sign-in reaches. One no longer reached is kept, inactive. */
export async function saveCompanies(
  tx: Tx,
  account: string,
  connectionId: string,
  companies: readonly { procoreId: string; name: string; apiUrl: string | null }[],
): Promise<string[]> {
  const reached = companies.map(({ procoreId }) => procoreId);
  await tx
    .update(procoreCompany)
    .set({ isActive: false, updatedAt: sql`now()` })
    .where(
      and(
        eq(procoreCompany.account, account),
        eq(procoreCompany.connectionId, connectionId),
        reached.length > 0 ? notInArray(procoreCompany.procoreId, reached) : undefined,
      ),
    );
  if (companies.length === 0) return [];
  const rows = await tx
    .insert(procoreCompany)
    .values(companies.map((company) => ({ account, connectionId, ...company })))
    .onConflictDoUpdate({
      target: [procoreCompany.connectionId, procoreCompany.procoreId],
      set: { name: sql`excluded.name`, apiUrl: sql`excluded.api_url`, isActive: true, updatedAt: sql`now()` },
    })
    .returning({ id: procoreCompany.id });
  return rows.map(({ id }) => id);
}

/** Has a company's lists and hooks brought in line with its settings: one row in the inbox, which rings ConnectCompany. */
export async function requestConnect(tx: Tx, account: string, companyId: string): Promise<void> {
  const key = { flow: 'connect', scope: companyId } as const;
  await storeEvents(tx, [{ account, companyId, source: 'refresh', ...key, recordKind: 'company', recordId: null }]);
  await ringAtOnce(tx, key);
}

/** Has the hooks of every company of an account follow a setting of the account. */
export async function requestConnectAll(tx: Tx, account: string): Promise<void> {
  const companies = await tx
    .select({ id: procoreCompany.id })
    .from(procoreCompany)
    .where(and(eq(procoreCompany.account, account), eq(procoreCompany.isActive, true)));
  for (const { id } of companies) await requestConnect(tx, account, id);
}

/** A sign-in works again: whatever waited quietly for it may be rung at once. */
export async function endQuiet(tx: Tx, account: string, connectionId: string): Promise<void> {
  const companies = tx
    .select({ id: procoreCompany.id })
    .from(procoreCompany)
    .where(and(eq(procoreCompany.account, account), eq(procoreCompany.connectionId, connectionId)));
  await tx
    .update(inboxScope)
    .set({ quietUntil: sql`least(${inboxScope.quietUntil}, now())`, unanswered: 0 })
    .where(inArray(inboxScope.companyId, companies));
  await notifyInbox(tx);
}

/** The zone whose days are a company's business days. */
export async function findCompanyZone(db: Queryable, account: string, companyId: string): Promise<string> {
  const [row] = await db
    .select({ timeZone: procoreCompany.timeZone })
    .from(procoreCompany)
    .where(ofAccount(account, companyId));
  return row?.timeZone ?? 'UTC';
}

/** What has changed on a company when its settings were saved. */
export interface CompanyChange {
  timeZone?: string;
  syncProjects?: boolean;
  syncVendors?: boolean;
  syncStandardCostCodes?: boolean;
  syncProjectCostCodes?: boolean;
  syncUsers?: boolean;
  timeSheetGroupId?: string | null;
  timeSheetEntryTypeId?: string | null;
  timeSheetPersonaId?: string | null;
  goLiveDate?: string;
  lockDate?: string | null;
  syncSubContracts?: boolean;
  purchaseOrderMaster?: CompanyRow['purchaseOrderMaster'];
  createWhereErp?: CompanyRow['createWhereErp'];
  /** all others are unticked */
  monitoredStageIds?: readonly string[];
}

/** Changes a company's settings; its hooks follow through `requestConnect`. Null when there is no such company. */
export async function changeCompany(
  tx: Tx,
  account: string,
  companyId: string,
  { monitoredStageIds, ...fields }: CompanyChange,
): Promise<CompanyRow | null> {
  const [row] = await tx
    .update(procoreCompany)
    .set({ ...fields, updatedAt: sql`now()` })
    .where(ofAccount(account, companyId))
    .returning();
  if (!row) return null;
  if (monitoredStageIds !== undefined)
    await tx
      .update(projectStage)
      .set({
        isMonitored:
          monitoredStageIds.length === 0 ? false : sql<boolean>`${inArray(projectStage.id, [...monitoredStageIds])}`,
      })
      .where(and(eq(projectStage.account, account), eq(projectStage.companyId, companyId)));
  await requestConnect(tx, account, companyId);
  return row;
}

/** Categories whose projects are over, or never were; domain.md Q6. */
const UNTICKED_CATEGORIES = ['not_awarded', 'canceled', 'completed'];

/**
 * Takes over the company's stages. The very first list is ticked by the usual choice (all but bidding and what is over);
 * later ones arrive unticked.
 */
export async function takeStages(
  tx: Tx,
  account: string,
  companyId: string,
  stages: readonly StageContent[],
): Promise<void> {
  await tx.select({ id: procoreCompany.id }).from(procoreCompany).where(ofAccount(account, companyId)).for('update');
  const [known] = await tx
    .select({ stages: count() })
    .from(projectStage)
    .where(and(eq(projectStage.account, account), eq(projectStage.companyId, companyId)));
  await saveStages(tx, account, companyId, stages);
  if (known?.stages !== 0) return;
  await tx
    .update(projectStage)
    .set({
      isMonitored: sql`not ${projectStage.isBidding} and ${notInArray(sql`coalesce(${projectStage.category}, '')`, UNTICKED_CATEGORIES)}`,
    })
    .where(and(eq(projectStage.account, account), eq(projectStage.companyId, companyId)));
}

export type CompanyView = CompanyRow & {
  stages: (StageRow & { projectCount: number })[];
  /** such as "1 hook, 14 triggers"; null before the first */
  webhooks: string | null;
};

/** The companies of a connection with their stages and hooks, by name. */
export async function listCompanies(db: Queryable, account: string, connectionId: string): Promise<CompanyView[]> {
  const companies = await db
    .select()
    .from(procoreCompany)
    .where(
      and(
        eq(procoreCompany.account, account),
        eq(procoreCompany.connectionId, connectionId),
        eq(procoreCompany.isActive, true),
      ),
    )
    .orderBy(asc(procoreCompany.name));
  const ids = companies.map(({ id }) => id);
  if (ids.length === 0) return [];
  const [stages, counted, hooks] = await Promise.all([
    db
      .select()
      .from(projectStage)
      .where(and(inArray(projectStage.companyId, ids), eq(projectStage.isActive, true)))
      .orderBy(asc(projectStage.id)),
    db
      .select({ companyId: project.companyId, stageName: project.stageName, projects: count() })
      .from(project)
      .where(inArray(project.companyId, ids))
      .groupBy(project.companyId, project.stageName),
    db
      .select({
        companyId: webhookHook.companyId,
        hooks: count(webhookHook.procoreId),
        triggers: sql<number>`sum(${webhookHook.triggerCount})::int`,
      })
      .from(webhookHook)
      .where(inArray(webhookHook.companyId, ids))
      .groupBy(webhookHook.companyId),
  ]);
  return companies.map((company) => {
    const hook = hooks.find(({ companyId }) => companyId === company.id);
    return {
      ...company,
      webhooks: hook && hook.hooks > 0 ? `${plural(hook.hooks, 'hook')}, ${plural(hook.triggers, 'trigger')}` : null,
      stages: stages
        .filter(({ companyId }) => companyId === company.id)
        .map((stage) => ({
          ...stage,
          projectCount:
            counted.find((row) => row.companyId === company.id && row.stageName === stage.name)?.projects ?? 0,
        })),
    };
  });
}

const plural = (n: number, noun: string) => `${n} ${noun}${n === 1 ? '' : 's'}`;

/** Procore ids of the company's projects that are monitored. */
export async function monitoredProjects(db: Queryable, account: string, companyId: string): Promise<string[]> {
  const rows = await db
    .select({ procoreId: procoreLink.procoreId })
    .from(procoreLink)
    .innerJoin(project, eq(project.id, procoreLink.localId))
    .where(
      and(
        eq(procoreLink.account, account),
        eq(procoreLink.companyId, companyId),
        eq(procoreLink.kind, 'project'),
        eq(procoreLink.state, 'linked'),
        eq(project.isMonitored, true),
      ),
    )
    .orderBy(asc(procoreLink.procoreId));
  return rows.flatMap(({ procoreId }) => (procoreId === null ? [] : [procoreId]));
}

export async function listHooks(db: Queryable, account: string, companyId: string): Promise<HookRow[]> {
  return db
    .select()
    .from(webhookHook)
    .where(and(eq(webhookHook.account, account), eq(webhookHook.companyId, companyId)));
}

/** What the secret of a hook is sealed to (platform/crypto.ts). */
export const hookSecretPlace = (hookId: string): string => `webhook_hook.secret:${hookId}`;

/** Adds a hook that is about to be made in Procore; its secret is sealed to its row. */
export async function addHook(
  db: Queryable,
  { seal, ...hook }: Omit<typeof webhookHook.$inferInsert, 'secret'> & { seal(id: string): string },
): Promise<HookRow> {
  const [made] = await db.execute<{ id: string }>(sql`select uuidv7() as id`);
  if (!made) throw new Error('The database makes no ids');
  const [row] = await db
    .insert(webhookHook)
    .values({ ...hook, id: made.id, secret: seal(made.id) })
    .returning();
  if (!row) throw new Error('The hook was not stored');
  return row;
}

export async function saveHook(
  db: Queryable,
  hookId: string,
  fields: Partial<Pick<HookRow, 'procoreId' | 'payloadVersion' | 'triggerCount'>>,
): Promise<void> {
  await db.update(webhookHook).set(fields).where(eq(webhookHook.id, hookId));
}

export async function removeHook(db: Queryable, hookId: string): Promise<void> {
  await db.delete(webhookHook).where(eq(webhookHook.id, hookId));
}

/** When Procore last posted to a hook. */
export async function noteDelivery(db: Queryable, hookId: string): Promise<void> {
  await db.update(webhookHook).set({ lastEventAt: sql`now()` }).where(eq(webhookHook.id, hookId));
}

/** Remembers that the company hook refuses project resources. */
export async function noteProjectHooks(db: Queryable, account: string, companyId: string): Promise<void> {
  await db.update(procoreCompany).set({ hasProjectHooks: true }).where(ofAccount(account, companyId));
}

/** Ends one run of ConnectCompany: what could not be set up, and which requests are answered by it. */
export async function noteConnected(
  tx: Tx,
  { account, companyId }: { account: string; companyId: string },
  problem: string | null,
  mark: Mark | null,
): Promise<void> {
  await tx.update(procoreCompany).set({ problem, updatedAt: sql`now()` }).where(ofAccount(account, companyId));
  if (mark !== null)
    await tx
      .update(inboxEvent)
      .set({ state: 'applied', outcome: problem ?? 'Lists and webhooks are up to date.', finishedAt: sql`now()` })
      .where(
        and(
          eq(inboxEvent.flow, 'connect'),
          eq(inboxEvent.scope, companyId),
          eq(inboxEvent.state, 'pending'),
          lte(inboxEvent.id, BigInt(mark.rowId)),
        ),
      );
  await freeScope(tx, { flow: 'connect', scope: companyId }, 0);
}

/** A project was imported: where projects need hooks of their own, it gets one. */
export async function hookImported(tx: Tx, account: string, companyId: string, projectId: string): Promise<void> {
  const company = await getCompany(tx, account, companyId);
  if (!company.hasProjectHooks) return;
  const hooks = await listHooks(tx, account, companyId);
  if (hooks.some(({ projectProcoreId }) => projectProcoreId === projectId)) return;
  await requestConnect(tx, account, companyId);
}

/** What the receiver must know of an address Procore posts to. */
export type HookTarget = HookRow & { company: WatchedCompany };

export async function findHook(db: Queryable, key: string): Promise<HookTarget | null> {
  const [row] = await db
    .select({ hook: webhookHook, company: procoreCompany, ...sends })
    .from(webhookHook)
    .innerJoin(procoreCompany, eq(procoreCompany.id, webhookHook.companyId))
    .where(eq(webhookHook.key, key));
  if (!row) return null;
  const { hook, company, ...sent } = row;
  return { ...hook, company: { ...company, ...sent } };
}
