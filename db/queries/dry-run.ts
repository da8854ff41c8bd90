import { and, eq, inArray, isNotNull } from 'drizzle-orm';
import { type DryRun, dryRun } from '../../domain/dry-run.ts';
import { payableInvoice, pushPart } from '../schema/index.ts';
import type { Queryable } from '../types.ts';
import { overheadProblems } from './accounting.ts';
import { loadInvoice } from './invoice-document.ts';
import { getSettings } from './settings.ts';

export interface InvoiceDryRun extends DryRun {
  id: string;
  number: string;
  vendorName: string | null;
  total: string;
}

/** What sending each of these invoices would come to. Reads only: nothing is queued, noted or asked of Procore. */
export async function dryRunInvoices(db: Queryable, account: string, ids: readonly string[]): Promise<InvoiceDryRun[]> {
  const settings = await getSettings(db, account);
  const known = await db
    .select({ id: payableInvoice.id })
    .from(payableInvoice)
    .where(and(eq(payableInvoice.account, account), inArray(payableInvoice.id, [...ids])));
  const runs: InvoiceDryRun[] = [];
  for (const { id } of known) {
    const loaded = await loadInvoice(db, account, id);
    if (loaded === null) continue;
    const { document } = loaded;
    const standing = await standingRecords(db, account, id);
    const stood = new Set(standing.map(({ projectProcoreId }) => projectProcoreId));
    // A record that stands there is how we learn whether tax was switched on since, so sending would try it.
    const lines = document.lines.map((line) =>
      line.project !== null && stood.has(line.project.procoreId ?? '')
        ? { ...line, project: { ...line.project, keepsTax: null } }
        : line,
    );
    const run = dryRun({ ...document, lines }, settings, standing);
    const overheads = await overheadProblems(db, document, settings, 'send');
    runs.push({
      id,
      number: document.number,
      vendorName: document.vendor?.name ?? null,
      total: document.total,
      ...run,
      findings: [...run.findings, ...overheads],
      passes: run.passes && overheads.every(({ severity }) => severity !== 'blocks'),
    });
  }
  return runs;
}

async function standingRecords(db: Queryable, account: string, documentId: string) {
  const rows = await db
    .select({ partKey: pushPart.partKey, projectProcoreId: pushPart.projectProcoreId, desired: pushPart.desired })
    .from(pushPart)
    .where(and(eq(pushPart.account, account), eq(pushPart.documentId, documentId), isNotNull(pushPart.procoreId)));
  return rows.map(({ partKey, projectProcoreId, desired }) => ({
    partKey,
    projectProcoreId,
    projectText: (desired as { projectText?: string } | null)?.projectText ?? 'a project it no longer has',
  }));
}
