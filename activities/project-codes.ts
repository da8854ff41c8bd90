import {
  deactivateCodes,
  heldProjectCodes,
  type LinkedCode,
  type LocalPair,
  type ProjectCodeContent,
  saveBudgetPairs,
  writeProjectCodes,
} from '../db/queries/code-sync.ts';
import { requeueWaiting } from '../db/queries/document-waits.ts';
import { buryLinks, contentHash, findLinks, saveLinks } from '../db/queries/links.ts';
import type { IntegrationSettings } from '../db/queries/settings.ts';
import type { Tx } from '../db/types.ts';
import { assignCodes, type ComposedCode, composeCodes, selectCodes } from '../domain/codes.ts';
import { waitKeys } from '../domain/waits.ts';
import { type BudgetReading, type CodesReading, PROJECT_LEVEL, pairsOf } from './project-reading.ts';
import { applyCostTypes } from './sync-cost-codes.ts';

export interface CodesTarget {
  account: string;
  companyId: string;
  /** our id of the project */
  localId: string;
  /** Procore's */
  procoreId: string;
  settings: Pick<IntegrationSettings, 'linkedCodesOnly' | 'suffixOnCreate'>;
}

export interface CodesWritten {
  /** Procore ids of the codes that are new, changed, gone or not offered any more */
  changed: Set<string>;
  /** Procore ids of the codes Lentune has now */
  known: Set<string>;
  /** what people should know, in sentences */
  warnings: string[];
}

type Held = Awaited<ReturnType<typeof heldProjectCodes>>;

/** Brings the cost codes of a project, and the cost types they may be booked with, to what was read. */
export async function applyCodes(tx: Tx, target: CodesTarget, reading: CodesReading): Promise<CodesWritten> {
  const { account, companyId } = target;
  if (reading.costTypes) await applyCostTypes(tx, account, companyId, reading.costTypes);
  const held = await heldProjectCodes(tx, account, companyId, target.localId);
  const { kept, warnings } = selectByBiller(target, reading, held);
  const written = await writeKept(tx, target, kept, held, reading.gone);
  const dropped = await dropLeft(tx, target, reading, kept, held);
  const gone = held.filter((code) => code.linkedTo !== null && reading.gone.has(code.linkedTo));
  // A namesake made after the deletion goes on with the same local code.
  const reused = new Set(written.localIds.values());
  await deactivateCodes(
    tx,
    account,
    'project_cost_code',
    gone.map((code) => code.id).filter((id) => !reused.has(id)),
  );
  await buryLinks(
    tx,
    account,
    gone.flatMap((code) => code.link?.id ?? []),
  );
  const paired = await pairWithTypes(tx, target, reading.budget, written.localIds, dropped);
  const changed = new Set([
    ...written.changed,
    ...paired,
    ...[...dropped, ...gone].flatMap((code) => code.linkedTo ?? []),
  ]);
  const keys = kept.codes.flatMap(({ procoreId, code }) => {
    const given = written.codes.get(procoreId) ?? code;
    return changed.has(procoreId)
      ? [waitKeys.costCode(target.procoreId, code), waitKeys.costCode(target.procoreId, given)]
      : [];
  });
  await requeueWaiting(tx, account, [...new Set(keys)]);
  const known = new Set([...held.flatMap((code) => code.link?.procoreId ?? []), ...written.localIds.keys()]);
  return { changed, known, warnings };
}

interface Kept {
  codes: ComposedCode[];
  /** billers whose list is taken as read; of the others the previous one stays */
  billers: Set<string>;
}

function selectByBiller(
  { settings: { linkedCodesOnly } }: CodesTarget,
  { billers, subJobs, budget }: CodesReading,
  held: Held,
): { kept: Kept; warnings: string[] } {
  const kept: Kept = { codes: [], billers: new Set() };
  const warnings: string[] = [];
  if (budget.kind === 'unreadable') warnings.push(`The budget cannot be read in Procore: ${endSentence(budget.said)}`);
  if (budget.kind === 'none') {
    const types =
      budget.pairs.length === 0 ? 'its codes come without cost types' : 'cost types come from its budget codes';
    warnings.push(`The project has no budget in Procore, so ${types}.`);
  }
  for (const [biller, codes] of billers) {
    const composed = composeCodes(codes, subJobs, codesInBudget(budget, held));
    const selection =
      linkedCodesOnly && budget.kind === 'unreadable'
        ? ({ kind: 'keep-previous' } as const)
        : selectCodes(composed, linkedCodesOnly);
    if (selection.kind === 'codes') {
      kept.codes.push(...selection.codes);
      kept.billers.add(biller);
    } else {
      const place = biller === PROJECT_LEVEL ? '' : ` of sub job "${nameOf(subJobs, biller)}"`;
      warnings.push(`No cost code${place} is used in the budget, so the previous list was kept.`);
    }
  }
  return { kept, warnings };
}

/** A budget we may not read says nothing: what it said before still counts. */
function codesInBudget(budget: BudgetReading, held: Held): Set<string> {
  if (budget.kind === 'rows') return new Set(budget.rows.map((row) => row.codeId));
  if (budget.kind === 'none') return new Set();
  return new Set(held.flatMap((code) => (code.isBudgeted ? (code.linkedTo ?? []) : [])));
}

const nameOf = (subJobs: CodesReading['subJobs'], id: string) =>
  subJobs.find((subJob) => subJob.procoreId === id)?.name ?? id;

const endSentence = (text: string) => (/[.!?]$/.test(text) ? text : `${text}.`);

interface WrittenCodes {
  changed: Set<string>;
  /** our ids by Procore id */
  localIds: Map<string, string>;
  /** the code each got, by Procore id */
  codes: Map<string, string>;
}

async function writeKept(
  tx: Tx,
  target: CodesTarget,
  { codes }: Kept,
  held: readonly LinkedCode[],
  gone: ReadonlySet<string>,
): Promise<WrittenCodes> {
  const composedById = new Map(codes.map((code) => [code.procoreId, code]));
  const linkById = new Map(held.map((code) => [code.id, code.link]));
  const assignments = assignCodes(
    codes.map(({ procoreId, code, subJobId }) => ({ procoreId, code, scope: subJobId ?? PROJECT_LEVEL })),
    // A code that was deleted leaves its place to a new one of the same name, and takes it back when it returns itself.
    held.map((code) => {
      const linkedTo = code.link && composedById.has(code.link.procoreId) ? code.link.procoreId : code.linkedTo;
      return { ...code, linkedTo: linkedTo !== null && gone.has(linkedTo) ? null : linkedTo };
    }),
    target.settings.suffixOnCreate,
  );
  const changes = assignments.flatMap((assignment) => {
    const composed = composedById.get(assignment.procoreId);
    if (!composed) return [];
    const { procoreId, code: externalCode, ...rest } = composed;
    const content: ProjectCodeContent = { ...rest, code: assignment.code, externalCode };
    const id = assignment.kind === 'create' ? null : assignment.id;
    const hash = contentHash(content);
    const link = id === null ? null : linkById.get(id);
    const isSame = link?.procoreId === procoreId && !link.isBuried && link.contentHash === hash;
    return isSame ? [] : [{ procoreId, hash, content: { ...content, id } }];
  });
  const ids = await writeProjectCodes(
    tx,
    target.account,
    target.localId,
    changes.map((change) => change.content),
  );
  await saveLinks(
    tx,
    target.account,
    target.companyId,
    'project_cost_code',
    changes.map(({ procoreId, hash }, index) => ({
      procoreId,
      localId: ids[index] ?? '',
      projectProcoreId: target.procoreId,
      contentHash: hash,
    })),
  );
  const localIds = new Map(
    assignments.flatMap((each) => (each.kind === 'create' ? [] : [[each.procoreId, each.id] as const])),
  );
  for (const [index, change] of changes.entries()) localIds.set(change.procoreId, ids[index] ?? '');
  return {
    changed: new Set(changes.map((change) => change.procoreId)),
    localIds,
    codes: new Map(assignments.map((each) => [each.procoreId, each.code])),
  };
}

/** Codes that stand in Procore but left the budget: not offered on new lines, kept on old ones. */
async function dropLeft(
  tx: Tx,
  { account }: CodesTarget,
  { billers }: CodesReading,
  kept: Kept,
  held: Held,
): Promise<Held> {
  const selected = new Set(kept.codes.map((code) => code.procoreId));
  const listed = new Set(
    [...billers].flatMap(([biller, codes]) =>
      kept.billers.has(biller) ? codes.flatMap((code) => (code.isDeleted ? [] : code.procoreId)) : [],
    ),
  );
  const left = held.filter(
    ({ linkedTo, isActive }) => isActive && linkedTo !== null && listed.has(linkedTo) && !selected.has(linkedTo),
  );
  await deactivateCodes(
    tx,
    account,
    'project_cost_code',
    left.map((code) => code.id),
  );
  return left;
}

/**
 * Attaches cost types from the budget's rows, or without a budget from its budget codes, to the codes those name. Where
 * neither says anything, the types of before stay.
 */
async function pairWithTypes(
  tx: Tx,
  { account, companyId }: CodesTarget,
  budget: BudgetReading,
  localIds: ReadonlyMap<string, string>,
  dropped: Held,
): Promise<string[]> {
  const read = pairsOf(budget);
  if (read.length === 0) return [];
  const types = await findLinks(tx, account, companyId, 'cost_type', [
    ...new Set(read.flatMap(({ typeId }) => typeId ?? [])),
  ]);
  const pairs = new Map<string, LocalPair>();
  for (const { codeId, typeId } of read) {
    const localCode = localIds.get(codeId);
    const localType = types.get(typeId ?? '')?.localId;
    if (localCode && localType) pairs.set(`${localCode} ${localType}`, { codeId: localCode, typeId: localType });
  }
  const named = new Set([...pairs.values()].map(({ codeId }) => codeId));
  const codes = budget.kind === 'rows' ? [...localIds.values(), ...dropped.map((code) => code.id)] : [...named];
  const changed = await saveBudgetPairs(tx, account, codes, [...pairs.values()]);
  return [...localIds].flatMap(([procoreId, localId]) => (changed.has(localId) ? [procoreId] : []));
}
