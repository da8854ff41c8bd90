import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { type ApiKeyRow, addApiKey, listApiKeys, revokeApiKey } from '../../db/queries/api-keys.ts';
import { writeAudit } from '../../db/queries/audit.ts';
import { ApiKey, ApiKeys, MadeApiKey, NewApiKey } from '../../schemas/api-keys.ts';
import { Id } from '../../schemas/common.ts';
import { keptOf } from '../api-key.ts';
import { asRoles } from '../caller.ts';
import type { RouteContext } from '../context.ts';
import { notFound } from '../refusal.ts';

/** Keys of machines: made by an admin, shown once, ended at once. */
export function apiKeyRoutes({ route }: RouteContext): void {
  route(
    {
      method: 'get',
      path: '/api/api-keys',
      does: 'The keys of machines that may call this API, without the keys themselves',
      may: 'api-key.change',
      answer: ApiKeys,
    },
    async ({ db, caller }) => ({ rows: (await listApiKeys(db, caller.account)).map(view) }),
  );

  route(
    {
      method: 'post',
      path: '/api/api-keys',
      does: 'Makes a key for a machine; the answer is the only place that ever shows it',
      may: 'api-key.change',
      body: NewApiKey,
      answer: MadeApiKey,
      status: 201,
      holdsPassword: true,
    },
    async ({ db, caller: { account, actor }, body }) => {
      const key = `lk_${randomBytes(32).toString('base64url')}`;
      return db.transaction(async (tx) => {
        const row = await addApiKey(tx, { account, name: body.name, scopes: body.roles, ...keptOf(key) });
        const after = { prefix: row.prefix, roles: row.roles };
        await writeAudit(tx, { account, actor, action: 'api-key.made', subject: row.name, after });
        return { ...view(row), key };
      });
    },
  );

  route(
    {
      method: 'post',
      path: '/api/api-keys/:id/revoke',
      does: 'Ends a key: the next call with it is refused',
      may: 'api-key.change',
      params: z.object({ id: Id }),
      answer: ApiKey,
    },
    async ({ db, caller: { account, actor }, params }) =>
      db.transaction(async (tx) => {
        const row = await revokeApiKey(tx, account, params.id);
        if (row === null) throw notFound('key');
        await writeAudit(tx, { account, actor, action: 'api-key.revoked', subject: row.name });
        return view(row);
      }),
  );
}

const view = (row: ApiKeyRow) => ({ ...row, roles: asRoles(row.roles) });
