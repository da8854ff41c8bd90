import {
  blockVariation,
  type CommitmentContent,
  deactivateCommitments,
  type HeldVariation,
  heldVariations,
  type LineContent,
  removeVariation,
  resolveCodes,
  resolveSuppliers,
  unlinkedCommitments,
  type VariationContent,
  writeCommitment,
  writeLines,
  writeVariation,
} from '../db/queries/commitment-sync.ts';
import { requeueWaiting } from '../db/queries/document-waits.ts';
import { buryLinks, contentHash, findLinks, saveLinks } from '../db/queries/links.ts';
import { raiseMappingTasks, settleMappingTasks } from '../db/queries/mapping-tasks.ts';
import type { Tx } from '../db/types.ts';
import {
  COMMITMENT_WORDS,
  type CommitmentKind,
  chooseCommitment,
  isAccepted,
  lineAmount,
  percentOf,
} from '../domain/commitments.ts';
import { toCents } from '../domain/decimal.ts';
import { messageOf } from '../domain/errors.ts';
import { fateOf, readStatus, worthOf } from '../domain/variations.ts';
import { waitKeys } from '../domain/waits.ts';
import type { ChangeOrderPackage, PotentialLine } from '../procore/change-orders.ts';
import type { CommitmentLine } from '../procore/commitments.ts';
import type { CommitmentsReading, ReadChangeOrder, ReadCommitment } from './commitment-reading.ts';

export interface CommitmentsTarget {
  account: string;
  companyId: string;
  /** our id of the project */
  localId: string;
  /** Procore's */
  procoreId: string;
  /** setup guide: "Only sync approved variation lines" */
  onlyApproved: boolean;
}

export interface CommitmentsWritten {
  /** Procore ids of what is new, changed or gone */
  changed: Set<string>;
  /** Procore ids of what is here as Procore has it */
  known: Set<string>;
  /** why some change orders were left out, by Procore id of the package */
  leftOut: Map<string, string>;
  /** what people should know, in sentences */
  warnings: string[];
}

/** Brings purchase orders, subcontracts and their variations to what was read. */
export async function applyCommitments(
  tx: Tx,
  target: CommitmentsTarget,
  reading: CommitmentsReading,
): Promise<CommitmentsWritten> {
  const written: CommitmentsWritten = { changed: new Set(), known: new Set(), leftOut: new Map(), warnings: [] };
  for (const kind of ['purchase_order', 'sub_contract'] as const) {
    const incoming = reading.commitments.filter((one) => one.kind === kind);
    await applyKind(tx, target, kind, incoming, written);
    await buryCommitments(tx, target, kind, reading.gone[kind], written);
  }
  await applyVariations(tx, target, reading, written);
  await applyGoneVariations(tx, target, reading.gone.variation, written);
  await resolveSuppliers(tx, target.account, target.companyId);
  await resolveCodes(tx, target.account, target.companyId, target.localId);
  for (const { kind, known, vanished } of reading.massVanish) {
    const tool = kind === 'variation' ? 'the change orders' : `the ${COMMITMENT_WORDS[kind]}s`;
    const said = `${vanished} of ${known} are missing from its lists at once`;
    const refused = messageOf({ code: 'NO_ACCESS', facts: { tool, place: 'this project', said } });
    written.warnings.push(`${refused}. Nothing of them was taken away.`);
  }
  return written;
}

async function applyKind(
  tx: Tx,
  { account, companyId, localId: projectId, procoreId: projectProcoreId }: CommitmentsTarget,
  kind: CommitmentKind,
  incoming: readonly ReadCommitment[],
  written: CommitmentsWritten,
): Promise<void> {
  if (incoming.length === 0) return;
  const links = await findLinks(
    tx,
    account,
    companyId,
    kind,
    incoming.map(({ row }) => row.id),
  );
  const vendorIds = [...new Set(incoming.flatMap(({ whole }) => whole.vendor?.id ?? []))];
  const vendors = await findLinks(tx, account, companyId, 'vendor', vendorIds);
  let unlinked = await unlinkedCommitments(tx, account, companyId, kind, projectId);
  for (const { row, whole } of incoming) {
    const content = contentOf(kind, { row, whole });
    const lines = whole.line_items.map(lineOf);
    const hash = contentHash({ content, lines });
    const link = links.get(row.id);
    written.known.add(row.id);
    if (link?.state === 'linked' && link.contentHash === hash) continue;
    const payableAccountId = vendors.get(content.vendorProcoreId ?? '')?.localId ?? null;
    const id = link?.localId ?? chooseCommitment(kind, { number: content.number, payableAccountId }, unlinked);
    const savedId = await writeCommitment(tx, account, kind, { id, companyId, projectId }, content);
    unlinked = unlinked.filter((one) => one.id !== savedId);
    await writeLines(tx, account, kind, savedId, lines);
    await requeueWaiting(tx, account, [waitKeys.commitment(savedId), waitKeys.commitmentNumber(content.number)]);
    await saveLinks(tx, account, companyId, kind, [
      { localId: savedId, procoreId: row.id, projectProcoreId, contentHash: hash, remoteUpdatedAt: whole.updated_at },
    ]);
    written.changed.add(row.id);
  }
}

function contentOf(kind: CommitmentKind, { row, whole }: Pick<ReadCommitment, 'row' | 'whole'>): CommitmentContent {
  return {
    number: whole.number?.trim() || whole.id,
    description: whole.title?.trim() || whole.description?.trim() || null,
    vendorProcoreId: whole.vendor?.id ?? null,
    vendorName: whole.vendor?.company ?? null,
    procoreStatus: whole.status ?? '',
    isAccepted: isAccepted(kind, whole.status),
    isPrivate: whole.private === true,
    isExecuted: whole.executed === true,
    accountingMethod: whole.accounting_method === 'unit' ? 'unit' : 'amount',
    retainagePercent: percentOf(row.retainage_percent),
    invoiced: toCents(whole.total_requisitions_amount ?? '0'),
  };
}

const lineOf = (line: CommitmentLine, index: number): LineContent => ({
  ...shared(line, index),
  wbsCodeProcoreId: line.wbs_code?.id ?? null,
  taxCodeProcoreId: line.tax_code_id,
  amount: lineAmount({ ...priced(line), amount: line.amount }),
});

type AnyLine = CommitmentLine | ChangeOrderPackage['line_items'][number] | PotentialLine;

const shared = (line: AnyLine, index: number) => ({
  procoreId: line.id,
  position: line.position ?? index + 1,
  description: line.description,
  costCodeProcoreId: line.cost_code?.id ?? null,
  costCodeText: line.cost_code?.full_code ?? line.wbs_code?.flat_code ?? null,
  costTypeProcoreId: line.line_item_type?.id ?? null,
  quantity: line.quantity,
  unitPrice: line.unit_cost,
  unit: line.uom,
});

const priced = (line: AnyLine) => ({
  extendedAmount: line.extended_amount,
  quantity: line.quantity,
  unitPrice: line.unit_cost,
});

async function buryCommitments(
  tx: Tx,
  { account, companyId }: CommitmentsTarget,
  kind: CommitmentKind,
  gone: ReadonlySet<string>,
  written: CommitmentsWritten,
): Promise<void> {
  const links = [...(await findLinks(tx, account, companyId, kind, [...gone])).values()];
  const live = links.filter(({ state }) => state === 'linked');
  await deactivateCommitments(
    tx,
    account,
    kind,
    live.flatMap(({ localId }) => localId ?? []),
  );
  await buryLinks(
    tx,
    account,
    live.map(({ id }) => id),
  );
  for (const { procoreId } of links) if (procoreId !== null) written.known.add(procoreId);
  for (const { procoreId } of live) if (procoreId !== null) written.changed.add(procoreId);
}

async function applyVariations(
  tx: Tx,
  target: CommitmentsTarget,
  { changeOrders, statuses }: CommitmentsReading,
  written: CommitmentsWritten,
): Promise<void> {
  const { account, companyId } = target;
  const contractIds = [...new Set(changeOrders.map(({ contractId }) => contractId))];
  const orders = await findLinks(tx, account, companyId, 'purchase_order', contractIds);
  const subcontracts = await findLinks(tx, account, companyId, 'sub_contract', contractIds);
  const held = await heldVariations(
    tx,
    account,
    companyId,
    changeOrders.map(({ shown }) => shown.id),
  );
  for (const one of changeOrders) {
    const of: CommitmentKind = orders.has(one.contractId) ? 'purchase_order' : 'sub_contract';
    const commitmentId = (orders.get(one.contractId) ?? subcontracts.get(one.contractId))?.localId ?? null;
    if (commitmentId === null) continue;
    const status = readStatus(one.shown.status, statuses);
    await applyVariation(tx, target, { of, commitmentId }, { one, status, held: held.get(one.shown.id) }, written);
  }
}

interface Incoming {
  one: ReadChangeOrder;
  status: ReturnType<typeof readStatus>;
  held: HeldVariation | undefined;
}

async function applyVariation(
  tx: Tx,
  target: CommitmentsTarget,
  commitment: { of: CommitmentKind; commitmentId: string },
  { one, status, held }: Incoming,
  written: CommitmentsWritten,
): Promise<void> {
  const { account, companyId, localId: projectId, procoreId: projectProcoreId, onlyApproved } = target;
  const { shown } = one;
  const fate = fateOf({ ...status, isDeleted: false, onlyApproved, held: held?.isActive ? held : null });
  if (fate.kind !== 'keep') {
    written.leftOut.set(
      shown.id,
      `Change order ${numberOf(shown)} is ${status.statusName}, and only approved ones come in.`,
    );
    if (fate.kind === 'remove' && held) await takeAway(tx, target, shown.id, held, written);
    return;
  }
  written.known.add(shown.id);
  const { content, lines } = variationOf(one, status, fate.problem);
  const hash = contentHash({ content, lines, commitment });
  if (held?.isActive && held.contentHash === hash) return;
  const place = { id: held?.id ?? null, companyId, projectId, ...commitment };
  const id = await writeVariation(tx, account, place, content);
  await writeLines(tx, account, 'variation', id, lines);
  await requeueWaiting(tx, account, [waitKeys.commitment(commitment.commitmentId)]);
  await saveLinks(tx, account, companyId, 'variation', [
    { localId: id, procoreId: shown.id, projectProcoreId, contentHash: hash, remoteUpdatedAt: shown.updated_at },
  ]);
  await askAbout(tx, target, shown.id, content.number, fate.problem);
  written.changed.add(shown.id);
}

const numberOf = ({ number, id }: { number: string | null; id: string }): string => number?.trim() || id;

function variationOf(
  { shown, hiddenLines }: ReadChangeOrder,
  status: ReturnType<typeof readStatus>,
  problem: string | null,
): { content: VariationContent; lines: LineContent[] } {
  const lines = [
    ...shown.line_items.map(
      (line, index): LineContent => ({
        ...shared(line, index),
        wbsCodeProcoreId: line.wbs_code?.id ?? null,
        taxCodeProcoreId: null,
        amount: lineAmount({ ...priced(line), markups: line.markup_line_items.map(({ amount }) => amount) }),
      }),
    ),
    ...hiddenLines.map(
      (line, index): LineContent => ({
        ...shared(line, index),
        wbsCodeProcoreId: line.wbs_code?.id ?? null,
        taxCodeProcoreId: line.tax_code_id,
        amount: lineAmount({ ...priced(line), amount: line.amount }),
      }),
    ),
  ];
  const amount = toCents(shown.grand_total ?? '0');
  return {
    lines,
    content: {
      number: numberOf(shown),
      description: shown.title?.trim() || shown.description?.trim() || null,
      ...status,
      amount,
      worth: worthOf(status.state, amount),
      problem,
    },
  };
}

async function takeAway(
  tx: Tx,
  { account }: CommitmentsTarget,
  procoreId: string,
  held: HeldVariation,
  written: CommitmentsWritten,
): Promise<void> {
  await removeVariation(tx, account, held.id);
  await buryLinks(tx, account, [held.linkId]);
  written.known.add(procoreId);
  written.changed.add(procoreId);
}

async function applyGoneVariations(
  tx: Tx,
  target: CommitmentsTarget,
  gone: ReadonlySet<string>,
  written: CommitmentsWritten,
): Promise<void> {
  const held = await heldVariations(tx, target.account, target.companyId, [...gone]);
  for (const [procoreId, one] of held) {
    written.known.add(procoreId);
    if (!one.isActive) continue;
    const fate = fateOf({ ...one, isDeleted: true, onlyApproved: target.onlyApproved, held: one });
    if (fate.kind !== 'keep') {
      await takeAway(tx, target, procoreId, one, written);
      continue;
    }
    if (one.problem === fate.problem) continue;
    await blockVariation(tx, target.account, one.id, fate.problem ?? '');
    await buryLinks(tx, target.account, [one.linkId]);
    await askAbout(tx, target, procoreId, one.number, fate.problem);
    written.changed.add(procoreId);
  }
}

/** What was claimed on and is not approved any more is a person's to settle. */
async function askAbout(
  tx: Tx,
  { account, companyId }: CommitmentsTarget,
  procoreId: string,
  number: string,
  problem: string | null,
): Promise<void> {
  if (problem === null) await settleMappingTasks(tx, account, companyId, 'variation', [procoreId]);
  else
    await raiseMappingTasks(tx, account, companyId, 'variation', [
      { procoreId, subject: `Variation ${number}`, reason: problem, candidates: [] },
    ]);
}
