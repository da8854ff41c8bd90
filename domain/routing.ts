import type { DocumentAllocation, DocumentCommitment } from './allocations.ts';
import { COMMITMENT_WORDS } from './commitments.ts';
import type { DocumentLine, DocumentProject, InvoiceDocument } from './invoice.ts';

/** Where a line of an invoice goes (domain.md 3.2). */
export type Route =
  /** never to Procore: the accounting system takes it */
  | { kind: 'overhead' }
  | { kind: 'direct_cost'; project: DocumentProject }
  /** one claim for each commitment it is allocated to */
  | { kind: 'requisition'; commitments: DocumentCommitment[] };

/** The allocations of a line that claims are made of: those on commitments that are exchanged with Procore. */
export const claimedOn = (line: Pick<DocumentLine, 'allocations'>): DocumentAllocation[] =>
  line.allocations.filter(({ commitment }) => commitment.isSynced);

/** Whether a line goes to Procore on claims; then its own code, type and tax code are not sent. */
export const isClaimed = (line: Pick<DocumentLine, 'allocations'>): boolean => claimedOn(line).length > 0;

/** Routes one line. A commitment whose kind is not exchanged is only text: its lines are direct costs. */
function routeOf(line: Pick<DocumentLine, 'project' | 'allocations'>): Route {
  const commitments = claimedOn(line).map(({ commitment }) => commitment);
  if (commitments.length > 0) return { kind: 'requisition', commitments: onceEach(commitments) };
  return line.project === null ? { kind: 'overhead' } : { kind: 'direct_cost', project: line.project };
}

const onceEach = (commitments: readonly DocumentCommitment[]): DocumentCommitment[] => [
  ...new Map(commitments.map((one) => [one.id, one])).values(),
];

/** One claim of an invoice: all its allocations to one commitment. */
export interface ClaimPart {
  commitment: DocumentCommitment;
  project: DocumentProject;
  allocations: DocumentAllocation[];
}

/** Splits what an invoice claims by commitment, in order of first appearance. */
export function splitByCommitment(invoice: Pick<InvoiceDocument, 'lines'>): ClaimPart[] {
  const parts = new Map<string, ClaimPart>();
  for (const line of invoice.lines) {
    for (const allocation of claimedOn(line)) {
      const { commitment } = allocation;
      const part = parts.get(commitment.id);
      if (part !== undefined) part.allocations.push(allocation);
      else if (line.project !== null)
        parts.set(commitment.id, { commitment, project: line.project, allocations: [allocation] });
    }
  }
  return [...parts.values()];
}

/** The routes of an invoice in words, such as "PO-2210 claim" and "Direct cost". */
export const routeWords = (invoice: Pick<InvoiceDocument, 'lines'>): string[] => [
  ...new Set(invoice.lines.flatMap((line) => wordsOf(routeOf(line)))),
];

function wordsOf(route: Route): string[] {
  switch (route.kind) {
    case 'overhead':
      return ['Accounting'];
    case 'direct_cost':
      return ['Direct cost'];
    case 'requisition':
      return route.commitments.map(({ number }) => `${number} claim`);
  }
}

/** A commitment as people call it: "purchase order PO-2210". */
export const commitmentText = ({ kind, number }: Pick<DocumentCommitment, 'kind' | 'number'>): string =>
  `${COMMITMENT_WORDS[kind]} ${number}`;
