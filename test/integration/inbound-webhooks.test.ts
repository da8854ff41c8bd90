import { asc, eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CompanyView, hookSecretPlace } from '../../db/queries/companies.ts';
import { inboxEvent, webhookHook } from '../../db/schema/index.ts';
import { connectStack, eventually, type Stack, startStack } from '../environment/stack.ts';

let stack: Stack;
let company: CompanyView;
let address: string;
let secret: string;

beforeAll(async () => {
  stack = await startStack();
  const companies = await connectStack(stack);
  company = companies[0] as CompanyView;
  const [hook] = await stack.deps.db.select().from(webhookHook).where(eq(webhookHook.companyId, company.id));
  if (!hook) throw new Error('no hook');
  address = `${stack.url}/webhooks/procore/${hook.key}`;
  secret = stack.deps.secrets.open(hook.secret, hookSecretPlace(hook.id));
});
afterAll(() => stack?.close());

const post = (body: string | Buffer, authorization = secret, to = address) =>
  fetch(to, { method: 'POST', headers: { authorization, 'content-type': 'application/json' }, body: body as string });

const event = (fields: object) =>
  JSON.stringify({
    id: 1,
    ulid: crypto.randomUUID(),
    company_id: Number(company.procoreId),
    project_id: null,
    event_type: 'update',
    resource_name: 'Company Vendors',
    resource_id: 1,
    ...fields,
  });

const stored = () => stack.deps.db.select().from(inboxEvent).orderBy(asc(inboxEvent.id));
const newest = async () => (await stored()).at(-1);

test('a wrong secret and an unknown address are refused, and nothing is stored', async () => {
  const before = (await stored()).length;
  expect((await post(event({}), 'wrong')).status).toBe(401);
  expect((await post(event({}), secret, `${stack.url}/webhooks/procore/unknown`)).status).toBe(401);
  expect((await fetch(address, { method: 'POST', body: event({}) })).status).toBe(401);
  expect((await stored()).length).toBe(before);
});

test.each([
  ['no JSON', 'hello'],
  ['cut off', '{"id": 1, "ulid":'],
  ['empty', ''],
  ['an array', '[1, 2, 3]'],
  ['with NUL and half a surrogate pair', 'a\u0000b'],
  ['of the wrong types', '{"resource_name": {"a": 1}}'],
])('an unreadable body (%s) with the right secret is stored and acknowledged', async (_, body) => {
  expect((await post(body)).status).toBe(200);
  expect(await newest()).toMatchObject({
    state: 'failed',
    flow: null,
    outcome: 'The body is not an event we can read.',
  });
});

test('a huge body is stored cut off and acknowledged', async () => {
  expect((await post(Buffer.alloc(5 * 1024 * 1024, 'x'))).status).toBe(200);
  const row = await newest();
  expect(row).toMatchObject({ state: 'failed', outcome: 'A body of 5242880 bytes is too long to be an event.' });
  expect(row?.payload?.length).toBeLessThan(20_000);
});

test('texts the database cannot hold do no harm', async () => {
  const body = event({ event_type: 'up\u0000date', resource_name: 'Nothing \ud800 we know' });
  expect((await post(body)).status).toBe(200);
  expect(await newest()).toMatchObject({ state: 'ignored', eventType: 'up\uFFFDdate' });
});

test('a delivery that comes twice stands there twice, the second flagged', async () => {
  const body = event({ resource_name: 'Departments' });
  await post(body);
  expect((await post(body)).status).toBe(200);
  const [first, second] = (await stored()).slice(-2);
  expect(first).toMatchObject({ isDuplicate: false });
  expect(second).toMatchObject({ isDuplicate: true, state: 'ignored', deliveryKey: first?.deliveryKey });
});

test.each([
  ['v2', { api_version: 'v2' }],
  [
    'v4',
    {
      id: '01JABCDEF',
      ulid: undefined,
      event_type: undefined,
      resource_name: undefined,
      resource_type: 'Projects',
      reason: 'update',
      company_id: undefined,
      resource_id: '77',
      project_id: '',
    },
  ],
])('payload %s names its record', async (_, fields) => {
  const body = event({ resource_name: 'Projects', resource_id: 77, ...fields });
  expect((await post(body)).status).toBe(200);
  expect(await newest()).toMatchObject({
    flow: 'project',
    scope: `${company.id}/77`,
    recordKind: 'project',
    recordId: '77',
    eventType: 'update',
  });
});

test('an id beyond 2^53 keeps every digit', async () => {
  const body = event({ resource_name: 'Cost Codes' }).replace('"project_id":null', '"project_id":98765432109876543210');
  await post(body);
  expect(await newest()).toMatchObject({ scope: `${company.id}/98765432109876543210` });
});

test('events of another company are kept and ignored', async () => {
  await post(event({ company_id: 999 }));
  expect(await newest()).toMatchObject({ state: 'ignored', outcome: expect.stringContaining('999') });
});

test('events of what is switched off are kept and ignored, and the triggers go', async () => {
  const { status } = await stack.api('PATCH', `/api/companies/${company.id}`, { syncVendors: false });
  expect(status).toBe(200);
  const companyHook = async () =>
    (await stack.deps.db.select().from(webhookHook).where(eq(webhookHook.companyId, company.id)))[0];
  const before = await companyHook();
  await eventually(async () => ((await companyHook())?.triggerCount ?? 99) < (before?.triggerCount ?? 0));
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  await post(event({ resource_id: 5 }));
  expect(await newest()).toMatchObject({
    state: 'ignored',
    recordKind: 'vendor',
    outcome: expect.stringContaining('switched off'),
  });
});
