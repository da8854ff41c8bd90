import { noteErp } from '../db/queries/accounting-standing.ts';
import { heldProjectCodes } from '../db/queries/code-sync.ts';
import { requeueWaiting } from '../db/queries/document-waits.ts';
import { contentHash, lockNewCodes, saveLinks } from '../db/queries/links.ts';
import {
  changeProject,
  createProject,
  findLinkedProject,
  listLocalProjects,
  monitoredStageIds,
  type ProjectContent,
} from '../db/queries/projects.ts';
import { byHandProjects } from '../db/queries/projects-by-hand.ts';
import { getSettings, type IntegrationSettings } from '../db/queries/settings.ts';
import type { Db, Tx } from '../db/types.ts';
import { segmentsWarning } from '../domain/accounting-systems.ts';
import { DomainError, messageOf } from '../domain/errors.ts';
import { chooseProject, codesWanted, type Gate, type ProcoreProject, stageGate } from '../domain/projects.ts';
import { waitKeys } from '../domain/waits.ts';
import type { Procore } from '../procore/client.ts';
import type { CostType } from '../procore/cost-types.ts';
import type { Project } from '../procore/projects.ts';
import {
  type CommitmentsPart,
  commitmentSwitch,
  isOfCommitments,
  nextPlace,
  placeOf,
  readCommitmentsPart,
  saveCommitments,
} from './commitment-flow.ts';
import type { FlowPage, FlowReader, FlowResult, PickedRecord, RecordOutcome } from './flow.ts';
import { type OpenCompany, openCompany } from './open-company.ts';
import { applyCodes } from './project-codes.ts';
import { type CodesSaved, type Outcome, outcomeOf, type Saved } from './project-outcomes.ts';
import { type CodesReading, isHidden, readCodes } from './project-reading.ts';
import { applyCostTypes } from './sync-cost-codes.ts';

export interface ImportProjectDeps {
  db: Db;
  procore: Pick<Procore, 'company'>;
}

type Linked = NonNullable<Awaited<ReturnType<typeof findLinkedProject>>>;

/** What one activity read of a project. */
interface Reading {
  page: FlowPage;
  /** Procore's id of the project */
  procoreId: string;
  /** the project as Lentune had it when reading began */
  linked: Linked | undefined;
  shown: { project: Project; gate: Gate; customSegments: string[] } | null;
  codes: CodesReading | null;
  commitments: CommitmentsPart | null;
  costTypes: CostType[] | null;
  settings: IntegrationSettings;
  /** why nothing was read, in words */
  leftOut: string | null;
  /** not the first activity of this round */
  isContinued: boolean;
}

/**
 * The one writer of a project: stage gate, project, sub jobs, cost codes, cost types and budget, then purchase orders,
 * subcontracts and variations, in that order.
 * A new project, and one asked for by hand, is read whole; else only what changed.
 */
export function createImportProject({ db, procore }: ImportProjectDeps): FlowReader {
  return {
    async read(page: FlowPage): Promise<FlowResult> {
      const company = await openCompany(db, procore, page);
      const { off, on } = bySwitches(page.records, company.row);
      if (on.length === 0) return finished(company, null, async () => off);
      const procoreId = page.scope.slice(page.scope.indexOf('/') + 1);
      try {
        const reading = await readProject(db, company, { ...page, records: on }, procoreId);
        return finished(company, nextOf(reading), async (tx) => [...off, ...(await applyProject(tx, reading))]);
      } catch (error) {
        if (!isHidden(error)) throw error;
        const said =
          error.kind === 'not-found' ? `${error.said} (it may not exist, or not be shared with us)` : error.said;
        const refusal = new DomainError('NO_ACCESS', { tool: `project ${procoreId}`, place: company.row.name, said });
        const failed = all(on, 'failed', refusal.message);
        const procoreRequestId = error.requestId;
        return finished(company, null, async () => [...off, ...failed.map((one) => ({ ...one, procoreRequestId }))]);
      }
    },
  };
}

const finished = (company: OpenCompany, next: string | null, apply: FlowResult['apply']): FlowResult => ({
  calls: company.calls(),
  next,
  apply,
});

function nextOf({ codes, commitments }: Reading): string | null {
  if (codes?.next != null) return String(codes.next);
  return commitments && nextPlace(commitments);
}

/** Sorts out what the company's switches leave out. They govern what comes by itself; what a person asks for is brought in. */
function bySwitches(
  records: readonly PickedRecord[],
  company: OpenCompany['row'],
): { off: RecordOutcome[]; on: PickedRecord[] } {
  const off: RecordOutcome[] = [];
  const on: PickedRecord[] = [];
  for (const record of records) {
    const [isOn, label] = switchOf(record, company);
    if (isOn || (isAskedFor(record) && !isOfCommitments(record))) on.push(record);
    else off.push({ kind: record.kind, id: record.id, state: 'ignored', outcome: `"${label}" is switched off.` });
  }
  return { off, on };
}

/** The master of purchase orders is chosen, so no request of a person goes round the switches of commitments. */
function switchOf(record: PickedRecord, company: OpenCompany['row']): [isOn: boolean, label: string] {
  if (isOfCommitments(record)) return commitmentSwitch(record.kind, company);
  return record.kind === 'project'
    ? [company.syncProjects, 'Procore projects']
    : [company.syncProjectCostCodes, 'Procore project cost codes'];
}

const isAskedFor = ({ source }: PickedRecord): boolean => source === 'fetch' || source === 'refresh';

async function readProject(db: Db, company: OpenCompany, page: FlowPage, procoreId: string): Promise<Reading> {
  const { account, companyId, records } = page;
  const settings = await getSettings(db, account);
  const linked = await findLinkedProject(db, account, companyId, procoreId);
  const { codesFrom, commitmentsFrom, isWhole: wasWhole } = placeOf(page.cursor);
  const reading: Reading = {
    page,
    procoreId,
    linked,
    shown: null,
    codes: null,
    commitments: null,
    costTypes: null,
    settings,
    leftOut: null,
    isContinued: page.cursor !== null,
  };
  const isKnown = linked?.project.isMonitored === true;
  if (!isKnown && !company.row.syncProjects && !records.some(isAskedFor))
    return { ...reading, leftOut: 'The project is not in Lentune, and "Procore projects" is switched off.' };
  const ofProject = records.filter((record) => !isOfCommitments(record));
  const isWhole = wasWhole ?? (!isKnown || ofProject.some(isAskedFor) || reading.isContinued);
  if (!reading.isContinued && (!isKnown || records.some(({ kind }) => kind === 'project') || isWhole)) {
    const project = await company.api.projects.show(procoreId);
    const isByHand = (await byHandProjects(db, account, companyId, [procoreId])).has(procoreId);
    const gate = stageGate(identityOf(project), await monitoredStageIds(db, account, companyId), isByHand);
    reading.shown = { project, gate, customSegments: [] };
    if (gate.kind === 'closed') return reading;
    reading.shown.customSegments = await readCustomSegments(company, procoreId, linked);
  }
  const isOn = company.row.syncProjectCostCodes || ofProject.some(isAskedFor);
  const wanted = isOn ? codesWanted(records, isWhole) : ({ kind: 'none' } as const);
  if (wanted.kind !== 'none' && codesFrom !== null) {
    const held = linked ? await heldProjectCodes(db, account, companyId, linked.project.id) : [];
    const { api } = company;
    const { signal } = page;
    const from = codesFrom;
    reading.codes = await readCodes({ db, api, account, companyId, projectId: procoreId, held, wanted, from, signal });
  }
  if (reading.codes?.next == null) {
    const place = { isWhole, from: commitmentsFrom };
    reading.commitments = await readCommitmentsPart(db, company, page, procoreId, place);
  }
  if (records.some(({ kind }) => kind === 'cost_type')) reading.costTypes = await company.api.costTypes.all();
  return reading;
}

function identityOf(project: Project): ProcoreProject {
  const { project_stage: stage } = project;
  return {
    procoreId: project.id,
    name: nameOf(project),
    number: project.project_number,
    isActive: project.active !== false,
    isTemplate: project.template === true,
    isDemo: project.is_demo === true,
    stage: stage?.id ? { procoreId: stage.id, name: stage.name ?? 'without a name' } : null,
  };
}

const nameOf = (project: Project): string =>
  project.name?.trim() || project.display_name?.trim() || `Project ${project.id}`;

const contentOf = (project: Project, customSegments: string[]): ProjectContent => ({
  description: nameOf(project),
  stageName: project.project_stage?.name ?? null,
  timeZone: project.tz_name,
  isErpConnected: project.is_erp_integrated === true,
  customSegments,
});

/** The custom segments of a project's budget codes; only where its company has any, and as before where we may not look. */
async function readCustomSegments({ row, api }: OpenCompany, procoreId: string, linked: Linked | undefined) {
  if (row.customSegments.length === 0) return [];
  try {
    const { segments } = await api.wbs.pattern(procoreId);
    return segments.filter(({ type }) => type === 'custom').map(({ name, id }) => name ?? id);
  } catch (error) {
    if (isHidden(error)) return linked?.project.customSegments ?? [];
    throw error;
  }
}

async function applyProject(tx: Tx, reading: Reading): Promise<RecordOutcome[]> {
  const { records, account, companyId } = reading.page;
  if (reading.leftOut !== null) return all(records, 'ignored', reading.leftOut);
  if (reading.shown?.gate.kind === 'closed') return applyClosed(tx, reading, reading.shown.gate.reason);
  const types = reading.costTypes && (await applyCostTypes(tx, account, companyId, reading.costTypes));
  const saved = reading.shown ? await saveProject(tx, reading, reading.shown) : keepProject(reading);
  const codes = reading.codes && (await saveCodes(tx, reading, saved.id, reading.codes));
  const target = { account, companyId, localId: saved.id, procoreId: reading.procoreId };
  const commitments = await saveCommitments(tx, target, reading.commitments);
  if (reading.commitments?.isWhole) await addWarnings(tx, reading, saved.id, codes, commitments?.warnings ?? []);
  if (nextOf(reading) !== null) return [];
  // What the activities before found stands beside the project.
  const earlier = reading.isContinued ? (reading.linked?.project.warning ?? '') : '';
  const said = [...(codes?.warnings ?? []), ...(commitments?.warnings ?? [])];
  const warnings = [earlier, ...said.filter((sentence) => !earlier.includes(sentence))].filter((text) => text !== '');
  return records.map((record): RecordOutcome => {
    const outcome = outcomeOf(record, { saved, codes, commitments, types, isContinued: reading.isContinued });
    return { kind: record.kind, id: record.id, ...outcome, ...fetchItemOf(record, reading, outcome, warnings) };
  });
}

/** The project stays out; one that was in keeps everything, and is said not to be monitored (domain.md Q4). */
async function applyClosed(tx: Tx, reading: Reading, reason: string): Promise<RecordOutcome[]> {
  const { linked, shown } = reading;
  const { records, account } = reading.page;
  const wasKnown = linked !== undefined && !linked.project.isMonitored && linked.project.notMonitoredReason === reason;
  if (linked && !wasKnown) {
    await changeProject(tx, account, linked.project.id, {
      isMonitored: false,
      notMonitoredReason: reason,
      ...(shown ? { stageName: shown.project.project_stage?.name ?? null } : {}),
    });
  }
  const isNews = linked !== undefined && !wasKnown;
  return records.map((record): RecordOutcome => {
    const outcome: Outcome =
      isNews && record.kind === 'project'
        ? { state: 'applied', outcome: `The project is not monitored any more. ${reason}` }
        : { state: 'ignored', outcome: reason };
    return {
      kind: record.kind,
      id: record.id,
      ...outcome,
      ...(record.fetchItemIds.length > 0 && { fetchItem: { state: 'skipped', reason, ...labelsOf(reading) } }),
    };
  });
}

/** The project as it is; only its parts were read. */
function keepProject({ linked, procoreId }: Reading): Saved {
  if (!linked) throw new Error(`Project ${procoreId} was neither linked nor read`);
  return { id: linked.project.id, code: linked.project.code, change: 'none' };
}

async function saveProject(
  tx: Tx,
  { page, procoreId, linked, settings }: Reading,
  { project, customSegments }: NonNullable<Reading['shown']>,
): Promise<Saved> {
  const { account, companyId } = page;
  const content = contentOf(project, customSegments);
  if (content.isErpConnected) await noteErp(tx, account, companyId);
  const hash = contentHash(content);
  const isFetched = page.records.some(isAskedFor) || !linked;
  const saved = linked
    ? { id: linked.project.id, code: linked.project.code, change: 'changed' as const }
    : await placeProject(tx, page, project, content, settings.prefixOnCreate);
  if (linked && linked.contentHash === hash && linked.project.isMonitored) {
    if (isFetched) await changeProject(tx, account, saved.id, { isFetched });
    return { ...saved, change: 'none' };
  }
  await changeProject(tx, account, saved.id, {
    ...content,
    companyId,
    isMonitored: true,
    notMonitoredReason: null,
    isFetched,
  });
  await saveLinks(tx, account, companyId, 'project', [
    { localId: saved.id, procoreId, contentHash: hash, remoteUpdatedAt: project.updated_at },
  ]);
  const isFreeOfSegments = customSegments.length === 0 && (linked?.project.customSegments.length ?? 0) > 0;
  if (!linked?.project.isMonitored || isFreeOfSegments) {
    await requeueWaiting(tx, account, [waitKeys.project(procoreId), waitKeys.projectCode(saved.code)]);
  }
  return saved;
}

async function placeProject(
  tx: Tx,
  { account, companyId }: FlowPage,
  project: Project,
  content: ProjectContent,
  isPrefixed: boolean,
) {
  await lockNewCodes(tx, account, 'project');
  const locals = await listLocalProjects(tx, account);
  const choice = chooseProject({ procoreId: project.id, number: project.project_number }, locals, isPrefixed);
  if (choice.kind === 'link') {
    const code = locals.find((local) => local.id === choice.id)?.code ?? '';
    return { id: choice.id, code, change: 'linked' as const };
  }
  const id = await createProject(tx, account, companyId, choice.code, content);
  return { id, code: choice.code, change: 'new' as const };
}

async function saveCodes(tx: Tx, reading: Reading, localId: string, codes: CodesReading): Promise<CodesSaved> {
  const { account, companyId } = reading.page;
  const { procoreId, settings } = reading;
  if (codes.massVanish) {
    const { vanished, known } = codes.massVanish;
    const said = `${vanished} of ${known} are missing from its lists at once`;
    const refused = `${messageOf({ code: 'NO_ACCESS', facts: { tool: 'the cost codes', place: 'this project', said } })}. Nothing was changed.`;
    await changeProject(tx, account, localId, { warning: refused });
    return { changed: new Set(), known: new Set(), warnings: [refused], refused };
  }
  const written = await applyCodes(tx, { account, companyId, localId, procoreId, settings }, codes);
  const segments = reading.shown?.customSegments ?? reading.linked?.project.customSegments ?? [];
  const warnings = [...(segments.length > 0 ? [segmentsWarning(segments)] : []), ...written.warnings];
  await warn(tx, reading, localId, codes, warnings);
  return { ...written, warnings, refused: null };
}

async function warn(
  tx: Tx,
  { page, linked, isContinued }: Reading,
  localId: string,
  codes: CodesReading,
  said: string[],
) {
  const before = isContinued ? (linked?.project.warning ?? '') : '';
  const warnings = [before, ...said.filter((sentence) => !before.includes(sentence))].filter((text) => text !== '');
  const warning = warnings.length === 0 ? null : warnings.join(' ');
  const hasBudget = codes.budget.kind === 'unreadable' ? undefined : codes.budget.kind === 'rows';
  const isSame =
    linked?.project.warning === warning && (hasBudget ?? linked.project.hasBudget) === linked.project.hasBudget;
  if (isSame) return;
  await changeProject(tx, page.account, localId, { warning, ...(hasBudget === undefined ? {} : { hasBudget }) });
}

/** What is odd about the commitments stands beside what is odd about the codes. */
async function addWarnings(
  tx: Tx,
  { page, linked }: Reading,
  localId: string,
  codes: CodesSaved | null,
  said: readonly string[],
) {
  const before = codes ? codes.warnings.join(' ') : (linked?.project.warning ?? '');
  const news = said.filter((sentence) => !before.includes(sentence));
  if (news.length === 0) return;
  await changeProject(tx, page.account, localId, { warning: [before, ...news].join(' ').trim() });
}

function fetchItemOf(
  record: PickedRecord,
  reading: Reading,
  { state, outcome }: Outcome,
  warnings: readonly string[],
): Pick<RecordOutcome, 'fetchItem'> {
  if (record.fetchItemIds.length === 0) return {};
  const labels = labelsOf(reading);
  if (state === 'failed') return { fetchItem: { state, reason: outcome, ...labels } };
  const reason = warnings.length > 0 ? { reason: warnings.join(' ') } : {};
  return { fetchItem: { state: 'done', ...reason, ...labels } };
}

/** How the fetch names the project. A round of several activities has read it in the first. */
function labelsOf({ shown, linked }: Reading): { projectName?: string; projectNumber?: string } {
  const projectName = shown ? nameOf(shown.project) : linked?.project.description;
  const projectNumber = shown?.project.project_number?.trim();
  return { ...(projectName && { projectName }), ...(projectNumber && { projectNumber }) };
}

const all = (records: readonly PickedRecord[], state: RecordOutcome['state'], outcome: string): RecordOutcome[] =>
  records.map(({ kind, id }) => ({ kind, id, state, outcome }));
