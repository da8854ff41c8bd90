import { normaliseName } from './matching.ts';

/** A Procore project, by what decides whether and as what it comes in. */
export interface ProcoreProject {
  procoreId: string;
  name: string;
  number: string | null;
  isActive: boolean;
  isTemplate: boolean;
  isDemo: boolean;
  stage: { procoreId: string; name: string } | null;
}

export type Gate = { kind: 'open' } | { kind: 'closed'; reason: string };

/**
 * Whether a project comes in: real, active, and in a stage ticked under Project webhook monitoring stages.
 * Stages are compared by id; their names are the customer's and near-twins (domain.md 1.4).
 *
 * @param isByHand an administrator wants it whatever its stage (domain.md Q5)
 */
export function stageGate(project: ProcoreProject, monitoredStageIds: ReadonlySet<string>, isByHand = false): Gate {
  if (project.isTemplate) return closed('It is a project template.');
  if (project.isDemo) return closed('It is a demo project.');
  if (!project.isActive) return closed('It is inactive in Procore.');
  if (isByHand) return { kind: 'open' };
  if (project.stage === null) return closed(NO_STAGE);
  if (!monitoredStageIds.has(project.stage.procoreId))
    return closed(`Its stage "${project.stage.name}" is not ticked.`);
  return { kind: 'open' };
}

const NO_STAGE = 'It has no stage in Procore.';

/** Whether a project was left out for its stage alone, which an administrator may overrule. */
export const isStageReason = (reason: string): boolean =>
  reason === NO_STAGE || /^Its stage .* is not ticked\.$/s.test(reason);

const closed = (reason: string): Gate => ({ kind: 'closed', reason });

/** A Lentune project that may be, or may stand in the way of, a Procore project. */
export interface LocalProject {
  id: string;
  code: string;
  /** linked to some Procore project, in whichever company */
  isLinked: boolean;
}

export type ProjectChoice = { kind: 'link'; id: string } | { kind: 'create'; code: string };

/**
 * Which Lentune project an unlinked Procore project becomes (domain.md Q1): an unlinked one with exactly its number is
 * linked; else it is created under its number when that is given and free, otherwise under `PROCORE<id>`.
 * A number held by a project linked elsewhere is not free. Names never match projects.
 *
 * @param isAlwaysPrefixed what is created is `PROCORE<id>` even where its number is free
 */
export function chooseProject(
  project: Pick<ProcoreProject, 'procoreId' | 'number'>,
  locals: readonly LocalProject[],
  isAlwaysPrefixed = false,
): ProjectChoice {
  const number = project.number?.trim() ?? '';
  const holder = number === '' ? undefined : holderOf(number, locals);
  if (holder !== undefined && !holder.isLinked) return { kind: 'link', id: holder.id };
  const isNumberWished = !isAlwaysPrefixed && number !== '' && holder === undefined;
  const wished = isNumberWished ? number : `PROCORE${project.procoreId}`;
  for (let attempt = 1; ; attempt += 1) {
    const code = attempt === 1 ? wished : `${wished}-${attempt}`;
    if (holderOf(code, locals) === undefined) return { kind: 'create', code };
  }
}

function holderOf(code: string, locals: readonly LocalProject[]): LocalProject | undefined {
  const wanted = normaliseName(code);
  return locals.find((local) => normaliseName(local.code) === wanted);
}

/** Which cost codes a run reads from Procore; without a filter by change date they come in whole lists, one per biller. */
export type CodesWanted =
  | { kind: 'none' }
  | { kind: 'all' }
  /** the lists that hold these codes, and those of these sub jobs */
  | { kind: 'some'; codeIds: string[]; subJobIds: string[] };

/**
 * Reads no more than what changed: everything when the project is new or asked for by hand, else the lists the changed
 * records stand in. A budget line can concern any code.
 *
 * @param records by inbox kind; a null id means the whole kind
 */
export function codesWanted(records: readonly { kind: string; id: string | null }[], isWhole: boolean): CodesWanted {
  const codes = records.filter((record) => record.kind === 'cost_code' || record.kind === 'sub_job');
  if (isWhole || codes.some((record) => record.id === null) || records.some((record) => record.kind === 'budget'))
    return { kind: 'all' };
  if (codes.length === 0) return { kind: 'none' };
  const ids = (kind: string) => codes.flatMap((record) => (record.kind === kind && record.id ? [record.id] : []));
  return { kind: 'some', codeIds: ids('cost_code'), subJobIds: ids('sub_job') };
}
