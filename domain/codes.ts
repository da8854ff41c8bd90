import { firstFreeCode, normaliseName } from './matching.ts';

/** A cost code as Procore lists it: `code` is its own segment, `fullCode` has the divisions above it folded in. */
export interface ProcoreCode {
  procoreId: string;
  code: string;
  fullCode: string | null;
  name: string;
  parentId: string | null;
  /** the sub job that is billed; null at project level */
  subJobId: string | null;
  isBudgeted: boolean;
  isDeleted: boolean;
}

export interface SubJob {
  procoreId: string;
  code: string | null;
  name: string;
}

/** A cost code as Lentune keeps it. */
export interface ComposedCode {
  procoreId: string;
  /** division folded in: `03-310` */
  code: string;
  /** Procore's name; a sub job's code says which sub job, since Lentune has none of its own */
  description: string;
  subJobId: string | null;
  subJobName: string | null;
  /** headings cannot be charged */
  isPostable: boolean;
  isBudgeted: boolean;
}

/**
 * Turns Procore's codes of one project into Lentune's: division codes folded in, codes of sub jobs as ordinary codes that
 * remember their sub job, headings not postable, deleted codes left out.
 *
 * @param codes complete per biller (the project, or a sub job), since a code is a heading when another one has it as parent
 * @param inBudget codes the budget has a row for, whatever the code's own `budgeted` says
 * @see contract section 6; domain.md section 2
 */
export function composeCodes(
  codes: readonly ProcoreCode[],
  subJobs: readonly SubJob[],
  inBudget: ReadonlySet<string>,
): ComposedCode[] {
  const live = codes.filter((code) => !code.isDeleted);
  const byId = new Map(codes.map((code) => [code.procoreId, code]));
  const headings = new Set(live.map((code) => code.parentId).filter((id) => id !== null));
  const subJobById = new Map(subJobs.map((subJob) => [subJob.procoreId, subJob]));
  return live.map((code) => {
    const subJobName = code.subJobId === null ? null : nameOf(subJobById.get(code.subJobId), code.subJobId);
    return {
      procoreId: code.procoreId,
      code: fullCodeOf(code, byId),
      description: subJobName === null ? code.name : `${code.name} [${subJobName}]`,
      subJobId: code.subJobId,
      subJobName,
      isPostable: !headings.has(code.procoreId),
      isBudgeted: code.isBudgeted || inBudget.has(code.procoreId),
    };
  });
}

function fullCodeOf(code: ProcoreCode, byId: ReadonlyMap<string, ProcoreCode>): string {
  const given = code.fullCode?.trim();
  if (given) return given;
  const segments: string[] = [];
  const seen = new Set<string>();
  for (let at: ProcoreCode | undefined = code; at !== undefined && !seen.has(at.procoreId); ) {
    seen.add(at.procoreId);
    segments.unshift(at.code.trim());
    at = at.parentId === null ? undefined : byId.get(at.parentId);
  }
  return segments.join('-');
}

const nameOf = (subJob: SubJob | undefined, id: string): string => subJob?.name.trim() || subJob?.code?.trim() || id;

export type CodeSelection = { kind: 'codes'; codes: ComposedCode[] } | { kind: 'keep-previous' };

/**
 * Setup guide, "Fetch cost code linked to cost type only": when on, only codes the budget uses come in.
 * Where nothing would be left of codes that exist, the previous list stays (domain.md Q35).
 *
 * @param codes of one biller
 */
export function selectCodes(codes: ComposedCode[], linkedCodesOnly: boolean): CodeSelection {
  if (!linkedCodesOnly) return { kind: 'codes', codes };
  const budgeted = codes.filter((code) => code.isBudgeted);
  return budgeted.length === 0 && codes.length > 0 ? { kind: 'keep-previous' } : { kind: 'codes', codes: budgeted };
}

/** A record from Procore that needs a code of ours. */
export interface IncomingCode {
  procoreId: string;
  code: string;
  /** what it belongs to, such as a sub job; only an unlinked record of the same scope is taken for it */
  scope: string;
}

/** A record of ours within the same list of unique codes. */
export interface HeldCode {
  id: string;
  code: string;
  /** the code as Procore had it when last applied */
  externalCode: string;
  scope: string;
  /** the Procore record it is linked to, in the company at hand; null too when that record was deleted there */
  linkedTo: string | null;
}

export type Assignment = { procoreId: string; code: string } & (
  | { kind: 'keep' | 'adopt'; id: string }
  | { kind: 'create' }
);

/**
 * Gives every incoming record its code: the plain one, and `<code>-<Procore id>` only where a record linked elsewhere
 * has taken it (domain.md Q2). A linked record keeps its code until Procore renumbers it. Order decides who gets the
 * plain code, so the caller puts project level before sub jobs.
 *
 * @param isAlwaysSuffixed every code that is created gets the suffix; one without it keeps its plain style when renumbered
 */
export function assignCodes(
  incoming: readonly IncomingCode[],
  held: readonly HeldCode[],
  isAlwaysSuffixed = false,
): Assignment[] {
  const linked = new Map(held.filter((local) => local.linkedTo !== null).map((local) => [local.linkedTo, local]));
  const renumbered = (record: IncomingCode) => linked.get(record.procoreId)?.externalCode !== record.code;
  const leaving = new Set(
    incoming.flatMap((record) => (renumbered(record) ? (linked.get(record.procoreId)?.id ?? []) : [])),
  );
  const holders = new Map(
    held.filter((local) => !leaving.has(local.id)).map((local) => [normaliseName(local.code), local]),
  );
  const given = new Set<string>();
  const isTaken = (code: string) => given.has(code) || holders.has(code);
  const settle = (assignment: Assignment): Assignment => {
    given.add(normaliseName(assignment.code));
    return assignment;
  };

  return incoming.map((record) => {
    const mine = linked.get(record.procoreId);
    if (mine !== undefined && !leaving.has(mine.id))
      return settle({ procoreId: record.procoreId, kind: 'keep', id: mine.id, code: mine.code });
    const holder = holders.get(normaliseName(record.code));
    const isFree = holder?.linkedTo === null && holder.scope === record.scope && !given.has(normaliseName(holder.code));
    if (mine === undefined && holder !== undefined && isFree)
      return settle({ procoreId: record.procoreId, kind: 'adopt', id: holder.id, code: holder.code });
    const isPlain = mine === undefined ? !isAlwaysSuffixed : mine.code === mine.externalCode || !isAlwaysSuffixed;
    const suffixed = `${record.code}-${record.procoreId}`;
    const code = firstFreeCode(isPlain ? [record.code, suffixed] : [suffixed], isTaken);
    return mine === undefined
      ? settle({ procoreId: record.procoreId, kind: 'create', code })
      : settle({ procoreId: record.procoreId, kind: 'keep', id: mine.id, code });
  });
}
