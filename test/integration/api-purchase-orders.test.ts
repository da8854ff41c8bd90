import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  auditEvent,
  costType,
  mappingTask,
  payableAccount,
  procoreCompany,
  procoreConnection,
  procoreLink,
  project,
  projectCostCode,
  projectCostCodeType,
  purchaseOrder,
  purchaseOrderLine,
  pushPart,
  taxCode,
} from '../../db/schema/index.ts';
import type { PurchaseOrderInput } from '../../schemas/purchase-orders.ts';
import { type ApiClient, type ApiWorld, addKey, startApi } from './api-world.ts';

let world: ApiWorld;
let companyId: string;
let clerk: ApiClient;
let approver: ApiClient;
const ids = { project: '', other: '', supplier: '', code: '', heading: '', otherCode: '', type: '', tax: '' };

beforeAll(async () => {
  world = await startApi();
  await world.admin.get('/api/companies');
  companyId = await addCompany('Kauri Builders', '8089');
  const { db } = world.deps;
  const { account } = world;
  [ids.project, ids.other] = [await addProject('P-1007'), await addProject('P-1008')];
  const vendor = { account, code: 'ACME', description: 'Acme Steel', matchName: 'acme steel' };
  ids.supplier = (await db.insert(payableAccount).values(vendor).returning())[0]!.id;
  const [type] = await db
    .insert(costType)
    .values({ account, code: 'M', externalCode: 'M', description: 'Material' })
    .returning();
  ids.type = type!.id;
  [ids.code, ids.heading, ids.otherCode] = [
    await addCode(ids.project, '03-300', true),
    await addCode(ids.project, '03', false),
    await addCode(ids.other, '05-100', true),
  ];
  const [gst] = await db.select().from(taxCode).where(eq(taxCode.account, account));
  ids.tax = gst!.id;
  clerk = await world.person(['clerk']);
  approver = await world.person(['approver']);
});
afterAll(() => world.close());

async function addCompany(name: string, procoreId: string): Promise<string> {
  const [connection] = await world.deps.db.select().from(procoreConnection);
  const [company] = await world.deps.db
    .insert(procoreCompany)
    .values({ account: world.account, connectionId: connection!.id, procoreId, name, goLiveDate: '2026-01-01' })
    .returning();
  return company!.id;
}

async function addProject(code: string): Promise<string> {
  const [row] = await world.deps.db
    .insert(project)
    .values({ account: world.account, companyId, code, description: 'Harbour Apartments' })
    .returning();
  return row!.id;
}

async function addCode(projectId: string, code: string, isPostable: boolean): Promise<string> {
  const { account } = world;
  const [row] = await world.deps.db
    .insert(projectCostCode)
    .values({ account, projectId, code, externalCode: code, description: 'Concrete', isPostable })
    .returning();
  const pair = { account, projectCostCodeId: row!.id, costTypeId: ids.type, source: 'budget' as const };
  if (isPostable) await world.deps.db.insert(projectCostCodeType).values(pair);
  return row!.id;
}

let count = 0;
const orderOf = (change: Partial<PurchaseOrderInput> = {}): PurchaseOrderInput => ({
  number: `PO-${++count}`,
  projectId: ids.project,
  payableAccountId: ids.supplier,
  description: 'Reinforcing steel',
  orderDate: '2026-11-18',
  lines: [lineOf()],
  ...change,
});
const lineOf = (change: Partial<PurchaseOrderInput['lines'][number]> = {}): PurchaseOrderInput['lines'][number] => ({
  projectCostCodeId: ids.code,
  description: 'Bars',
  amount: '100.00',
  taxCodeId: ids.tax,
  ...change,
});

const enter = async (change: Partial<PurchaseOrderInput> = {}) => {
  const answer = await clerk.post('/api/purchase-orders', orderOf(change));
  if (answer.status !== 201) throw new Error(answer.text);
  return answer.body;
};
const path = (order: { id: string }, step = '') => `/api/purchase-orders/${order.id}${step === '' ? '' : `/${step}`}`;
const approved = async (change: Partial<PurchaseOrderInput> = {}) => {
  const order = await enter(change);
  const answer = await approver.post(path(order, 'approve'));
  if (answer.status !== 200) throw new Error(answer.text);
  return answer.body;
};
const said = ({ status, body }: Awaited<ReturnType<ApiClient['get']>>) => [status, body.error?.message];
const master = (purchaseOrderMaster: 'none' | 'procore' | 'lentune') =>
  world.deps.db.update(procoreCompany).set({ purchaseOrderMaster }).where(eq(procoreCompany.id, companyId));
/** As a push leaves an order that arrived. */
async function arrived(order: { id: string; revision: number }, procoreId: string): Promise<void> {
  const { db } = world.deps;
  const { account } = world;
  await db
    .update(purchaseOrder)
    .set({
      integration: 'sent',
      sentRevision: order.revision,
      queuedAt: null,
      procoreStatus: 'Approved',
      isAccepted: true,
      sentAt: sql`now()`,
    })
    .where(eq(purchaseOrder.id, order.id));
  await db.insert(procoreLink).values({ account, companyId, kind: 'purchase_order', localId: order.id, procoreId });
  await db.insert(pushPart).values({
    account,
    companyId,
    documentKind: 'purchase_order',
    documentId: order.id,
    partKey: 'order',
    target: 'purchase_order',
    projectProcoreId: '1',
    revision: order.revision,
    procoreId,
    state: 'sent',
  });
}

/** Rows of every table a refused request could have left something in. */
async function rowCounts(): Promise<Record<string, number>> {
  const [row] = await world.deps.db.execute<Record<string, number>>(sql`
    select (select count(*)::int from purchase_order) as orders,
      (select count(*)::int from purchase_order_line) as lines,
      (select count(*)::int from approval_limit) as limits,
      (select count(*)::int from audit_event) as audits,
      (select count(*)::int from integration_log) as logs,
      (select count(*)::int from mapping_task) as tasks,
      (select count(*)::int from idempotency_key) as keys`);
  return { ...row };
}

const UNKNOWN = '01999999-0000-7000-8000-000000000000';

test('bad input is refused in words, and leaves nothing behind', async () => {
  const { id } = await enter();
  const { lines } = (await clerk.get(path({ id }))).body;
  const put = `PUT ${path({ id })}`;
  const REFUSED: [what: string, request: string, body: unknown, status: number, message: string][] = [
    [
      'no number',
      'POST /api/purchase-orders',
      orderOf({ number: ' ' }),
      400,
      'Enter the number of the purchase order.',
    ],
    [
      'no date',
      'POST /api/purchase-orders',
      { ...orderOf(), orderDate: undefined },
      400,
      'Enter a date such as 2026-11-24.',
    ],
    [
      'a day that is not',
      'POST /api/purchase-orders',
      orderOf({ deliveryDate: '2026-02-30' }),
      400,
      'Enter a date such as 2026-11-24.',
    ],
    [
      'an amount in words',
      'POST /api/purchase-orders',
      orderOf({ lines: [lineOf({ amount: 'ten' })] }),
      400,
      'Enter an amount such as 1234.50.',
    ],
    [
      'a third decimal',
      put,
      orderOf({ lines: [lineOf({ amount: '1.005' })] }),
      400,
      'Enter an amount such as 1234.50.',
    ],
    [
      'a quantity in words',
      put,
      orderOf({ lines: [lineOf({ quantity: 'two' })] }),
      400,
      'Enter a number such as 12.5.',
    ],
    ['no project', 'POST /api/purchase-orders', { ...orderOf(), projectId: undefined }, 400, 'projectId is missing.'],
    [
      'a project nobody has',
      'POST /api/purchase-orders',
      orderOf({ projectId: UNKNOWN }),
      400,
      'There is no such project.',
    ],
    ['a supplier nobody has', put, orderOf({ payableAccountId: UNKNOWN }), 400, 'There is no such supplier.'],
    [
      'a code of another project',
      put,
      orderOf({ lines: [lineOf({ projectCostCodeId: ids.otherCode })] }),
      400,
      'The project has no such cost code.',
    ],
    [
      'a cost type nobody has',
      put,
      orderOf({ lines: [lineOf({ costTypeId: UNKNOWN })] }),
      400,
      'There is no such cost type.',
    ],
    [
      'a tax code nobody has',
      put,
      orderOf({ lines: [lineOf({ taxCodeId: UNKNOWN })] }),
      400,
      'There is no such tax code.',
    ],
    [
      'an id of a line in a new order',
      'POST /api/purchase-orders',
      orderOf({ lines: [lineOf({ id: lines[0].id })] }),
      400,
      'The purchase order has no such line.',
    ],
    [
      'a line of nobody',
      put,
      orderOf({ lines: [lineOf({ id: UNKNOWN })] }),
      400,
      'The purchase order has no such line.',
    ],
    [
      'one line twice',
      put,
      orderOf({ lines: [lineOf({ id: lines[0].id }), lineOf({ id: lines[0].id })] }),
      400,
      'The purchase order has no such line.',
    ],
    [
      'a text that cannot be stored',
      put,
      orderOf({ number: 'PO\u0000' }),
      400,
      'A text holds characters that cannot be stored.',
    ],
    [
      'an order nobody has',
      `POST /api/purchase-orders/${UNKNOWN}/approve`,
      {},
      404,
      'There is no such purchase order.',
    ],
    ['an id that cannot be', 'POST /api/purchase-orders/17/send', {}, 404, 'There is no such purchase order.'],
    ['nothing to send', 'POST /api/purchase-orders/send', { ids: [] }, 400, 'Choose at least one purchase order.'],
    ['a cancellation without a reason', `POST ${path({ id }, 'cancel')}`, { reason: ' ' }, 400, 'Say why.'],
    [
      'a negative limit',
      'PUT /api/approval-limits',
      { roles: [{ role: 'approver', amount: '-1' }], people: [] },
      400,
      'A limit is not negative.',
    ],
    [
      'a limit of a stranger',
      'PUT /api/approval-limits',
      { roles: [], people: [{ userId: 'nobody', amount: '1' }] },
      400,
      'There is no such person.',
    ],
    [
      'a limit twice',
      'PUT /api/approval-limits',
      {
        roles: [
          { role: 'clerk', amount: '1' },
          { role: 'clerk', amount: '2' },
        ],
        people: [],
      },
      400,
      'This one is named twice.',
    ],
    [
      'a tab that is not',
      'GET /api/purchase-orders?tab=lost',
      undefined,
      400,
      'tab: Invalid option: expected one of "all"|"draft"|"ready"|"failed"|"sent"|"procore".',
    ],
  ];
  for (const [what, request, body, status, message] of REFUSED) {
    const before = await rowCounts();
    const [method, url] = request.split(' ') as [string, string];
    const answer = await world.admin.send(method, url, body);
    expect([what, ...said(answer)]).toEqual([what, status, message]);
    expect([what, await rowCounts()]).toEqual([what, before]);
  }
});

describe('entering', () => {
  test('keeps an order as a draft and says what keeps it from being approved, all at once', async () => {
    const order = await enter({
      payableAccountId: null,
      lines: [lineOf({ projectCostCodeId: null }), lineOf({ projectCostCodeId: ids.heading })],
    });
    expect(order).toMatchObject({
      origin: 'lentune',
      orderStatus: 'draft',
      integration: null,
      revision: 1,
      original: '200.00',
    });
    expect(order.problems.map(({ code, line }: { code: string; line: number | null }) => [code, line])).toEqual([
      ['PO_VENDOR_BLANK', null],
      ['CODE_BLANK', 1],
      ['CODE_NOT_CHARGEABLE', 2],
    ]);
    const answer = await approver.post(path(order, 'approve'));
    expect(said(answer)).toEqual([
      409,
      `Purchase order ${order.number} has no supplier. Line 1 has no cost code. Cost code 03 is a heading; costs cannot be booked on it.`,
    ]);
  });

  test('takes a number once in a project, however it is written, and again in another', async () => {
    const { number } = await enter({ number: 'po  77' });
    expect(said(await clerk.post('/api/purchase-orders', orderOf({ number: ' PO 77 ' })))).toEqual([
      409,
      `Number ${number} is used by another purchase order of project P-1007.`,
    ]);
    await enter({ number: 'PO 77', projectId: ids.other, lines: [] });
  });

  test('two at once of one number are one order', async () => {
    const input = orderOf();
    const answers = await Promise.all([1, 2, 3].map(() => clerk.post('/api/purchase-orders', input)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
  });

  test('repeated with its Idempotency-Key is answered the same and done once', async () => {
    const input = orderOf();
    const key = { 'idempotency-key': crypto.randomUUID() };
    const first = await clerk.post('/api/purchase-orders', input, key);
    const again = await clerk.post('/api/purchase-orders', input, key);
    expect([first.status, again.status, again.headers.get('idempotency-replayed')]).toEqual([201, 201, 'true']);
    expect(again.body).toEqual(first.body);
    const { body } = await clerk.get(`/api/purchase-orders?search=${input.number}`);
    expect(body.total).toBe(1);
  });

  test('an edit keeps the ids of lines, adds and takes away, and must be approved again', async () => {
    const order = await approved({ lines: [lineOf(), lineOf({ description: 'Mesh' })] });
    const [bars, mesh] = order.lines;
    const lines = [lineOf({ id: mesh.id, amount: '60.00' }), lineOf({ description: 'Ties', amount: '5.00' })];
    const { body } = await clerk.send('PUT', path(order), orderOf({ number: order.number, lines }));
    expect(body).toMatchObject({ orderStatus: 'draft', approvedBy: null, revision: 2, original: '65.00' });
    expect(body.lines.map(({ id, position, amount }: typeof bars) => [id === mesh.id, position, amount])).toEqual([
      [true, 1, '60.00'],
      [false, 2, '5.00'],
    ]);
  });

  test('is not for those without the right, and not for another account', async () => {
    const order = await enter();
    const viewer = await world.person(['viewer']);
    expect((await viewer.post('/api/purchase-orders', orderOf())).status).toBe(403);
    expect((await clerk.post(path(order, 'approve'))).status).toBe(403);
    expect((await approver.post(path(order, 'send'))).status).toBe(403);
    expect((await clerk.send('PUT', '/api/approval-limits', { roles: [], people: [] })).status).toBe(403);
    const stranger = world.machine(
      await addKey(world.deps, await world.otherAccount(), ['admin', 'clerk', 'approver']),
    );
    for (const [method, url] of [
      ['GET', path(order)],
      ['GET', path(order, 'log')],
      ['PUT', path(order)],
      ['POST', path(order, 'approve')],
      ['POST', path(order, 'send')],
    ] as const)
      expect([
        url,
        said(await stranger.send(method, url, method === 'PUT' ? orderOf({ projectId: UNKNOWN }) : undefined)),
      ]).toEqual([url, [404, 'There is no such purchase order.']]);
  });
});

describe('approving', () => {
  test('is for somebody else than who entered it, unless the account allows it', async () => {
    const { body: order } = await world.admin.post('/api/purchase-orders', orderOf());
    expect(said(await world.admin.post(path(order, 'approve')))).toEqual([
      403,
      'You entered this purchase order, so somebody else must approve it.',
    ]);
    expect((await approver.post(path(order, 'approve'))).body).toMatchObject({ orderStatus: 'approved', problems: [] });
  });

  test('goes up to the limit of the role, or of the person, who has one of their own', async () => {
    const [junior, senior] = [await world.person(['approver']), await world.person(['approver'])];
    const { user } = (await senior.get('/api/session')).body;
    const limits = { roles: [{ role: 'approver', amount: '150.00' }], people: [{ userId: user.id, amount: '500.00' }] };
    expect((await world.admin.send('PUT', '/api/approval-limits', limits)).body).toMatchObject({
      roles: limits.roles,
      people: [{ userId: user.id, amount: '500.00' }],
    });
    const small = await enter({ lines: [lineOf({ amount: '150.00' })] });
    const large = await enter({ lines: [lineOf({ amount: '150.01' })] });
    const huge = await enter({ lines: [lineOf({ amount: '1234.00' })] });
    expect((await junior.post(path(small, 'approve'))).status).toBe(200);
    expect(said(await junior.post(path(large, 'approve')))).toEqual([
      403,
      `${large.number} comes to $150.01; you may approve up to $150.00.`,
    ]);
    expect((await senior.post(path(large, 'approve'))).status).toBe(200);
    expect((await senior.post(path(huge, 'approve'))).status).toBe(403);
    expect((await junior.get('/api/purchase-orders/entry')).body.approvalLimit).toBe('150.00');
    await world.admin.send('PUT', '/api/approval-limits', { roles: [], people: [] });
    expect((await junior.post(path(huge, 'approve'))).status).toBe(200);
    const audits = await world.deps.db
      .select()
      .from(auditEvent)
      .where(eq(auditEvent.action, 'approval-limits.changed'));
    expect(audits).toHaveLength(2);
  });
});

describe('sending', () => {
  test('is a row, once "Lentune purchase orders" is on; meanwhile nobody changes the order', async () => {
    await master('none');
    const order = await approved();
    expect(said(await clerk.post(path(order, 'send')))).toEqual([
      409,
      `"Lentune purchase orders" is not chosen for Kauri Builders, so ${order.number} is not sent to Procore.`,
    ]);
    await master('lentune');
    const sent = await clerk.post(path(order, 'send'));
    expect([sent.status, sent.body.integration]).toEqual([202, 'queued']);
    expect(said(await clerk.send('PUT', path(order), orderOf()))).toEqual([
      409,
      'The purchase order is on its way to Procore; cancel the sending first.',
    ]);
    expect((await clerk.post(path(order, 'stop'))).body.integration).toBeNull();
    const { body: log } = await clerk.get(path(order, 'log'));
    expect(log.entries.map(({ message }: { message: string }) => message)).toEqual([
      'Sending cancelled.',
      'Queued for Procore.',
      'Approved: $100.00.',
      'Entered.',
    ]);
  });

  test('of several says which were not queued and why, and leaves those from before go-live', async () => {
    await master('lentune');
    const [ready, draft, early] = [await approved(), await enter(), await approved({ orderDate: '2025-12-31' })];
    const { status, body } = await clerk.post('/api/purchase-orders/send', { ids: [ready.id, draft.id, early.id] });
    expect([status, body.queued]).toEqual([202, [ready.id]]);
    expect(body.refused.map(({ message }: { message: string }) => message).sort()).toEqual(
      [
        `${draft.number} is not approved yet.`,
        `${early.number}: Dated 2025-12-31, before the go-live date 2026-01-01. Send it by itself.`,
      ].sort(),
    );
    expect((await clerk.post(path(early, 'send'))).status).toBe(202);
  });

  test('again after an edit bumps the revision, and happens by itself once that is approved', async () => {
    await master('lentune');
    const order = await approved();
    await clerk.post(path(order, 'send'));
    await arrived(order, '7001');
    const changed = await clerk.send(
      'PUT',
      path(order),
      orderOf({ number: order.number, lines: [lineOf({ id: order.lines[0].id, amount: '120.00' })] }),
    );
    expect(changed.body).toMatchObject({
      revision: 2,
      sentRevision: 1,
      integration: null,
      integrationText: 'Changed since it was sent; approve it to send the change',
    });
    expect((await approver.post(path(order, 'approve'))).body).toMatchObject({ integration: 'queued', revision: 2 });
  });

  test('by units when every line has a quantity and a price, decided the first time and kept', async () => {
    await master('lentune');
    const units = lineOf({ quantity: '4', unitPrice: '25', unit: 'ea' });
    const order = await approved({ lines: [units] });
    expect((await clerk.post(path(order, 'send'))).body.accountingMethod).toBe('unit');
    await arrived(order, '7002');
    const id = order.lines[0].id;
    const edit = orderOf({ number: order.number, lines: [{ ...units, id }, lineOf()] });
    const changed = await clerk.send('PUT', path(order), edit);
    expect(changed.body.problems.map(({ message }: { message: string }) => message)).toEqual([
      'Line 2 needs a quantity and a price: the order went to Procore with units and prices, and that stays.',
    ]);
    expect(changed.body.accountingMethod).toBe('unit');

    const mixed = await approved({ lines: [units, lineOf()] });
    expect((await clerk.post(path(mixed, 'send'))).body.accountingMethod).toBe('amount');
    const wrong = await enter({ lines: [lineOf({ quantity: '3', unitPrice: '25' })] });
    expect(wrong.problems[0].message).toBe('Line 1 says $100.00; its quantity times its price is $75.00.');
  });

  test('can be ignored with a reason, and taken up again', async () => {
    await master('lentune');
    const order = await approved();
    expect((await clerk.post(path(order, 'ignore'), { reason: 'Entered twice.' })).body).toMatchObject({
      integration: 'ignored',
      integrationText: 'Entered twice.',
    });
    expect(said(await clerk.post(path(order, 'send')))).toEqual([409, `${order.number} is ignored.`]);
    expect((await clerk.post(path(order, 'unignore'))).body.may.send).toBe(true);
  });
});

describe('cancelling', () => {
  test('keeps the order and its link, and asks a person about its status in Procore', async () => {
    await master('lentune');
    const order = await approved();
    await arrived(order, '7003');
    const { body } = await clerk.post(path(order, 'cancel'), { reason: 'The job was lost' });
    expect(body).toMatchObject({ orderStatus: 'cancelled', isGreyed: true, whyFixed: 'Cancelled: The job was lost' });
    expect(Object.values(body.may).every((may) => may === false)).toBe(true);
    expect(await world.deps.db.$count(procoreLink, eq(procoreLink.localId, order.id))).toBe(1);
    const [task] = await world.deps.db.select().from(mappingTask).where(eq(mappingTask.procoreId, '7003'));
    expect(task).toMatchObject({
      kind: 'purchase_order',
      question: 'cancelled',
      reason: `Purchase order ${order.number} was cancelled in Lentune: The job was lost. Its status in Procore is Approved; change it there, then say so here.`,
    });
    const { body: open } = await clerk.get('/api/mapping-tasks');
    expect(open.rows.find(({ id }: { id: string }) => id === task!.id).choices).toEqual(['keep']);
    const done = await clerk.post(`/api/mapping-tasks/${task!.id}/decide`, { choice: 'keep' });
    expect(done.body).toMatchObject({ state: 'kept' });
    expect((await clerk.post(`/api/mapping-tasks/${task!.id}/undo`, {})).body.state).toBe('open');
  });

  test('of one that never left asks nothing; nothing is done with it any more', async () => {
    const order = await enter();
    const before = (await rowCounts()).tasks;
    await clerk.post(path(order, 'cancel'), { reason: 'Not needed.' });
    expect((await rowCounts()).tasks).toBe(before);
    expect(said(await clerk.send('PUT', path(order), orderOf()))).toEqual([409, 'The purchase order is cancelled.']);
    expect(said(await approver.post(path(order, 'approve')))).toEqual([409, 'The purchase order is cancelled.']);
  });
});

describe('while Procore is the master', () => {
  const WHY =
    'Procore is the master of the purchase orders of Kauri Builders: they are entered and changed there and come in by themselves.';

  test('none is entered, changed or sent here', async () => {
    await master('lentune');
    const order = await approved();
    await master('procore');
    expect((await clerk.get('/api/purchase-orders/entry')).body).toEqual({
      isAvailable: false,
      why: WHY,
      approvalLimit: null,
    });
    expect(said(await clerk.post('/api/purchase-orders', orderOf()))).toEqual([409, WHY]);
    expect(said(await clerk.send('PUT', path(order), orderOf()))).toEqual([409, WHY]);
    expect((await clerk.post(path(order, 'send'))).status).toBe(409);
    const { body } = await clerk.get(path(order));
    expect([body.whyFixed, body.may.edit, body.may.send]).toEqual([WHY, false, false]);
  });

  test('one of Procore is shown and never changed', async () => {
    const row = {
      account: world.account,
      companyId,
      projectId: ids.project,
      isAccepted: true,
      procoreStatus: 'Approved',
    };
    const [held] = await world.deps.db
      .insert(purchaseOrder)
      .values({ ...row, number: 'PRO-1' })
      .returning();
    await master('lentune');
    expect(said(await clerk.send('PUT', path(held!), orderOf()))).toEqual([
      409,
      'The purchase order was entered in Procore; it is changed there.',
    ]);
    expect(said(await clerk.post(path(held!, 'send')))).toEqual([409, 'PRO-1 was entered in Procore.']);
    const { body } = await clerk.get('/api/purchase-orders?tab=procore');
    expect(body.rows).toMatchObject([{ number: 'PRO-1', origin: 'procore', orderStatus: null, integration: null }]);
    expect(said(await clerk.post('/api/purchase-orders', orderOf({ number: 'pro-1' })))).toEqual([
      409,
      'Number PRO-1 is used by another purchase order of project P-1007.',
    ]);
  });

  test('a line people added in Procore is shown beside ours, and stays through an edit', async () => {
    await master('lentune');
    const order = await enter();
    const line = { account: world.account, commitmentId: order.id, procoreId: '9001', position: 2, amount: '40.00' };
    await world.deps.db.insert(purchaseOrderLine).values({ ...line, description: 'Freight' });
    const own = lineOf({ id: order.lines[0].id, amount: '90.00' });
    const { body } = await clerk.send('PUT', path(order), orderOf({ number: order.number, lines: [own] }));
    expect(
      body.lines.map(({ origin, amount, isInProcore }: typeof line & { origin: string; isInProcore: boolean }) => [
        origin,
        amount,
        isInProcore,
      ]),
    ).toEqual([
      ['lentune', '90.00', false],
      ['procore', '40.00', true],
    ]);
  });
});

describe('another master', () => {
  const url = () => `/api/companies/${companyId}`;

  test('takes two steps while orders are unlinked or half sent; links stay and nothing is deleted', async () => {
    await world.deps.db.delete(purchaseOrder);
    await master('lentune');
    const [unlinked, half] = [await approved(), await approved()];
    await arrived(half, '7010');
    await clerk.send('PUT', path(half), orderOf({ number: half.number }));
    const refused = await world.admin.send('PATCH', url(), { purchaseOrderMaster: 'procore' });
    expect(said(refused)).toEqual([
      409,
      '2 purchase orders are unlinked or half sent. Look at the preview of the change and confirm it.',
    ]);
    const { body: preview } = await world.admin.get(`${url()}/preview-order-master?to=procore`);
    expect(
      preview.orders.map(({ number, standing }: { number: string; standing: string }) => [number, standing]),
    ).toEqual([
      [unlinked.number, 'unlinked'],
      [half.number, 'half-sent'],
    ]);
    const late = await enter();
    const { confirmation: confirmedOrders } = preview;
    expect(said(await world.admin.send('PATCH', url(), { purchaseOrderMaster: 'procore', confirmedOrders }))).toEqual([
      409,
      'The purchase orders have changed since the preview was shown; look at it again.',
    ]);
    const seen = (await world.admin.get(`${url()}/preview-order-master?to=procore`)).body;
    expect(seen.orders).toHaveLength(3);
    const before = await world.deps.db.$count(purchaseOrder);
    const changed = await world.admin.send('PATCH', url(), {
      purchaseOrderMaster: 'procore',
      confirmedOrders: seen.confirmation,
    });
    expect([changed.status, changed.body.purchaseOrderMaster]).toEqual([200, 'procore']);
    expect(await world.deps.db.$count(purchaseOrder)).toBe(before);
    expect(await world.deps.db.$count(procoreLink, eq(procoreLink.localId, half.id))).toBe(1);
    expect((await clerk.get(path(late))).status).toBe(200);
  });

  test('waits for those on their way', async () => {
    await master('lentune');
    const order = await approved();
    await clerk.post(path(order, 'send'));
    const { body } = await world.admin.get(`${url()}/preview-order-master?to=none`);
    expect(body.why).toBe(`${order.number} is on the way to Procore; wait until that is done, or cancel the sending.`);
    expect(
      said(await world.admin.send('PATCH', url(), { purchaseOrderMaster: 'none', confirmedOrders: body.confirmation })),
    ).toEqual([409, body.why]);
    await clerk.post(path(order, 'stop'));
  });

  test('is a plain choice where nothing stands in the way, and for the first one', async () => {
    await world.deps.db.delete(purchaseOrder);
    await master('procore');
    expect((await world.admin.send('PATCH', url(), { purchaseOrderMaster: 'none' })).status).toBe(200);
    await enter();
    expect((await world.admin.send('PATCH', url(), { purchaseOrderMaster: 'lentune' })).status).toBe(200);
    const viewer = await world.person(['viewer']);
    expect((await viewer.get(`${url()}/preview-order-master?to=none`)).status).toBe(403);
  });
});

describe('what was deleted in Procore', () => {
  async function deleted(procoreId: string) {
    await master('lentune');
    const order = await approved();
    await arrived(order, procoreId);
    const problems = [
      { code: 'DELETED_REMOTELY', facts: { number: order.number, project: 'P-1007' }, severity: 'blocks' },
    ];
    await world.deps.db
      .update(purchaseOrder)
      .set({ integration: 'failed', problems })
      .where(eq(purchaseOrder.id, order.id));
    await world.deps.db.update(pushPart).set({ state: 'failed' }).where(eq(pushPart.documentId, order.id));
    return order;
  }

  test('is made again only when somebody says so', async () => {
    const order = await deleted('7020');
    const answer = await clerk.post(path(order, 'deleted'), { choice: 'recreate' });
    expect([answer.status, answer.body.integration]).toEqual([200, 'queued']);
    const [part] = await world.deps.db.select().from(pushPart).where(eq(pushPart.documentId, order.id));
    expect(part?.agreed).toMatchObject({ mayRecreate: true });
    expect(said(await clerk.post(path(order, 'deleted'), { choice: 'unlink' }))).toEqual([
      409,
      'Nothing of the purchase order was found deleted in Procore.',
    ]);
  });

  test('is let go of: the order stays here, ignored and linked to nothing', async () => {
    const order = await deleted('7021');
    const { body } = await clerk.post(path(order, 'deleted'), { choice: 'unlink' });
    expect(body).toMatchObject({ integration: 'ignored', integrationText: 'Deleted in Procore.', procoreId: null });
    expect(await world.deps.db.$count(pushPart, eq(pushPart.documentId, order.id))).toBe(0);
  });
});
