import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Api } from '../../simulator/engine/api.ts';
import { RESOURCES } from '../../simulator/resources/index.ts';
import { type Answer, type Driver, drive, send } from './drive.ts';
import { driveClaims } from './drive-claims.ts';
import { driveUpload, driveWebhooksV1 } from './drive-more.ts';
import { driveOrders } from './drive-orders.ts';
import { driveTime } from './drive-time.ts';

let it: Driver;
let receiver: { url: string; close: () => void };

beforeAll(async () => {
  it = await drive({ checkContract: true });
  receiver = await receive();
}, 30_000);
afterAll(async () => {
  await it.close();
  receiver.close();
});

/** A webhook destination that takes everything. */
async function receive() {
  const server = createServer((request, response) => {
    request.resume();
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, close: () => server.close() };
}

/** The answer, which must be a success. */
async function good(answer: Promise<Answer>, status = 200): Promise<Answer['body']> {
  const { status: got, body } = await answer;
  expect({ status: got, body: got === status ? 'as expected' : body }).toEqual({ status, body: 'as expected' });
  return body;
}

describe('requests and answers hold to the OpenAPI document', () => {
  test('every operation driven once leaves no violation and leaves none out', async () => {
    const { guide, companyId, simulator, tokens } = it;
    const project = guide.exampleProjects.inConstruction.id;
    const c = `company_id=${companyId}`;
    const p = `project_id=${project}`;
    const get = (path: string) => good(it.api('GET', path));
    const post = (path: string, body?: unknown, status = 201) => good(it.api('POST', path, body), status);
    const patch = (path: string, body?: unknown, status = 200) => good(it.api('PATCH', path, body), status);
    const remove = (path: string, status = 200, body?: unknown) => good(it.api('DELETE', path, body), status);

    await driveOAuth(simulator.url, tokens);
    await get('/rest/v1.0/me');
    await get(`/rest/v1.0/me?${c}`);
    await get('/rest/v1.0/companies?page=1&per_page=1');
    await get('/rest/v1.0/company_base_url');

    const stages = await get(`/rest/v1.0/companies/${companyId}/project_stages`);
    for (const view of ['ids', 'compact', 'normal', 'extended'])
      await get(`/rest/v1.1/projects?${c}&view=${view}&filters[by_status]=All`);
    await get(
      `/rest/v1.1/projects?${c}&filters[by_stage][]=${stages[2].id}&filters[id]=[${project}]&filters[updated_at]=2020-01-01...2030-01-01`,
    );
    await get(`/rest/v1.0/projects?${c}`);
    await get(`/rest/v1.0/projects/${project}?${c}`);
    await get(`/rest/v1.0/projects/${project}?${c}&view=minimal`);
    const made = await post('/rest/v1.0/projects', {
      company_id: companyId,
      project: { name: 'Hangar', project_stage_id: stages[0].id },
    });
    await patch(`/rest/v1.0/projects/${made.id}`, {
      company_id: companyId,
      project: { project_stage_id: stages[2].id },
    });
    await patch('/rest/v1.0/projects/sync', {
      company_id: companyId,
      updates: [
        { id: made.id, name: 'Hangar 2' },
        { id: 1, name: 'x' },
      ],
    });

    const vendor = await post('/rest/v1.0/vendors', {
      company_id: companyId,
      vendor: { name: 'New Vendor Ltd', country_code: 'NZ' },
    });
    await get(`/rest/v1.0/vendors?${c}&filters[id][]=${vendor.id}&filters[search]=new`);
    await get(`/rest/v1.0/vendors/${vendor.id}?${c}`);
    await patch(`/rest/v1.0/vendors/${vendor.id}`, {
      company_id: companyId,
      vendor: { name: 'New Vendor Ltd', is_active: false },
    });
    await get(`/rest/v1.0/companies/${companyId}/vendors/inactive`);
    await patch(`/rest/v1.0/companies/${companyId}/vendors/inactive/${vendor.id}`);
    await post(`/rest/v1.0/vendors/${vendor.id}/business_register?${c}`, {
      business_register: { type: 'abn', identifier: '123' },
    });
    await patch(`/rest/v1.0/vendors/${vendor.id}/business_register?${c}`, {
      business_register: { type: 'abn', identifier: '124' },
    });
    await patch('/rest/v1.0/vendors/sync', {
      company_id: companyId,
      updates: [
        { id: vendor.id, city: 'Nelson' },
        { id: 2, name: 'x' },
      ],
    });
    const directory = `/rest/v1.1/projects/${project}/vendors`;
    await post(`${directory}/${vendor.id}/actions/add`);
    for (const view of ['normal', 'ids_only', 'minimal']) await get(`${directory}?view=${view}`);
    await get(`${directory}/${vendor.id}`);
    await patch(`${directory}/${vendor.id}`, { vendor: { city: 'Picton' } });
    const local = await post(directory, { vendor: { name: 'Local Vendor' } });
    await remove(`${directory}/${local.id}/actions/remove`, 204);

    const users = `/rest/v1.3/companies/${companyId}/users`;
    const user = await post(users, { user: { first_name: 'Kiri', last_name: 'Te', email_address: 'kiri@example.nz' } });
    for (const view of ['normal', 'ids_only']) await get(`${users}?view=${view}`);
    await get(`${users}/${user.id}`);
    await patch(`${users}/${user.id}`, { user: { last_name: 'Tai', email_address: 'kiri@example.nz' } });
    await patch(`${users}/sync`, { updates: [{ id: user.id, job_title: 'QS' }] });

    expect((await driveTime(it)).filter((status) => status >= 300)).toEqual([]);

    const [list] = await get(`/rest/v1.0/standard_cost_code_lists?${c}`);
    const standard = `${c}&standard_cost_code_list_id=${list.id}`;
    for (const view of ['default', 'compact', 'extended'])
      await get(`/rest/v1.0/standard_cost_codes?${standard}&view=${view}`);
    const scope = { company_id: companyId, standard_cost_code_list_id: list.id };
    const root = await post('/rest/v1.0/standard_cost_codes?view=extended', {
      ...scope,
      standard_cost_code: { code: '97', name: 'Extras' },
    });
    await get(`/rest/v1.0/standard_cost_codes/${root.id}?${standard}`);
    await patch('/rest/v1.0/standard_cost_codes/sync', { ...scope, updates: [{ id: root.id, name: 'Extra work' }] });

    const subJob = await post('/rest/v1.0/sub_jobs', { project_id: project, sub_job: { code: 'Z', name: 'Stage Z' } });
    await get(`/rest/v1.0/sub_jobs?${p}`);
    await get(`/rest/v1.0/sub_jobs/${subJob.id}?${p}`);
    await patch(`/rest/v1.0/sub_jobs/${subJob.id}`, { project_id: project, sub_job: { name: 'Stage Zed' } });
    await patch(`/rest/v1.0/sub_jobs/sync?${p}`, { project_id: project, updates: [{ id: subJob.id, name: 'Z' }] });

    const codes = await get(`/rest/v1.0/cost_codes?${p}&per_page=200`);
    await get(`/rest/v1.0/cost_codes?${p}&view=erp_compact&filters[id][]=${codes[0].id}&filters[id][]=${codes[1].id}`);
    await get(`/rest/v1.0/cost_codes?${p}&sub_job_id=${subJob.id}`);
    const code = await post('/rest/v1.0/cost_codes', {
      project_id: project,
      cost_code: { code: '390', name: 'Grout', parent_id: codes[0].id },
    });
    await get(`/rest/v1.0/cost_codes/${code.id}?${p}`);
    await patch(`/rest/v1.0/cost_codes/${code.id}`, {
      project_id: project,
      cost_code: { code: '391', name: 'Grouting' },
    });
    await patch(`/rest/v1.0/cost_codes/sync?${p}`, { updates: [{ id: code.id, name: 'Grout' }, { code: '390' }] });
    await post('/rest/v1.0/cost_codes/copy_subset_from_standard_list', {
      project_id: made.id,
      standard_cost_code_list_id: list.id,
      standard_cost_code_ids: [root.id],
    });
    await post('/rest/v1.0/cost_codes/copy_from_standard_list', {
      project_id: made.id,
      standard_cost_code_list_id: list.id,
    });

    await get(`/rest/v1.0/line_item_types?${c}`);
    const types = await get(`/rest/v1.0/line_item_types?${p}`);
    const type = await post('/rest/v1.0/line_item_types', {
      company_id: companyId,
      line_item_type: { name: 'Freight', csv_import_code: 'FR', base_type: 'other' },
    });
    await get(`/rest/v1.0/line_item_types/${type.id}?${c}`);
    await patch(`/rest/v1.0/line_item_types/${type.id}`, {
      company_id: companyId,
      line_item_type: { name: 'Freight in' },
    });
    await patch('/rest/v1.0/line_item_types/sync', {
      company_id: companyId,
      updates: [{ id: type.id, name: 'Freight' }],
    });

    const [tax] = await get(`/rest/v1.0/tax_codes?${c}`);
    const otherTax = await post(`/rest/v1.0/tax_codes?${c}`, { tax_code: { code: 'X', rate1: 10 } });
    await get(`/rest/v1.0/tax_codes/${otherTax.id}?${c}`);
    await patch(`/rest/v1.0/tax_codes/${otherTax.id}?${c}`, { tax_code: { description: 'ten' } });
    await patch('/rest/v1.0/tax_codes/sync', { company_id: companyId, updates: [{ id: otherTax.id, archived: true }] });
    await get(`/rest/v1.0/companies/${companyId}/uoms`);

    const wbs = `/rest/v1.0/projects/${project}/work_breakdown_structure`;
    await get(`${wbs}/patterns`);
    const segments = await get(`${wbs}/segments`);
    const segment = (name: string) => segments.find((one: { type: string }) => one.type === name).id;
    const items = `${wbs}/segments/${segment('cost_code')}/segment_items`;
    const [codeItem] = await get(`${items}?legacy_cost_code_id=${codes[1].id}`);
    const [typeItem] = await get(`${wbs}/segments/${segment('line_item_type')}/segment_items`);
    await get(`${wbs}/segments/${segment('sub_job')}/segment_items`);
    const item = await post(items, { code: '98', name: 'Spare' });
    await patch(`${items}/${item.id}`, { name: 'Spares', status: 'inactive' });
    const chosen = [
      { segment_id: segment('cost_code'), segment_item_id: codeItem.id },
      { segment_id: segment('line_item_type'), segment_item_id: typeItem.id },
    ];
    const budgetCode = await post(`${wbs}/wbs_codes`, { segment_items: chosen });
    await get(`${wbs}/wbs_codes?filters[status][]=active&page=1&per_page=5`);
    await patch(
      `${wbs}/wbs_codes/bulk_create`,
      { bulk: [{ segment_items: chosen }, { segment_items: [chosen[0]] }] },
      201,
    );
    await patch(`${wbs}/wbs_codes/${budgetCode.id}`, { description: 'Budget', status: 'active' });
    const company = `/rest/v1.0/companies/${companyId}/work_breakdown_structure`;
    await get(`${company}/patterns`);
    await get(`${company}/segments`);
    const [itemList] = await get(`${company}/segments/${segment('cost_code')}/lists`);
    await get(`${company}/segments/${segment('cost_code')}/segment_items?segment_item_list_id=${itemList.id}`);

    const [view] = await get(`/rest/v1.0/budget_views?${p}`);
    await get(`/rest/v1.0/budget_views/${view.id}/detail_rows?${p}&budget_row_type=all`);
    await get(`/rest/v1.0/budget_views/${view.id}/budget_detail_columns?${p}`);
    await get(`/rest/v1.0/projects/${project}/budget`);
    const budgetBody = { wbs_code_id: budgetCode.id, original_budget_amount: 1200.5 };
    const existing = await it.api('POST', '/rest/v1.1/budget_line_items', {
      project_id: project,
      budget_line_item: budgetBody,
    });
    expect([201, 422]).toContain(existing.status);
    const [row] = await get(`/rest/v1.0/budget_views/${view.id}/detail_rows?${p}`);
    await get(`/rest/v1.1/budget_line_items/${row.id}?${p}`);
    await patch(`/rest/v1.1/budget_line_items/${row.id}`, {
      project_id: project,
      budget_line_item: { original_budget_amount: 5 },
    });
    await post(
      '/rest/v1.0/budget_line_items/sync',
      {
        project_id: project,
        budget_line_items: [{ id: row.id, wbs_code_id: row.wbs_code_id, original_budget_amount: 6 }],
      },
      200,
    );
    await remove(`/rest/v2.0/companies/${companyId}/projects/${project}/budget_line_items/${row.id}`, 204);

    const whole = `/rest/v1.1/projects/${project}/direct_costs`;
    const older = `/rest/v1.0/projects/${project}/direct_costs`;
    const header = { direct_cost_type: 'invoice', invoice_number: 'INV-1', vendor_id: vendor.id, status: 'draft' };
    const cost = await post(`${older}`, { item: { ...header, direct_cost_date: '2026-03-01' } });
    await patch(`${older}/line_items/sync`, {
      updates: [
        {
          direct_cost_id: cost.id,
          cost_code_id: codes[1].id,
          line_item_type_id: types[0].id,
          amount: 10.5,
          tax_code_id: tax.id,
        },
        { direct_cost_id: cost.id, quantity: 2, unit_cost: 3.333 },
      ],
    });
    const line = await post(`${older}/${cost.id}/line_items`, {
      line_item: { wbs_code_id: budgetCode.id, quantity: 3, unit_cost: 2.5, uom: 'ea' },
    });
    await get(`${older}/line_items?filters[direct_cost_id]=${cost.id}`);
    await get(`${older}/${cost.id}/line_items`);
    await get(`${older}/${cost.id}/line_items/${line.id}`);
    await patch(`${older}/${cost.id}/line_items/${line.id}`, { line_item: { description: 'three' } });
    await remove(`${older}/${cost.id}/line_items/${line.id}`);
    const lines = [{ manual_amount: 99.95, wbs_code_id: budgetCode.id, ref: 'r1' }];
    const second = await post(whole, { direct_cost: { ...header, invoice_number: 'INV-2', line_items: lines } });
    expect(second.line_items[0].ref).toBe('r1');
    await get(`${whole}?filters[invoice_number]=INV-2&page=1`);
    await get(`${whole}/${cost.id}`);
    await patch(`${whole}/${cost.id}`, { direct_cost: { status: 'pending' } });
    const form = new FormData();
    form.append('direct_cost[description]', 'with a file');
    form.append('attachments[]', new Blob(['%PDF-1.4']), 'invoice.pdf');
    const filed = await patch(`${whole}/${cost.id}`, form);
    expect(filed.attachments.map((file: { filename: string }) => file.filename)).toEqual(['invoice.pdf']);
    await patch(`${older}/sync`, { updates: [{ id: cost.id, status: 'approved' }, { id: 1 }] });
    await get(`/rest/v1.0/budget_views/${view.id}/detail_rows?${p}&budget_row_type=unbudgeted`);
    await remove(`${whole}/${second.id}`);

    for (const kind of ['purchase_order_contracts', 'work_order_contracts']) {
      const [contract] = await get(`/rest/v1.0/${kind}?${p}&view=compact&filters[status]=Approved`);
      await get(
        `/rest/v1.0/${kind}?${p}&view=extended&filters[id][]=${contract.id}&filters[include_deleted]=with&filters[updated_at]=2020-01-01...2030-01-01`,
      );
      const shown = await get(`/rest/v1.0/${kind}/${contract.id}?${p}`);
      await get(`/rest/v1.0/${kind}/${contract.id}/line_items?${p}`);
      await get(`/rest/v1.0/${kind}/${contract.id}/line_items/${shown.line_items[0].id}?${p}`);
    }
    expect((await driveOrders(it)).filter((status) => status >= 300)).toEqual([]);
    expect((await driveClaims(it)).filter((status) => status >= 300)).toEqual([]);
    const packages = await get(`/rest/v1.0/change_order_packages?${p}&filters[include_deleted]=with`);
    const { contract_id: contract } = packages[0];
    await get(`/rest/v1.0/change_order_packages?${p}&contract_id=${contract}`);
    await get(`/rest/v1.0/change_order_packages/${packages[0].id}?${p}&contract_id=${contract}`);
    await get(`/rest/v1.0/change_order_requests?${p}&contract_id=${contract}`);
    const [potential] = await get(`/rest/v1.0/potential_change_orders?${p}&filters[contract_id]=${contract}`);
    await get(`/rest/v1.0/potential_change_orders/${potential.id}?${p}&contract_id=${contract}`);
    await get(`/rest/v1.0/potential_change_orders/${potential.id}/line_items?${p}`);
    await get(`/rest/v1.0/change_order/statuses?${c}`);

    for (const scoped of [
      `/rest/v2.0/companies/${companyId}`,
      `/rest/v2.0/companies/${companyId}/projects/${project}`,
    ]) {
      await driveWebhooks(scoped, scoped.includes('projects') ? 'Cost Codes' : 'Company Vendors', {
        get,
        post,
        patch,
        remove,
      });
    }

    const calls = { get, post, patch, remove };
    await driveWebhooksV1({ company_id: companyId }, 'Company Vendors', receiver.url, calls);
    await driveWebhooksV1({ project_id: project }, 'Cost Codes', receiver.url, calls);
    await driveUpload(`/rest/v1.1/projects/${project}/uploads`, calls);
    await driveUpload(`/rest/v1.1/companies/${companyId}/uploads`, calls);

    const { body } = await it.control('GET', '/contract');
    expect(body.violations).toEqual([]);
    expect(body.checked).toBeGreaterThan(200);
    const api = new Api();
    for (const resource of RESOURCES) resource.routes(api);
    const routes = api.routes
      .filter((route) => !(route.path === '/oauth/authorize' && route.method === 'post'))
      .filter((route) => route.contract !== 'none');
    expect(body.operations).toHaveLength(routes.length);
  }, 60_000);

  test('every shape of refusal is one the document knows', async () => {
    await it.control('DELETE', '/contract');
    const { guide, companyId } = it;
    const project = guide.exampleProjects.inConstruction.id;
    const costs = `/rest/v1.1/projects/${project}/direct_costs`;
    const refusals: [number, Promise<Answer>][] = [
      [
        400,
        it.api('GET', `/rest/v1.0/vendors?company_id=${companyId}`, undefined, { 'procore-company-id': undefined }),
      ],
      [401, it.api('GET', '/rest/v1.0/me', undefined, { authorization: 'Bearer nobody' })],
      [403, it.api('GET', '/rest/v1.0/vendors?company_id=1', undefined, { 'procore-company-id': '1' })],
      [404, it.api('GET', `${costs}/1`)],
      [400, it.api('GET', `/rest/v1.1/projects?company_id=${companyId}&filters[updated_at]=yesterday`)],
      [400, it.api('GET', `/rest/v2.0/companies/${companyId}/webhooks/hooks`)],
      [404, it.api('GET', `/rest/v2.0/companies/${companyId}/webhooks/hooks/1`)],
      [
        401,
        send(
          `${it.simulator.url}/oauth/token`,
          'POST',
          { grant_type: 'client_credentials', client_id: 'x', client_secret: 'y' },
          {},
        ),
      ],
      [
        413,
        it.api('PATCH', `/rest/v1.0/projects/${project}/direct_costs/line_items/sync`, {
          updates: Array(1001).fill({}),
        }),
      ],
    ];
    for (const [status, refusal] of refusals) expect((await refusal).status).toBe(status);
    await it.control('PUT', '/settings', { toolsOff: { [project]: ['direct_costs'] } });
    expect((await it.api('GET', costs)).status).toBe(403);
    await it.control('PUT', '/settings', { toolsOff: {} });
    await it.control('POST', '/faults', { match: { path: '/me$' }, effect: { kind: 'status', status: 429 } });
    expect((await it.api('GET', '/rest/v1.0/me')).status).toBe(429);
    const { body } = await it.control('GET', '/contract');
    const answers = body.violations.filter((one: { direction: string }) => one.direction === 'response');
    expect(answers).toEqual([]);
  });

  test('a misnamed field in a request is a violation', async () => {
    await it.control('DELETE', '/contract');
    const vendor = it.guide.exampleVendors.acmeSteel.id;
    await it.api('PATCH', `/rest/v1.0/vendors/${vendor}`, {
      company_id: it.companyId,
      vendor: { nmae: 'Acme', name: 'Acme Steel Ltd' },
    });
    await it.api('GET', `/rest/v1.0/vendors?company_id=${it.companyId}&filters[idd]=1`);
    const { body } = await it.control('GET', '/contract');
    expect(body.violations.map((one: { message: string }) => one.message)).toEqual([
      '/vendor must NOT have additional properties (nmae)',
      'query parameter filters[idd] is not known',
    ]);
    expect(body.violations[0]).toMatchObject({ direction: 'request', operation: 'updateCompanyVendor' });
  });

  test('a misnamed field in an answer is a violation', async () => {
    await it.control('DELETE', '/contract');
    await it.control('POST', '/faults', {
      match: { path: '/me$' },
      effect: { kind: 'status', status: 200, body: { id: 1, logn: 'x' } },
    });
    await it.api('GET', '/rest/v1.0/me');
    const { body } = await it.control('GET', '/contract');
    expect(body.violations).toMatchObject([
      { direction: 'response', operation: 'getMe', message: 'body must NOT have additional properties (logn)' },
    ]);
  });
});

async function driveOAuth(url: string, tokens: { access_token: string }): Promise<void> {
  const client = { client_id: 'lentune-sim-client', client_secret: 'lentune-sim-secret' };
  const authorize = {
    response_type: 'code',
    client_id: client.client_id,
    redirect_uri: 'http://localhost:1/cb',
    state: 's',
  };
  await good(send(`${url}/oauth/authorize?${new URLSearchParams(authorize)}`, 'GET', undefined, {}));
  const person = String(it.guide.people[0].id);
  const allowed = new URLSearchParams({ ...authorize, user_id: person, decision: 'allow' });
  const { status, headers } = await send(`${url}/oauth/authorize`, 'POST', allowed, {});
  expect(status).toBe(302);
  const code = new URL(headers.get('location')!).searchParams.get('code')!;
  const exchange = new URLSearchParams({
    grant_type: 'authorization_code',
    ...client,
    code,
    redirect_uri: authorize.redirect_uri,
  });
  const pair = await good(send(`${url}/oauth/token`, 'POST', exchange, {}));
  const refresh = { grant_type: 'refresh_token', ...client, refresh_token: pair.refresh_token };
  const next = await good(send(`${url}/oauth/token`, 'POST', refresh, {}));
  await good(send(`${url}/oauth/token`, 'POST', { grant_type: 'client_credentials', ...client }, {}));
  await good(send(`${url}/oauth/token/info`, 'GET', undefined, { authorization: `Bearer ${tokens.access_token}` }));
  await good(send(`${url}/oauth/revoke`, 'POST', { ...client, token: next.access_token }, {}));
}

type Write = (path: string, body?: unknown, status?: number) => Promise<Answer['body']>;
type Remove = (path: string, status?: number, body?: unknown) => Promise<Answer['body']>;

async function driveWebhooks(
  scoped: string,
  resource: string,
  call: { get: (path: string) => Promise<Answer['body']>; post: Write; patch: Write; remove: Remove },
): Promise<void> {
  const base = `${scoped}/webhooks`;
  for (const version of ['v2.0', 'v3.0', 'v4.0'])
    await call.get(`${base}/resources?payload_version=${version}&per_page=100`);
  const hook = {
    payload_version: 'v3.0',
    namespace: 'contract-test',
    destination_url: receiver.url,
    destination_headers: { Authorization: 'Bearer secret-value' },
  };
  const { data } = await call.post(`${base}/hooks`, hook);
  expect(data.destination_headers.Authorization).toBe('**************value');
  await call.get(`${base}/hooks?namespace=contract-test`);
  await call.get(`${base}/hooks/${data.id}`);
  const change = scoped.includes('projects') ? { namespace: 'contract-test' } : { status: 'active' };
  await call.patch(`${base}/hooks/${data.id}`, change);
  const triggers = `${base}/hooks/${data.id}/triggers`;
  const one = await call.post(triggers, { resource_name: resource, event_type: 'create' });
  const bulk = await call.post(`${triggers}/bulk`, [{ resource_name: resource, event_type: 'update' }]);
  await call.post(`${triggers}/bulk`, [{ resource_name: 'Nonsense', event_type: 'update' }], 207);
  await call.get(triggers);
  await it.control('PATCH', `/records/vendors/${it.guide.exampleVendors.acmeSteel.id}`, { city: 'Thames' });
  await call.get(`${base}/hooks/${data.id}/deliveries?filter[status]=succeeded`);
  await call.remove(`${triggers}/${one.data.id}`, 204);
  await call.remove(`${triggers}/bulk`, 200, [bulk.data[0].id]);
  await call.remove(`${base}/hooks/${data.id}`, 204);
}
