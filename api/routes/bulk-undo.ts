import { getBulk } from '../../db/queries/bulk-actions.ts';
import { startBulkUndo, undoCandidates } from '../../db/queries/bulk-undo.ts';
import { namesOfPeople } from '../../db/queries/people-names.ts';
import { isEmptyFilter } from '../../domain/bulk.ts';
import { sum } from '../../domain/decimal.ts';
import {
  BulkAction,
  BulkUndoPreview,
  BulkUndoRequest,
  BulkUndoStart,
  UNDO_AT_ONCE,
} from '../../schemas/bulk-actions.ts';
import { judgeEach } from '../bulk-undo-look.ts';
import type { RouteContext } from '../context.ts';
import { conflict, invalidInput } from '../refusal.ts';

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
      const judged = await judgeEach(deps, account, found);
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
