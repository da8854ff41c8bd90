import { namedLimits, replaceLimits } from '../../db/queries/approval-limits.ts';
import { difference, writeAudit } from '../../db/queries/audit.ts';
import type { Queryable } from '../../db/types.ts';
import { ApprovalLimits, ApprovalLimitsChange } from '../../schemas/purchase-orders.ts';
import type { RouteContext } from '../context.ts';
import { invalidInput } from '../refusal.ts';

export function approvalLimitRoutes({ route }: RouteContext): void {
  route(
    {
      method: 'get',
      path: '/api/approval-limits',
      does: 'How much is approved in one purchase order, by role and by person',
      may: 'read',
      answer: ApprovalLimits,
    },
    ({ db, caller }) => limitsOf(db, caller.account),
  );

  route(
    {
      method: 'put',
      path: '/api/approval-limits',
      does: 'Says how much is approved in one purchase order; who is not named has no limit',
      may: 'settings.change',
      body: ApprovalLimitsChange,
      answer: ApprovalLimits,
    },
    ({ db, caller: { account, actor }, body }) =>
      db.transaction(async (tx) => {
        refuseTwice(
          'roles',
          body.roles.map(({ role }) => role),
        );
        refuseTwice(
          'people',
          body.people.map(({ userId }) => userId),
        );
        const before = await limitsOf(tx, account);
        const stranger = await replaceLimits(tx, account, body);
        if (stranger !== null)
          throw invalidInput([{ path: `people.${stranger}.userId`, message: 'There is no such person.' }]);
        const after = await limitsOf(tx, account);
        await writeAudit(tx, {
          account,
          actor,
          action: 'approval-limits.changed',
          subject: 'Purchase orders',
          ...difference(before, after),
        });
        return after;
      }),
  );
}

const limitsOf = async (db: Queryable, account: string): Promise<ApprovalLimits> =>
  ApprovalLimits.parse(await namedLimits(db, account));

function refuseTwice(list: 'roles' | 'people', named: readonly string[]): void {
  const twice = named.findIndex((name, index) => named.indexOf(name) < index);
  if (twice >= 0) throw invalidInput([{ path: `${list}.${twice}`, message: 'This one is named twice.' }]);
}
