import { type CompanyRow, getCompany } from '../db/queries/companies.ts';
import type { NewInboxEvent } from '../db/queries/inbox.ts';
import type { LinkKind } from '../db/queries/links.ts';
import { findLinks } from '../db/queries/links.ts';
import { monitoredStageIds } from '../db/queries/projects.ts';
import {
  type ListedRecord,
  noteListed,
  type ReconcileMode,
  type ReconcileRunRow,
  type RunStep,
  unlisted,
} from '../db/queries/reconcile.ts';
import { advanceCursor, changesSince, OVERLAP_MINUTES } from '../db/queries/sync-cursors.ts';
import type { Queryable, Tx } from '../db/types.ts';
import { isMassVanish } from '../domain/diff.ts';
import { messageOf } from '../domain/errors.ts';
import { gateOfRow } from '../procore/project-row.ts';
import type { ProjectRow } from '../procore/projects.ts';
import { compareCommitments, hasCommitments } from './compare-commitments.ts';
import type { ComparedPage, Comparison } from './comparison.ts';

/** What a comparison goes through, in the order in which records refer to each other. */
export type CompareKind = 'vendors' | 'codes' | 'users' | 'projects' | 'commitments';

/**
 * Which kinds are compared: those that are ticked. Short lists tell no change dates, so a look for changes leaves them out;
 * a full comparison reads commitments whole with their projects.
 */
export function comparedKinds(company: CompanyRow, mode: ReconcileMode): CompareKind[] {
  return [
    ...(company.syncVendors ? (['vendors'] as const) : []),
    ...(mode === 'full' ? (['codes'] as const) : []),
    ...(company.syncUsers ? (['users'] as const) : []),
    ...(hasProjects(company) ? (['projects'] as const) : []),
    ...(mode === 'delta' && hasCommitments(company) ? (['commitments'] as const) : []),
  ];
}

const hasProjects = (company: CompanyRow) =>
  company.syncProjects || company.syncProjectCostCodes || wholeKinds(company).length > 0;

/** Compares one page of a kind with what was last read. */
export function comparePage(to: Comparison, kind: CompareKind, cursor: string | null): Promise<ComparedPage> {
  switch (kind) {
    case 'vendors':
      return compareVendors(to, cursor);
    case 'codes':
      return Promise.resolve({ next: null, settle: async () => ({ rows: codeRows(to.run) }) });
    case 'users':
      return compareUsers(to, cursor);
    case 'projects':
      return compareProjects(to, cursor);
    case 'commitments':
      return compareCommitments(to, cursor);
  }
}

/** What of a project is asked for whole: its codes have no change dates, its commitments can be listed by nothing but project. */
function wholeKinds(company: CompanyRow): string[] {
  const hasOrders = company.purchaseOrderMaster === 'procore';
  return [
    ...(company.syncProjectCostCodes ? ['cost_code'] : []),
    ...(hasOrders ? ['purchase_order'] : []),
    ...(company.syncSubContracts ? ['sub_contract'] : []),
    ...(hasOrders || company.syncSubContracts ? ['change_order'] : []),
  ];
}

/** Rows that have the insides of these projects read whole. */
export function wholeProjectRows(company: CompanyRow, projectIds: readonly string[]): NewInboxEvent[] {
  return projectIds.flatMap((id) =>
    wholeKinds(company).map((recordKind) => ({
      ...rowOf({ account: company.account, companyId: company.id }),
      flow: 'project' as const,
      scope: `${company.id}/${id}`,
      recordKind,
      recordId: null,
    })),
  );
}

const rowOf = ({ account, companyId }: Pick<ReconcileRunRow, 'account' | 'companyId'>) =>
  ({ account, companyId, source: 'reconcile' }) as const;

const vendorRows = (run: ReconcileRunRow, ids: readonly string[]): NewInboxEvent[] =>
  ids.map((recordId) => ({
    ...rowOf(run),
    flow: 'vendors',
    scope: run.companyId,
    recordKind: 'vendor',
    recordId,
  }));

const userRows = (run: ReconcileRunRow, ids: readonly string[]): NewInboxEvent[] =>
  ids.map((recordId) => ({ ...rowOf(run), flow: 'users', scope: run.companyId, recordKind: 'user', recordId }));

const timeTypeRow = (run: ReconcileRunRow): NewInboxEvent => ({
  ...rowOf(run),
  flow: 'users',
  scope: run.companyId,
  recordKind: 'time_type',
  recordId: null,
});

const projectRows = (run: ReconcileRunRow, ids: readonly string[]): NewInboxEvent[] =>
  ids.map((recordId) => ({
    ...rowOf(run),
    flow: 'project',
    scope: `${run.companyId}/${recordId}`,
    recordKind: 'project',
    recordId,
  }));

/** The company's short lists, each read whole by its flow. */
const codeRows = (run: ReconcileRunRow): NewInboxEvent[] =>
  ['standard_cost_code', 'cost_type', 'stage', 'tax_code'].map((recordKind) => ({
    ...rowOf(run),
    flow: 'cost-codes',
    scope: run.companyId,
    recordKind,
    recordId: null,
  }));

/** A place in the two vendor lists: Procore shows deactivated vendors only in the second (contract section 4). */
interface VendorPlace {
  list: 'active' | 'inactive';
  cursor: string | null;
}

async function compareVendors({ db, api, run }: Comparison, cursor: string | null): Promise<ComparedPage> {
  const place: VendorPlace = cursor === null ? { list: 'active', cursor: null } : JSON.parse(cursor);
  const since = run.mode === 'full' ? null : await changesSince(db, run.account, run.companyId, 'vendors');
  const page =
    place.list === 'active'
      ? await api.vendors.page({ cursor: place.cursor, ...(since === null ? {} : { updatedFrom: since }) })
      : await api.vendors.inactivePage({ cursor: place.cursor });
  const listed = page.rows.map(asListed);
  const next = afterPage(place, page.next);
  return {
    next,
    async settle(tx) {
      const ids =
        since === null
          ? (await noteListed(tx, run.account, run.companyId, 'vendor', listed)).map(({ id }) => id)
          : listed.filter((record) => isSince(record, since)).map(({ id }) => id);
      return atEnd(tx, run, 'vendors', next, vendorRows(run, ids));
    },
  };
}

function afterPage({ list }: VendorPlace, next: string | null): string | null {
  if (next !== null) return JSON.stringify({ list, cursor: next });
  return list === 'active' ? JSON.stringify({ list: 'inactive', cursor: null }) : null;
}

const asListed = (row: { id: string; updated_at: string | null }): ListedRecord => ({
  id: row.id,
  updatedAt: row.updated_at,
});

/** The inactive list takes no filter; what has no date is looked at. */
const isSince = ({ updatedAt }: ListedRecord, since: string) =>
  updatedAt === null || Date.parse(updatedAt) >= Date.parse(since);

/** The list holds active users alone: whoever left it is asked for by id, which a full comparison does. */
async function compareUsers({ db, api, run }: Comparison, cursor: string | null): Promise<ComparedPage> {
  const since = run.mode === 'full' ? null : await changesSince(db, run.account, run.companyId, 'users');
  const page = await api.users.page({ cursor, ...(since === null ? {} : { updatedFrom: since }) });
  const listed = page.rows.map(asListed);
  return {
    next: page.next,
    async settle(tx) {
      const suspects = since === null ? await noteListed(tx, run.account, run.companyId, 'user', listed) : listed;
      const ids = suspects.map(({ id }) => id);
      const types = page.next === null && run.mode === 'full' ? [timeTypeRow(run)] : [];
      return atEnd(tx, run, 'users', page.next, [...userRows(run, ids), ...types]);
    },
  };
}

async function compareProjects({ db, api, run }: Comparison, cursor: string | null): Promise<ComparedPage> {
  const since = run.mode === 'full' ? null : await changesSince(db, run.account, run.companyId, 'projects');
  const page = await api.projects.page({
    byStatus: 'All',
    cursor,
    ...(since === null ? {} : { updatedFrom: since }),
  });
  return {
    next: page.next,
    async settle(tx) {
      const suspects =
        since === null
          ? new Set(
              (await noteListed(tx, run.account, run.companyId, 'project', page.rows.map(asListed))).map(
                ({ id }) => id,
              ),
            )
          : null;
      const wanted = await projectsToRead(
        tx,
        run,
        page.rows.filter((row) => suspects === null || suspects.has(row.id)),
      );
      return atEnd(tx, run, 'projects', page.next, projectRows(run, wanted));
    },
  };
}

/**
 * Projects in Lentune, and those that came into a ticked stage since the company was connected: that is what a webhook
 * would have told. Older ones come in by a fetch, whose dates a person chose.
 */
async function projectsToRead(db: Queryable, run: ReconcileRunRow, rows: readonly ProjectRow[]): Promise<string[]> {
  const { account, companyId } = run;
  const links = await findLinks(
    db,
    account,
    companyId,
    'project',
    rows.map((row) => row.id),
  );
  const stages = await monitoredStageIds(db, account, companyId);
  const { createdAt } = await getCompany(db, account, companyId);
  const connected = Date.parse(createdAt) - OVERLAP_MINUTES * 60_000;
  return rows
    .filter((row) => {
      if (links.get(row.id)?.state === 'linked') return true;
      const isNews = row.updated_at === null || Date.parse(row.updated_at) >= connected;
      return isNews && gateOfRow(row, stages).kind === 'open';
    })
    .map((row) => row.id);
}

/** With the last page of a kind: the cursor of a look moves to its start; a full list tells which records are missing from it. */
async function atEnd(
  tx: Tx,
  run: ReconcileRunRow,
  kind: keyof typeof MISSING,
  next: string | null,
  rows: NewInboxEvent[],
): Promise<Omit<RunStep, 'calls'>> {
  if (next !== null) return { rows };
  await advanceCursor(tx, run.account, run.companyId, kind, run.createdAt);
  if (run.mode !== 'full') return { rows };
  const [linkKind, rowsOf] = MISSING[kind];
  const { known, missing } = await unlisted(tx, run, linkKind);
  if (!isMassVanish(known, missing.length)) return { rows: [...rows, ...rowsOf(run, missing)] };
  const said = `${missing.length} of ${known} are missing from its list at once`;
  const facts = { tool: kind, place: 'this company', said };
  return { rows, problem: `${messageOf({ code: 'NO_ACCESS', facts })}. Nothing was changed.` };
}

const MISSING = {
  vendors: ['vendor', vendorRows],
  users: ['user', userRows],
  projects: ['project', projectRows],
} as const satisfies Record<string, [LinkKind, typeof vendorRows]>;
