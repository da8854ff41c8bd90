import type { DomainError } from '../domain/errors.ts';
import type { InvoiceDocument } from '../domain/invoice.ts';
import { missingOf } from '../domain/missing.ts';
import { type CreateMissingDeps, findMissing } from './create-missing.ts';
import type { DocumentRef, Trail } from './push-attempt.ts';

/**
 * What is not linked may have come to Procore without our hearing of it. Where nothing may be created we look,
 * so that a fix made there counts at once and every problem is still told together.
 *
 * @returns whether something was found, and why what is there cannot be used
 */
export async function findAbsent(
  deps: Omit<CreateMissingDeps, 'settleDelayMs'>,
  ref: DocumentRef,
  document: Pick<InvoiceDocument, 'vendor' | 'lines'>,
  settings: { createMissingVendors: boolean; createMissingCodes: boolean },
  trail: Trail,
): Promise<{ isFound: boolean; refusals: DomainError[] }> {
  const held = new Set(
    document.lines.flatMap(({ project }) => (project?.held && project.companyId ? [project.companyId] : [])),
  );
  const absent = missingOf(document).filter(
    ({ kind, companyId }) =>
      held.has(companyId) || (kind === 'vendor' ? !settings.createMissingVendors : !settings.createMissingCodes),
  );
  const answers: (boolean | DomainError)[] = [];
  for (const record of absent) answers.push(await findMissing(deps, ref, record, trail));
  return { isFound: answers.includes(true), refusals: answers.filter((answer) => typeof answer !== 'boolean') };
}
