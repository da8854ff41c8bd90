import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  costType,
  payableInvoice,
  procoreCompany,
  procoreConnection,
  procoreLink,
  procoreTaxCode,
  project,
  projectCostCode,
  taxCode,
  taxMapping,
} from '../../db/schema/index.ts';
import type { LiveEvent } from '../../schemas/events.ts';
import { type ApiClient, type ApiWorld, startApi } from './api-world.ts';

let world: ApiWorld;
let clerk: ApiClient;
let approver: ApiClient;
let records: Awaited<ReturnType<typeof addRecords>>;
beforeAll(async () => {
  world = await startApi();
  clerk = await world.person(['clerk']);
  approver = await world.person(['approver']);
  records = await addRecords();
});
afterAll(() => world.close());

/** A linked project with one cost code and type, a supplier and a mapped tax code: what an invoice needs to be sent. */
async function addRecords() {
  const { deps, account } = world;
  const { db } = deps;
  const first = <T>([row]: T[]): T => {
    if (row === undefined) throw new Error('Nothing was inserted');
    return row;
  };
  const connection = first(await db.select().from(procoreConnection));
  const company = first(
    await db
      .insert(procoreCompany)
      .values({
        account,
        connectionId: connection.id,
        procoreId: '8089',
        name: 'Kauri Builders',
        goLiveDate: '2020-01-01',
      })
      .returning(),
  );
  const companyId = company.id;
  const place = first(
    await db
      .insert(project)
      .values({ account, companyId, code: 'P-1007', description: 'Harbour Apartments' })
      .returning(),
  );
  const code = first(
    await db
      .insert(projectCostCode)
      .values({ account, projectId: place.id, code: '03-310', externalCode: '03-310', description: 'Concrete' })
      .returning(),
  );
  const type = first(
    await db.insert(costType).values({ account, code: 'M', externalCode: 'M', description: 'Materials' }).returning(),
  );
  const gst = first(await db.select().from(taxCode));
  const theirs = first(
    await db
      .insert(procoreTaxCode)
      .values({ account, companyId, procoreId: '1', code: 'GST15', rate: gst.rate })
      .returning(),
  );
  await db.insert(taxMapping).values({ account, companyId, taxCodeId: gst.id, procoreTaxCodeId: theirs.id });
  const { body: vendor } = await clerk.post('/api/vendors', { description: 'Acme Steel Ltd' });
  const link = { account, companyId, state: 'linked' as const };
  await db.insert(procoreLink).values([
    { ...link, kind: 'project', localId: place.id, procoreId: '1001' },
    { ...link, kind: 'project_cost_code', localId: code.id, procoreId: '1002', projectProcoreId: '1001' },
    { ...link, kind: 'cost_type', localId: type.id, procoreId: '1003' },
    { ...link, kind: 'vendor', localId: vendor.id, procoreId: '1004' },
  ]);
  return {
    projectId: place.id,
    codeId: code.id,
    typeId: type.id,
    taxCodeId: gst.id,
    rate: gst.rate,
    vendorId: vendor.id,
  };
}

let number = 1000;
const invoiceOf = (change: object = {}) => {
  number += 1;
  return {
    number: `INV-${number}`,
    payableAccountId: records.vendorId,
    invoiceDate: '2026-11-18',
    projectId: records.projectId,
    projectCostCodeId: records.codeId,
    total: '12400.00',
    tax: ((12400 * Number(records.rate)) / 100).toFixed(2),
    lines: [{ amount: '12400.00', description: 'Reinforcing steel', taxCodeId: records.taxCodeId }],
    ...change,
  };
};

const NOTHING = {
  edit: false,
  check: false,
  approve: false,
  send: false,
  retry: false,
  cancel: false,
  unapprove: false,
  delete: false,
  sendFiles: false,
  ignore: false,
  undo: false,
  unignore: false,
  sendEarly: false,
  sendLocked: false,
};

test('an invoice without a cost type is not checked while that setting is on; allocating one lets it through', async () => {
  await world.admin.send('PATCH', '/api/settings', { checkCostType: true, invoicesInterface: 'procore' });
  const { status, body: entered } = await clerk.post('/api/invoices', invoiceOf());
  expect([status, entered.status, entered.may]).toEqual([
    201,
    'entered',
    { ...NOTHING, edit: true, check: true, delete: true, ignore: true },
  ]);

  const { body: refused } = await clerk.post(`/api/invoices/${entered.id}/check`, {});
  expect(refused.status).toBe('entered');
  expect(refused.problems).toEqual([
    {
      code: 'TYPE_MISSING',
      message: 'Cost code 03-310 in project P-1007 Harbour Apartments has no cost type.',
      fix: 'Allocate a cost type here, or set it in the Procore budget and fetch the project.',
      where: 'invoice',
      severity: 'blocks',
      line: 1,
    },
  ]);

  const allocated = await clerk.post(`/api/project-cost-codes/${records.codeId}/cost-types`, {
    costTypeId: records.typeId,
  });
  expect(allocated.body.costTypes).toMatchObject([{ code: 'M', source: 'local', isDefault: true }]);
  const { body: checked } = await clerk.post(`/api/invoices/${entered.id}/check`, {});
  expect([checked.status, checked.problems]).toEqual(['checked', []]);

  const own = await clerk.post(`/api/invoices/${entered.id}/approve`, {});
  expect(own.status).toBe(403);
  const { body: approved } = await approver.post(`/api/invoices/${entered.id}/approve`, {});
  expect([approved.status, approved.may.send]).toEqual(['approved', false]);
  const sent = await clerk.post(`/api/invoices/${entered.id}/send`, {});
  expect([sent.status, sent.body.integration, sent.body.may.cancel]).toEqual([202, 'queued', true]);

  const edited = await clerk.send('PUT', `/api/invoices/${entered.id}`, invoiceOf());
  expect([edited.status, edited.body.error.message]).toEqual([
    409,
    'The invoice is on its way to Procore; cancel that first.',
  ]);
  const taken = await clerk.post(`/api/invoices/${entered.id}/cancel`, {});
  expect([taken.status, taken.body.integration]).toEqual([200, null]);
  const { body: log } = await clerk.get(`/api/invoices/${entered.id}/log`);
  expect(log.entries.map(({ event }: { event: string }) => event).reverse()).toEqual([
    'received',
    'checked',
    'checked',
    'approved',
    'queued',
    'cancelled',
  ]);
});

test('sending several says which were queued and why the others were not', async () => {
  const { body: entered } = await clerk.post('/api/invoices', invoiceOf({ number: 'NOT-READY' }));
  const { body: result } = await clerk.post('/api/invoices/send', { ids: [entered.id] });
  expect(result).toEqual({
    queued: [],
    refused: [{ id: entered.id, number: 'NOT-READY', message: 'NOT-READY is not checked and approved yet.' }],
  });
});

test('an invoice that never went to Procore can be deleted, and is then unknown', async () => {
  const { body } = await clerk.post('/api/invoices', invoiceOf());
  expect((await clerk.send('DELETE', `/api/invoices/${body.id}`)).status).toBe(204);
  expect((await clerk.get(`/api/invoices/${body.id}`)).status).toBe(404);
});

test('an approval is withdrawn by an approver, and then the invoice can be approved again', async () => {
  const { body } = await clerk.post('/api/invoices', invoiceOf({ costTypeId: records.typeId }));
  await clerk.post(`/api/invoices/${body.id}/check`, {});
  const { body: approved } = await approver.post(`/api/invoices/${body.id}/approve`, {});
  expect(approved.may).toEqual({ ...NOTHING, unapprove: true });
  const { body: withdrawn } = await approver.post(`/api/invoices/${body.id}/unapprove`, {});
  expect([withdrawn.status, withdrawn.approvedBy, withdrawn.may]).toEqual([
    'checked',
    null,
    { ...NOTHING, approve: true },
  ]);
});

test('nobody approves what they entered or changed themselves, unless the account allows it', async () => {
  const [one, other] = [await world.person(['clerk', 'approver']), await world.person(['clerk', 'approver'])];
  const { body } = await one.post('/api/invoices', invoiceOf({ costTypeId: records.typeId }));
  const step = (client: ApiClient, name: string) => client.post(`/api/invoices/${body.id}/${name}`, {});
  const refused = (verb: string) => [403, `You ${verb} this invoice, so somebody else must approve it.`];
  const said = ({ status, body: answer }: Awaited<ReturnType<typeof step>>) => [status, answer.error?.message];
  await step(one, 'check');
  expect(said(await step(one, 'approve'))).toEqual(refused('entered'));
  await other.send('PUT', `/api/invoices/${body.id}`, invoiceOf({ costTypeId: records.typeId }));
  await step(other, 'check');
  expect(said(await step(other, 'approve'))).toEqual(refused('changed'));
  expect(said(await step(one, 'approve'))).toEqual(refused('entered'));
  await world.admin.send('PATCH', '/api/settings', { selfApproval: true });
  expect((await step(other, 'approve')).body.status).toBe('approved');
  await world.admin.send('PATCH', '/api/settings', { selfApproval: false });
});

test("people stand by their names, the header's coding by its words, and numbers without filling zeros", async () => {
  const line = { amount: '12400.00', quantity: '2.5', unitPrice: '4960.00', taxCodeId: records.taxCodeId };
  const { body } = await clerk.post('/api/invoices', invoiceOf({ costTypeId: records.typeId, lines: [line] }));
  expect(body).toMatchObject({
    enteredBy: 'clerk',
    projectText: 'P-1007 Harbour Apartments',
    codeText: '03-310 Concrete',
    costTypeText: 'M Materials',
    lines: [{ quantity: '2.5', unitPrice: '4960' }],
  });
  const { body: log } = await clerk.get(`/api/invoices/${body.id}/log`);
  expect(log.entries.map(({ actor }: { actor: string }) => actor)).toEqual(['clerk']);
});

test('a PDF is attached, read and removed; what is no PDF, too large or of another account is refused', async () => {
  const { body } = await clerk.post('/api/invoices', invoiceOf());
  const at = `/api/invoices/${body.id}/attachments`;
  const pdf = { 'content-type': 'application/pdf' };
  const attached = await clerk.post(`${at}?filename=..%2FSteel%20Nov`, '%PDF-1.4 steel', pdf);
  expect([attached.status, attached.body.files]).toEqual([
    201,
    [{ id: expect.any(String), filename: 'Steel Nov.pdf', size: 14 }],
  ]);
  const [file] = attached.body.files;
  const read = await clerk.get(`${at}/${file.id}`);
  expect([read.status, read.text, read.headers.get('content-type')]).toEqual([
    200,
    '%PDF-1.4 steel',
    'application/pdf',
  ]);
  expect(read.headers.get('content-security-policy')).toBe("frame-ancestors 'self'");

  const twice = await clerk.post(`${at}?filename=Steel%20Nov.pdf`, '%PDF-1.4 steel', pdf);
  expect(twice.body.files).toEqual([file]);
  const wrong = await clerk.post(`${at}?filename=a.pdf`, 'MZ, a program', pdf);
  expect([wrong.status, wrong.body.error.message]).toEqual([400, 'This is not a PDF.']);
  await world.admin.send('PATCH', '/api/settings', { attachmentMaxMb: 1 });
  const large = await clerk.post(`${at}?filename=a.pdf`, `%PDF-${'x'.repeat(1024 * 1024)}`, pdf);
  expect([large.status, large.body.error.message]).toEqual([413, 'The file is larger than 1 MB.']);

  const elsewhere = await world.person(['clerk'], await world.otherAccount());
  expect((await elsewhere.get(`${at}/${file.id}`)).status).toBe(404);
  expect((await elsewhere.post(`${at}?filename=a.pdf`, '%PDF-', pdf)).status).toBe(404);
  expect((await world.stranger.get(`${at}/${file.id}`)).status).toBe(401);
  expect((await clerk.send('DELETE', `${at}/${file.id}`)).body.files).toEqual([]);
  expect((await clerk.get(`${at}/${file.id}`)).status).toBe(404);
});

test('taking a duplicate over is for admins and needs a reason', async () => {
  const { body } = await clerk.post('/api/invoices', invoiceOf());
  const choose = (client: ApiClient, choice: object) => client.post(`/api/invoices/${body.id}/duplicate`, choice);
  const byClerk = await choose(clerk, { choice: 'take_over', reason: 'ours' });
  expect([byClerk.status, byClerk.body.error.message]).toEqual([403, 'Only an admin may do this.']);
  const silent = await choose(world.admin, { choice: 'take_over' });
  expect([silent.status, silent.body.error.message]).toEqual([400, 'Say why the record is taken over.']);
  const early = await choose(clerk, { choice: 'link_only' });
  expect([early.status, early.body.error.message]).toEqual([409, 'The invoice did not meet a duplicate in Procore.']);
});

test('the overview counts what needs a person by its reason, and shows what is left to set up', async () => {
  const { body: before } = await world.admin.get('/api/overview');
  expect(before).toMatchObject({ connection: 'disconnected', temporal: 'up', needsPerson: [] });
  expect(before.setup.map(({ isDone }: { isDone: boolean }) => isDone)).toEqual([false, false, true, true, false]);
  const problem = { code: 'CODE_MISSING', facts: { code: '03-310', project: 'P-1007' }, severity: 'blocks' };
  await world.deps.db.insert(payableInvoice).values({
    account: world.account,
    number: 'FAILED-1',
    matchNumber: 'failed-1',
    invoiceDate: '2026-11-18',
    total: '1.00',
    tax: '0.00',
    enteredBy: 'a test',
    integration: 'failed',
    problems: [problem],
  });
  const { body: after } = await world.admin.get('/api/overview');
  expect(after.needsPerson).toEqual([
    { code: 'CODE_MISSING', message: 'Cost code 03-310 does not exist in Procore project P-1007.', count: 1 },
  ]);
  const listed = async (problem: string) => (await world.admin.get(`/api/invoices?tab=failed&problem=${problem}`)).body;
  expect(await listed('CODE_MISSING')).toMatchObject({ total: 1, rows: [{ number: 'FAILED-1' }] });
  expect(await listed('ROUNDING')).toMatchObject({ total: 0, rows: [] });
});

test('who listens hears which invoices of the own account changed, also just before, and none of another', async () => {
  const { body: before } = await clerk.post('/api/invoices', invoiceOf());
  const elsewhere = await world.person(['clerk', 'admin'], await world.otherAccount());
  const mine = await listen(clerk);
  const theirs = await listen(elsewhere);
  expect(await mine.next()).toMatchObject({ type: 'invoices', ids: expect.arrayContaining([before.id]) });
  const { body } = await clerk.post('/api/invoices', invoiceOf());
  expect(await mine.next()).toEqual({ type: 'invoices', ids: [body.id] });
  expect(theirs.heard).toEqual([]);
  await Promise.all([mine.close(), theirs.close()]);
});

/** Follows /api/events as a browser would. */
async function listen(client: ApiClient) {
  const response = await client.stream('/api/events');
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  const heard: LiveEvent[] = [];
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const reading = (async () => {
    for (;;) {
      const part = await reader?.read().catch(() => undefined);
      if (part === undefined || part.done) return;
      for (const [, data] of part.value.matchAll(/^data: (.+)$/gm)) heard.push(JSON.parse(data ?? ''));
    }
  })();
  return {
    heard,
    async next(): Promise<LiveEvent | undefined> {
      for (let tries = 0; heard.length === 0 && tries < 50; tries++) await new Promise((go) => setTimeout(go, 100));
      return heard.shift();
    },
    async close() {
      await reader?.cancel();
      await reading;
    },
  };
}
