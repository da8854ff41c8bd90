import { activityInfo } from '@temporalio/activity';
import { addLog, lastRun } from '../db/queries/integration-log.ts';
import { type LoadedOrder, loadOrder } from '../db/queries/purchase-order-document.ts';
import { planOrderFiles } from '../db/queries/purchase-order-files.ts';
import { keepOrderProblems } from '../db/queries/purchase-order-outcome.ts';
import { loadOrderPart, monitoringOf, saveOrderPart } from '../db/queries/purchase-order-parts.ts';
import { type OrderRef, takeQueuedOrder } from '../db/queries/purchase-order-queue.ts';
import { getSettings } from '../db/queries/settings.ts';
import type { Db } from '../db/types.ts';
import { DomainError, firstInCatalogue } from '../domain/errors.ts';
import type { Finding } from '../domain/invoice.ts';
import { type MissingRecord, missingOf } from '../domain/missing.ts';
import { filesToSend } from '../domain/plan.ts';
import { arranged } from '../domain/preflight.ts';
import type { OrderDocument } from '../domain/purchase-order.ts';
import { documentLines, planOrder } from '../domain/purchase-order-plan.ts';
import { type OrderPreflightSettings, orderProblems } from '../domain/purchase-order-preflight.ts';
import { installationOf, recordStamp } from '../domain/stamp.ts';
import { failureOf } from '../platform/errors.ts';
import type { Procore } from '../procore/client.ts';
import { ProcoreError } from '../procore/errors.ts';
import { findAbsent } from './find-absent.ts';
import { isPassing } from './passing.ts';
import { isExplained } from './prepare-invoice.ts';
import { isNumberTaken } from './purchase-order-record.ts';
import { attempted, logSubject, type Trail } from './push-attempt.ts';
import { openPushCompany } from './push-company.ts';
import { createUnits } from './units.ts';

export interface PrepareOrderInput extends OrderRef {
  /** what was missing has been made: what still is missing is a problem */
  isComplete?: boolean;
}

export interface PreparedOrder {
  /** false: a person took the order back before its run began */
  isWanted: boolean;
  /** records Procore lacks and we may create, in the order of need; while there are some, nothing is planned */
  missing: MissingRecord[];
}

interface Deps {
  db: Db;
  procore: Pick<Procore, 'company'>;
}

/** Keeps what rarely changes between orders of one worker: the units of each company. */
export function createPrepareOrder(deps: Deps) {
  const { db } = deps;
  const unitsOf = createUnits();

  /** Takes the order off the queue, finds all its problems at once, and plans the Procore record it becomes. */
  return ({ isComplete = false, ...ref }: PrepareOrderInput): Promise<PreparedOrder> =>
    attempted(db, ref, async (trail) => {
      if (!(await db.transaction((tx) => takeQueuedOrder(tx, ref)))) return { isWanted: false, missing: [] };
      await noteAttempt(db, ref);
      const stored = await getSettings(db, ref.account);
      const queued = await loadOrFail(db, ref);
      if (queued.row.queuedFor === 'files') {
        const files = filesToSend(queued.document, stored, []);
        await db.transaction((tx) => planOrderFiles(tx, ref.account, ref.purchaseOrderId, files));
        return { isWanted: true, missing: [] };
      }
      const settings = isComplete ? { ...stored, createMissingCodes: false, createMissingVendors: false } : stored;
      const { document, refusals } = await loadFresh(deps, ref, settings, trail);
      await refuseProblems(deps, ref, document, settings, refusals, trail);
      const missing = missingOf({ vendor: document.vendor, lines: documentLines(document) });
      if (missing.length > 0) return { isWanted: true, missing };
      const { row, api } = await openPushCompany(deps, ref.account, document.company.id, trail);
      const hasUnits =
        document.accountingMethod === 'unit' && document.lines.some(({ unit }) => (unit ?? '').trim() !== '');
      const units = hasUnits ? await unitsOf(api, document.company.id) : null;
      const standing = await loadOrderPart(db, ref.account, document.id);
      const plan = planOrder(document, settings, { ...row, units }, standing?.desired ?? null);
      await db.transaction((tx) => saveOrderPart(tx, { ...document, companyId: document.company.id }, plan));
      for (const message of plan.notes)
        await addLog(db, { ...logSubject(ref), event: 'note', result: 'info', message });
      return { isWanted: true, missing: [] };
    });
}

/** One row per attempt, however often its first activity is tried. */
async function noteAttempt(db: Db, ref: OrderRef): Promise<void> {
  const { workflowExecution } = activityInfo();
  const run = { workflowId: workflowExecution?.workflowId ?? null, runId: workflowExecution?.runId ?? null };
  const subject = logSubject(ref);
  if ((await lastRun(db, ref.account, subject.documentId, subject.documentKind))?.runId === run.runId) return;
  await addLog(db, { ...subject, event: 'attempt', result: 'info', message: 'Sending to Procore began.', ...run });
}

/** The order, read again where a look at Procore found what it lacked. */
async function loadFresh(
  deps: Deps,
  ref: OrderRef,
  settings: OrderPreflightSettings,
  trail: Trail,
): Promise<{ document: OrderDocument; refusals: DomainError[] }> {
  const { document } = await loadOrFail(deps.db, ref);
  const wanted = { vendor: document.vendor, lines: documentLines(document) };
  const { isFound, refusals } = await findAbsent(deps, ref, wanted, settings, trail);
  return { document: isFound ? (await loadOrFail(deps.db, ref)).document : document, refusals };
}

async function loadOrFail(db: Db, { account, purchaseOrderId }: OrderRef): Promise<LoadedOrder> {
  const loaded = await loadOrder(db, account, purchaseOrderId);
  if (loaded === null) throw new Error(`Purchase order ${purchaseOrderId} is gone`);
  return loaded;
}

/** Keeps every problem on the order; the run fails with the first in catalogue order. */
async function refuseProblems(
  deps: Deps,
  ref: OrderRef,
  document: OrderDocument,
  settings: OrderPreflightSettings,
  refusals: readonly DomainError[],
  trail: Trail,
): Promise<void> {
  const found = [
    ...refusals.map(({ code, facts }) => ({ code, facts, severity: 'blocks' }) as Finding),
    ...orderProblems(document, settings, await monitoringOf(deps.db, document.project.id)),
  ].filter((finding, _at, all) => !isExplained(finding, all));
  const isStopped = found.some(({ severity }) => severity === 'blocks');
  // Where nothing else is wrong, the first look of the push asks for the number anyway.
  const findings = isStopped ? arranged([...found, ...(await numberProblem(deps, ref, document, trail))]) : found;
  await keepOrderProblems(deps.db, ref, findings);
  const blocking = findings.filter(({ severity }) => severity === 'blocks');
  const code = firstInCatalogue(blocking);
  const first = blocking.find((finding) => finding.code === code);
  if (first !== undefined) throw failureOf(new DomainError(first.code, first.facts as never));
}

async function numberProblem(
  deps: Deps,
  ref: OrderRef,
  { id, account, number, project, company, isSendingOn }: OrderDocument,
  trail: Trail,
): Promise<Finding[]> {
  const part = await loadOrderPart(deps.db, account, id);
  if (!isSendingOn || project.procoreId === null || part?.procoreId != null) return [];
  const { row, api } = await openPushCompany(deps, ref.account, company.id, trail);
  const installation = installationOf(row.connectionId);
  const stamp = recordStamp({ installation, account, documentId: id, part: project.procoreId });
  try {
    if (!(await isNumberTaken(api, project.procoreId, stamp, number))) return [];
  } catch (error) {
    // What else is wrong is told all the same; the next attempt asks again.
    if (error instanceof ProcoreError && !isPassing(error)) return [];
    throw error;
  }
  const facts = { number, project: `${project.code} ${project.name}` };
  return [{ code: 'PO_NUMBER_TAKEN', facts, severity: 'blocks' }];
}
