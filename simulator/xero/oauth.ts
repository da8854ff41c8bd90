import { randomBytes } from 'node:crypto';
import type { Call, Resource, Result } from '../engine/api.ts';
import { oauthError } from '../engine/errors.ts';
import { escapeHtml } from '../engine/html.ts';
import type { Simulator } from '../engine/simulator.ts';
import { codes, organisations, tokens, type XeroTokenRow } from './tables.ts';

const secret = (): string => randomBytes(32).toString('hex');

/** A refresh token whose answer was lost may be used again for so long. */
const GRACE_MS = 30 * 60_000;

/** Issues a token pair for organisations; the access token lives 30 minutes as Xero's does. */
export function xeroGrant(sim: Simulator, clientId: string, tenantIds: string[]): XeroTokenRow {
  return tokens(sim).insert({
    access_token: secret(),
    refresh_token: secret(),
    client_id: clientId,
    user_name: 'Mere Accounts',
    tenant_ids: tenantIds,
    expires_at: Date.now() + sim.settings.xero.accessTokenSeconds * 1000,
    revoked: false,
    refreshed_at: null,
  });
}

export const presentXeroToken = (token: XeroTokenRow) => ({
  access_token: token.access_token,
  refresh_token: token.refresh_token,
  token_type: 'Bearer',
  expires_in: Math.round((token.expires_at - Date.now()) / 1000),
  scope: 'offline_access accounting.invoices accounting.contacts accounting.settings.read accounting.attachments',
});

/** Sign-in to Xero: consent page, token, revocation, and the organisations a token reaches. */
export const xeroOauth: Resource = {
  tables: [
    { name: 'xero_tokens', firstId: 1 },
    { name: 'xero_authorization_codes', firstId: 1 },
  ],
  routes(api) {
    const open = { auth: 'none', contract: 'none' } as const;
    api.get('/xero/identity/connect/authorize', showConsent, open);
    api.post('/xero/identity/connect/authorize', decideConsent, open);
    api.post('/xero/connect/token', issueToken, open);
    api.post('/xero/connect/revocation', revoke, open);
  },
};

interface Authorize {
  client_id: string;
  redirect_uri: string;
  state: string;
  scope: string;
}

function readAuthorize({ sim }: Call, read: (name: string) => string | undefined): Authorize {
  const asked = {
    client_id: read('client_id') ?? '',
    redirect_uri: read('redirect_uri') ?? '',
    state: read('state') ?? '',
    scope: read('scope') ?? '',
  };
  const { clients } = sim.settings.xero;
  if (!clients.some(({ clientId }) => clientId === asked.client_id))
    throw oauthError(400, 'unauthorized_client', 'Unknown client or client not enabled');
  if (!URL.canParse(asked.redirect_uri)) throw oauthError(400, 'invalid_request', 'Invalid redirect_uri');
  if (!asked.scope.split(' ').includes('offline_access'))
    throw oauthError(400, 'invalid_scope', 'Ask for offline_access, or there is no refresh token.');
  return asked;
}

function showConsent(call: Call): Result {
  const asked = readAuthorize(call, (name) => call.query.text(name));
  const hidden = Object.entries({ ...asked, response_type: 'code' })
    .map(([name, value]) => `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`)
    .join('');
  const choices = organisations(call.sim)
    .all()
    .map(({ tenant_id, name }) => `<option value="${tenant_id}">${escapeHtml(name)}</option>`)
    .join('');
  return {
    status: 200,
    html: `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Xero (simulated): allow access</title>
<style>body{font-family:system-ui;background:#e3f2f9;margin:0}main{max-width:26rem;margin:4rem auto;background:#fff;padding:2rem;border-top:4px solid #0078c8}
select,button{font:inherit;padding:.5rem .8rem;width:100%;margin:.4rem 0}button{cursor:pointer}.allow{background:#0078c8;color:#fff;border:0}</style></head>
<body><main><h1>Allow access to Xero?</h1><p>The app <strong>${escapeHtml(asked.client_id)}</strong> asks to read settings and to write contacts, bills and attachments. This is a simulated Xero: no password is needed.</p>
<form method="post" action="/xero/identity/connect/authorize">${hidden}<label>Organisation<select name="tenant_id">${choices}<option value="">All of them</option></select></label>
<button class="allow" name="decision" value="allow">Allow access</button><button name="decision" value="deny">Cancel</button></form></main></body></html>`,
  };
}

function decideConsent(call: Call): Result {
  const { sim, body } = call;
  const asked = readAuthorize(call, (name) => body[name] as string | undefined);
  if (body.decision !== 'allow') return redirect(asked, { error: 'access_denied' });
  const all = organisations(sim).all();
  const chosen = all.filter(({ tenant_id }) => body.tenant_id === '' || tenant_id === body.tenant_id);
  const code = codes(sim).insert({
    code: secret(),
    client_id: asked.client_id,
    redirect_uri: asked.redirect_uri,
    tenant_ids: chosen.map(({ tenant_id }) => tenant_id),
    expires_at: Date.now() + 5 * 60_000,
    used: false,
  });
  return redirect(asked, { code: code.code, scope: asked.scope });
}

function redirect(asked: Authorize, answer: Record<string, string>): Result {
  const target = new URL(asked.redirect_uri);
  for (const [name, value] of Object.entries(answer)) target.searchParams.set(name, value);
  if (asked.state !== '') target.searchParams.set('state', asked.state);
  return { status: 302, headers: { Location: target.toString() } };
}

function issueToken(call: Call): Result {
  const token = tokenFor(call, requireClient(call));
  call.notes.push({ resource: 'xero_token', id: token.id, body: { grant_type: call.body.grant_type } });
  return { status: 200, body: presentXeroToken(token), headers: { 'Cache-Control': 'no-store' } };
}

function tokenFor({ sim, body }: Call, clientId: string): XeroTokenRow {
  const dead = () => oauthError(400, 'invalid_grant', 'The grant is used up, expired or withdrawn.');
  if (body.grant_type === 'authorization_code') {
    const code = codes(sim).where('code', String(body.code ?? ''))[0];
    const isGood = code !== undefined && !code.used && code.expires_at > Date.now() && code.client_id === clientId;
    if (!isGood || code.redirect_uri !== body.redirect_uri) throw dead();
    codes(sim).update(code.id, { used: true });
    return xeroGrant(sim, clientId, code.tenant_ids);
  }
  if (body.grant_type !== 'refresh_token') throw oauthError(400, 'unsupported_grant_type', 'Unknown grant type');
  const old = tokens(sim).where('refresh_token', String(body.refresh_token ?? ''))[0];
  if (old === undefined || old.revoked || old.client_id !== clientId) throw dead();
  const graceMs = sim.switches.xero_refresh_grace === 'none' ? 0 : GRACE_MS;
  if (old.refreshed_at !== null && Date.now() >= old.refreshed_at + graceMs) throw dead();
  tokens(sim).update(old.id, { refreshed_at: old.refreshed_at ?? Date.now() });
  return xeroGrant(sim, clientId, old.tenant_ids);
}

/** The client signs in with a Basic header; Xero takes nothing of it from the body. */
function requireClient({ sim, headers }: Call): string {
  const basic = /^Basic (.+)$/i.exec(headers.authorization ?? '')?.[1] ?? '';
  const [id = '', ...rest] = Buffer.from(basic, 'base64').toString().split(':').map(decodeURIComponent);
  const known = sim.settings.xero.clients.some(
    ({ clientId, clientSecret }) => clientId === id && clientSecret === rest.join(':'),
  );
  if (!known) throw oauthError(400, 'invalid_client', 'Client authentication failed.');
  return id;
}

function revoke(call: Call): Result {
  requireClient(call);
  for (const token of tokens(call.sim).where('refresh_token', String(call.body.token ?? '')))
    tokens(call.sim).update(token.id, { revoked: true });
  return { status: 200, body: {} };
}
