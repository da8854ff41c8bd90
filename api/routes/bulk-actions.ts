import { z } from 'zod';
import { cancelBulk, getBulk, listBulks, previewBulk, startBulk } from '../../db/queries/bulk-actions.ts';
import { namesOfPeople } from '../../db/queries/people-names.ts';
import type { Queryable } from '../../db/types.ts';
import { type BulkFilter, isEmptyFilter } from '../../domain/bulk.ts';
import { BulkAction, BulkActions, BulkPreview, BulkRequest, BulkStart } from '../../schemas/bulk-actions.ts';
import { Id } from '../../schemas/common.ts';
import type { RouteContext } from '../context.ts';
import { conflict, invalidInput, notFound } from '../refusal.ts';

const BulkParams = z.object({ id: Id });
const SHOWN = 20;

/** Many invoices at once, chosen by a filter: previewed, queued as one, watched, and taken back where not started. */
export function bulkActionRoutes({ route }: RouteContext): void {
  route(
    {
      method: 'get',
      path: '/api/bulk-actions',
      does: 'The newest bulk actions and how far they are',
      may: 'read',
      answer: BulkActions,
    },
    async ({ db, caller }) => named(db, await listBulks(db, caller.account, SHOWN)),
  );

  route(
    {
      method: 'post',
      path: '/api/bulk-actions/preview',
      does: 'Counts what a bulk action would take',
      may: 'invoice.send',
      body: BulkRequest,
      answer: BulkPreview,
    },
    ({ db, caller, body }) => {
      refuseEmpty(body.filter);
      return previewBulk(db, caller.account, body.kind, body.filter);
    },
  );

  route(
    {
      method: 'post',
      path: '/api/bulk-actions',
      does: 'Queues all invoices that match a filter',
      may: 'invoice.send',
      body: BulkStart,
      answer: BulkAction,
      status: 202,
    },
    ({ db, caller: { account, actor }, body: { kind, filter, expected } }) => {
      refuseEmpty(filter);
      return db.transaction(async (tx) => {
        const started = await startBulk(tx, account, actor, { kind, filter, expected });
        if (started === null) throw conflict('It is no longer the same invoices. Look at the preview again.');
        return one(tx, account, started.id);
      });
    },
  );

  route(
    {
      method: 'get',
      path: '/api/bulk-actions/:id',
      does: 'How far a bulk action is',
      may: 'read',
      params: BulkParams,
      answer: BulkAction,
    },
    ({ db, caller, params }) => one(db, caller.account, params.id),
  );

  route(
    {
      method: 'post',
      path: '/api/bulk-actions/:id/cancel',
      does: 'Takes back what a bulk action has not started yet',
      may: 'invoice.send',
      params: BulkParams,
      answer: BulkAction,
    },
    ({ db, caller: { account, actor }, params: { id } }) =>
      db.transaction(async (tx) => {
        if ((await cancelBulk(tx, account, id, actor)) === null) throw notFound('bulk action');
        return one(tx, account, id);
      }),
  );
}

function refuseEmpty(filter: BulkFilter): void {
  if (isEmptyFilter(filter))
    throw invalidInput([{ path: 'filter', message: 'Say which invoices: the filter is empty.' }]);
}

async function one(db: Queryable, account: string, id: string) {
  const bulk = await getBulk(db, account, id);
  if (bulk === null) throw notFound('bulk action');
  const [shown] = await named(db, [bulk]);
  return shown!;
}

async function named<T extends { actor: string }>(db: Queryable, bulks: T[]): Promise<T[]> {
  const nameOf = await namesOfPeople(
    db,
    bulks.map(({ actor }) => actor),
  );
  return bulks.map((bulk) => ({ ...bulk, actor: nameOf(bulk.actor) }));
}
