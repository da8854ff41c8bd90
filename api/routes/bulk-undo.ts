import { AccountingError } from '../../accounting/port.ts';
import { getBulk } from '../../db/queries/bulk-actions.ts';
import { startBulkUndo, type UndoCandidate, undoCandidates } from '../../db/queries/bulk-undo.ts';
import { IS_ON_ITS_WAY } from '../../db/queries/invoices.ts';
import { namesOfPeople } from '../../db/queries/people-names.ts';
import { lockBreach } from '../../db/queries/period-lock.ts';
import { isEmptyFilter } from '../../domain/bulk.ts';
import { sum } from '../../domain/decimal.ts';
import { DomainError, messageOf } from '../../domain/errors.ts';
import { isOnItsWay } from '../../domain/invoice.ts';
import { whyStays } from '../../domain/undo.ts';
import { accountingRefusal } from '../../platform/accounting-errors.ts';
import { refusalOf } from '../../platform/errors.ts';
import { ProcoreError } from '../../procore/errors.ts';
import {
  BulkAction,
  BulkUndoPreview,
  BulkUndoRequest,
  BulkUndoStart,
  UNDO_AT_ONCE,
} from '../../schemas/bulk-actions.ts';
import type { RouteContext } from '../context.ts';
import { conflict, invalidInput } from '../refusal.ts';
import { lookAtUndo } from '../undo-look.ts';

/** Looks under way at once: as many as a person would hardly wait for one by one. */
const LOOKS_AT_ONCE = 4;

/** Taking many invoices back at once: shown first, and why which of them stay. */
export function bulkUndoRoutes({ route, deps }: RouteContext): void {
  route(
    {
      method: 'post',
      path: '/api/bulk-actions/undo-preview',
      does: 'Counts what taking invoices back would remove, and names those that stay and why; writes nothing',
      may: 'invoice.undo',
      body: BulkUndoRequest,
      answer: BulkUndoPreview,
    },
    async ({ db, caller: { account }, body }) => {
      if ('filter' in body && isEmptyFilter(body.filter))
        throw invalidInput([{ path: 'filter', message: 'Say which invoices: the filter is empty.' }]);
      const found = await undoCandidates(db, account, body, UNDO_AT_ONCE + 1);
      if (found.length > UNDO_AT_ONCE)
        throw conflict(`More than ${UNDO_AT_ONCE} invoices match. Narrow them to ${UNDO_AT_ONCE} at most.`);
      const judged = await lookAtAll(deps, account, found);
      const gone = judged.filter(({ why }) => why === null);
      return {
        count: gone.length,
        value: sum(gone.map(({ total }) => total)).toFixed(2),
        ids: gone.map(({ id }) => id),
        staying: judged.flatMap(({ why, integration: _, ...invoice }) => (why === null ? [] : [{ ...invoice, why }])),
      };
    },
  );

  route(
    {
      method: 'post',
      path: '/api/bulk-actions/undo',
      does: 'Takes invoices back, each if it can still simply be removed',
      may: 'invoice.undo',
      body: BulkUndoStart,
      answer: BulkAction,
      status: 202,
    },
    ({ db, caller: { account, actor }, body }) =>
      db.transaction(async (tx) => {
        const started = await startBulkUndo(tx, account, actor, body);
        if (started.kind === 'conflict') throw conflict(started.message);
        const bulk = await getBulk(tx, account, started.id);
        if (bulk === null) throw new Error('The bulk action just begun is gone');
        return { ...bulk, actor: (await namesOfPeople(tx, [bulk.actor]))(bulk.actor) };
      }),
  );
}

type Judged = UndoCandidate & { why: string | null };

async function lookAtAll(
  deps: RouteContext['deps'],
  account: string,
  found: readonly UndoCandidate[],
): Promise<Judged[]> {
  const judged: Judged[] = [];
  const queue = [...found];
  async function looker(): Promise<void> {
    for (let invoice = queue.shift(); invoice !== undefined; invoice = queue.shift())
      judged.push({
        ...invoice,
        why: isOnItsWay(invoice.integration) ? IS_ON_ITS_WAY : await whyOf(deps, account, invoice.id),
      });
  }
  await Promise.all(Array.from({ length: LOOKS_AT_ONCE }, looker));
  return judged.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Why an invoice stays. A record that cannot be looked at stays too; that nobody is signed in is told of all at once. */
async function whyOf(deps: RouteContext['deps'], account: string, id: string): Promise<string | null> {
  try {
    const breach = await lockBreach(deps.db, account, id);
    if (breach !== null) return messageOf({ code: 'PERIOD_LOCKED', facts: breach });
    return whyStays(await lookAtUndo(deps, account, id));
  } catch (error) {
    const refusal =
      error instanceof ProcoreError
        ? refusalOf(error)
        : error instanceof AccountingError
          ? accountingRefusal(error, 'what we asked')
          : error;
    if (!(refusal instanceof DomainError) || refusal.code.includes('AUTH_EXPIRED')) throw error;
    return refusal.message;
  }
}
