import type { z } from 'zod';
import { getInvoice, type StepResult, type UnknownReference } from '../db/queries/invoices.ts';
import type { Queryable } from '../db/types.ts';
import { CATALOGUE, messageOf } from '../domain/errors.ts';
import type { Finding } from '../domain/invoice.ts';
import type { Deps } from '../platform/deps.ts';
import { workflowIds } from '../platform/workflow-ids.ts';
import type { ProblemView } from '../schemas/common.ts';
import type { Invoice } from '../schemas/invoices.ts';
import { billLink } from './accounting-links.ts';
import type { Caller } from './caller.ts';
import { isAllowed } from './permissions.ts';
import { directCostLink } from './procore-links.ts';
import { conflict, forbidden, invalidInput, notFound } from './refusal.ts';
import { temporalLink } from './temporal-links.ts';

type Outcome = StepResult | UnknownReference | { kind: string };
type Refused = 'not-found' | 'conflict' | 'forbidden' | 'unknown-reference';

/** Lets an outcome through, or refuses the request with the sentence it carries. */
export function accept<T extends Outcome>(outcome: T): Exclude<T, { kind: Refused }> {
  const { kind, message, path } = outcome as { kind: string; message?: string; path?: string };
  if (kind === 'not-found') throw notFound('invoice');
  if (kind === 'conflict') throw conflict(message ?? '');
  if (kind === 'forbidden') throw forbidden(message ?? '');
  if (kind === 'unknown-reference') throw invalidInput([{ path: path ?? '', message: message ?? '' }]);
  return outcome as Exclude<T, { kind: Refused }>;
}

/** A problem in sentences. */
export const problemView = (problem: Finding): z.input<typeof ProblemView> => ({
  code: problem.code,
  message: messageOf(problem),
  fix: CATALOGUE[problem.code].fix,
  where: CATALOGUE[problem.code].where,
  severity: problem.severity,
  line: problem.line ?? null,
});

/** An invoice as the API answers it: problems in sentences, links, and what this caller may do now. */
export async function showInvoice(
  db: Queryable,
  { env }: Deps,
  caller: Caller,
  id: string,
): Promise<z.input<typeof Invoice>> {
  const found = await getInvoice(db, caller.account, id);
  if (found === null) throw notFound('invoice');
  const { parts, overhead, problems, files, lastRun, allowed, waitingSince: _waitingSince, ...invoice } = found;
  const may = (right: Parameters<typeof isAllowed>[1]) => isAllowed(caller.roles, right);
  return {
    ...invoice,
    files,
    problems: problems.map(problemView),
    parts: parts.map(
      ({ procoreId, projectProcoreId, loginUrl, isStanding: _isStanding, lacksFiles: _lacksFiles, ...part }) => ({
        ...part,
        // Where Procore's own screens show a claim is not published.
        procoreUrl: part.commitmentText === null ? directCostLink(loginUrl, projectProcoreId, procoreId) : null,
      }),
    ),
    overhead: overhead && { ...overhead, url: billLink(overhead.consentUrl, overhead.kind, overhead.remoteId) },
    temporalUrl: lastRun === null ? null : temporalLink(env, workflowIds.invoice(caller.account, id), lastRun.runId),
    may: {
      edit: allowed.edit && may('invoice.edit'),
      check: allowed.check && may('invoice.check'),
      approve: allowed.approve && may('invoice.approve'),
      send: allowed.send && may('invoice.send'),
      retry: allowed.retry && may('invoice.send'),
      cancel: allowed.cancel && may('invoice.send'),
      unapprove: allowed.unapprove && may('invoice.approve'),
      delete: allowed.delete && may('invoice.edit'),
      sendFiles: allowed.sendFiles && may('invoice.send'),
      undo: allowed.undo && may('invoice.undo'),
      ignore: allowed.ignore && may('invoice.send'),
      unignore: allowed.unignore && may('invoice.send'),
      sendEarly: allowed.sendEarly && may('invoice.send-early'),
      sendLocked: allowed.sendLocked && may('invoice.send-locked'),
    },
  };
}
