import { XERO_OAUTH } from '../../accounting/xero/oauth-provider.ts';
import {
  booksPlace,
  listGlAccounts,
  listOrganisations,
  listTaxTypes,
  SYSTEMS,
  saveTaxTypes,
} from '../../db/queries/accounting.ts';
import {
  type AccountingConnectionRow,
  accountingPlace,
  changeAccountingConnection,
  forgetAccountingTokens,
  keepAccountingState,
} from '../../db/queries/accounting-connection.ts';
import { difference, writeAudit } from '../../db/queries/audit.ts';
import { changeSettings, getSettings } from '../../db/queries/settings.ts';
import type { Queryable } from '../../db/types.ts';
import { changeOrganisation, refreshLists } from '../../dispatch/accounting.ts';
import { randomSecret, sha256 } from '../../platform/crypto.ts';
import type { Deps } from '../../platform/deps.ts';
import { authorizeUrl, revoke } from '../../procore/oauth.ts';
import {
  Accounting,
  AccountingChange,
  AccountingSettingsChange,
  AccountingStart,
  GlCodes,
  OrganisationChoice,
  TaxTypes,
  TaxTypesChange,
} from '../../schemas/accounting.ts';
import { accountingCallbackUrl, accountingClientOf, accountingConnectionOf } from '../accounting-defaults.ts';
import type { RouteContext } from '../context.ts';
import { conflict, forbidden, notFound } from '../refusal.ts';

const NOT_CHOSEN = 'Connect to Xero and choose the organisation first.';

/** Settings > Integration > Accounting: where overhead invoices go. */
export function accountingRoutes(context: RouteContext): void {
  connectionOf(context);
  listsOf(context);
}

function connectionOf({ route, deps }: RouteContext): void {
  route(
    {
      method: 'get',
      path: '/api/accounting',
      does: 'The connection to the accounting system; the secret is never in it',
      may: 'read',
      answer: Accounting,
    },
    ({ db, caller }) => present(db, deps, caller.account),
  );

  route(
    {
      method: 'patch',
      path: '/api/accounting',
      does: "Changes the accounting app's client id or secret",
      may: 'connection.change',
      body: AccountingChange,
      answer: Accounting,
    },
    ({ db, caller: { account, actor }, body }) =>
      db.transaction(async (tx) => {
        const before = await accountingConnectionOf(tx, deps, account);
        const after = await changeAccountingConnection(tx, account, before, body, deps.secrets.seal);
        await writeAudit(tx, {
          account,
          actor,
          action: 'accounting.changed',
          subject: after.apiUrl,
          before: { clientId: before.clientId },
          after: { clientId: after.clientId, clientSecret: body.clientSecret === undefined ? 'kept' : 'replaced' },
        });
        return present(tx, deps, account);
      }),
  );

  route(
    {
      method: 'patch',
      path: '/api/accounting/settings',
      does: 'Changes how overhead invoices are sent; only what is named changes',
      may: 'settings.change',
      body: AccountingSettingsChange,
      answer: Accounting,
    },
    ({ db, caller: { account, actor }, body }) =>
      db.transaction(async (tx) => {
        const { before, after } = await changeSettings(tx, account, body);
        const changed = difference(before, after);
        if (Object.keys(changed.after).length > 0)
          await writeAudit(tx, {
            account,
            actor,
            action: 'settings.changed',
            subject: 'Accounting settings',
            ...changed,
          });
        return present(tx, deps, account);
      }),
  );

  route(
    {
      method: 'post',
      path: '/api/accounting/connect',
      does: 'Begins the sign-in to the accounting system; the browser goes to the address answered',
      may: 'connection.change',
      answer: AccountingStart,
    },
    async ({ db, caller }) => {
      if (caller.sessionId === null) throw forbidden('Only a signed-in person can connect to Xero.');
      const connection = await accountingConnectionOf(db, deps, caller.account);
      if (connection.clientId === '' || !hasSecret(deps, connection))
        throw conflict('Enter the client id and the client secret of your Xero app first.');
      const state = randomSecret();
      await keepAccountingState(db, {
        hash: sha256(state),
        account: caller.account,
        connectionId: connection.id,
        sessionId: caller.sessionId,
      });
      const asked = {
        loginUrl: connection.consentUrl,
        clientId: connection.clientId,
        redirectUri: accountingCallbackUrl(deps.env),
        state,
        scope: deps.env.XERO_SCOPES,
      };
      return { authorizeUrl: authorizeUrl(asked, XERO_OAUTH) };
    },
  );

  route(
    {
      method: 'post',
      path: '/api/accounting/disconnect',
      does: 'Ends the sign-in to the accounting system; organisations, mappings and contacts stay',
      may: 'connection.change',
    },
    async ({ db, caller: { account, actor } }) => {
      const connection = await accountingConnectionOf(db, deps, account);
      await db.transaction(async (tx) => {
        await forgetAccountingTokens(tx, account, connection.id);
        await writeAudit(tx, { account, actor, action: 'accounting.disconnected', subject: connection.apiUrl });
      });
      await revokeGrant(deps, connection);
      return undefined;
    },
  );
}

function listsOf({ route, deps }: RouteContext): void {
  route(
    {
      method: 'put',
      path: '/api/accounting/organisation',
      does: 'Chooses the organisation bills go to, and reads its accounts and tax rates',
      may: 'connection.change',
      body: OrganisationChoice,
      answer: Accounting,
    },
    async ({ db, caller: { account, actor }, body }) => {
      const connection = await accountingConnectionOf(db, deps, account);
      const before = await booksPlace(db, account);
      if (!(await changeOrganisation(deps, account, connection, body.id))) throw notFound('organisation');
      await writeAudit(db, {
        account,
        actor,
        action: 'accounting.organisation-chosen',
        subject: connection.apiUrl,
        before: { name: before?.name ?? null },
        after: { name: (await booksPlace(db, account))?.name ?? null },
      });
      return present(db, deps, account);
    },
  );

  route(
    {
      method: 'post',
      path: '/api/accounting/refresh',
      does: 'Reads the accounts and tax rates of the chosen organisation again',
      may: 'cost-code.create',
      answer: Accounting,
    },
    async ({ db, caller: { account } }) => {
      const place = await chosen(db, account);
      const connection = await accountingConnectionOf(db, deps, account);
      await refreshLists(deps, account, connection, { id: place.companyId, organisationId: place.organisationId });
      return present(db, deps, account);
    },
  );

  route(
    {
      method: 'get',
      path: '/api/accounting/tax-types',
      does: 'Our tax codes and the tax rates they are in the accounting system',
      may: 'read',
      answer: TaxTypes,
    },
    async ({ db, caller: { account } }) => listTaxTypes(db, account, (await chosen(db, account)).companyId),
  );

  route(
    {
      method: 'put',
      path: '/api/accounting/tax-types',
      does: 'Maps tax codes to tax rates of the accounting system',
      may: 'tax-mapping.change',
      body: TaxTypesChange,
      answer: TaxTypes,
    },
    ({ db, caller: { account, actor }, body }) =>
      db.transaction(async (tx) => {
        const { companyId, name } = await chosen(tx, account);
        await saveTaxTypes(tx, account, companyId, body.mappings);
        await writeAudit(tx, {
          account,
          actor,
          action: 'accounting.tax-types-changed',
          subject: name,
          after: body.mappings,
        });
        return listTaxTypes(tx, account, companyId);
      }),
  );

  route(
    {
      method: 'get',
      path: '/api/gl-codes',
      does: 'The accounts a line without a project can be booked on',
      may: 'read',
      answer: GlCodes,
    },
    async ({ db, caller: { account } }) => {
      const place = await booksPlace(db, account);
      return place === null ? [] : listGlAccounts(db, place.companyId);
    },
  );
}

async function chosen(db: Queryable, account: string) {
  const place = await booksPlace(db, account);
  if (place === null) throw conflict(NOT_CHOSEN);
  return place;
}

async function present(db: Queryable, deps: Deps, account: string): Promise<Accounting> {
  const row = await accountingConnectionOf(db, deps, account);
  const organisations = await listOrganisations(db, account, row.id);
  const { mixedInvoices, billStatus, billDueDays } = await getSettings(db, account);
  return {
    system: SYSTEMS[row.system],
    state: row.state,
    clientId: row.clientId,
    callbackUrl: accountingCallbackUrl(deps.env),
    hasClientSecret: hasSecret(deps, row),
    connectedBy: row.connectedBy,
    connectedAt: row.connectedAt,
    organisations,
    listsReadAt: organisations.find(({ isChosen }) => isChosen)?.listsReadAt ?? null,
    settings: { mixedInvoices, billStatus, billDueDays },
  };
}

/** An installation without an app of its own starts with an empty secret. */
const hasSecret = ({ secrets }: Deps, { id, clientSecret }: AccountingConnectionRow): boolean =>
  secrets.open(clientSecret, accountingPlace('client_secret', id)) !== '';

/** Asks Xero to forget a grant we no longer hold. Its refusal or silence changes nothing here. */
async function revokeGrant(deps: Deps, connection: AccountingConnectionRow): Promise<void> {
  if (connection.refreshToken === null) return;
  try {
    const token = deps.secrets.open(connection.refreshToken, accountingPlace('refresh_token', connection.id));
    await revoke(accountingClientOf(deps, connection), token, XERO_OAUTH);
  } catch (error) {
    deps.logger.warn({ err: error }, 'Xero could not be asked to forget the old sign-in');
  }
}
