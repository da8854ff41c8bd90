import { APIError } from 'better-auth/api';
import { fromNodeHeaders } from 'better-auth/node';
import type { Request, Response } from 'express';
import { writeAudit } from '../../db/queries/audit.ts';
import { membershipsOf } from '../../db/queries/members.ts';
import { OwnPasswordChange } from '../../schemas/members.ts';
import { Session } from '../../schemas/session.ts';
import { type Auth, createAuth } from '../auth.ts';
import type { RouteContext } from '../context.ts';
import { conflict, invalidInput } from '../refusal.ts';

export function sessionRoutes({ route, deps }: RouteContext): void {
  route(
    { method: 'get', path: '/api/session', does: 'Who is signed in, and where', may: 'read', answer: Session },
    async ({ db, caller }) => {
      const account = { id: caller.account, name: caller.accountName };
      const memberships = caller.sessionId === null ? [caller] : await membershipsOf(db, caller.id);
      return {
        user: { id: caller.id, name: caller.name, email: caller.email },
        account,
        roles: caller.roles,
        accounts: memberships.map((one) => ({ id: one.account, name: one.accountName })),
      };
    },
  );

  route(
    {
      method: 'post',
      path: '/api/session/password',
      does: 'Changes one’s own password; every other session of the person ends',
      may: 'read',
      holdsPassword: true,
      body: OwnPasswordChange,
    },
    ({ db, caller: { account, actor, name, sessionId }, body, request, response }) => {
      if (sessionId === null) throw conflict('A key has no password. Revoke it and make another.');
      return db.transaction(async (tx) => {
        await changePassword(createAuth({ ...deps, db: tx }), body, request, response);
        await writeAudit(tx, { account, actor, action: 'member.password-changed', subject: name });
        return undefined;
      });
    },
  );
}

async function changePassword(
  auth: Auth,
  body: { currentPassword: string; newPassword: string },
  request: Request,
  response: Response,
): Promise<void> {
  try {
    const { headers } = await auth.api.changePassword({
      body: { ...body, revokeOtherSessions: true },
      headers: fromNodeHeaders(request.headers),
      returnHeaders: true,
    });
    for (const cookie of headers.getSetCookie()) response.append('set-cookie', cookie);
  } catch (error) {
    if (!(error instanceof APIError) || error.body?.code !== 'INVALID_PASSWORD') throw error;
    throw invalidInput([{ path: 'currentPassword', message: 'The present password is not right.' }]);
  }
}
