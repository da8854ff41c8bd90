import { activityInfo } from '@temporalio/activity';
import type { Accounting } from '../accounting/port.ts';
import { knownBudgetCodes } from '../db/queries/budget-codes.ts';
import { type QueuedFor, takeQueued } from '../db/queries/document-queue.ts';
import { addLog, lastRun } from '../db/queries/integration-log.ts';
import { allocateLoaded } from '../db/queries/invoice-allocations.ts';
import { type LoadedInvoice, loadInvoice } from '../db/queries/invoice-document.ts';
import { keepProblems } from '../db/queries/push-outcome.ts';
import { planFiles, savePlan, standingParts } from '../db/queries/push-parts.ts';
import { getSettings, type IntegrationSettings } from '../db/queries/settings.ts';
import type { Db } from '../db/types.ts';
import { DomainError, type ErrorCode, firstInCatalogue } from '../domain/errors.ts';
import type { Finding, InvoiceDocument } from '../domain/invoice.ts';
import { type MissingRecord, missingOf } from '../domain/missing.ts';
import { type BudgetCodeOf, filesToSend, type PlanCompany, planInvoice } from '../domain/plan.ts';
import { companiesOf, preflight, splitByProject } from '../domain/preflight.ts';
import { planClaims } from '../domain/requisition-plan.ts';
import { failureOf } from '../platform/errors.ts';
import type { Procore } from '../procore/client.ts';
import { findAbsent } from './find-absent.ts';
import { overheadsInTheWay } from './overhead-problems.ts';
import { prepareUndo } from './prepare-undo.ts';
import { attempted, type InvoiceRef, type Trail } from './push-attempt.ts';
import { openPushCompany } from './push-company.ts';
import { createUnits } from './units.ts';

export interface PrepareDeps {
  db: Db;
  procore: Pick<Procore, 'company'>;
  accounting: Accounting;
}

export interface PrepareInput extends InvoiceRef {
  /** what was missing has been made: what still is missing is a problem */
  isComplete?: boolean;
}

export interface Prepared {
  /** false: a person took the invoice back before its run began */
  isWanted: boolean;
  /** records Procore lacks and we may create, in the order of need */
  missing: MissingRecord[];
  /** parts to converge, in order; none while something is missing */
  partIds: string[];
  /** of an invoice that is taken back: its bill goes before them */
  takesBackBill?: boolean;
}

/** Keeps what rarely changes between invoices of one worker: the units of each company. */
export function createPrepare({ db, procore, accounting }: PrepareDeps) {
  const unitsOf = createUnits();

  async function companies(document: InvoiceDocument, trail: Trail): Promise<Record<string, PlanCompany>> {
    const hasUnits = document.lines.some((line) => line.project !== null && (line.unit ?? '').trim() !== '');
    const entries = await Promise.all(
      companiesOf(document).map(async (id): Promise<[string, PlanCompany]> => {
        const { row, api } = await openPushCompany({ db, procore }, document.account, id, trail);
        const names = hasUnits ? await unitsOf(api, id) : null;
        const { connectionId, returnsStamp, keepsFiles } = row;
        const budgetCodeOf = await budgetCodesOf(db, document, id);
        return [id, { connectionId, returnsStamp, keepsFiles, budgetCodeOf, units: names }];
      }),
    );
    return Object.fromEntries(entries);
  }

  /**
   * Takes the invoice off the queue, finds all its problems at once, and plans the Procore records it becomes.
   * Calls Procore only to look for what is not linked, and for units.
   */
  return ({ isComplete = false, ...ref }: PrepareInput): Promise<Prepared> =>
    attempted(db, ref, async (trail) => {
      const nothing = { missing: [], partIds: [] };
      const queuedFor = await db.transaction((tx) => takeQueued(tx, ref.account, ref.invoiceId));
      if (queuedFor === null) return { isWanted: false, ...nothing };
      await noteAttempt(db, ref, queuedFor);
      const stored = await getSettings(db, ref.account);
      if (queuedFor === 'undo')
        return { isWanted: true, missing: [], ...(await prepareUndo({ db, procore, accounting }, ref, trail)) };
      if (queuedFor === 'files') return { isWanted: true, missing: [], partIds: await prepareFiles(db, ref, stored) };
      const settings = isComplete ? { ...stored, createMissingCodes: false, createMissingVendors: false } : stored;
      const { loaded, refusals } = await loadFresh({ db, procore }, ref, settings, trail);
      const overheads = await overheadsInTheWay({ db, accounting }, loaded.document, settings);
      await refuseProblems(db, ref, loaded, settings, refusals, overheads);
      const missing = missingOf(loaded.document);
      if (missing.length > 0) return { isWanted: true, missing, partIds: [] };
      const known = await companies(loaded.document, trail);
      const plan = planInvoice(loaded.document, settings, known);
      const connections = Object.fromEntries(Object.entries(known).map(([id, one]) => [id, one.connectionId]));
      const files = filesToSend(loaded.document, settings, []);
      const claims = planClaims(loaded.document, settings, connections, files, plan.notes);
      const partIds = await db.transaction((tx) =>
        savePlan(tx, ref.account, ref.invoiceId, loaded.document.revision, [...plan.parts, ...claims]),
      );
      for (const message of plan.notes)
        await addLog(db, { account: ref.account, documentId: ref.invoiceId, event: 'note', result: 'info', message });
      return { isWanted: true, missing: [], partIds };
    });
}

/** The budget codes we know of what an invoice books in one company. */
async function budgetCodesOf(db: Db, document: InvoiceDocument, companyId: string): Promise<BudgetCodeOf> {
  const known = new Map<string, string>();
  for (const { project, lines } of splitByProject(document)) {
    if (project.companyId !== companyId || project.procoreId === null) continue;
    const place = { account: document.account, companyId, projectProcoreId: project.procoreId };
    const codes = await knownBudgetCodes(
      db,
      place,
      lines.flatMap(({ code }) => code?.procoreId ?? []),
    );
    for (const code of codes) known.set(`${project.procoreId}/${code.costCodeId}/${code.costTypeId}`, code.wbsCodeId);
  }
  return (...ids) => known.get(ids.join('/')) ?? null;
}

const BEGAN: Record<QueuedFor, string> = {
  send: 'Sending to Procore began.',
  files: 'Sending the files again began.',
  undo: 'Taking it back from Procore began.',
};

async function prepareFiles(db: Db, ref: InvoiceRef, settings: IntegrationSettings): Promise<string[]> {
  const { document } = await loadOrFail(db, ref);
  const files = filesToSend(document, settings, []);
  return db.transaction((tx) => planFiles(tx, ref.account, ref.invoiceId, files));
}

/** One row per attempt, however often its first activity is tried. */
async function noteAttempt(db: Db, { account, invoiceId }: InvoiceRef, queuedFor: QueuedFor): Promise<void> {
  const { workflowExecution } = activityInfo();
  const run = { workflowId: workflowExecution?.workflowId ?? null, runId: workflowExecution?.runId ?? null };
  if ((await lastRun(db, account, invoiceId))?.runId === run.runId) return;
  await addLog(db, {
    account,
    documentId: invoiceId,
    event: 'attempt',
    result: 'info',
    message: BEGAN[queuedFor],
    ...run,
  });
}

/** The invoice, read again where a look at Procore found what it lacked. */
async function loadFresh(
  deps: Omit<PrepareDeps, 'accounting'>,
  ref: InvoiceRef,
  settings: IntegrationSettings,
  trail: Trail,
): Promise<{ loaded: LoadedInvoice; refusals: DomainError[] }> {
  const loaded = await loadOrFail(deps.db, ref);
  const { isFound, refusals } = await findAbsent(deps, ref, loaded.document, settings, trail);
  return { loaded: isFound ? await loadOrFail(deps.db, ref) : loaded, refusals };
}

async function loadOrFail(db: Db, { account, invoiceId }: InvoiceRef): Promise<LoadedInvoice> {
  const loaded = await loadInvoice(db, account, invoiceId);
  if (loaded === null) throw new Error(`Invoice ${invoiceId} is gone`);
  // The order may have come in since the invoice was entered.
  if (!(await allocateLoaded(db, account, loaded))) return loaded;
  return (await loadInvoice(db, account, invoiceId)) ?? loaded;
}

/** Keeps every problem on the invoice; the run fails with the first in catalogue order. */
async function refuseProblems(
  db: Db,
  ref: InvoiceRef,
  { document }: LoadedInvoice,
  settings: IntegrationSettings,
  refusals: readonly DomainError[],
  overheads: readonly Finding[],
): Promise<void> {
  const standing = await standingParts(db, ref.account, ref.invoiceId);
  const { findings: found } = preflight(withProbe(document, standing), settings, 'send');
  const findings = [
    ...refusals.map(({ code, facts }) => ({ code, facts, severity: 'blocks' }) as Finding),
    ...found,
    ...overheads,
  ].filter((finding, _at, all) => !isExplained(finding, all));
  await keepProblems(db, ref, findings);
  const blocking = findings.filter((finding) => finding.severity === 'blocks');
  const code: ErrorCode | undefined = firstInCatalogue(blocking);
  const first: Finding | undefined = blocking.find((finding) => finding.code === code);
  if (first === undefined) return;
  throw failureOf(new DomainError(first.code, first.facts as never));
}

/** What is there but cannot be used is not missing. */
export function isExplained({ code }: Finding, all: readonly Finding[]): boolean {
  const has = (...codes: ErrorCode[]) => all.some((other) => codes.includes(other.code));
  return code === 'VENDOR_MISSING' && has('VENDOR_AMBIGUOUS', 'VENDOR_INACTIVE');
}

/** The invoice that met TAX_OFF left a draft there; sending it again is how we learn that tax was switched on. */
function withProbe(document: InvoiceDocument, standing: ReadonlySet<string>): InvoiceDocument {
  return {
    ...document,
    lines: document.lines.map((line) =>
      line.project !== null && standing.has(line.project.procoreId ?? '')
        ? { ...line, project: { ...line.project, keepsTax: null } }
        : line,
    ),
  };
}
