import { Router } from 'express';
import { z } from 'zod';
import { findConnectionById, takeOauthState } from '../../db/queries/connections.ts';
import { sha256 } from '../../platform/crypto.ts';
import type { Deps } from '../../platform/deps.ts';
import { ProcoreError } from '../../procore/errors.ts';
import { exchangeCode } from '../../procore/oauth.ts';
import type { Caller } from '../caller.ts';
import { callbackUrl } from '../connection-defaults.ts';
import { clientOf, finishSignIn } from '../finish-sign-in.ts';
import type { Identify } from '../route.ts';

/** Where the browser goes after the consent, whatever came of it; fixed, so that no link can send people elsewhere. */
const SETTINGS = '/settings?tab=procore';

const AGAIN = 'Start again with Connect to Procore.';

/** Why a consent did not connect, in a sentence the settings page shows. */
class ConsentProblem extends Error {}

const Callback = z.object({
  state: z.string().max(500).default(''),
  code: z.string().max(2000).optional(),
  error: z.string().max(200).optional(),
});
type Callback = z.infer<typeof Callback>;

/** The address Procore sends the browser back to. Public, since it must answer in words; the state says who may use it. */
export function oauthRoutes({ deps, identify }: { deps: Deps; identify: Identify }): Router {
  const router = Router();
  router.get('/oauth/procore/callback', async (request, response) => {
    try {
      const callback = Callback.safeParse(request.query);
      if (!callback.success) throw new ConsentProblem(`That sign-in is not known here. ${AGAIN}`);
      const caller = await identify(request, response).catch(() => null);
      await finishConsent(deps, callback.data, caller);
      response.redirect(303, `${SETTINGS}&connected=1`);
    } catch (error) {
      if (!(error instanceof ConsentProblem)) request.log.error({ err: error }, 'A consent could not be finished');
      const problem = error instanceof ConsentProblem ? error.message : `Something went wrong on our side. ${AGAIN}`;
      response.redirect(303, `${SETTINGS}&error=${encodeURIComponent(problem)}`);
    }
  });
  return router;
}

async function finishConsent(deps: Deps, { state, code, error }: Callback, caller: Caller | null): Promise<void> {
  const kept = await takeOauthState(deps.db, sha256(state));
  if (kept === null) throw new ConsentProblem(`That sign-in is not known here, or was used already. ${AGAIN}`);
  if (caller === null) throw new ConsentProblem(`You are no longer signed in here. Sign in, then ${lower(AGAIN)}`);
  if (kept.sessionId !== caller.sessionId || kept.account !== caller.account) {
    throw new ConsentProblem(`That sign-in was started in another session. ${AGAIN}`);
  }
  if (kept.isExpired) throw new ConsentProblem(`That sign-in took too long. ${AGAIN}`);
  if (error === 'access_denied')
    throw new ConsentProblem('Procore was not connected, because access was not allowed there.');
  if (error !== undefined || code === undefined)
    throw new ConsentProblem(`Procore did not finish the sign-in. ${AGAIN}`);
  await connect(deps, caller, kept.connectionId, code);
}

async function connect(deps: Deps, caller: Caller, connectionId: string, code: string): Promise<void> {
  const connection = await findConnectionById(deps.db, caller.account, connectionId);
  if (!connection) throw new ConsentProblem(`That sign-in is not known here. ${AGAIN}`);
  const redirectUri = callbackUrl(deps.env);
  const tokens = await exchangeCode(clientOf(deps, connection), { code, redirectUri }).catch((error: unknown) => {
    if (error instanceof ProcoreError)
      throw new ConsentProblem(`Procore did not accept the sign-in: ${error.said} ${AGAIN}`);
    throw error;
  });
  await finishSignIn(deps, caller, connection, tokens);
}

const lower = (sentence: string) => sentence.charAt(0).toLowerCase() + sentence.slice(1);
