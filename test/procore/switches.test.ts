import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { readEvent } from '../../dispatch/webhook-event.ts';
import type { CompanyApi } from '../../procore/client.ts';
import { kindOf, saidBy } from '../../procore/errors.ts';
import { refresh } from '../../procore/oauth.ts';
import { SWITCHES } from '../../simulator/engine/settings.ts';
import { type SignedIn, signIn } from './signed-in.ts';

let it: SignedIn;
let api: CompanyApi;
let defaults: Record<string, string>;
let projectId: string;
let vendorId: string;
let number = 0;

beforeAll(async () => {
  it = await signIn({ checkContract: true });
  api = it.api;
  defaults = (await it.control<{ switches: Record<string, string> }>('GET', '/switches')).switches;
  projectId = String(it.guide.exampleProjects.inConstruction.id);
  vendorId = String(it.guide.exampleVendors.acmeSteel.id);
  await api.projectVendors.add(projectId, vendorId);
});
afterAll(() => it?.close());
afterEach(() => it.control('PUT', '/switches', defaults));

const turn = (name: keyof typeof SWITCHES, value: string) => it.control('PUT', '/switches', { [name]: value });
const newCost = (fields: { invoiceNumber?: string; vendorId?: string } = {}) => {
  number += 1;
  return api.directCosts.createHeader({
    projectId,
    vendorId,
    invoiceNumber: `SW-${number}`,
    directCostType: 'invoice',
    originData: `lentune/test/${number}`,
    ...fields,
  });
};
/** What a failed call is, or that it did not fail. */
const outcomeOf = (call: Promise<unknown>) =>
  call.then(
    () => 'ok',
    (error: { kind: string }) => error.kind,
  );
const fault = (path: string, status: number) =>
  it.control('POST', '/faults', { match: { path }, effect: { kind: 'status', status } });

test.each([
  ['given back', 'lentune/v/1'],
  ['dropped', null],
])('origin_data %s', async (value, expected) => {
  await turn('origin_data', value);
  const made = await api.vendors.create({ name: `Vendor ${value}`, originData: 'lentune/v/1' });
  expect(made.origin_data).toBe(expected);
});

test.each([
  ['accept', 0],
  ['refuse', 1],
])('company_hooks_project_resources %s', async (value, refused) => {
  await turn('company_hooks_project_resources', value);
  const destinationUrl = 'https://127.0.0.1:1/hook';
  const hook = { payloadVersion: 'v3.0', namespace: 'switches', destinationUrl, authorization: 'Bearer x' };
  const { id: hookId } = await api.hooks.create(hook);
  const triggers = [{ resourceName: 'Cost Codes', eventType: 'update' }];
  const { failed } = await api.hooks.triggers.createBulk({ hookId, payloadVersion: 'v3.0', triggers });
  expect(failed).toHaveLength(refused);
  await api.hooks.delete({ hookId });
});

test.each([
  ['keeps', ['1.pdf', '2.pdf']],
  ['replaces', ['2.pdf']],
])('multipart_patch_attachments %s', async (value, expected) => {
  await turn('multipart_patch_attachments', value);
  const { id: directCostId } = await newCost();
  const attach = (filename: string) => {
    const file = { filename, contentType: 'application/pdf', bytes: new TextEncoder().encode('%PDF') };
    return api.directCosts.attach({ projectId, directCostId, files: [file] });
  };
  await attach('1.pdf');
  const { attachments } = await attach('2.pdf');
  expect(attachments.map(({ filename }) => filename)).toEqual(expected);
});

test.each(
  SWITCHES.retry_after_on_429.flatMap((after) => SWITCHES.rate_limit_body.map((body) => [after, body] as const)),
)('retry_after_on_429 %s, rate_limit_body %s', async (after, body) => {
  await turn('retry_after_on_429', after);
  await turn('rate_limit_body', body);
  await fault('/uoms', 429);
  const error = await api.uoms.all().catch((caught: unknown) => caught);
  expect(error).toMatchObject({ kind: 'rate-limit', said: expect.stringContaining('surpassed'), isAmbiguous: false });
  expect((error as { retryAfterMs: number }).retryAfterMs).toBeGreaterThan(5000);
  await it.reopen();
});

test.each(SWITCHES.unavailable_body)('unavailable_body %s', async (value) => {
  await turn('unavailable_body', value);
  await fault('/uoms', 503);
  await expect(api.uoms.all()).rejects.toMatchObject({
    kind: 'server',
    said: 'Service Unavailable',
    retryAfterMs: 2000,
  });
});

test.each([
  ['400', 'invalid'],
  ['403', 'forbidden'],
])('missing_company_header %s', async (value, kind) => {
  await turn('missing_company_header', value);
  await expect(it.user.baseUrl()).rejects.toMatchObject({
    kind,
    said: expect.stringContaining('Missing Procore-Company-Id header!'),
  });
});

test.each(SWITCHES.dead_grant_status)('dead_grant_status %s', async (value) => {
  await turn('dead_grant_status', value);
  const grant = { ...it.guide.client, loginUrl: it.simulator.url, refreshToken: 'used up long ago' };
  expect(await refresh(grant)).toEqual({ kind: 'dead' });
});

test.each(SWITCHES.webhooks_v2)('webhooks_v2 %s', async (value) => {
  await turn('webhooks_v2', value);
  const { hooks } = it.company();
  expect((await hooks.resources({ payloadVersion: 'v3.0' })).map(({ name }) => name)).toContain('Projects');
  expect(await hooks.list({ namespace: 'nobody' })).toEqual([]);
  const gone = hooks.delete({ hookId: '1' });
  await expect(gone).rejects.toMatchObject({ kind: 'not-found' });
});

test.each(SWITCHES.event_without_project)('event_without_project %s', async (value) => {
  await turn('event_without_project', value);
  const receiver = await receive();
  const hook = { payloadVersion: 'v4.0', namespace: 'events', destinationUrl: receiver.url, authorization: 'Bearer x' };
  const { id: hookId } = await api.hooks.create(hook);
  const triggers = [{ resourceName: 'Company Vendors', eventType: 'update' }];
  await api.hooks.triggers.createBulk({ hookId, payloadVersion: 'v4.0', triggers });
  await it.control('PATCH', `/records/vendors/${vendorId}`, { city: `Town ${value}` });
  await expect.poll(() => receiver.bodies.length).toBe(1);
  const start = Buffer.from(receiver.bodies[0] ?? '');
  const company = { procoreId: it.companyId, syncVendors: true };
  const target = { account: 'acme', companyId: 'c', company } as unknown as Parameters<typeof readEvent>[0];
  expect(readEvent(target, { start, bytes: start.length })).toMatchObject({
    scope: expect.anything(),
    recordId: vendorId,
    recordKind: 'vendor',
  });
  await api.hooks.delete({ hookId });
  receiver.close();
});

test.each([
  ['no', false],
  ['yes', true],
])('directory_delete_events %s', async (value, hasDelete) => {
  await turn('directory_delete_events', value);
  const resources = await api.hooks.resources({ payloadVersion: 'v3.0' });
  const actions = resources.find(({ name }) => name === 'Company Vendors')?.actions ?? [];
  expect(actions.includes('delete')).toBe(hasDelete);
});

test.each([
  ['yes', 'invalid'],
  ['no', 'ok'],
])('vendor_needs_directory %s', async (value, expected) => {
  await turn('vendor_needs_directory', value);
  const stranger = await api.vendors.create({ name: `Stranger ${value}`, originData: 'lentune/v/2' });
  expect(await outcomeOf(newCost({ vendorId: stranger.id }))).toBe(expected);
});

test.each([
  ['yes', 1],
  ['no', 0],
])('updated_at_inclusive %s', async (value, found) => {
  await turn('updated_at_inclusive', value);
  const { updated_at: at } = await it.control<{ updated_at: string }>('GET', `/records/vendors/${vendorId}`);
  const range = { updatedFrom: at, updatedTo: at };
  const { rows } = await api.vendors.page({ ids: [vendorId], ...range, cursor: null });
  expect(rows).toHaveLength(found);
});

test.each(SWITCHES.segment_item_ids)('segment_item_ids %s', async (value) => {
  await turn('segment_item_ids', value);
  const { rows: codes } = await api.costCodes.page({ projectId, cursor: null });
  const { rows: budgetCodes } = await api.wbs.codesPage({ projectId, cursor: null });
  const items = budgetCodes.flatMap(({ segment_items }) =>
    segment_items.filter(({ segment }) => segment?.type === 'cost_code'),
  );
  expect(items.length).toBeGreaterThan(0);
  for (const { id, path_code } of items) {
    const code = codes.find((one) => one.full_code === path_code);
    expect([path_code, id === code?.id]).toEqual([path_code, value === 'equal']);
  }
});

test.each([
  ['separate list', 0],
  ['in the list', 1],
])('inactive_vendors %s', async (value, listed) => {
  await turn('inactive_vendors', value);
  const id = String(it.guide.exampleVendors.inactive.id);
  const { rows } = await api.vendors.page({ ids: [id], cursor: null });
  expect(rows.map(({ is_active }) => is_active)).toEqual(Array(listed).fill(false));
  const { rows: inactive } = await api.vendors.inactivePage({ cursor: null });
  expect(inactive.map((vendor) => vendor.id)).toContain(id);
});

test.each([
  ['default_page_size', '20'],
  ['per_page_over_cap', 'refuse'],
] as const)('%s %s changes no list of ours', async (name, value) => {
  const [list] = await api.standardCostCodes.lists();
  const [view] = await api.budget.views(projectId);
  const pages = (): Promise<{ rows: unknown[]; next: string | null }>[] => [
    api.projects.page({ byStatus: 'All', cursor: null }),
    api.vendors.page({ cursor: null }),
    api.vendors.inactivePage({ cursor: null }),
    api.projectVendors.page({ projectId, cursor: null }),
    api.standardCostCodes.page({ listId: list?.id ?? '', cursor: null }),
    api.costCodes.page({ projectId, cursor: null }),
    api.wbs.codesPage({ projectId, cursor: null }),
    api.budget.detailRowsPage({ viewId: view?.id ?? '', projectId, cursor: null }),
    api.users.page({ cursor: null }),
  ];
  const lists = () => [
    api.stages.all(),
    api.subJobs.all(projectId),
    api.costTypes.all(),
    api.taxCodes.all(),
    api.uoms.all(),
    api.wbs.companySegments(),
    api.hooks.resources({ payloadVersion: 'v3.0' }),
    it.user.companies(),
  ];
  const read = async () => [
    ...(await Promise.all(pages())).map(({ rows, next }) => [rows.length, next]),
    ...(await Promise.all(lists())).map((rows) => rows.length),
  ];
  const before = await read();
  await turn(name, value);
  expect(await read()).toEqual(before);
});

test.each(SWITCHES.duplicate_origin_id)('duplicate_origin_id %s', async (value) => {
  await turn('duplicate_origin_id', value);
  const item = { direct_cost_type: 'invoice', vendor_id: Number(vendorId), origin_id: 'one-key' };
  const create = async (invoice_number: string) => {
    const answer = await fetch(`${it.simulator.url}/rest/v1.0/projects/${projectId}/direct_costs`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${it.pair.access_token}`,
        'procore-company-id': it.companyId,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ item: { ...item, invoice_number } }),
    });
    return { status: answer.status, said: saidBy(await answer.json()) };
  };
  await create(`origin ${value}`);
  const { status, said } = await create(`again ${value}`);
  expect([status, kindOf(status, said)]).toEqual([Number(value), 'conflict']);
});

test.each([
  ['accept', 'ok'],
  ['refuse', 'conflict'],
])('duplicate_invoice_number %s', async (value, expected) => {
  await turn('duplicate_invoice_number', value);
  await newCost({ invoiceNumber: `Twice ${value}` });
  expect(await outcomeOf(newCost({ invoiceNumber: `Twice ${value}` }))).toBe(expected);
});

test.each([
  ['no', 'ok'],
  ['yes', 'locked'],
])('origin_id_locks_api %s', async (value, expected) => {
  const { id: directCostId } = await newCost();
  await it.control('PATCH', `/records/direct_costs/${directCostId}`, { origin_id: `erp-${value}` });
  await turn('origin_id_locks_api', value);
  expect(await outcomeOf(api.directCosts.updateHeader({ projectId, directCostId, terms: '20th' }))).toBe(expected);
});

test.each([
  ['yes', true],
  ['no', false],
])('line_touches_parent %s', async (value, isMoved) => {
  await turn('line_touches_parent', value);
  const { id: directCostId } = await newCost();
  const updatedAt = async () =>
    (await it.control<{ updated_at: string }>('GET', `/records/direct_costs/${directCostId}`)).updated_at;
  const before = await updatedAt();
  const [code] = it.guide.exampleProjects.inConstruction.codes.filter(({ budgeted }) => budgeted.length > 0);
  const wbsCodeId = String(code?.budgeted[0]?.wbsCodeId);
  const { entities } = await api.directCosts.syncLines({
    projectId,
    directCostId,
    lines: [{ wbsCodeId, amount: '5' }],
  });
  expect(entities).toHaveLength(1);
  expect((await updatedAt()) !== before).toBe(isMoved);
});

test.each(SWITCHES.idempotency_token)(
  'idempotency_token %s: we send none, so each create is its own',
  async (value) => {
    await turn('idempotency_token', value);
    const [first, second] = [await newCost({ invoiceNumber: 'Same' }), await newCost({ invoiceNumber: 'Same' })];
    expect(first.id).not.toBe(second.id);
  },
);

test('nothing that was said, however the switches stood, breaks the contract', async () => {
  const { violations } = await it.control<{ violations: { operation: string; message: string }[] }>('GET', '/contract');
  const ours = violations.filter(({ message }) => !message.includes('Procore-Company-Id is missing'));
  expect(ours).toEqual([]);
});

test.each(Object.keys(SWITCHES))('switch %s is explained', (name) => {
  const explained = readFileSync(new URL('../../docs/simulator.md', import.meta.url), 'utf8');
  expect(explained).toContain(`| \`${name}\` |`);
});

/** A webhook destination that keeps what it gets. */
async function receive() {
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    bodies.push(Buffer.concat(chunks).toString());
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    bodies,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    close: () => server.close(),
  };
}
