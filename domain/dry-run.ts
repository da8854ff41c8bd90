import { sum } from './decimal.ts';
import type { DryLine, DryRecord, Standing } from './dry-record.ts';
import { dryClaims } from './dry-run-claims.ts';
import type { DocumentLine, Finding, InvoiceDocument } from './invoice.ts';
import { projectText } from './invoice.ts';
import { missingOf } from './missing.ts';
import { filesToSend, type PlanSettings, postedFigures } from './plan.ts';
import { preflight, splitByProject } from './preflight.ts';
import type { PreflightSettings } from './preflight-check.ts';
import type { ClaimSettings } from './requisition-plan.ts';
import { isClaimed, splitByCommitment } from './routing.ts';
import { procoreTax } from './tax.ts';

/** What sending an invoice would come to, without anything being written or asked. */
export interface DryRun {
  records: DryRecord[];
  /** records of earlier editions that would go */
  removes: string[];
  /** what would be made in Procore first */
  creates: string[];
  files: string[];
  notes: string[];
  /** total of lines that do not go to Procore; null without any */
  overhead: string | null;
  findings: Finding[];
  smallestTolerance: string | null;
  /** nothing that is known now stands in the way */
  passes: boolean;
}

/**
 * Works out what sending would do: records, lines, tax and totals, what would be created, and every problem at once
 * (domain.md 6.2). A number that is taken in Procore is only found by sending.
 */
export function dryRun(
  invoice: InvoiceDocument,
  settings: PlanSettings & PreflightSettings & ClaimSettings,
  standing: readonly Standing[],
): DryRun {
  const notes: string[] = [];
  const { findings, smallestTolerance } = preflight(invoice, settings, 'send');
  const unpriced = findings.some(({ code }) => code === 'UNIT_PRICE_ZERO');
  const direct = { ...invoice, lines: invoice.lines.filter((line) => !isClaimed(line)) };
  const parts = splitByProject(direct);
  const kept = [
    ...parts.map(({ project }) => `project:${project.id}`),
    ...splitByCommitment(invoice).map(({ commitment }) => `commitment:${commitment.id}`),
  ];
  const overhead = invoice.lines.filter((line) => line.project === null);
  return {
    // A line without a price has no quantity to show; the problem says so.
    records: unpriced
      ? []
      : [
          ...parts.map(({ project, lines }) => ({
            kind: 'direct_cost' as const,
            place: projectText(project),
            exists: standing.some(({ partKey }) => partKey === `project:${project.id}`),
            status: settings.directCostStatus,
            ...recordOf(invoice, lines, settings, notes),
            retention: null,
          })),
          ...dryClaims(invoice, settings, standing),
        ],
    removes: standing.filter(({ partKey }) => !kept.includes(partKey)).map((part) => part.projectText),
    creates: createsOf(invoice, settings),
    files: filesToSend(invoice, settings, notes).map(({ filename }) => filename),
    notes,
    overhead: overhead.length === 0 ? null : sum(overhead.map((line) => line.amount)).toFixed(2),
    findings,
    smallestTolerance,
    passes: findings.every(({ severity }) => severity !== 'blocks'),
  };
}

function recordOf(invoice: InvoiceDocument, lines: readonly DocumentLine[], settings: PlanSettings, notes: string[]) {
  const { total, figures } = postedFigures(invoice, lines, settings, notes);
  const taxed = lines.map(({ taxCode }, index) => ({
    amount: figures[index]!.amount,
    rate: taxCode?.mapped?.rate ?? taxCode?.rate ?? null,
  }));
  return {
    total,
    tax: procoreTax(taxed),
    lines: lines.map(
      (line, index): DryLine => ({
        position: line.position,
        code: line.code === null ? null : `${line.code.code} ${line.code.description}`,
        costType: line.costType === null ? null : `${line.costType.code} ${line.costType.name}`,
        description: line.description,
        quantity: figures[index]!.quantity,
        unitPrice: figures[index]!.unitCost,
        amount: figures[index]!.amount,
        taxCode: line.taxCode?.mapped?.code ?? line.taxCode?.code ?? null,
      }),
    ),
  };
}

/** What Procore lacks and we may make, in the words of people; what we may not make is a problem instead. */
function createsOf(invoice: InvoiceDocument, settings: PreflightSettings): string[] {
  return missingOf(invoice).flatMap((record): string[] => {
    if (record.kind === 'vendor') return settings.createMissingVendors ? [`Vendor ${invoice.vendor?.name ?? ''}`] : [];
    if (!settings.createMissingCodes) return [];
    const line = invoice.lines.find(
      ({ code, costType }) => (record.kind === 'cost_type' ? costType : code)?.id === record.localId,
    );
    if (line === undefined) return [];
    if (record.kind === 'cost_type')
      return [
        `Cost type ${line.costType?.code} ${line.costType?.name}, of base type ${line.costType?.baseType ?? 'other'}`,
      ];
    return [`Cost code ${line.code?.externalCode} in ${line.project === null ? '' : projectText(line.project)}`];
  });
}
