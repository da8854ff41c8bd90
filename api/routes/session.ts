import { Session } from '../../schemas/session.ts';
import type { RouteContext } from '../context.ts';

export function sessionRoutes({ route }: RouteContext): void {
  route(
    { method: 'get', path: '/api/session', does: 'Who is signed in, and where', may: 'read', answer: Session },
    async ({ caller }) => ({
      user: { id: caller.id, name: caller.name, email: caller.email },
      account: { id: caller.account, name: caller.accountName },
      roles: caller.roles,
    }),
  );
}
