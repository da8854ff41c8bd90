import { createHash, randomBytes } from 'node:crypto';
import { type Body, type Call, empty, type Resource, type Result, type TokenRow } from '../engine/api.ts';
import { oauthError } from '../engine/errors.ts';
import { escapeHtml } from '../engine/html.ts';
import type { Simulator } from '../engine/simulator.ts';
import type { Row } from '../engine/store.ts';
import type { UserRow } from './company-users.ts';

interface CodeRow extends Row {
  code: string;
  client_id: string;
  redirect_uri: string;
  user_id: number;
  expires_at: number;
  used: boolean;
}

const OUT_OF_BAND = 'urn:ietf:wg:oauth:2.0:oob';

const tokens = (sim: Simulator) => sim.store.table<TokenRow>('tokens');
const codes = (sim: Simulator) => sim.store.table<CodeRow>('authorization_codes');
const secret = (): string => randomBytes(32).toString('hex');

/** People who may sign in on the consent page. */
const people = (sim: Simulator) => sim.store.table<UserRow>('company_users').where('can_sign_in', true);

/**
 * Issues a token pair for a person or, without one, for the app's service account.
 * A refresh token is used once and dies with its use, answered or not (contract section 2).
 */
export function grant(
  sim: Simulator,
  request: { clientId: string; userId: number | null; redirectUri: string | null; companyIds?: number[] },
): TokenRow {
  const companies = sim.store.table<Row>('companies').all();
  const service = sim.store.table<UserRow>('company_users').where('is_service_account', true)[0];
  const createdAt = Date.now();
  return tokens(sim).insert({
    access_token: secret(),
    refresh_token: request.userId === null ? null : secret(),
    client_id: request.clientId,
    kind: request.userId === null ? 'service' : 'person',
    user_id: request.userId ?? service?.id ?? 0,
    company_ids: request.companyIds ?? companies.map((company) => company.id),
    redirect_uri: request.redirectUri,
    created_at: createdAt,
    expires_at: createdAt + sim.settings.accessTokenSeconds * 1000,
    revoked: false,
    refresh_used: false,
  });
}

export function presentToken(token: TokenRow) {
  return {
    access_token: token.access_token,
    token_type: 'bearer',
    expires_in: Math.round((token.expires_at - token.created_at) / 1000),
    ...(token.refresh_token === null ? {} : { refresh_token: token.refresh_token }),
    created_at: Math.floor(token.created_at / 1000),
  };
}

export const oauth: Resource = {
  tables: [
    { name: 'tokens', firstId: 1 },
    { name: 'authorization_codes', firstId: 1 },
  ],
  routes(api) {
    const open = { auth: 'none' as const };
    api.get('/oauth/authorize', showConsent, open);
    api.post('/oauth/authorize', decideConsent, open);
    api.post('/oauth/token', issueToken, open);
    api.post('/oauth/revoke', revoke, open);
    api.get('/oauth/token/info', tokenInfo, { companyHeader: 'optional' });
  },
};

function showConsent(call: Call): Result {
  const asked = readAuthorize(call, (name) => call.query.text(name));
  const hidden = Object.entries(asked)
    .map(([name, value]) => `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`)
    .join('');
  const choices = people(call.sim)
    .map(
      (user) =>
        `<option value="${user.id}">${escapeHtml(`${user.first_name} ${user.last_name}, ${user.job_title}`)}</option>`,
    )
    .join('');
  return {
    status: 200,
    html: `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Procore (simulated): allow access</title>
<style>body{font-family:system-ui;background:#f4f4f4;margin:0}main{max-width:26rem;margin:4rem auto;background:#fff;padding:2rem;border-top:4px solid #ff5100}
select,button{font:inherit;padding:.5rem .8rem;width:100%;margin:.4rem 0}button{cursor:pointer}.allow{background:#ff5100;color:#fff;border:0}</style></head>
<body><main><h1>Allow access to Procore?</h1><p>The app <strong>${escapeHtml(asked.client_id)}</strong> asks to read and write data of your companies. This is a simulated Procore: no password is needed.</p>
<form method="post" action="/oauth/authorize">${hidden}<label>Sign in as<select name="user_id">${choices}</select></label>
<button class="allow" name="decision" value="allow">Allow</button><button name="decision" value="deny">Deny</button></form></main></body></html>`,
  };
}

function decideConsent(call: Call): Result {
  const asked = readAuthorize(call, (name) => call.body[name] as string | undefined);
  if (call.body.decision !== 'allow') {
    return redirect(asked, { error: 'access_denied', error_description: 'The resource owner denied the request.' });
  }
  const user = people(call.sim).find((one) => one.id === Number(call.body.user_id));
  if (user === undefined) throw oauthError(400, 'invalid_request', 'Choose who signs in.');
  const code = codes(call.sim).insert({
    code: secret(),
    client_id: asked.client_id,
    redirect_uri: asked.redirect_uri,
    user_id: user.id,
    expires_at: Date.now() + call.sim.settings.authorizationCodeSeconds * 1000,
    used: false,
  });
  if (asked.redirect_uri === OUT_OF_BAND)
    return { status: 200, html: `<p>Authorization code: <code>${code.code}</code></p>` };
  return redirect(asked, { code: code.code });
}

interface Authorize {
  response_type: string;
  client_id: string;
  redirect_uri: string;
  state: string;
}

function readAuthorize(call: Call, read: (name: string) => string | undefined): Authorize {
  const asked = {
    response_type: read('response_type') ?? '',
    client_id: read('client_id') ?? '',
    redirect_uri: read('redirect_uri') ?? '',
    state: read('state') ?? '',
  };
  if (asked.response_type !== 'code') throw oauthError(400, 'unsupported_response_type', 'response_type must be code.');
  const { clients } = call.sim.settings;
  const client = clients.find((one) => one.clientId === asked.client_id);
  if (asked.client_id === '' || (clients.length > 0 && client === undefined)) {
    throw oauthError(401, 'invalid_client', 'Client authentication failed due to unknown client.');
  }
  const registered = client?.redirectUris ?? [];
  const isUri = asked.redirect_uri === OUT_OF_BAND || URL.canParse(asked.redirect_uri);
  if (!isUri || (registered.length > 0 && !registered.includes(asked.redirect_uri))) {
    throw oauthError(400, 'invalid_redirect_uri', 'The redirect uri included is not valid.');
  }
  return asked;
}

function redirect(asked: Authorize, answer: Record<string, string>): Result {
  const target = new URL(asked.redirect_uri);
  for (const [name, value] of Object.entries(answer)) target.searchParams.set(name, value);
  if (asked.state !== '') target.searchParams.set('state', asked.state);
  return { status: 302, headers: { Location: target.toString() } };
}

function issueToken(call: Call): Result {
  const clientId = requireClient(call);
  const token = grantFor(call, clientId);
  call.notes.push({ resource: 'token', id: token.id, body: { grant_type: call.body.grant_type, client_id: clientId } });
  return { status: 200, body: presentToken(token), headers: { 'Cache-Control': 'no-store' } };
}

function grantFor(call: Call, clientId: string): TokenRow {
  const { sim, body } = call;
  if (body.grant_type === 'client_credentials') return grant(sim, { clientId, userId: null, redirectUri: null });
  if (body.grant_type === 'authorization_code') {
    const code = codes(sim).where('code', String(body.code ?? ''))[0];
    const valid = code !== undefined && !code.used && code.expires_at > Date.now() && code.client_id === clientId;
    if (!valid || code.redirect_uri !== body.redirect_uri) throw invalidGrant(sim);
    codes(sim).update(code.id, { used: true });
    return grant(sim, { clientId, userId: code.user_id, redirectUri: code.redirect_uri });
  }
  if (body.grant_type === 'refresh_token') {
    const old = tokens(sim).where('refresh_token', String(body.refresh_token ?? ''))[0];
    if (old?.refresh_used) sim.deadTokenReuse += 1;
    if (old === undefined || old.refresh_used || old.revoked || old.client_id !== clientId) throw invalidGrant(sim);
    tokens(sim).update(old.id, { refresh_used: true });
    const { user_id: userId, redirect_uri: redirectUri, company_ids: companyIds } = old;
    return grant(sim, { clientId, userId, redirectUri, companyIds });
  }
  throw oauthError(400, 'unsupported_grant_type', 'The authorization grant type is not supported.');
}

const invalidGrant = (sim: Simulator) =>
  oauthError(
    Number(sim.switches.dead_grant_status),
    'invalid_grant',
    'The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in the authorization request, or was issued to another client.',
  );

/** Client id and secret from the body, or from a Basic header. */
function requireClient(call: Call): string {
  const given = clientOf(call.body, call.headers.authorization);
  const { clients } = call.sim.settings;
  const known = clients.some((one) => one.clientId === given.id && same(one.clientSecret, given.secret));
  if (given.id === '' || given.secret === '' || (clients.length > 0 && !known)) {
    throw oauthError(
      401,
      'invalid_client',
      'Client authentication failed due to unknown client, no client authentication included, or unsupported authentication method.',
    );
  }
  return given.id;
}

function clientOf(body: Body, authorization: string | undefined): { id: string; secret: string } {
  const basic = /^Basic (.+)$/i.exec(authorization ?? '')?.[1];
  const [id = '', ...rest] = basic === undefined ? [] : Buffer.from(basic, 'base64').toString().split(':');
  return { id: String(body.client_id ?? id), secret: String(body.client_secret ?? rest.join(':')) };
}

const same = (left: string, right: string): boolean => digest(left) === digest(right);
const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** 200 also for a token nobody knows; access and refresh token die together. */
function revoke(call: Call): Result {
  const value = String(call.body.token ?? '');
  const found = [...tokens(call.sim).where('access_token', value), ...tokens(call.sim).where('refresh_token', value)];
  for (const token of found) tokens(call.sim).update(token.id, { revoked: true });
  return { status: 200, body: {} };
}

function tokenInfo(call: Call): Result {
  const token = call.token;
  if (token === null) return empty(204);
  return {
    status: 200,
    body: {
      resource_owner_id: token.user_id,
      scopes: [],
      expires_in_seconds: Math.max(0, Math.round((token.expires_at - Date.now()) / 1000)),
      application: { uid: token.client_id },
      created_at: Math.floor(token.created_at / 1000),
    },
  };
}
