import type { InvoiceDocument } from './invoice.ts';
import { isClaimed } from './routing.ts';

/** A record an invoice needs that Procore may not have yet, by our ids. */
export type MissingRecord =
  | { kind: 'vendor'; companyId: string; localId: string; projectProcoreIds: string[] }
  | { kind: 'cost_type'; companyId: string; localId: string }
  | { kind: 'project_cost_code'; companyId: string; localId: string; projectProcoreId: string };

/** What a document needs that is not linked, each once: the vendor, then types, then codes. */
export function missingOf(invoice: Pick<InvoiceDocument, 'vendor' | 'lines'>): MissingRecord[] {
  const records = new Map<string, MissingRecord>();
  const add = (record: MissingRecord) => records.set(`${record.kind}/${record.companyId}/${record.localId}`, record);
  for (const { project } of invoice.lines) {
    if (project?.companyId == null || invoice.vendor === null) continue;
    const { companyId } = project;
    if (invoice.vendor.procoreIds[companyId] !== undefined) continue;
    const projectProcoreIds = invoice.lines.flatMap((line) =>
      line.project?.companyId === companyId ? (line.project.procoreId ?? []) : [],
    );
    add({ kind: 'vendor', companyId, localId: invoice.vendor.id, projectProcoreIds: [...new Set(projectProcoreIds)] });
  }
  // The lines of claims have the codes of their commitment.
  const coded = invoice.lines.filter((line) => !isClaimed(line));
  for (const { project, costType } of coded) {
    if (project?.companyId == null || costType === null || costType.procoreId !== null) continue;
    add({ kind: 'cost_type', companyId: project.companyId, localId: costType.id });
  }
  for (const { project, code } of coded) {
    if (project?.companyId == null || project.procoreId === null || code === null) continue;
    if (code.procoreId !== null && code.isActive) continue;
    const { companyId, procoreId: projectProcoreId } = project;
    add({ kind: 'project_cost_code', companyId, localId: code.id, projectProcoreId });
  }
  return [...records.values()];
}
