import { findLinks, linkedInProject } from '../db/queries/links.ts';
import type { Queryable } from '../db/types.ts';
import type { CommitmentKind, CommitmentsWanted } from '../domain/commitments.ts';
import { isMassVanish } from '../domain/diff.ts';
import type { RenamedStatus } from '../domain/variations.ts';
import type { ChangeOrderPackage, ChangeOrderPackageRow, PotentialLine } from '../procore/change-orders.ts';
import type { CompanyApi } from '../procore/client.ts';
import type { Commitment, CommitmentRow } from '../procore/commitments.ts';
import { ProcoreError } from '../procore/errors.ts';

/** Commitments and change orders one activity reads with their lines. */
const PER_READING = 40;
/** Calls on their way at the same time. */
const AT_ONCE = 4;
/** Ids in one filter. */
const IDS_PER_CALL = 100;

/** A commitment as read: its row in the list says the retainage, the record itself has the lines. */
export interface ReadCommitment {
  kind: CommitmentKind;
  row: CommitmentRow;
  whole: Commitment;
}

/** A change order package with its lines, whatever tier they stand on. */
export interface ReadChangeOrder {
  contractId: string;
  shown: ChangeOrderPackage;
  /** lines of the hidden potential change order of a one-tier project; the package then has none */
  hiddenLines: PotentialLine[];
}

/** What one activity read of a project's commitments. */
export interface CommitmentsReading {
  commitments: ReadCommitment[];
  changeOrders: ReadChangeOrder[];
  /** Procore ids of linked records that are certainly gone, or not shown to us any more */
  gone: Record<CommitmentKind | 'variation', Set<string>>;
  /** what the company calls the statuses of change orders */
  statuses: RenamedStatus[];
  /** kinds of which so much vanished at once that nothing of them is taken away */
  massVanish: { kind: CommitmentKind | 'variation'; known: number; vanished: number }[];
  /** where the next activity goes on; null when all is read */
  next: number | null;
}

export interface CommitmentsInput {
  db: Queryable;
  api: CompanyApi;
  account: string;
  companyId: string;
  /** Procore's id of the project */
  projectId: string;
  wanted: CommitmentsWanted;
  /** kinds that come in */
  synced: readonly CommitmentKind[];
  /** records already read by the activities before */
  from: number;
  signal: AbortSignal;
}

/**
 * Reads commitments in bulk, then each with its lines in one call, and their change orders the same way
 * (design 5.5). Prime contracts share the lists of change orders; theirs are left out.
 */
export async function readCommitments(input: CommitmentsInput): Promise<CommitmentsReading> {
  const listed = await listCommitments(input);
  const packages = await listPackages(input, listed);
  const adopted = await readUnknownContracts(input, listed, packages);
  const commitments = [...listed.values(), ...adopted];
  const known = await knownContracts(input, commitments, packages);
  const work: Work[] = [
    ...commitments
      .filter(({ row }) => row.deleted_at === null)
      .map((each) => ({ kind: 'commitment' as const, ...each })),
    ...packages
      .filter(({ contract_id, deleted_at }) => deleted_at === null && known.has(contract_id ?? ''))
      .map((row) => ({ kind: 'package' as const, row })),
  ];
  const slice = work.slice(input.from, input.from + PER_READING);
  const reading: CommitmentsReading = {
    commitments: [],
    changeOrders: [],
    gone: { purchase_order: new Set(), sub_contract: new Set(), variation: new Set() },
    statuses: slice.some(({ kind }) => kind === 'package') ? await readStatuses(input.api) : [],
    massVanish: [],
    next: input.from + slice.length < work.length ? input.from + slice.length : null,
  };
  const hidden = createHiddenLines(input);
  for (let at = 0; at < slice.length; at += AT_ONCE) {
    input.signal.throwIfAborted();
    await Promise.all(slice.slice(at, at + AT_ONCE).map((one) => readOne(input, one, reading, hidden)));
  }
  if (input.from === 0) await findGone(input, commitments, packages, reading);
  return reading;
}

type Listed = { of: CommitmentKind; row: CommitmentRow };
type Work = ({ kind: 'commitment' } & Listed) | { kind: 'package'; row: ChangeOrderPackageRow };

const apiOf = (api: CompanyApi, kind: CommitmentKind) =>
  kind === 'purchase_order' ? api.purchaseOrders : api.workOrders;

/** The rows of the commitments in question, by id; deleted ones among them. */
async function listCommitments({ api, projectId, wanted, synced }: CommitmentsInput): Promise<Map<string, Listed>> {
  const listed = new Map<string, Listed>();
  for (const kind of synced) {
    const rows = wanted.whole.includes(kind)
      ? await allPages((cursor) => apiOf(api, kind).page({ projectId, cursor }))
      : await byIds(wanted.ids[kind], (ids) => allPages((cursor) => apiOf(api, kind).page({ projectId, ids, cursor })));
    for (const row of rows) listed.set(row.id, { of: kind, row });
  }
  return listed;
}

async function allPages<T>(page: (cursor: string | null) => Promise<{ rows: T[]; next: string | null }>): Promise<T[]> {
  const all: T[] = [];
  let cursor: string | null = null;
  do {
    const { rows, next }: { rows: T[]; next: string | null } = await page(cursor);
    all.push(...rows);
    cursor = next;
  } while (cursor !== null);
  return all;
}

async function byIds<T>(ids: readonly string[], read: (ids: string[]) => Promise<T[]>): Promise<T[]> {
  const all: T[] = [];
  for (let at = 0; at < ids.length; at += IDS_PER_CALL) all.push(...(await read(ids.slice(at, at + IDS_PER_CALL))));
  return all;
}

/** The change orders in question: all, those that changed, and those of contracts that are new here. */
async function listPackages(
  input: CommitmentsInput,
  listed: ReadonlyMap<string, Listed>,
): Promise<ChangeOrderPackageRow[]> {
  const { api, projectId, wanted } = input;
  const { changeOrders } = api;
  if (wanted.allPackages) return allPages((cursor) => changeOrders.packagesPage({ projectId, cursor }));
  const packages = await byIds(wanted.packageIds, (ids) =>
    allPages((cursor) => changeOrders.packagesPage({ projectId, ids, cursor })),
  );
  const potentials = await byIds(wanted.potentialIds, (ids) => changeOrders.potentials({ projectId, ids }));
  const contracts = new Set([
    ...(await newContracts(input, listed)),
    ...potentials.flatMap(({ contract_id }) => contract_id ?? []),
  ]);
  for (const contractId of contracts)
    packages.push(...(await allPages((cursor) => changeOrders.packagesPage({ projectId, contractId, cursor }))));
  return [...new Map(packages.map((row) => [row.id, row])).values()];
}

/** Commitments that were not here before bring their change orders along. */
async function newContracts(
  { db, account, companyId }: CommitmentsInput,
  listed: ReadonlyMap<string, Listed>,
): Promise<string[]> {
  const fresh: string[] = [];
  for (const kind of ['purchase_order', 'sub_contract'] as const) {
    const ids = [...listed.values()].filter(({ of, row }) => of === kind && row.deleted_at === null);
    const links = await findLinks(
      db,
      account,
      companyId,
      kind,
      ids.map(({ row }) => row.id),
    );
    fresh.push(...ids.map(({ row }) => row.id).filter((id) => links.get(id)?.state !== 'linked'));
  }
  return fresh;
}

/** A change order may arrive before the commitment it belongs to: that one is then read too, if it comes in at all. */
async function readUnknownContracts(
  input: CommitmentsInput,
  listed: ReadonlyMap<string, Listed>,
  packages: readonly ChangeOrderPackageRow[],
): Promise<Listed[]> {
  const { api, projectId, synced, wanted } = input;
  const contractIds = new Set(packages.flatMap(({ contract_id }) => contract_id ?? []));
  const held = await linkedContracts(input, [...contractIds]);
  const unknown = [...contractIds].filter((id) => !listed.has(id) && !held.has(id));
  const adopted: Listed[] = [];
  for (const kind of synced.filter((one) => !wanted.whole.includes(one))) {
    const rows = await byIds(unknown, (ids) => allPages((cursor) => apiOf(api, kind).page({ projectId, ids, cursor })));
    adopted.push(...rows.map((row) => ({ of: kind, row })));
  }
  return adopted;
}

async function linkedContracts(
  { db, account, companyId, synced }: CommitmentsInput,
  ids: readonly string[],
): Promise<Set<string>> {
  const found = new Set<string>();
  for (const kind of synced)
    for (const [id, link] of await findLinks(db, account, companyId, kind, ids))
      if (link.state === 'linked') found.add(id);
  return found;
}

/** Contracts whose change orders are followed: commitments that are here or come in now. */
async function knownContracts(
  input: CommitmentsInput,
  commitments: readonly Listed[],
  packages: readonly ChangeOrderPackageRow[],
): Promise<Set<string>> {
  const ids = [...new Set(packages.flatMap(({ contract_id }) => contract_id ?? []))];
  const known = await linkedContracts(input, ids);
  for (const { row } of commitments) if (row.deleted_at === null) known.add(row.id);
  return known;
}

async function readStatuses(api: CompanyApi): Promise<RenamedStatus[]> {
  const statuses = await api.changeOrders.statuses();
  return statuses.map(({ name, mapped_to_status }) => ({ name, mappedTo: mapped_to_status }));
}

async function readOne(
  { api, projectId }: CommitmentsInput,
  work: Work,
  reading: CommitmentsReading,
  hidden: HiddenLines,
): Promise<void> {
  if (work.kind === 'commitment') {
    const whole = await shownOrNull(apiOf(api, work.of).show({ projectId, id: work.row.id }));
    if (whole === null) return;
    reading.commitments.push({ kind: work.of, row: work.row, whole });
    return;
  }
  const { row } = work;
  const hiddenLines = row.contract_id === null ? null : await hidden(row.contract_id, row.id);
  // The row in the list says everything but the lines.
  const shown =
    hiddenLines === null
      ? await shownOrNull(api.changeOrders.showPackage({ projectId, id: row.id }))
      : { ...row, description: null, type: null, line_items: [] };
  const contractId = shown?.contract_id ?? row.contract_id;
  if (shown === null || contractId === null || shown.type === 'PrimeContractChangeOrder') return;
  reading.changeOrders.push({ contractId, shown, hiddenLines: hiddenLines ?? [] });
}

/** A record that vanished between list and show is looked at again with its next event. */
async function shownOrNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ProcoreError && error.kind === 'not-found') return null;
    throw error;
  }
}

/** @returns null: the package has its lines itself */
type HiddenLines = (contractId: string, packageId: string) => Promise<PotentialLine[] | null>;

/**
 * Where change orders have one tier, their lines stand on a potential change order that people do not see, tied to the
 * package by a request (contract section 11). What ties them is read once per contract.
 */
function createHiddenLines({ api, projectId }: CommitmentsInput): HiddenLines {
  const ties = new Map<string, ReturnType<typeof tiesOf>>();
  /** Ids of the hidden potential change orders by package; none where there are more tiers. */
  async function tiesOf(contractId: string): Promise<Map<string, string[]>> {
    const potentials = await api.changeOrders.potentials({ projectId, contractId });
    const hidden = potentials.filter((one) => one.change_order_tiers === 1 && one.deleted_at === null);
    const byPackage = new Map<string, string[]>();
    if (hidden.length === 0) return byPackage;
    const requests = await api.changeOrders.requests({ projectId, contractId });
    const packageOf = new Map(requests.map((request) => [request.id, request.change_order_package_id]));
    for (const { id, change_order_request_id: requestId } of hidden) {
      const packageId = packageOf.get(requestId ?? '');
      if (packageId) byPackage.set(packageId, [...(byPackage.get(packageId) ?? []), id]);
    }
    return byPackage;
  }
  return async (contractId, packageId) => {
    const known = ties.get(contractId) ?? tiesOf(contractId);
    ties.set(contractId, known);
    const potentialIds = (await known).get(packageId);
    if (potentialIds === undefined) return null;
    const lines: PotentialLine[] = [];
    for (const potentialId of potentialIds)
      lines.push(...(await api.changeOrders.potentialLines({ projectId, potentialId })));
    return lines;
  };
}

/**
 * What was linked and is gone: listed as deleted, or missing from a complete list and answering 404 while the project
 * answers (design 5.7).
 */
async function findGone(
  input: CommitmentsInput,
  commitments: readonly Listed[],
  packages: readonly ChangeOrderPackageRow[],
  reading: CommitmentsReading,
): Promise<void> {
  const { api, projectId, wanted, synced } = input;
  for (const { of, row } of commitments) if (row.deleted_at !== null) reading.gone[of].add(row.id);
  for (const row of packages) if (row.deleted_at !== null) reading.gone.variation.add(row.id);
  let isAsked = false;
  const suspects = async (
    kind: CommitmentKind | 'variation',
    isWhole: boolean,
    ids: readonly string[],
    listed: ReadonlySet<string>,
    show: (id: string) => Promise<unknown>,
  ) => {
    const linked = isWhole
      ? await linkedInProject(input.db, input.account, input.companyId, kind, projectId)
      : [...(await findLinks(input.db, input.account, input.companyId, kind, ids)).keys()];
    const missing = linked.filter((id) => !listed.has(id));
    if (isWhole && isMassVanish(linked.length, missing.length)) {
      reading.massVanish.push({ kind, known: linked.length, vanished: missing.length });
      return;
    }
    for (const id of missing) {
      if ((await shownOrNull(show(id))) !== null) continue;
      reading.gone[kind].add(id);
      isAsked = true;
    }
  };
  for (const kind of synced) {
    const listed = new Set(commitments.filter(({ of }) => of === kind).map(({ row }) => row.id));
    await suspects(kind, wanted.whole.includes(kind), wanted.ids[kind], listed, (id) =>
      apiOf(api, kind).show({ projectId, id }),
    );
  }
  await suspects('variation', wanted.allPackages, wanted.packageIds, new Set(packages.map(({ id }) => id)), (id) =>
    api.changeOrders.showPackage({ projectId, id }),
  );
  // Whether it is gone, or the whole project is hidden: then this throws, and nothing is applied.
  if (isAsked) await api.projects.show(projectId);
}
