import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Driver, drive, send } from './drive.ts';

let it: Driver;
let project: number;
let vendorId: number;
const c = () => `company_id=${it.companyId}`;

beforeAll(async () => {
  it = await drive();
  project = it.guide.exampleProjects.inConstruction.id;
  vendorId = it.guide.exampleVendors.acmeSteel.id;
});
afterAll(() => it.close());

const directCosts = (version: string) => `/rest/${version}/projects/${project}/direct_costs`;
const draft = async (number: string) => {
  const item = { direct_cost_type: 'invoice', invoice_number: number, vendor_id: vendorId, status: 'draft' };
  return (await it.api('POST', directCosts('v1.0'), { item })).body;
};

test('the company header is required, but for a person asking who they are', async () => {
  const without = { 'procore-company-id': undefined };
  const refused = await it.api('GET', `/rest/v1.0/vendors?${c()}`, undefined, without);
  expect(refused.status).toBe(400);
  expect(refused.body.errors.base[0]).toMatch(/^Missing Procore-Company-Id header!/);
  expect((await it.api('GET', '/rest/v1.0/me', undefined, without)).status).toBe(200);
  expect((await it.api('GET', '/rest/v1.0/companies', undefined, without)).body).toHaveLength(2);
});

test('pages say how many there are and link to the next until the last', async () => {
  const seen: number[] = [];
  let next: string | undefined = `/rest/v1.0/vendors?${c()}&per_page=9`;
  while (next !== undefined) {
    const { body, headers } = await it.api('GET', next);
    expect(headers.get('per-page')).toBe('9');
    seen.push(...body.map((row: { id: number }) => row.id));
    const link = /<([^>]+)>; rel="next"/.exec(headers.get('link') ?? '')?.[1];
    next = link === undefined ? undefined : new URL(link).pathname + new URL(link).search;
    expect(Number(headers.get('total'))).toBeGreaterThan(20);
  }
  expect(new Set(seen).size).toBe(seen.length);
});

test('an array filter may be written in three ways', async () => {
  const [first, second] = it.guide.exampleVendors.all;
  const find = async (query: string) => (await it.api('GET', `/rest/v1.0/vendors?${c()}&${query}`)).body.length;
  expect(await find(`filters[id][]=${first.id}&filters[id][]=${second.id}`)).toBe(2);
  expect(await find(`filters[id]=[${first.id},${second.id}]`)).toBe(2);
  expect(await find(`filters[id]=${first.id}`)).toBe(1);
});

test('an updated_at range counts both ends, with or without quotes, and by switch neither', async () => {
  const updated = (await it.api('GET', `/rest/v1.0/vendors/${vendorId}?${c()}`)).body.updated_at;
  const find = async (range: string) =>
    (
      await it.api(
        'GET',
        `/rest/v1.0/vendors?${c()}&filters[id]=${vendorId}&filters[updated_at]=${encodeURIComponent(range)}`,
      )
    ).body;
  expect(await find(`${updated}...${updated}`)).toHaveLength(1);
  expect(await find(`"${updated}...2030-01-01"`)).toHaveLength(1);
  expect(await find(`${updated.slice(0, 10)}...${updated.slice(0, 10)}`)).toHaveLength(1);
  expect(await find(`2030-01-01...2031-01-01`)).toHaveLength(0);
  expect((await find(updated)).errors.updated_at[0]).toContain('three dots');
});

test('projects are listed active only unless all are asked for, at most 300 a page', async () => {
  const active = (await it.api('GET', `/rest/v1.1/projects?${c()}`)).body;
  const all = await it.api('GET', `/rest/v1.1/projects?${c()}&filters[by_status]=All&per_page=5000`);
  expect(all.body.length).toBe(active.length + 1);
  expect(all.headers.get('per-page')).toBe('300');
  const stage = it.guide.exampleProjects.inConstruction.stage.id;
  const staged = (await it.api('GET', `/rest/v1.1/projects?${c()}&filters[by_stage]=${stage}`)).body;
  expect(staged.every((row: { project_stage: { id: number } }) => row.project_stage.id === stage)).toBe(true);
  expect(staged.length).toBeGreaterThan(0);
});

test('standard cost codes tell only ids unless the extended view is asked for', async () => {
  const [list] = (await it.api('GET', `/rest/v1.0/standard_cost_code_lists?${c()}`)).body;
  const path = `/rest/v1.0/standard_cost_codes?${c()}&standard_cost_code_list_id=${list.id}`;
  expect(Object.keys((await it.api('GET', path)).body[0])).toEqual(['id', 'standard_cost_code_list_id']);
  const extended = (await it.api('GET', `${path}&view=extended&per_page=500`)).body;
  expect(extended.find((row: { full_code: string }) => row.full_code === '03-310').name).toBe('Foundations');
});

test('codes of a sub job are listed only for that sub job', async () => {
  const { id, subJobs } = it.guide.exampleProjects.withSubJobs;
  const of = async (more: string) =>
    (await it.api('GET', `/rest/v1.0/cost_codes?project_id=${id}&per_page=500${more}`)).body;
  const own = await of('');
  const inSubJob = await of(`&sub_job_id=${subJobs[0].id}`);
  expect(own.every((row: { biller_type: string }) => row.biller_type === 'Project')).toBe(true);
  expect(inSubJob.every((row: { biller_id: number }) => row.biller_id === subJobs[0].id)).toBe(true);
  expect(inSubJob.length).toBeGreaterThan(0);
});

test('a cost code is made of its own segment under its parent', async () => {
  const codes = (await it.api('GET', `/rest/v1.0/cost_codes?project_id=${project}&per_page=500`)).body;
  const division = codes.find((row: { full_code: string }) => row.full_code === '03');
  const body = { project_id: project, cost_code: { code: '390', name: 'Grout', parent_id: division.id } };
  const made = await it.api('POST', '/rest/v1.0/cost_codes', body);
  expect(made).toMatchObject({ status: 201, body: { code: '390', full_code: it.guide.freshCode } });
  expect(await it.api('POST', '/rest/v1.0/cost_codes', body)).toMatchObject({
    status: 400,
    body: { errors: { code: ['has already been taken'] } },
  });
});

test('a division that gets another code takes its codes along', async () => {
  const { id } = it.guide.exampleProjects.inBidding;
  const codes = async () => (await it.api('GET', `/rest/v1.0/cost_codes?project_id=${id}&per_page=500`)).body;
  const division = (await codes()).find((row: { full_code: string }) => row.full_code === '03');
  await it.control('PATCH', `/records/cost_codes/${division.id}`, { code: '73' });
  const children = (await codes()).filter((row: { parent: { id: number } | null }) => row.parent?.id === division.id);
  expect(children.length).toBeGreaterThan(0);
  expect(children.every((row: { full_code: string; code: string }) => row.full_code === `73-${row.code}`)).toBe(true);
});

test('a WBS code that exists is given back; its description is overwritten only when one is sent', async () => {
  const base = `/rest/v1.0/projects/${project}/work_breakdown_structure`;
  const segments = (await it.api('GET', `${base}/segments`)).body;
  const items = await Promise.all(
    ['cost_code', 'line_item_type'].map(async (type) => {
      const segment = segments.find((one: { type: string }) => one.type === type);
      const list = (await it.api('GET', `${base}/segments/${segment.id}/segment_items`)).body;
      return { segment_id: segment.id, segment_item_id: list.at(-1).id };
    }),
  );
  const ensure = (description?: string) => it.api('POST', `${base}/wbs_codes`, { segment_items: items, description });
  const first = await ensure('Made by us');
  const second = await ensure();
  expect([first.status, second.status]).toEqual([201, 201]);
  expect(second.body.id).toBe(first.body.id);
  expect(second.body.description).toBe('Made by us');
  expect((await ensure('New words')).body.description).toBe('New words');
});

test('budget rows carry their money as text, a key per column, and no id when unbudgeted', async () => {
  const cost = await draft('B-1');
  const codes = (await it.api('GET', `/rest/v1.0/cost_codes?project_id=${project}&per_page=500`)).body;
  const other = it.guide.lineItemTypes.find((one: { code: string }) => one.code === 'O').id;
  const line = { cost_code_id: codes[3].id, line_item_type_id: other, amount: 12.3 };
  await it.api('POST', `${directCosts('v1.0')}/${cost.id}/line_items`, { line_item: line });
  const [view] = (await it.api('GET', `/rest/v1.0/budget_views?project_id=${project}`)).body;
  const rows = async (type: string) =>
    (
      await it.api(
        'GET',
        `/rest/v1.0/budget_views/${view.id}/detail_rows?project_id=${project}&budget_row_type=${type}`,
      )
    ).body;
  const [budgeted] = await rows('budgeted');
  expect(budgeted.id).toBeGreaterThan(2 ** 32);
  expect(budgeted['Original Budget Amount']).toBe(budgeted.original_budget_amount);
  const unbudgeted = await rows('unbudgeted');
  expect(unbudgeted).toContainEqual(expect.objectContaining({ id: null, 'Direct Costs': '12.3' }));
});

test('lines are synced with failures inside the 200, tax kept, quantity times price worked out', async () => {
  const cost = await draft('S-1');
  const code = it.guide.exampleProjects.inConstruction.codes.find(
    (one: { budgeted: unknown[] }) => one.budgeted.length > 0,
  );
  const wbs_code_id = code.budgeted[0].wbsCodeId;
  const gst = it.guide.taxCodes.find((one: { code: string }) => one.code === 'GST').id;
  const answer = await it.api('PATCH', `${directCosts('v1.0')}/line_items/sync`, {
    updates: [
      {
        direct_cost_id: cost.id,
        wbs_code_id,
        quantity: 20.2501,
        unit_cost: 1234.56,
        tax_code_id: gst,
        origin_data: 'stamp',
      },
      { direct_cost_id: cost.id, amount: 5 },
      { direct_cost_id: 1, wbs_code_id, amount: 5 },
    ],
  });
  expect(answer.status).toBe(200);
  expect(answer.body.errors.map((one: { errors: object }) => Object.keys(one.errors))).toEqual([
    ['wbs_code_id'],
    ['direct_cost_id'],
  ]);
  expect(answer.body.entities).toMatchObject([
    {
      amount: '24999.96',
      quantity: '20.2501',
      extended_type: 'calculated',
      tax_code_id: gst,
      origin_data: 'stamp',
      total_amount: '28749.95',
    },
  ]);
  const shown = (await it.api('GET', `${directCosts('v1.1')}/${cost.id}`)).body;
  expect(shown).toMatchObject({ grand_total: '24999.96', line_items_count: 1 });
});

test('a project without tax drops or refuses tax codes', async () => {
  const cost = await draft('T-1');
  const { wbsCodeId } = it.guide.exampleProjects.inConstruction.codes[0].budgeted[0];
  const gst = it.guide.taxCodes[0].id;
  const add = () =>
    it.api('POST', `${directCosts('v1.0')}/${cost.id}/line_items`, {
      line_item: { wbs_code_id: wbsCodeId, amount: 1, tax_code_id: gst },
    });
  await it.control('PUT', '/settings', { taxMode: { [project]: 'dropped' } });
  expect((await add()).body.tax_code_id).toBeNull();
  await it.control('PUT', '/settings', { taxMode: { [project]: 'refused' } });
  expect((await add()).status).toBe(422);
  await it.control('PUT', '/settings', { taxMode: {} });
  expect((await add()).body.tax_code_id).toBe(gst);
});

test('two writers of one direct cost: the second is told 409', async () => {
  const cost = await draft('C-1');
  const write = (status: string) => it.api('PATCH', `${directCosts('v1.1')}/${cost.id}`, { direct_cost: { status } });
  const answers = await Promise.all([write('pending'), write('approved')]);
  expect(answers.map((one) => one.status).sort()).toEqual([200, 409]);
  expect((await write('approved')).status).toBe(200);
});

test('a vendor outside the project directory is refused, unless the switch says it may', async () => {
  const made = await it.api('POST', '/rest/v1.0/vendors', { company_id: it.companyId, vendor: { name: 'Outsider' } });
  const item = { direct_cost_type: 'invoice', invoice_number: 'V-1', vendor_id: made.body.id };
  const post = () => it.api('POST', directCosts('v1.0'), { item });
  expect(await post()).toMatchObject({
    status: 422,
    body: { errors: { vendor: ['is not in the project directory'] } },
  });
  await it.control('PUT', '/switches', { vendor_needs_directory: 'no' });
  expect((await post()).status).toBe(201);
  await it.control('PUT', '/switches', { vendor_needs_directory: 'yes' });
});

test('an inactive vendor leaves the list and comes back through the inactive one', async () => {
  const { id } = it.guide.exampleVendors.inactive;
  const listed = async () => (await it.api('GET', `/rest/v1.0/vendors?${c()}&filters[id]=${id}`)).body.length;
  expect(await listed()).toBe(0);
  const inactive = (await it.api('GET', `/rest/v1.0/companies/${it.companyId}/vendors/inactive`)).body;
  expect(inactive.map((row: { id: number }) => row.id)).toContain(id);
  await it.api('PATCH', `/rest/v1.0/companies/${it.companyId}/vendors/inactive/${id}`);
  expect(await listed()).toBe(1);
});

test('a multipart change keeps earlier files, or by switch replaces them', async () => {
  const cost = await draft('M-1');
  const attach = async (name: string) => {
    const form = new FormData();
    form.append('attachments[]', new Blob(['x']), name);
    return (await it.api('PATCH', `${directCosts('v1.1')}/${cost.id}`, form)).body.attachments.map(
      (file: { filename: string }) => file.filename,
    );
  };
  expect(await attach('a.pdf')).toEqual(['a.pdf']);
  expect(await attach('b.pdf')).toEqual(['a.pdf', 'b.pdf']);
  await it.control('PUT', '/switches', { multipart_patch_attachments: 'replaces' });
  expect(await attach('c.pdf')).toEqual(['c.pdf']);
  await it.control('PUT', '/switches', { multipart_patch_attachments: 'keeps' });
});

test('hidden projects answer 404, a tool that is off 403, a disconnected company 403', async () => {
  const show = () => it.api('GET', `/rest/v1.0/projects/${project}?${c()}`);
  await it.control('PUT', '/settings', { hiddenProjects: [project] });
  expect((await show()).status).toBe(404);
  expect((await it.api('GET', directCosts('v1.1'))).status).toBe(404);
  await it.control('PUT', '/settings', { hiddenProjects: [], toolsOff: { [project]: ['direct_costs'] } });
  expect((await show()).status).toBe(200);
  expect((await it.api('GET', directCosts('v1.1'))).body.errors).toContain(
    'You do not have access to the direct costs tool',
  );
  await it.control('PUT', '/settings', { toolsOff: {}, disconnectedCompanies: [it.companyId] });
  expect((await show()).body).toEqual({ errors: ['App is not connected to this company.'] });
  await it.control('PUT', '/settings', { disconnectedCompanies: [] });
});

test('both rate windows are counted and the headers tell of the closer one', async () => {
  const { access_token } = (await it.control('POST', '/tokens', { clientId: 'another-app' })).body;
  const me = () => it.api('GET', '/rest/v1.0/me', undefined, { authorization: `Bearer ${access_token}` });
  await it.control('PUT', '/settings', {
    rateSpike: { limit: 3, seconds: 10 },
    rateHourly: { limit: 100, seconds: 3600 },
  });
  const answers = [await me(), await me(), await me(), await me()];
  await it.control('PUT', '/settings', { rateSpike: { limit: 1000 }, rateHourly: { limit: 100_000 } });
  expect(answers.map((one) => one.status)).toEqual([200, 200, 200, 429]);
  expect(answers.map((one) => one.headers.get('x-rate-limit-remaining'))).toEqual(['2', '1', '0', '0']);
  expect(answers[3]!.headers.get('x-rate-limit-limit')).toBe('3');
  expect(Number(answers[3]!.headers.get('x-rate-limit-reset')) * 1000).toBeGreaterThan(Date.now());
  expect(Number(answers[3]!.headers.get('retry-after'))).toBeGreaterThan(0);
});

test('origin_data is given back, or by switch dropped', async () => {
  const item = { direct_cost_type: 'invoice', invoice_number: 'O-1', vendor_id: vendorId, origin_data: 'stamp' };
  const { id, origin_data } = (await it.api('POST', directCosts('v1.0'), { item })).body;
  expect(origin_data).toBe('stamp');
  await it.control('PUT', '/switches', { origin_data: 'dropped' });
  expect((await it.api('GET', `${directCosts('v1.1')}/${id}`)).body.origin_data).toBeNull();
  await it.control('PUT', '/switches', { origin_data: 'given back' });
});

test('an origin_id is free once in a company', async () => {
  const create = (number: string) =>
    it.api('POST', directCosts('v1.0'), {
      item: { direct_cost_type: 'invoice', invoice_number: number, vendor_id: vendorId, origin_id: 'key-1' },
    });
  expect((await create('K-1')).status).toBe(201);
  expect(await create('K-2')).toMatchObject({
    status: 422,
    body: { errors: { origin_id: ['has already been taken'] } },
  });
});

test('the audit finds what stands twice and agrees with the ledger', async () => {
  await draft('TWICE');
  await draft('TWICE');
  await it.control('POST', '/records/direct_costs', {
    project_id: project,
    vendor_id: vendorId,
    invoice_number: 'BY-HAND',
  });
  const { body } = await it.control('GET', '/audit');
  expect(body.differences).toEqual([]);
  expect(body.agreesWithLedger).toBe(true);
  expect(body.duplicates).toMatchObject([{ number: 'TWICE', projectId: project }]);
});

test('a reset brings the sample back', async () => {
  const other = await drive();
  await other.control('PATCH', `/records/projects/${project}`, { name: 'Renamed' });
  await other.control('POST', '/reset', { seed: 7 });
  expect((await other.control('GET', `/records/projects/${project}`)).body.name).toBe('Harbour Apartments');
  expect((await other.control('GET', '/ledger')).body.entries).toEqual([]);
  await other.close();
});

test('a person budgets a code with a type it was never used with', async () => {
  const { guide } = it;
  const code = guide.exampleProjects.withoutBudget;
  const rows = (await it.api('GET', `/rest/v1.0/cost_codes?project_id=${code.id}&per_page=500`)).body;
  const fields = { project_id: code.id, cost_code_id: rows.at(-1).id, line_item_type_id: guide.lineItemTypes[0].id };
  const made = await it.control('POST', '/records/budget_rows', { ...fields, original_budget_amount: '1200' });
  expect(made).toMatchObject({ status: 200, body: { wbs_code_id: expect.any(Number) } });
  const wbs = await it.control('GET', `/records/wbs_codes/${made.body.wbs_code_id}`);
  expect(wbs.body).toMatchObject({ cost_code_id: fields.cost_code_id, line_item_type_id: fields.line_item_type_id });
});

test('a person adds a code and runs an audit on the page', async () => {
  const form = new URLSearchParams({ fields: `project_id: ${project}\ncode: 77\nname: Landscaping` });
  const added = await send(`${it.simulator.url}/control/page/cost_codes`, 'POST', form, {});
  expect(added.status).toBe(303);
  const shown = await send(`${it.simulator.url}${added.headers.get('location')}`, 'GET', undefined, {});
  expect(shown.body).toContain('77 Landscaping');
  const refused = new URLSearchParams({ fields: 'name: Nowhere' });
  expect((await send(`${it.simulator.url}/control/page/cost_codes`, 'POST', refused, {})).body).toContain('is needed');
  const audited = await send(`${it.simulator.url}/control/page-audit`, 'GET', undefined, {});
  expect(audited.body).toContain('They are what the ledger says was written.');
});
