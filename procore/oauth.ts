import { type Dispatcher, request } from 'undici';
import { z } from 'zod';
import { kindOf, ProcoreError, saidBy } from './errors.ts';
import type { Grant, RefreshResult } from './ports.ts';

/** A sign-in service: where it answers, and how it wants the client named. */
export interface OAuthProvider {
  authorizePath: string;
  tokenPath: string;
  revokePath: string;
  /** whether the client names itself in the form or signs in with a Basic header */
  clientAuth: 'form' | 'basic';
}

const PROCORE_OAUTH: OAuthProvider = {
  authorizePath: '/oauth/authorize',
  tokenPath: '/oauth/token',
  revokePath: '/oauth/revoke',
  clientAuth: 'form',
};

export interface OAuthClient {
  loginUrl: string;
  clientId: string;
  clientSecret: string;
}

export interface Tokens {
  accessToken: string;
  /** null for client credentials: a new access token is simply asked for again */
  refreshToken: string | null;
  expiresInSeconds: number;
}

const tokenAnswer = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1).nullish(),
  expires_in: z.number(),
});

/** The answers that no repetition changes: the grant is used up or withdrawn, or the client is not known. */
const DEAD = ['invalid_grant', 'invalid_client', 'unauthorized_client'];

const TIMEOUT_MS = 30_000;

/** The address a person is sent to for consent. `redirectUri` must be registered with the app to the letter. */
export function authorizeUrl(
  input: { loginUrl: string; clientId: string; redirectUri: string; state: string; scope?: string },
  provider = PROCORE_OAUTH,
): string {
  const url = at(input.loginUrl, provider.authorizePath);
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: input.clientId,
    redirect_uri: input.redirectUri,
    state: input.state,
    ...(input.scope === undefined ? {} : { scope: input.scope }),
  }).toString();
  return url.href;
}

/**
 * Trades the code of a consent for the first token pair; a code is good once and for ten minutes.
 *
 * @throws ProcoreError `unauthorized` when the code is not accepted
 */
export function exchangeCode(
  client: OAuthClient,
  input: { code: string; redirectUri: string },
  provider = PROCORE_OAUTH,
): Promise<Tokens> {
  return askForTokens(client, provider, {
    grant_type: 'authorization_code',
    code: input.code,
    redirect_uri: input.redirectUri,
  });
}

/** A service account's token, for one client id in all companies where its app is installed. */
export const clientCredentials = (client: OAuthClient, provider = PROCORE_OAUTH): Promise<Tokens> =>
  askForTokens(client, provider, { grant_type: 'client_credentials' });

/**
 * The next token of a connection. A refresh token dies as soon as it is used, so a lost answer throws `network`
 * and the following refresh comes back `dead`: only a person can reconnect then (contract section 2).
 */
export async function refresh(grant: Grant, provider = PROCORE_OAUTH): Promise<RefreshResult> {
  try {
    const tokens =
      grant.refreshToken === null
        ? await clientCredentials(grant, provider)
        : await askForTokens(grant, provider, { grant_type: 'refresh_token', refresh_token: grant.refreshToken });
    return { kind: 'refreshed', ...tokens, refreshToken: tokens.refreshToken ?? grant.refreshToken };
  } catch (error) {
    if (error instanceof ProcoreError && error.kind === 'unauthorized') return { kind: 'dead' };
    throw error;
  }
}

/** Ends a grant: the access token and the refresh token both stop working. Unknown tokens are answered 200 too. */
export async function revoke(client: OAuthClient, token: string, provider = PROCORE_OAUTH): Promise<void> {
  await post(client, provider, provider.revokePath, { token });
}

async function askForTokens(
  client: OAuthClient,
  provider: OAuthProvider,
  form: Record<string, string>,
): Promise<Tokens> {
  const answer = tokenAnswer.safeParse(await post(client, provider, provider.tokenPath, form));
  if (!answer.success) {
    throw new ProcoreError({
      kind: 'unreadable',
      method: 'POST',
      path: provider.tokenPath,
      status: 200,
      said: 'The sign-in service answered without a token.',
      isAmbiguous: true,
    });
  }
  return {
    accessToken: answer.data.access_token,
    refreshToken: answer.data.refresh_token ?? null,
    expiresInSeconds: answer.data.expires_in,
  };
}

/** A path below the address, which may have a path of its own. */
const at = (address: string, path: string): URL => new URL(`${address.replace(/\/$/, '')}${path}`);

/** How the client says who it is: fields of the form, or a header. */
function clientOf(
  { clientId, clientSecret }: OAuthClient,
  { clientAuth }: OAuthProvider,
): Record<'form' | 'headers', Record<string, string>> {
  if (clientAuth === 'form') return { form: { client_id: clientId, client_secret: clientSecret }, headers: {} };
  const credentials = [clientId, clientSecret].map(encodeURIComponent).join(':');
  return { form: {}, headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` } };
}

/** Nothing of the answer's text is kept but its error fields: a success body holds tokens. */
async function post(
  client: OAuthClient,
  provider: OAuthProvider,
  path: string,
  form: Record<string, string>,
): Promise<unknown> {
  const own = clientOf(client, provider);
  const failure = { method: 'POST', path, isAmbiguous: true } as const;
  let answer: Dispatcher.ResponseData;
  let text: string;
  try {
    answer = await request(at(client.loginUrl, path), {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
        ...own.headers,
      },
      body: new URLSearchParams({ ...form, ...own.form }).toString(),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    text = await answer.body.text();
  } catch {
    throw new ProcoreError({ ...failure, kind: 'network', status: null, said: 'The sign-in service did not answer.' });
  }
  const body = asJson(text);
  if (answer.statusCode < 300) return body;
  const said = withoutSecrets(saidBy(body ?? text), [client.clientSecret, ...SECRET_FIELDS.map((name) => form[name])]);
  throw new ProcoreError({
    ...failure,
    kind: isDead(body) ? 'unauthorized' : kindOf(answer.statusCode, ''),
    status: answer.statusCode,
    said: said || `The sign-in service answered ${answer.statusCode}.`,
    isAmbiguous: answer.statusCode >= 500,
  });
}

const SECRET_FIELDS = ['code', 'refresh_token', 'token'];

/** A refusal may repeat what it was asked with. */
const withoutSecrets = (said: string, secrets: readonly (string | undefined)[]): string =>
  secrets.reduce<string>((text, secret) => (secret ? text.replaceAll(secret, '[hidden]') : text), said);

const isDead = (body: unknown): boolean =>
  typeof body === 'object' && body !== null && 'error' in body && DEAD.includes(String(body.error));

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
