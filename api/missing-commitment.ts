import { commitmentPlace, findByNumber, lastEventOf } from '../db/queries/commitments.ts';
import { companyAddress } from '../db/queries/companies.ts';
import { getSettings } from '../db/queries/settings.ts';
import type { Queryable } from '../db/types.ts';
import { commitmentChecklist, type MissingCommitment } from '../domain/commitment-checklist.ts';
import { type CommitmentKind, isSynced } from '../domain/commitments.ts';
import { normaliseName } from '../domain/matching.ts';
import { fateOf, readStatus } from '../domain/variations.ts';
import type { Deps } from '../platform/deps.ts';
import { refusalOf } from '../platform/errors.ts';
import type { CompanyApi } from '../procore/client.ts';
import type { CommitmentRow } from '../procore/commitments.ts';
import { ProcoreError } from '../procore/errors.ts';
import type { WhyNotHere } from '../schemas/commitments.ts';

export interface WhyQuestion {
  kind: CommitmentKind;
  projectId: string;
  number: string;
}

type Place = NonNullable<Awaited<ReturnType<typeof commitmentPlace>>>;

/**
 * Answers "why is my commitment not here?" from what Lentune knows and from what Procore answers now.
 *
 * @returns null when the account has no such project
 */
export async function whyNotHere(
  { procore }: Pick<Deps, 'procore'>,
  db: Queryable,
  account: string,
  question: WhyQuestion,
): Promise<WhyNotHere | null> {
  const place = await commitmentPlace(db, account, question.projectId);
  if (place === null) return null;
  const local = await findByNumber(db, account, question.kind, question);
  const asked = await askProcore(procore, db, account, question, place);
  const procoreId = asked.row?.id ?? null;
  const scope = `${place.companyId}/${place.procoreId}`;
  const lastEvent =
    procoreId === null ? null : await lastEventOf(db, account, { scope, kind: question.kind, procoreId });
  const facts: MissingCommitment = {
    kind: question.kind,
    number: question.number,
    isConnected: place.connectionState === 'connected',
    company: companyOf(place),
    project: {
      code: place.code,
      isMonitored: place.isMonitored && place.procoreId !== null,
      notMonitoredReason:
        place.procoreId === null ? 'It is not linked to a project in Procore.' : place.notMonitoredReason,
    },
    remote: asked.remote,
    local: local && { isActive: local.isActive, hasVendor: local.vendorId !== null, unknownCodes: local.unknownCodes },
    lastEvent,
    variationsLeftOut: asked.variationsLeftOut,
  };
  return { id: local?.id ?? null, procoreId, checks: commitmentChecklist(facts) };
}

const companyOf = ({ companyName, syncSubContracts, purchaseOrderMaster }: Place): MissingCommitment['company'] => ({
  name: companyName ?? 'the Procore company',
  syncSubContracts: syncSubContracts ?? false,
  purchaseOrderMaster: purchaseOrderMaster ?? 'none',
});

interface Asked {
  remote: MissingCommitment['remote'];
  row: CommitmentRow | null;
  variationsLeftOut: number;
}

const NOT_ASKED: Asked = { remote: { kind: 'not-asked' }, row: null, variationsLeftOut: 0 };

/** Procore has no search by number, so the project's list is read; a kind that does not come in is not asked for. */
async function askProcore(
  procore: Deps['procore'],
  db: Queryable,
  account: string,
  { kind, number }: WhyQuestion,
  place: Place,
): Promise<Asked> {
  const { companyId, procoreId: projectId, connectionState } = place;
  if (companyId === null || projectId === null || connectionState !== 'connected') return NOT_ASKED;
  if (!isSynced(kind, companyOf(place))) return NOT_ASKED;
  const api = procore.company({ ...(await companyAddress(db, account, companyId)), lane: 'person' });
  try {
    const row = await findRow(kind === 'purchase_order' ? api.purchaseOrders : api.workOrders, projectId, number);
    if (row === null) return { ...NOT_ASKED, remote: { kind: 'not-shown' } };
    const remote = {
      kind: 'found' as const,
      status: row.status,
      isPrivate: row.private === true,
      isDeleted: row.deleted_at !== null,
      vendorName: row.vendor?.company ?? null,
    };
    const { onlyApprovedVariations } = await getSettings(db, account);
    const variationsLeftOut = onlyApprovedVariations ? await countLeftOut(api, projectId, row.id) : 0;
    return { remote, row, variationsLeftOut };
  } catch (error) {
    if (!(error instanceof ProcoreError)) throw error;
    return { ...NOT_ASKED, remote: { kind: 'unreadable', said: refusalOf(error).message } };
  }
}

/** The live one of that number, else a deleted one. */
async function findRow(
  list: CompanyApi['workOrders'],
  projectId: string,
  number: string,
): Promise<CommitmentRow | null> {
  const wanted = normaliseName(number);
  let deleted: CommitmentRow | null = null;
  let cursor: string | null = null;
  do {
    const page: { rows: CommitmentRow[]; next: string | null } = await list.page({ projectId, cursor });
    for (const row of page.rows) {
      if (normaliseName(row.number ?? '') !== wanted && row.id !== number) continue;
      if (row.deleted_at === null) return row;
      deleted = row;
    }
    cursor = page.next;
  } while (cursor !== null);
  return deleted;
}

async function countLeftOut(api: CompanyApi, projectId: string, contractId: string): Promise<number> {
  const statuses = (await api.changeOrders.statuses()).map(({ name, mapped_to_status }) => ({
    name,
    mappedTo: mapped_to_status,
  }));
  let count = 0;
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<CompanyApi['changeOrders']['packagesPage']>> = await api.changeOrders.packagesPage({
      projectId,
      contractId,
      cursor,
    });
    for (const row of page.rows) {
      const isDeleted = row.deleted_at !== null;
      if (isDeleted) continue;
      const status = readStatus(row.status, statuses);
      if (fateOf({ ...status, isDeleted, onlyApproved: true, held: null }).kind === 'leave-out') count += 1;
    }
    cursor = page.next;
  } while (cursor !== null);
  return count;
}
