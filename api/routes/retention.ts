import { z } from 'zod';
import { enterClaim } from '../../db/queries/claim-entry.ts';
import { findRetention, type RetentionView, setRetention } from '../../db/queries/retention.ts';
import { Id } from '../../schemas/common.ts';
import { ClaimEntered, ClaimEntry, Retention, RetentionPolicy } from '../../schemas/retention.ts';
import type { RouteContext } from '../context.ts';
import { invalidInput, notFound } from '../refusal.ts';

const path = '/api/subcontracts/:id/retention';
const params = z.object({ id: Id });

/** Claims on a subcontract, and what they keep back of it. */
export function retentionRoutes({ route }: RouteContext): void {
  const found = (view: RetentionView | null): RetentionView => {
    if (view === null) throw notFound('subcontract');
    return view;
  };

  route(
    {
      method: 'get',
      path,
      does: 'What claims keep back of a subcontract, and what they hold',
      may: 'read',
      params,
      answer: Retention,
    },
    async ({ db, caller, params: { id } }) => found(await findRetention(db, caller.account, id)),
  );

  route(
    {
      method: 'put',
      path,
      does: 'Sets what claims keep back of a subcontract',
      may: 'retention.change',
      params,
      body: RetentionPolicy,
      answer: Retention,
    },
    ({ db, caller: { account, actor }, params: { id }, body }) =>
      db.transaction(async (tx) => {
        if (!(await setRetention(tx, account, id, actor, body))) throw notFound('subcontract');
        return found(await findRetention(tx, account, id));
      }),
  );

  route(
    {
      method: 'post',
      path: '/api/subcontracts/:id/claims',
      does: 'Enters an invoice that claims on lines of a subcontract, or releases retention of them',
      may: 'invoice.edit',
      params,
      body: ClaimEntry,
      answer: ClaimEntered,
      status: 201,
    },
    ({ db, caller: { account, actor }, params: { id }, body }) =>
      db.transaction(async (tx) => {
        const entered = await enterClaim(tx, account, actor, id, body);
        if (entered.kind === 'not-found') throw notFound('subcontract');
        if (entered.kind === 'unknown-reference') throw invalidInput([entered]);
        return { invoiceId: entered.id };
      }),
  );
}
