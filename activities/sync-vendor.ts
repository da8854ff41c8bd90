import { noteErp } from '../db/queries/accounting-standing.ts';
import { resolveSuppliers } from '../db/queries/commitment-sync.ts';
import { requeueWaiting } from '../db/queries/document-waits.ts';
import { contentHash, findLinks, type LinkRow, lockNewCodes, saveLinks } from '../db/queries/links.ts';
import {
  heldProcoreIds,
  raiseMappingTasks,
  settleMappingTasks,
  withdrawMergedQuestions,
} from '../db/queries/mapping-tasks.ts';
import {
  findVendorsByName,
  insertVendors,
  renameVendors,
  takenVendorCodes,
  updateVendors,
} from '../db/queries/vendors.ts';
import type { Db, Tx } from '../db/types.ts';
import { firstFreeCode, matchVendors, normaliseName, type VendorMatch, vendorCodeWishes } from '../domain/matching.ts';
import { waitKeys } from '../domain/waits.ts';
import type { CompanyApi, Procore } from '../procore/client.ts';
import { ProcoreError } from '../procore/errors.ts';
import type { Vendor } from '../procore/vendors.ts';
import type { FlowPage, FlowReader, FlowResult, PickedRecord, RecordOutcome } from './flow.ts';
import { openCompany } from './open-company.ts';
import {
  applyGone,
  askAboutRenames,
  asTask,
  type ChangedVendor,
  contentOf,
  findLookalikes,
  nameOf,
  type Outcome,
} from './vendor-questions.ts';

export interface SyncVendorDeps {
  db: Db;
  procore: Pick<Procore, 'company'>;
}

/** What one activity read: vendors, and the ids asked for that Procore answers 404 to. */
interface VendorsRead {
  vendors: Vendor[];
  gone: string[];
  /** where the whole list goes on */
  next: ListPlace | null;
}

/** A place in the whole list: the active vendors, then those deactivated. */
interface ListPlace {
  list: 'active' | 'inactive';
  cursor: string | null;
  /** vendors read before this place */
  seen: number;
}

/** Company vendors to payable accounts: by id when told which changed, else the whole list page by page. */
export function createSyncVendor({ db, procore }: SyncVendorDeps): FlowReader {
  return {
    async read(page: FlowPage): Promise<FlowResult> {
      const company = await openCompany(db, procore, page);
      const isOff = (record: PickedRecord) =>
        !company.row.syncVendors && (record.source === 'webhook' || record.source === 'reconcile');
      const on = page.records.filter((record) => !isOff(record));
      const off = page.records.filter(isOff).map(
        ({ kind, id }): RecordOutcome => ({
          kind,
          id,
          state: 'ignored',
          outcome: '"Procore company vendors" is switched off.',
        }),
      );
      if (on.length === 0) return { calls: 0, next: null, apply: async () => off };
      const isWhole = on.some((record) => record.id === null);
      const read = isWhole
        ? await readPage(company.api, page.cursor)
        : await readByIds(
            company.api,
            on.flatMap((record) => record.id ?? []),
          );
      const seen = isWhole ? placeOf(page.cursor).seen + read.vendors.length : 0;
      return {
        calls: company.calls(),
        next: read.next && JSON.stringify(read.next),
        ...(isWhole && read.next === null && { counts: { vendors: seen } }),
        async apply(tx) {
          const outcomes = await applyVendors(tx, page.account, page.companyId, read);
          if (read.next !== null) return off;
          return [...off, ...on.map((record) => outcomeOf(record, outcomes, seen))];
        },
      };
    },
  };
}

const placeOf = (cursor: string | null): ListPlace =>
  cursor === null ? { list: 'active', cursor: null, seen: 0 } : (JSON.parse(cursor) as ListPlace);

async function readPage(api: CompanyApi, cursor: string | null): Promise<VendorsRead> {
  const place = placeOf(cursor);
  const { rows, next } =
    place.list === 'active'
      ? await api.vendors.page({ cursor: place.cursor })
      : await api.vendors.inactivePage({ cursor: place.cursor });
  const seen = place.seen + rows.length;
  if (next !== null) return { vendors: rows, gone: [], next: { list: place.list, cursor: next, seen } };
  return { vendors: rows, gone: [], next: place.list === 'active' ? { list: 'inactive', cursor: null, seen } : null };
}

/** By ids, then among the inactive ones, then one by one; only a 404 on the vendor itself says that it is gone. */
async function readByIds(api: CompanyApi, ids: readonly string[]): Promise<VendorsRead> {
  const missing = new Set(ids);
  const vendors: Vendor[] = [];
  const take = (rows: Vendor[]) => {
    for (const row of rows) if (missing.delete(row.id)) vendors.push(row);
  };
  let cursor: string | null = null;
  do {
    const page: { rows: Vendor[]; next: string | null } = await api.vendors.page({ ids, cursor });
    take(page.rows);
    cursor = page.next;
  } while (cursor !== null && missing.size > 0);
  if (missing.size > 0) {
    cursor = null;
    do {
      const page: { rows: Vendor[]; next: string | null } = await api.vendors.inactivePage({ cursor });
      take(page.rows);
      cursor = page.next;
    } while (cursor !== null && missing.size > 0);
  }
  const gone: string[] = [];
  for (const id of [...missing]) {
    const vendor = await showOrGone(api, id);
    if (vendor === null) gone.push(id);
    else vendors.push(vendor);
  }
  return { vendors, gone, next: null };
}

async function showOrGone(api: CompanyApi, id: string): Promise<Vendor | null> {
  try {
    return await api.vendors.show(id);
  } catch (error) {
    if (error instanceof ProcoreError && error.kind === 'not-found') return null;
    throw error;
  }
}

function outcomeOf({ kind, id }: PickedRecord, outcomes: ReadonlyMap<string, Outcome>, seen: number): RecordOutcome {
  if (id === null) return { kind, id, state: 'applied', outcome: `${seen} vendors read.` };
  return { kind, id, ...(outcomes.get(id) ?? { state: 'failed', outcome: 'Procore did not show the vendor.' }) };
}

type Outcomes = Map<string, Outcome>;

async function applyVendors(tx: Tx, account: string, companyId: string, read: VendorsRead): Promise<Outcomes> {
  const outcomes: Outcomes = new Map();
  const ids = [...read.vendors.map((vendor) => vendor.id), ...read.gone];
  const links = await findLinks(tx, account, companyId, 'vendor', ids);
  const isKnown = (vendor: Vendor) => links.get(vendor.id)?.localId != null;
  const saved = [
    ...(await applyKnown(tx, account, companyId, read.vendors.filter(isKnown), links, outcomes)),
    ...(await applyUnknown(
      tx,
      account,
      companyId,
      read.vendors.filter((vendor) => !isKnown(vendor)),
      outcomes,
    )),
  ];
  if (read.vendors.some((vendor) => vendor.synced_to_erp === true)) await noteErp(tx, account, companyId);
  await saveLinks(tx, account, companyId, 'vendor', saved);
  if (saved.length > 0) await resolveSuppliers(tx, account, companyId);
  await settleMappingTasks(
    tx,
    account,
    companyId,
    'vendor',
    saved.map((link) => link.procoreId),
  );
  await applyGone(tx, account, companyId, read.gone, links, outcomes);
  const names = read.vendors.filter((vendor) => saved.some((link) => link.procoreId === vendor.id)).map(nameOf);
  await requeueWaiting(tx, account, names.map(waitKeys.vendor));
  return outcomes;
}

interface SavedVendor {
  localId: string;
  procoreId: string;
  contentHash: string;
  remoteUpdatedAt: string | null;
  isForeign: boolean;
}

const hashOf = (vendor: Vendor): string => contentHash({ ...contentOf(vendor), isForeign: isForeign(vendor) });

/** Another system owns the vendor in Procore; we only read it. */
const isForeign = (vendor: Vendor): boolean => vendor.origin_id !== null;

const asSaved = (vendor: Vendor, localId: string): SavedVendor => ({
  localId,
  procoreId: vendor.id,
  contentHash: hashOf(vendor),
  remoteUpdatedAt: vendor.updated_at,
  isForeign: isForeign(vendor),
});

/** Linked vendors are updated, whatever their name is now; a link is never broken by a rename. */
async function applyKnown(
  tx: Tx,
  account: string,
  companyId: string,
  vendors: readonly Vendor[],
  links: ReadonlyMap<string, LinkRow>,
  outcomes: Outcomes,
): Promise<SavedVendor[]> {
  const changes: ChangedVendor[] = [];
  const revived: string[] = [];
  for (const vendor of vendors) {
    const link = links.get(vendor.id);
    if (!link?.localId) continue;
    if (link.state === 'tombstone') revived.push(link.localId);
    const isSame = link.state === 'linked' && link.contentHash === hashOf(vendor);
    if (isSame) outcomes.set(vendor.id, { state: 'unchanged', outcome: `"${nameOf(vendor)}" is as before.` });
    else changes.push({ id: link.localId, vendor });
  }
  const renamed = await askAboutRenames(tx, account, companyId, changes);
  const whole = changes.filter((change) => !renamed.includes(change));
  await renameVendors(
    tx,
    account,
    renamed.map(({ id, vendor }) => ({ id, ...contentOf(vendor) })),
  );
  await updateVendors(
    tx,
    account,
    whole.map(({ id, vendor }) => ({ id, ...contentOf(vendor) })),
  );
  await withdrawMergedQuestions(tx, account, companyId, revived);
  for (const { vendor } of whole)
    outcomes.set(vendor.id, { state: 'applied', outcome: `"${nameOf(vendor)}" was updated.` });
  for (const { vendor } of renamed)
    outcomes.set(vendor.id, {
      state: 'applied',
      outcome: `The supplier is called "${nameOf(vendor)}" now; its other details wait for a person.`,
    });
  return changes.map(({ id, vendor }) => asSaved(vendor, id));
}

/** Vendors without a link: the payable account of exactly that name, a new one, or a question to a person. */
async function applyUnknown(
  tx: Tx,
  account: string,
  companyId: string,
  vendors: readonly Vendor[],
  outcomes: Outcomes,
): Promise<SavedVendor[]> {
  if (vendors.length === 0) return [];
  await lockNewCodes(tx, account, 'vendor');
  const held = await heldProcoreIds(
    tx,
    account,
    companyId,
    'vendor',
    vendors.map((vendor) => vendor.id),
  );
  const open = vendors.filter((vendor) => !held.has(vendor.id));
  const names = [...new Set(open.map((vendor) => normaliseName(nameOf(vendor))))];
  const accounts = await findVendorsByName(tx, account, companyId, names);
  const matches = matchVendors(
    open.map((vendor) => ({ procoreId: vendor.id, name: nameOf(vendor), isActive: vendor.is_active ?? true })),
    accounts.map(({ id, description, linkedTo, isGone }) => ({ id, name: description, linkedTo, isGone })),
  );
  const lookalikes = await findLookalikes(
    tx,
    account,
    companyId,
    open.filter((vendor) => matches.get(vendor.id)?.kind === 'new'),
  );
  const links: { id: string; vendor: Vendor }[] = [];
  const created: Vendor[] = [];
  for (const vendor of vendors) {
    const match = matches.get(vendor.id);
    if (match?.kind === 'link') links.push({ id: match.id, vendor });
    const lookalike = lookalikes.get(vendor.id);
    if (match?.kind === 'new' && lookalike === undefined) created.push(vendor);
    outcomes.set(
      vendor.id,
      lookalike === undefined ? describe(vendor, match, held.get(vendor.id)) : waiting(lookalike.reason),
    );
  }
  await updateVendors(
    tx,
    account,
    links.map(({ id, vendor }) => ({ id, ...contentOf(vendor) })),
  );
  const saved = [
    ...links.map(({ id, vendor }) => asSaved(vendor, id)),
    ...(await createAccounts(tx, account, created)),
  ];
  const made = new Map(saved.map((each) => [each.procoreId, each.localId]));
  const tasks = open.flatMap((vendor) => {
    const match = matches.get(vendor.id);
    return match?.kind === 'ambiguous' ? [asTask(vendor, match, made)] : (lookalikes.get(vendor.id) ?? []);
  });
  await raiseMappingTasks(tx, account, companyId, 'vendor', tasks);
  return saved;
}

function describe(vendor: Vendor, match: VendorMatch | undefined, held: 'ignored' | 'open' | undefined): Outcome {
  const name = nameOf(vendor);
  switch (match?.kind) {
    case 'link':
      return { state: 'applied', outcome: `"${name}" is now linked to the payable account of that name.` };
    case 'new':
      return { state: 'applied', outcome: `"${name}" is a new payable account.` };
    case 'ambiguous':
      return waiting(match.reason);
    case 'superseded':
      return { state: 'ignored', outcome: match.reason };
    case undefined:
      return held === 'open'
        ? waiting(`"${name}" was unlinked.`)
        : { state: 'ignored', outcome: `"${name}" is left out, as a person chose.` };
  }
}

const waiting = (reason: string): Outcome => ({ state: 'ignored', outcome: `${reason} A person must choose.` });

async function createAccounts(tx: Tx, account: string, vendors: readonly Vendor[]): Promise<SavedVendor[]> {
  const wishes = vendors.map((vendor) =>
    vendorCodeWishes({
      procoreId: vendor.id,
      originCode: vendor.origin_code,
      abbreviatedName: vendor.abbreviated_name,
    }),
  );
  const isTaken = await takenVendorCodes(tx, account, wishes.flat());
  const given = new Set<string>();
  const rows = vendors.map((vendor, index) => {
    const code = firstFreeCode(wishes[index] ?? [], (wanted) => given.has(wanted) || isTaken(wanted));
    given.add(normaliseName(code));
    return { code, ...contentOf(vendor) };
  });
  const ids = await insertVendors(tx, account, rows);
  return vendors.map((vendor, index) => asSaved(vendor, ids.get(rows[index]?.code ?? '') ?? ''));
}
