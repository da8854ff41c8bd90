import { fromNodeHeaders } from 'better-auth/node';
import { Router } from 'express';
import { SignIn } from '../../schemas/session.ts';
import { type Auth, OPEN_AUTH_PATHS } from '../auth.ts';
import { refuseOtherSites } from '../caller.ts';
import { forbidden, Refusal } from '../refusal.ts';

/** Sign-in and sign-out: better-auth's own, of which only some paths are open, refusing in our words. */
export function authRoutes({ auth, origins }: { auth: Auth; origins: readonly string[] }): Router {
  const [ours = ''] = origins;
  const router = Router();
  for (const path of OPEN_AUTH_PATHS) {
    router.post(`/api/auth${path}`, async (request, response) => {
      refuseOtherSites(request, origins);
      if (path === '/sign-in/email' && !SignIn.safeParse(request.body).success) throw incomplete();
      const headers = fromNodeHeaders(request.headers);
      headers.set('content-type', 'application/json');
      headers.delete('content-length');
      // Checked just now, by a rule that also lets programs sign in.
      headers.set('origin', ours);
      headers.set('x-forwarded-for', request.ip ?? '');
      const answer = await auth.handler(
        new Request(`${ours}${request.path}`, {
          method: 'POST',
          headers,
          body: JSON.stringify(request.body ?? {}),
        }),
      );
      for (const cookie of answer.headers.getSetCookie()) response.append('set-cookie', cookie);
      if (!answer.ok) throw inOurWords(answer.status);
      // Its own answer holds the session's token, which belongs in the cookie alone.
      response.json({});
    });
  }
  return router;
}

const incomplete = () => new Refusal(400, 'INVALID_INPUT', 'Enter your e-mail address and your password.');

function inOurWords(status: number): Refusal {
  if (status === 401) return new Refusal(401, 'UNAUTHENTICATED', 'The e-mail address or the password is not right.');
  if (status === 403) return forbidden('You may not do this.');
  if (status < 500) return incomplete();
  return new Refusal(500, 'INTERNAL', 'Something went wrong on our side. Try again in a moment.');
}
