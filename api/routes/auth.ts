import { fromNodeHeaders } from 'better-auth/node';
import { Router } from 'express';
import { type Auth, OPEN_AUTH_PATHS } from '../auth.ts';
import { forbidden, Refusal } from '../refusal.ts';

/** Sign-in and sign-out: better-auth's own, of which only some paths are open, refusing in our words. */
export function authRoutes({ auth, publicUrl }: { auth: Auth; publicUrl: string }): Router {
  const router = Router();
  for (const path of OPEN_AUTH_PATHS) {
    router.post(`/api/auth${path}`, async (request, response) => {
      const headers = fromNodeHeaders(request.headers);
      headers.set('content-type', 'application/json');
      headers.delete('content-length');
      headers.set('x-forwarded-for', request.ip ?? '');
      const answer = await auth.handler(
        new Request(`${publicUrl}${request.path}`, {
          method: 'POST',
          headers,
          body: JSON.stringify(request.body ?? {}),
        }),
      );
      for (const cookie of answer.headers.getSetCookie()) response.append('set-cookie', cookie);
      if (answer.ok) response.status(answer.status).json(SILENT.has(path) ? {} : await answer.json());
      else throw inOurWords(answer.status, (await answer.json().catch(() => ({}))) as { code?: string });
    });
  }
  return router;
}

/** Their answers hold the session's token, which belongs in the cookie alone. */
const SILENT: ReadonlySet<string> = new Set(['/sign-in/email', '/organization/set-active', '/sign-out']);

function inOurWords(status: number, { code }: { code?: string }): Refusal {
  if (status === 401) return new Refusal(401, 'UNAUTHENTICATED', 'The e-mail address or the password is not right.');
  if (status === 403)
    return forbidden(code === 'INVALID_ORIGIN' ? 'This request came from another site.' : 'You may not do this.');
  if (status < 500) return new Refusal(400, 'INVALID_INPUT', 'Enter your e-mail address and your password.');
  return new Refusal(500, 'INTERNAL', 'Something went wrong on our side. Try again in a moment.');
}
