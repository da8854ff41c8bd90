import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { writeAudit } from '../../db/queries/audit.ts';
import { addHook, deleteHook, listHooks, setHookActive } from '../../db/queries/event-hooks.ts';
import type { Queryable } from '../../db/types.ts';
import { secretPlace } from '../../dispatch/event-hooks.ts';
import { Id } from '../../schemas/common.ts';
import { EventHook, EventHookChange, EventHooks, MadeEventHook, NewEventHook } from '../../schemas/event-hooks.ts';
import type { RouteContext } from '../context.ts';
import { invalidInput, notFound } from '../refusal.ts';

const Params = z.object({ id: Id });

/** Programs of the account that are told what becomes of its documents (dispatch/event-hooks.ts tells them). */
export function eventHookRoutes({ route, deps: { env, secrets } }: RouteContext): void {
  const find = async (db: Queryable, account: string, id: string) => {
    const hook = (await listHooks(db, account)).find((one) => one.id === id);
    if (!hook) throw notFound('webhook');
    return hook;
  };

  route(
    {
      method: 'get',
      path: '/api/event-hooks',
      does: 'The programs that are told what becomes of documents, and how far each was told',
      may: 'event-hook.change',
      answer: EventHooks,
    },
    async ({ db, caller }) => ({ rows: await listHooks(db, caller.account), hosts: env.EVENT_HOOK_HOSTS }),
  );

  route(
    {
      method: 'post',
      path: '/api/event-hooks',
      does: 'Adds a program to be told from now on; the answer is the only place that ever shows its secret',
      may: 'event-hook.change',
      body: NewEventHook,
      answer: MadeEventHook,
      status: 201,
      holdsPassword: true,
    },
    async ({ db, caller: { account, actor }, body: { url } }) => {
      const { host } = new URL(url);
      if (!env.EVENT_HOOK_HOSTS.includes(host))
        throw invalidInput([
          {
            path: 'url',
            message: `${host} may not be told. Whoever runs this installation adds it to EVENT_HOOK_HOSTS.`,
          },
        ]);
      const id = crypto.randomUUID();
      const secret = `whsec_${randomBytes(32).toString('base64url')}`;
      return db.transaction(async (tx) => {
        await addHook(tx, { id, account, url, secret: secrets.seal(secret, secretPlace(id)), createdBy: actor });
        await writeAudit(tx, { account, actor, action: 'webhook.added', subject: url });
        return { id, secret };
      });
    },
  );

  route(
    {
      method: 'patch',
      path: '/api/event-hooks/:id',
      does: 'Pauses a program, or lets it go on from the event it stands at',
      may: 'event-hook.change',
      params: Params,
      body: EventHookChange,
      answer: EventHook,
    },
    async ({ db, caller: { account, actor }, params: { id }, body: { isActive } }) =>
      db.transaction(async (tx) => {
        const { url } = await find(tx, account, id);
        await setHookActive(tx, account, id, isActive);
        await writeAudit(tx, { account, actor, action: isActive ? 'webhook.resumed' : 'webhook.paused', subject: url });
        return find(tx, account, id);
      }),
  );

  route(
    {
      method: 'delete',
      path: '/api/event-hooks/:id',
      does: 'Tells a program nothing any more',
      may: 'event-hook.change',
      params: Params,
    },
    async ({ db, caller: { account, actor }, params: { id } }) =>
      db.transaction(async (tx) => {
        const url = await deleteHook(tx, account, id);
        if (url === null) throw notFound('webhook');
        await writeAudit(tx, { account, actor, action: 'webhook.removed', subject: url });
        return undefined;
      }),
  );
}
