import { noteErp, saveCustomSegments } from '../db/queries/accounting-standing.ts';
import {
  type CodeContent,
  type CostTypeContent,
  deactivateCodes,
  heldCostTypes,
  heldMasterCodes,
  type LinkedCode,
  type Written,
  writeCostTypes,
  writeMasterCodes,
} from '../db/queries/code-sync.ts';
import { requeueWaiting } from '../db/queries/document-waits.ts';
import { buryLinks, contentHash, lockNewCodes, saveLinks } from '../db/queries/links.ts';
import { saveStages } from '../db/queries/projects.ts';
import { getSettings } from '../db/queries/settings.ts';
import { saveProcoreTaxCodes } from '../db/queries/tax-codes.ts';
import type { Db, Tx } from '../db/types.ts';
import { assignCodes, type IncomingCode } from '../domain/codes.ts';
import { isMassVanish } from '../domain/diff.ts';
import { DomainError, messageOf } from '../domain/errors.ts';
import { waitKeys } from '../domain/waits.ts';
import type { Procore } from '../procore/client.ts';
import type { CostType } from '../procore/cost-types.ts';
import type { Stage } from '../procore/stages.ts';
import type { StandardCostCode } from '../procore/standard-cost-codes.ts';
import type { TaxCode } from '../procore/tax-codes.ts';
import type { FlowPage, FlowReader, FlowResult, PickedRecord, RecordOutcome } from './flow.ts';
import { openCompany } from './open-company.ts';
import { isHidden } from './project-reading.ts';

export interface CostCodesDeps {
  db: Db;
  procore: Pick<Procore, 'company'>;
}

/** What came of a whole list. */
interface ListOutcome {
  state: RecordOutcome['state'];
  outcome: string;
  changes?: number;
}

/**
 * The company's short lists: master cost codes of every standard list, cost types, stages and tax codes. None of them can be
 * asked by change date, so whatever changed, its whole list is read and compared (contract section 1.5).
 */
export function createSyncCostCodes({ db, procore }: CostCodesDeps): FlowReader {
  return {
    async read(page: FlowPage): Promise<FlowResult> {
      const company = await openCompany(db, procore, page);
      const isOff = (record: PickedRecord) =>
        record.kind === 'standard_cost_code' && !company.row.syncStandardCostCodes && isByItself(record);
      const wanted = new Set(page.records.filter((record) => !isOff(record)).map((record) => record.kind));
      const read = <T>(kind: string, list: () => Promise<T>) => (wanted.has(kind) ? list() : null);
      const [masterCodes, costTypes, segments, stages, taxCodes] = await Promise.all([
        read('standard_cost_code', () => readMasterCodes(company.api)),
        read('cost_type', () => company.api.costTypes.all()),
        // No webhook tells of segments, so they are looked at whenever the types beside them are.
        read('cost_type', () => readCustomSegments(company.api)),
        read('stage', () => company.api.stages.all()),
        read('tax_code', () => company.api.taxCodes.all()),
      ]);
      return {
        calls: company.calls(),
        next: null,
        counts: {
          ...(masterCodes && { master_cost_codes: masterCodes.codes.length }),
          ...(costTypes && { cost_types: costTypes.length }),
          ...(taxCodes && { tax_codes: taxCodes.length }),
        },
        async apply(tx) {
          const { account, companyId } = page;
          const outcomes = new Map<string, ListOutcome>();
          if (masterCodes)
            outcomes.set('standard_cost_code', await applyMasterCodes(tx, account, companyId, masterCodes.codes));
          if (segments) await saveCustomSegments(tx, account, companyId, segments);
          if (masterCodes?.isErpList) await noteErp(tx, account, companyId);
          if (costTypes) outcomes.set('cost_type', await applyCostTypes(tx, account, companyId, costTypes));
          if (stages) outcomes.set('stage', await applyStages(tx, account, companyId, stages));
          if (taxCodes) outcomes.set('tax_code', await applyTaxCodes(tx, account, companyId, taxCodes));
          return page.records.map((record): RecordOutcome => {
            const { kind, id } = record;
            if (isOff(record))
              return { kind, id, state: 'ignored', outcome: '"Procore standard cost codes" is switched off.' };
            const outcome = outcomes.get(kind);
            return outcome
              ? { kind, id, ...outcome }
              : { kind, id, state: 'ignored', outcome: `Nothing of Lentune follows ${kind}.` };
          });
        },
      };
    },
  };
}

/** Whether nobody asked for it by hand: only then a switched-off kind is ignored. */
const isByItself = ({ source }: PickedRecord) => source === 'webhook' || source === 'reconcile';

interface MasterCodes {
  codes: StandardCostCode[];
  /** an accounting system keeps one of the lists */
  isErpList: boolean;
}

async function readMasterCodes(api: ReturnType<Procore['company']>): Promise<MasterCodes> {
  const codes = new Map<string, StandardCostCode>();
  const lists = await api.standardCostCodes.lists();
  for (const { id: listId } of lists) {
    let cursor: string | null = null;
    do {
      const { rows, next }: { rows: StandardCostCode[]; next: string | null } = await api.standardCostCodes.page({
        listId,
        cursor,
      });
      for (const row of rows) codes.set(row.id, row);
      cursor = next;
    } while (cursor !== null);
  }
  return { codes: [...codes.values()], isErpList: lists.some((list) => list.is_erp_list === true) };
}

/** Names of the company's custom segments; null where we may not look. */
async function readCustomSegments(api: ReturnType<Procore['company']>): Promise<string[] | null> {
  try {
    const segments = await api.wbs.companySegments();
    return segments.filter(({ type }) => type === 'custom').map(({ name, id }) => name ?? id);
  } catch (error) {
    if (isHidden(error)) return null;
    throw error;
  }
}

async function applyMasterCodes(
  tx: Tx,
  account: string,
  companyId: string,
  rows: readonly StandardCostCode[],
): Promise<ListOutcome> {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const incoming = rows.map((row) => ({
    procoreId: row.id,
    code: row.full_code?.trim() || segmentsOf(row, byId).join('-'),
    scope: '',
    description: row.name ?? '',
  }));
  // Before the codes of here are read: another company of the account may be choosing codes at the same time.
  await lockNewCodes(tx, account, 'master_cost_code');
  return applyList(tx, account, companyId, 'master_cost_code', incoming, {
    held: await heldMasterCodes(tx, account, companyId),
    noun: 'master cost codes',
    contentOf: (row, code): CodeContent => ({ code, externalCode: row.code, description: row.description }),
    write: (contents) => writeMasterCodes(tx, account, contents),
  });
}

function segmentsOf(row: StandardCostCode, byId: ReadonlyMap<string, StandardCostCode>): string[] {
  const segments: string[] = [];
  const seen = new Set<string>();
  for (let at: StandardCostCode | undefined = row; at !== undefined && !seen.has(at.id); ) {
    seen.add(at.id);
    segments.unshift(at.code?.trim() ?? '');
    at = at.parent_id === null ? undefined : byId.get(at.parent_id);
  }
  return segments;
}

/** Takes over the company's cost types. GL codes are local and stay; documents that waited for a type go on. */
export async function applyCostTypes(
  tx: Tx,
  account: string,
  companyId: string,
  rows: readonly CostType[],
): Promise<ListOutcome> {
  const incoming = rows.map((row) => ({
    procoreId: row.id,
    code: row.code?.trim() || row.name?.trim() || row.id,
    scope: '',
    description: row.name?.trim() || row.code?.trim() || row.id,
    baseType: row.base_type,
  }));
  await lockNewCodes(tx, account, 'cost_type');
  const outcome = await applyList(tx, account, companyId, 'cost_type', incoming, {
    held: await heldCostTypes(tx, account, companyId),
    noun: 'cost types',
    contentOf: (row, code): CostTypeContent => ({
      code,
      externalCode: row.code,
      description: row.description,
      baseType: row.baseType,
    }),
    write: (contents) => writeCostTypes(tx, account, contents),
  });
  if (outcome.state === 'applied') {
    await requeueWaiting(
      tx,
      account,
      incoming.map((row) => waitKeys.costType(row.code)),
    );
  }
  return outcome;
}

interface CodeList<Row, Content> {
  held: LinkedCode[];
  noun: string;
  contentOf(row: Row, code: string): Content;
  write(contents: Written<Content>[]): Promise<string[]>;
}

/** Brings a company-wide list of codes to what Procore lists: new, changed, back again, and gone. */
async function applyList<Row extends IncomingCode, Content extends CodeContent>(
  tx: Tx,
  account: string,
  companyId: string,
  kind: 'master_cost_code' | 'cost_type',
  incoming: readonly Row[],
  list: CodeList<Row, Content>,
): Promise<ListOutcome> {
  const listed = new Set(incoming.map((row) => row.procoreId));
  const linked = list.held.filter((code) => code.linkedTo !== null);
  const vanished = linked.filter((code) => !listed.has(code.linkedTo ?? ''));
  if (isMassVanish(linked.length, vanished.length)) {
    const said = `${vanished.length} of ${linked.length} are missing from its list`;
    const message = messageOf(new DomainError('NO_ACCESS', { tool: `the ${list.noun}`, place: 'this company', said }));
    return { state: 'failed', outcome: `${message}. Nothing was changed.` };
  }
  const held = list.held.map((code) => ({
    ...code,
    linkedTo: code.link && listed.has(code.link.procoreId) ? code.link.procoreId : null,
  }));
  const rowById = new Map(incoming.map((row) => [row.procoreId, row]));
  const linkById = new Map(list.held.map((code) => [code.id, code.link]));
  const { suffixOnCreate } = await getSettings(tx, account);
  const changes = assignCodes(incoming, held, suffixOnCreate).flatMap((assignment) => {
    const row = rowById.get(assignment.procoreId);
    if (!row) return [];
    const id = assignment.kind === 'create' ? null : assignment.id;
    const content = list.contentOf(row, assignment.code);
    const hash = contentHash(content);
    const link = id === null ? null : linkById.get(id);
    const isSame = link?.procoreId === row.procoreId && !link.isBuried && link.contentHash === hash;
    return isSame ? [] : [{ procoreId: row.procoreId, content: { ...content, id }, hash }];
  });
  const ids = await list.write(changes.map((change) => change.content));
  await saveLinks(
    tx,
    account,
    companyId,
    kind,
    changes.map(({ procoreId, hash }, index) => ({ procoreId, localId: ids[index] ?? '', contentHash: hash })),
  );
  await deactivateCodes(
    tx,
    account,
    kind,
    vanished.map((code) => code.id),
  );
  await buryLinks(
    tx,
    account,
    vanished.flatMap((code) => code.link?.id ?? []),
  );
  if (changes.length + vanished.length === 0) return { state: 'unchanged', outcome: `The ${list.noun} are as before.` };
  const gone = vanished.length === 0 ? '' : `, ${vanished.length} gone`;
  return {
    state: 'applied',
    outcome: `${changes.length} ${list.noun} new or changed${gone}.`,
    changes: changes.length + vanished.length,
  };
}

async function applyStages(tx: Tx, account: string, companyId: string, rows: readonly Stage[]): Promise<ListOutcome> {
  const isChanged = await saveStages(
    tx,
    account,
    companyId,
    rows.map((row) => ({
      procoreId: row.id,
      name: row.name ?? row.id,
      category: row.category,
      isBidding: row.is_bidding_stage ?? false,
    })),
  );
  return isChanged
    ? { state: 'applied', outcome: `${rows.length} stages taken over.` }
    : { state: 'unchanged', outcome: 'The stages are as before.' };
}

async function applyTaxCodes(
  tx: Tx,
  account: string,
  companyId: string,
  rows: readonly TaxCode[],
): Promise<ListOutcome> {
  const isChanged = await saveProcoreTaxCodes(
    tx,
    account,
    companyId,
    rows.map((row) => ({
      procoreId: row.id,
      code: row.code ?? row.id,
      description: row.description,
      rate: row.rate1,
      isArchived: row.archived ?? false,
    })),
  );
  return isChanged
    ? { state: 'applied', outcome: `${rows.length} tax codes taken over.` }
    : { state: 'unchanged', outcome: 'The tax codes are as before.' };
}
