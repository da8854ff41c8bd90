import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import { Decimal } from '../../domain/decimal.ts';
import type { Agreed } from '../../domain/direct-cost.ts';
import { lacksFiles } from '../../domain/direct-cost-files.ts';
import {
  allowedSteps,
  type DocumentFile,
  type Finding,
  type InvoiceDraft,
  isOnItsWay,
  matchNumber,
  projectText,
} from '../../domain/invoice.ts';
import { checkRounding } from '../../domain/preflight.ts';
import { commitmentText } from '../../domain/routing.ts';
import {
  costType,
  payableAccount,
  payableInvoice,
  payableInvoiceLine,
  procoreCompany,
  procoreConnection,
  project,
  projectCostCode,
  purchaseOrder,
  pushPart,
  subContract,
  taxCode,
} from '../schema/index.ts';
import type { Queryable } from '../types.ts';
import { clearWaits } from './document-waits.ts';
import { addLog, lastRun } from './integration-log.ts';
import { allocateNew, dropAllocations } from './invoice-allocations.ts';
import { type LoadedInvoice, loadInvoice } from './invoice-document.ts';
import { presentRow, selectRows } from './invoice-list.ts';
import { overheadView } from './overhead-view.ts';
import { namesOfPeople } from './people-names.ts';
import type { Drift } from './sent-parts.ts';
import { getSettings } from './settings.ts';

/** What came of a change a person asked for. `refused` carries the sentence to show; `conflict` is a matter of time, not of rights. */
export type StepResult =
  | { kind: 'done' }
  | { kind: 'not-found' }
  | { kind: 'conflict'; message: string }
  | { kind: 'forbidden'; message: string };

export const IS_ON_ITS_WAY = 'The invoice is on its way to Procore; cancel that first.';

/** Enters an invoice. Nothing is checked but that what it names is the account's own; problems are for `checkInvoice`. */
export async function createInvoice(
  db: Queryable,
  account: string,
  actor: string,
  draft: InvoiceDraft,
): Promise<{ kind: 'created'; id: string } | UnknownReference> {
  const unknown = await findUnknown(db, account, draft);
  if (unknown !== null) return unknown;
  const [row] = await db
    .insert(payableInvoice)
    .values({ account, enteredBy: actor, ...headerOf(draft) })
    .returning({ id: payableInvoice.id });
  if (!row) throw new Error('The invoice just inserted is gone');
  await insertLines(db, account, row.id, draft);
  await allocateNew(db, account, row.id);
  await addLog(db, { account, documentId: row.id, event: 'received', result: 'info', actor, message: 'Entered.' });
  return { kind: 'created', id: row.id };
}

/** A field that names something the account does not have. */
export interface UnknownReference {
  kind: 'unknown-reference';
  /** such as `payableAccountId` or `lines.0.projectId` */
  path: string;
  message: string;
}

/** Changes an invoice; what was checked and approved must be so again. Refused while it is on its way. */
export async function updateInvoice(
  db: Queryable,
  account: string,
  id: string,
  actor: string,
  draft: InvoiceDraft,
): Promise<StepResult | UnknownReference> {
  const row = await lockInvoice(db, account, id);
  if (row === null) return { kind: 'not-found' };
  if (isOnItsWay(row.integration)) return { kind: 'conflict', message: IS_ON_ITS_WAY };
  if (row.integration === 'ignored')
    return { kind: 'conflict', message: 'The invoice is ignored; take that back first.' };
  const unknown = await findUnknown(db, account, draft);
  if (unknown !== null) return unknown;
  await db
    .update(payableInvoice)
    .set({
      ...headerOf(draft),
      changedBy: actor,
      status: 'entered',
      checkedBy: null,
      checkedAt: null,
      approvedBy: null,
      approvedAt: null,
      integration: null,
      problems: [],
      duplicateChoice: null,
      earlyReason: null,
      lockedReason: null,
      revision: sql`${payableInvoice.revision} + 1`,
      updatedAt: sql`now()`,
    })
    .where(eq(payableInvoice.id, id));
  await db.delete(payableInvoiceLine).where(eq(payableInvoiceLine.invoiceId, id));
  await insertLines(db, account, id, draft);
  await dropAllocations(db, account, row, draft);
  await allocateNew(db, account, id);
  await clearWaits(db, account, id);
  await addLog(db, { account, documentId: id, event: 'changed', result: 'info', actor, message: 'Changed.' });
  return { kind: 'done' };
}

const headerOf = (draft: InvoiceDraft) => ({
  kind: draft.kind,
  invoiceType: draft.invoiceType ?? ('standard' as const),
  poNumber: draft.poNumber?.trim() || null,
  purchaseOrderId: draft.purchaseOrderId ?? null,
  subContractId: draft.subContractId ?? null,
  number: draft.number.trim(),
  matchNumber: matchNumber(draft.number),
  payableAccountId: draft.payableAccountId ?? null,
  invoiceDate: draft.invoiceDate,
  description: draft.description ?? null,
  projectId: draft.projectId ?? null,
  projectCostCodeId: draft.projectCostCodeId ?? null,
  costTypeId: draft.costTypeId ?? null,
  total: draft.total,
  tax: draft.tax,
});

async function insertLines(db: Queryable, account: string, invoiceId: string, draft: InvoiceDraft): Promise<void> {
  if (draft.lines.length === 0) return;
  await db.insert(payableInvoiceLine).values(
    draft.lines.map((line, index) => ({
      account,
      invoiceId,
      position: index + 1,
      projectId: line.projectId ?? null,
      projectCostCodeId: line.projectCostCodeId ?? null,
      costTypeId: line.costTypeId ?? null,
      glCode: line.glCode?.trim() || null,
      description: line.description ?? null,
      quantity: line.quantity ?? null,
      unitPrice: line.unitPrice ?? null,
      unit: line.unit ?? null,
      amount: line.amount,
      taxCodeId: line.taxCodeId ?? null,
    })),
  );
}

/** The invoice row, locked until the transaction ends, so that two people's steps come one after the other. */
export async function lockInvoice(db: Queryable, account: string, id: string) {
  const [row] = await db
    .select()
    .from(payableInvoice)
    .where(and(eq(payableInvoice.account, account), eq(payableInvoice.id, id)))
    .for('update');
  return row ?? null;
}

const REFERENCES = {
  payableAccountId: { table: payableAccount, what: 'supplier' },
  purchaseOrderId: { table: purchaseOrder, what: 'purchase order' },
  subContractId: { table: subContract, what: 'subcontract' },
  projectId: { table: project, what: 'project' },
  projectCostCodeId: { table: projectCostCode, what: 'cost code' },
  costTypeId: { table: costType, what: 'cost type' },
  taxCodeId: { table: taxCode, what: 'tax code' },
} as const;

const HEADER_REFERENCES = [
  'payableAccountId',
  'purchaseOrderId',
  'subContractId',
  'projectId',
  'projectCostCodeId',
  'costTypeId',
] as const;

/** A foreign key accepts any account's row, so ownership is asked for here. */
async function findUnknown(db: Queryable, account: string, draft: InvoiceDraft): Promise<UnknownReference | null> {
  if (draft.purchaseOrderId != null && draft.subContractId != null) {
    const message = 'Choose a purchase order or a subcontract, not both.';
    return { kind: 'unknown-reference', path: 'subContractId', message };
  }
  const named = [
    ...HEADER_REFERENCES.map((field) => ({ field, path: field as string, id: draft[field] })),
    ...draft.lines.flatMap((line, index) =>
      (['projectId', 'projectCostCodeId', 'costTypeId', 'taxCodeId'] as const).map((field) => ({
        field,
        path: `lines.${index}.${field}`,
        id: line[field],
      })),
    ),
  ].filter((reference): reference is typeof reference & { id: string } => reference.id != null);
  for (const [field, { table, what }] of Object.entries(REFERENCES)) {
    const wanted = named.filter((reference) => reference.field === field);
    if (wanted.length === 0) continue;
    const known = await db
      .select({ id: table.id })
      .from(table)
      .where(and(eq(table.account, account), inArray(table.id, [...new Set(wanted.map(({ id }) => id))])));
    const missing = wanted.find(({ id }) => !known.some((row) => row.id === id));
    if (missing) return { kind: 'unknown-reference', path: missing.path, message: `There is no such ${what}.` };
  }
  return null;
}

/** One Procore record the invoice is or becomes. The caller knows the addresses people open. */
export interface InvoicePartRow {
  id: string;
  projectText: string;
  /** the order or subcontract a claim is on; null for a direct cost */
  commitmentText: string | null;
  state: 'planned' | 'sending' | 'sent' | 'failed' | 'reversed';
  total: string;
  /** what people in Procore did to it since it was sent */
  drift: string | null;
  /** Procore has it, or may have it */
  isStanding: boolean;
  /** files of the invoice are not on it */
  lacksFiles: boolean;
  procoreId: string | null;
  projectProcoreId: string;
  loginUrl: string;
}

/** An invoice with its lines in words, its problems and its parts; null when the account has none of that id. */
export async function getInvoice(db: Queryable, account: string, id: string) {
  const loaded = await loadInvoice(db, account, id);
  if (loaded === null) return null;
  const [listed] = await selectRows(db).where(eq(payableInvoice.id, id));
  if (!listed) return null;
  const settings = await getSettings(db, account);
  const { row, document } = loaded;
  const steps = allowedSteps(listed);
  const parts = await partsOf(db, account, id, document.files);
  const overhead = await overheadView(db, document);
  const nameOf = await namesOfPeople(db, [row.enteredBy, row.checkedBy, row.approvedBy]);
  return {
    ...presentRow(listed),
    ...(await headerTexts(db, row)),
    payableAccountId: row.payableAccountId,
    description: row.description,
    projectId: row.projectId,
    projectCostCodeId: row.projectCostCodeId,
    costTypeId: row.costTypeId,
    invoiceType: row.invoiceType,
    poNumber: row.poNumber,
    purchaseOrderId: row.purchaseOrderId,
    subContractId: row.subContractId,
    commitment: commitmentOf(document),
    overAllocationReason: row.overAllocationReason,
    enteredBy: nameOf(row.enteredBy),
    checkedBy: row.checkedBy && nameOf(row.checkedBy),
    approvedBy: row.approvedBy && nameOf(row.approvedBy),
    revision: row.revision,
    waitingSince: listed.waitingSince,
    lines: await linesOf(db, id, document.lines),
    problems: listed.problems as Finding[],
    smallestTolerance: checkRounding(document, settings).smallestTolerance,
    files: document.files,
    parts,
    overhead,
    lastRun: await lastRun(db, account, id),
    allowed: {
      ...steps,
      delete: listed.integration === null && !parts.some((part) => part.isStanding),
      undo:
        steps.edit &&
        (overhead?.isStanding === true || parts.some((part) => part.isStanding && part.state !== 'reversed')),
      sendEarly: (steps.send || steps.retry) && document.beforeGoLive !== null,
      sendLocked: (steps.send || steps.retry) && document.inLockedPeriod !== null,
      sendFiles: listed.integration === 'sent' && parts.some((part) => part.lacksFiles),
    },
  };
}

/** The commitment of the header, in words. */
const commitmentOf = ({ commitment }: LoadedInvoice['document']) =>
  commitment === null
    ? null
    : { kind: commitment.kind, id: commitment.id, number: commitment.number, text: commitmentText(commitment) };

/** What the header's own coding is called. */
async function headerTexts(db: Queryable, row: typeof payableInvoice.$inferSelect) {
  const [texts] = await db
    .select({
      projectText: sql<string | null>`${project.code} || ' ' || ${project.description}`,
      codeText: sql<string | null>`${projectCostCode.code} || ' ' || ${projectCostCode.description}`,
      costTypeText: sql<string | null>`${costType.code} || ' ' || ${costType.description}`,
    })
    .from(payableInvoice)
    .leftJoin(project, eq(project.id, payableInvoice.projectId))
    .leftJoin(projectCostCode, eq(projectCostCode.id, payableInvoice.projectCostCodeId))
    .leftJoin(costType, eq(costType.id, payableInvoice.costTypeId))
    .where(eq(payableInvoice.id, row.id));
  return texts ?? { projectText: null, codeText: null, costTypeText: null };
}

type LoadedLines = NonNullable<Awaited<ReturnType<typeof loadInvoice>>>['document']['lines'];

async function linesOf(db: Queryable, invoiceId: string, lines: LoadedLines) {
  const rows = await db
    .select()
    .from(payableInvoiceLine)
    .where(eq(payableInvoiceLine.invoiceId, invoiceId))
    .orderBy(asc(payableInvoiceLine.position));
  return rows.map(({ account: _account, invoiceId: _invoiceId, ...row }, index) => {
    const line = lines[index];
    return {
      ...row,
      quantity: plain(row.quantity),
      unitPrice: plain(row.unitPrice),
      codeText: line?.code ? `${line.code.code} ${line.code.description}` : null,
      costTypeText: line?.costType ? `${line.costType.code} ${line.costType.name}` : null,
      projectText: line?.project ? projectText(line.project) : null,
      taxCodeText: line?.taxCode ? `${line.taxCode.code} (${Number(line.taxCode.rate)} %)` : null,
    };
  });
}

/** A number as people write it: the database fills up with zeros. */
const plain = (number: string | null): string | null => (number === null ? null : new Decimal(number).toFixed());

async function partsOf(
  db: Queryable,
  account: string,
  documentId: string,
  files: readonly DocumentFile[],
): Promise<InvoicePartRow[]> {
  const rows = await db
    .select({ part: pushPart, loginUrl: procoreConnection.loginUrl })
    .from(pushPart)
    .innerJoin(procoreCompany, eq(procoreCompany.id, pushPart.companyId))
    .innerJoin(procoreConnection, eq(procoreConnection.id, procoreCompany.connectionId))
    .where(and(eq(pushPart.account, account), eq(pushPart.documentId, documentId)))
    .orderBy(asc(pushPart.id));
  return rows.map(({ part, loginUrl }) => {
    const desired = part.desired as { projectText: string; total: string; commitment?: { text: string } } | null;
    return {
      id: part.id,
      projectText: desired?.projectText ?? '',
      commitmentText: desired?.commitment?.text ?? null,
      state: part.state,
      total: desired?.total ?? '0.00',
      drift: (part.drift as Drift | null)?.message ?? null,
      isStanding: part.procoreId !== null || part.sending !== null,
      lacksFiles: part.procoreId !== null && lacksFiles(files, part.agreed as Agreed | null),
      procoreId: part.procoreId,
      projectProcoreId: part.projectProcoreId,
      loginUrl,
    };
  });
}
