import { Router } from 'express';
import { z } from 'zod';
import { AccountingError } from '../../accounting/port.ts';
import { XERO_OAUTH } from '../../accounting/xero/oauth-provider.ts';
import {
  findAccountingConnection,
  noteAccountingConsent,
  takeAccountingState,
} from '../../db/queries/accounting-connection.ts';
import { writeAudit } from '../../db/queries/audit.ts';
import { ACCOUNTING_TOKENS, saveTokens } from '../../db/queries/tokens.ts';
import { takeOverOrganisations } from '../../dispatch/accounting.ts';
import { sha256 } from '../../platform/crypto.ts';
import type { Deps } from '../../platform/deps.ts';
import { ProcoreError } from '../../procore/errors.ts';
import { exchangeCode } from '../../procore/oauth.ts';
import { accountingCallbackUrl, accountingClientOf } from '../accounting-defaults.ts';
import type { Caller } from '../caller.ts';
import type { Identify } from '../route.ts';

/** Where the browser goes after the consent, whatever came of it; fixed, so that no link can send people elsewhere. */
const SETTINGS = '/settings?tab=accounting';

const AGAIN = 'Start again with Connect to Xero.';

/** Why a consent did not connect, in a sentence the settings page shows. */
class ConsentProblem extends Error {}

const Callback = z.object({
  state: z.string().max(500).default(''),
  code: z.string().max(2000).optional(),
  error: z.string().max(200).optional(),
});

/** The address Xero sends the browser back to. Public, since it must answer in words; the state says who may use it. */
export function accountingOauthRoutes({ deps, identify }: { deps: Deps; identify: Identify }): Router {
  const router = Router();
  router.get('/oauth/xero/callback', async (request, response) => {
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

async function finishConsent(
  deps: Deps,
  { state, code, error }: z.infer<typeof Callback>,
  caller: Caller | null,
): Promise<void> {
  const kept = await takeAccountingState(deps.db, sha256(state));
  if (kept === null) throw new ConsentProblem(`That sign-in is not known here, or was used already. ${AGAIN}`);
  if (caller === null) throw new ConsentProblem(`You are no longer signed in here. Sign in, then start again.`);
  if (kept.sessionId !== caller.sessionId || kept.account !== caller.account)
    throw new ConsentProblem(`That sign-in was started in another session. ${AGAIN}`);
  if (kept.isExpired) throw new ConsentProblem(`That sign-in took too long. ${AGAIN}`);
  if (error === 'access_denied')
    throw new ConsentProblem('Xero was not connected, because access was not allowed there.');
  if (error !== undefined || code === undefined) throw new ConsentProblem(`Xero did not finish the sign-in. ${AGAIN}`);
  await connect(deps, caller, kept.connectionId, code);
}

async function connect(deps: Deps, { account, actor }: Caller, connectionId: string, code: string): Promise<void> {
  const { db, secrets } = deps;
  const connection = await findAccountingConnection(db, account, connectionId);
  if (!connection) throw new ConsentProblem(`That sign-in is not known here. ${AGAIN}`);
  try {
    const tokens = await exchangeCode(
      accountingClientOf(deps, connection),
      { code, redirectUri: accountingCallbackUrl(deps.env) },
      XERO_OAUTH,
    );
    await saveTokens(db, secrets, connectionId, tokens, ACCOUNTING_TOKENS);
    await noteAccountingConsent(db, account, connectionId, actor);
    await writeAudit(db, { account, actor, action: 'accounting.connected', subject: connection.apiUrl });
    await takeOverOrganisations(deps, account, connection);
  } catch (error) {
    if (error instanceof ProcoreError || error instanceof AccountingError)
      throw new ConsentProblem(`Xero did not accept the sign-in: ${error.said} ${AGAIN}`);
    throw error;
  }
}
