import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Driver, drive, send } from './drive.ts';

const CLIENT = { client_id: 'lentune-sim-client', client_secret: 'lentune-sim-secret' };
const REDIRECT = 'http://localhost:3000/oauth/callback';

let it: Driver;
beforeAll(async () => {
  it = await drive();
});
afterAll(() => it.close());
beforeEach(() => it.control('DELETE', '/faults'));

const token = (form: Record<string, string>) =>
  send(`${it.simulator.url}/oauth/token`, 'POST', new URLSearchParams({ ...CLIENT, ...form }), {});
const refresh = (refreshToken: string) => token({ grant_type: 'refresh_token', refresh_token: refreshToken });

async function consent(decision: string, redirectUri = REDIRECT): Promise<URL> {
  const asked = { response_type: 'code', client_id: CLIENT.client_id, redirect_uri: redirectUri, state: 'abc' };
  const person = it.guide.people.find((one: { name: string }) => one.name === 'Aroha Ngata').id;
  const form = new URLSearchParams({ ...asked, user_id: String(person), decision });
  const answer = await send(`${it.simulator.url}/oauth/authorize`, 'POST', form, {});
  return new URL(answer.headers.get('location')!);
}

const exchange = (code: string, redirectUri = REDIRECT) =>
  token({ grant_type: 'authorization_code', code, redirect_uri: redirectUri });

test('the consent page offers people by name and job, and two buttons', async () => {
  const query = new URLSearchParams({ response_type: 'code', client_id: CLIENT.client_id, redirect_uri: REDIRECT });
  const { body } = await send(`${it.simulator.url}/oauth/authorize?${query}`, 'GET', undefined, {});
  expect(body).toContain('Aroha Ngata, accounts');
  expect(body).toContain('>Allow</button>');
  expect(body).toContain('>Deny</button>');
});

test('a code is given back with its state, works once, and only with the exact redirect', async () => {
  const first = await consent('allow');
  expect(first.searchParams.get('state')).toBe('abc');
  const code = first.searchParams.get('code')!;
  expect((await exchange(code, `${REDIRECT}/`)).body.error).toBe('invalid_grant');
  expect((await exchange(code)).status).toBe(200);
  expect(await exchange(code)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
});

test('a denied consent comes back as an error with the state', async () => {
  const target = await consent('deny');
  expect(Object.fromEntries(target.searchParams)).toMatchObject({ error: 'access_denied', state: 'abc' });
});

test('a refresh token is used once and its successor works', async () => {
  const first = (await it.control('POST', '/tokens', {})).body;
  const second = (await refresh(first.refresh_token)).body;
  expect(second.access_token).not.toBe(first.access_token);
  expect(second.expires_in).toBe(5400);
  expect((await refresh(first.refresh_token)).body.error).toBe('invalid_grant');
  expect((await refresh(second.refresh_token)).status).toBe(200);
  expect((await it.control('GET', '/audit')).body.deadTokenReuse).toBe(1);
});

test('a refresh whose answer is lost has used the token up', async () => {
  const first = (await it.control('POST', '/tokens', {})).body;
  await it.control('POST', '/faults', {
    match: { method: 'POST', path: '^/oauth/token$' },
    effect: { kind: 'lost-response' },
  });
  await expect(refresh(first.refresh_token)).rejects.toThrow();
  expect((await refresh(first.refresh_token)).body.error).toBe('invalid_grant');
});

test('an access token ends with its time, and a revoked one takes its refresh token along', async () => {
  await it.control('PUT', '/settings', { accessTokenSeconds: 0 });
  const expired = (await it.control('POST', '/tokens', {})).body;
  await it.control('PUT', '/settings', { accessTokenSeconds: 5400 });
  const me = (access: string) => it.api('GET', '/rest/v1.0/me', undefined, { authorization: `Bearer ${access}` });
  expect(await me(expired.access_token)).toMatchObject({ status: 401, body: { errors: 'The access token expired' } });
  const live = (await it.control('POST', '/tokens', {})).body;
  await send(`${it.simulator.url}/oauth/revoke`, 'POST', { ...CLIENT, token: live.access_token }, {});
  expect((await me(live.access_token)).status).toBe(401);
  expect((await refresh(live.refresh_token)).status).toBe(400);
});

test('an unknown client is refused, unless no client is registered', async () => {
  const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: 'other', client_secret: 'x' });
  const ask = () => send(`${it.simulator.url}/oauth/token`, 'POST', form, {});
  expect(await ask()).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
  const { clients } = (await it.control('GET', '/settings')).body.settings;
  await it.control('PUT', '/settings', { clients: [] });
  expect((await ask()).status).toBe(200);
  await it.control('PUT', '/settings', { clients });
});

test('a service account has no refresh token and must name its company everywhere', async () => {
  const { body } = await token({ grant_type: 'client_credentials' });
  expect(body.refresh_token).toBeUndefined();
  const call = (company?: string) =>
    it.api('GET', '/rest/v1.0/companies', undefined, {
      authorization: `Bearer ${body.access_token}`,
      'procore-company-id': company,
    });
  expect((await call()).status).toBe(400);
  expect((await call(String(it.companyId))).status).toBe(200);
});
