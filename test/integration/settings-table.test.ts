import { readFileSync } from 'node:fs';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { insertEvents } from '../../db/queries/inbox.ts';
import { approveInvoice, checkInvoice } from '../../db/queries/invoice-steps.ts';
import { createInvoice } from '../../db/queries/invoices.ts';
import { approveOrder } from '../../db/queries/purchase-order-steps.ts';
import { createOrder } from '../../db/queries/purchase-orders.ts';
import {
  inboxEvent,
  integrationSettings,
  procoreCompany,
  project,
  projectCostCode,
  projectStage,
} from '../../db/schema/index.ts';
import { type InvoiceDraft, isOnItsWay } from '../../domain/invoice.ts';
import { type Company, CompanyChange } from '../../schemas/connection.ts';
import type { FetchWithItems } from '../../schemas/fetches.ts';
import type { ProjectsPreview } from '../../schemas/previews.ts';
import type { PurchaseOrder } from '../../schemas/purchase-orders.ts';
import { Settings } from '../../schemas/settings.ts';
import { isProcoreChosen, NOTHING_CHANGED } from '../../web/settings/draft.ts';
import { eventually } from '../environment/stack.ts';
import { type PushWorld, startPushWorld } from './push-world.ts';

/**
 * Every setting changes something a person sees: its outcome as it is by default, and as it is otherwise. Each row is run
 * twice: with the setting saved and what is read forced back to the default, which must give the default's outcome and
 * not the other, and with the setting as it was saved.
 */
interface Row {
  setting: string;
  of: 'account' | 'company';
  byDefault: unknown;
  otherwise: unknown;
  /** what the default, and what the other value leads to */
  outcomes: [byDefault: unknown, otherwise: unknown];
  outcome: () => Promise<unknown>;
}

let world: PushWorld;
let warranty: number;
let bidding: number;
beforeAll(async () => {
  world = await startPushWorld();
  const guide = await world.stack.control<{ exampleProjects: Record<string, { id: number }> }>('GET', '/sample');
  warranty = guide.exampleProjects.inWarranty!.id;
  bidding = guide.exampleProjects.inBidding!.id;
}, 120_000);
afterAll(() => world?.stack.close());

const db = () => world.stack.deps.db;
const company = () => world.company.id;
let count = 0;
const unique = (word: string) => `${word} ${++count}`;

/** The code a push failed with, or where it went. */
const sent = async (wish: Parameters<PushWorld['send']>[0]) => {
  const invoice = await world.ended(await world.send(wish));
  return invoice.problems.filter(({ severity }) => severity === 'blocks')[0]?.code ?? invoice.integration;
};

const draft = (
  fields: Partial<InvoiceDraft> = {},
  line: Partial<InvoiceDraft['lines'][number]> = {},
): InvoiceDraft => ({
  kind: 'invoice',
  number: unique('T'),
  payableAccountId: world.vendorId,
  invoiceDate: '2026-03-18',
  total: '100.00',
  tax: '15.00',
  lines: [
    {
      amount: '100.00',
      taxCodeId: world.taxCodeId,
      projectId: world.projects[0]!.id,
      projectCostCodeId: world.projects[0]!.codes[0]!.id,
      ...line,
    },
  ],
  ...fields,
});

/** What preflight has against an invoice. */
const checked = async (invoice: InvoiceDraft) => {
  const created = await createInvoice(db(), world.stack.account, 'clerk', invoice);
  if (created.kind !== 'created') throw new Error(created.message);
  const result = await checkInvoice(db(), world.stack.account, created.id, 'clerk');
  return result.kind === 'problems' ? result.findings.map(({ code }) => code) : { checked: created.id };
};
const passes = async (invoice: InvoiceDraft) => !Array.isArray(await checked(invoice));

/** A project of Procore as Lentune has it after fetching it for the first time. */
async function fetchedAnew(procoreId: number) {
  await db().execute(sql`
    delete from project where id in (
      select local_id from procore_link where kind = 'project' and procore_id = ${String(procoreId)})`);
  await db().execute(sql`
    delete from procore_link where (kind = 'project' and procore_id = ${String(procoreId)})
      or project_procore_id = ${String(procoreId)}`);
  await db().execute(sql`update inbox_scope set paid_until = '-infinity', quiet_until = '-infinity'`);
  const { body: started } = await world.stack.api<FetchWithItems>('POST', '/api/fetches', {
    companyId: company(),
    projectId: String(procoreId),
  });
  const fetched = await eventually(async () => {
    const { body } = await world.stack.api<FetchWithItems>('GET', `/api/fetches/${started.id}`);
    return body.state === 'done' ? body : undefined;
  }, 30_000);
  const [local] = await db().execute<{ id: string; code: string }>(sql`
    select p.id, p.code from project p join procore_link l on l.local_id = p.id and l.kind = 'project'
    where l.procore_id = ${String(procoreId)}`);
  const codes = local ? await db().select().from(projectCostCode).where(eq(projectCostCode.projectId, local.id)) : [];
  return { item: fetched.items[0], local, codes };
}

/** What becomes of a webhook's row. */
async function heard(flow: 'project' | 'vendors' | 'cost-codes', recordKind: string, recordId: string | null) {
  await db().execute(sql`update inbox_scope set paid_until = '-infinity', quiet_until = '-infinity'`);
  const deliveryKey = unique('delivery');
  const scope = flow === 'project' ? `${company()}/${world.projects[0]!.procoreId}` : company();
  const event = { account: world.stack.account, companyId: company(), source: 'webhook' as const, flow, scope };
  await insertEvents(db(), [{ ...event, recordKind, recordId, deliveryKey }]);
  return eventually(async () => {
    const [row] = await db().select().from(inboxEvent).where(eq(inboxEvent.deliveryKey, deliveryKey));
    return row?.state === 'pending' ? undefined : row?.outcome?.includes('is switched off') ? 'ignored' : 'heard';
  }, 30_000);
}

const rows: Row[] = [
  {
    setting: 'procoreSettingEdit',
    of: 'account',
    byDefault: false,
    otherwise: true,
    outcomes: [409, 200],
    outcome: async () => (await world.stack.api('PATCH', '/api/connection', { clientId: 'lentune-sim-client' })).status,
  },
  {
    setting: 'createMissingCodes',
    of: 'account',
    byDefault: false,
    otherwise: true,
    outcomes: ['CODE_MISSING', 'sent'],
    outcome: async () => sent({ lines: [{ projectCostCodeId: await world.addCode(0, `77-${700 + ++count}`) }] }),
  },
  {
    setting: 'checkCostType',
    of: 'account',
    byDefault: false,
    otherwise: true,
    outcomes: [true, false],
    outcome: async () => {
      const code = unique('66');
      const [row] = await db()
        .insert(projectCostCode)
        .values({
          account: world.stack.account,
          projectId: world.projects[0]!.id,
          code,
          externalCode: code,
          description: 'Without a type',
        })
        .returning();
      return passes(draft({}, { projectCostCodeId: row!.id }));
    },
  },
  {
    setting: 'linkedCodesOnly',
    of: 'account',
    byDefault: false,
    otherwise: true,
    outcomes: [true, false],
    outcome: async () => (await fetchedAnew(warranty)).codes.some(({ isBudgeted }) => !isBudgeted),
  },
  {
    setting: 'prefixOnCreate',
    of: 'account',
    byDefault: false,
    otherwise: true,
    outcomes: ['its number', 'PROCORE and its id'],
    outcome: async () => {
      const { local } = await fetchedAnew(warranty);
      return local?.code === `PROCORE${warranty}` ? 'PROCORE and its id' : 'its number';
    },
  },
  {
    setting: 'suffixOnCreate',
    of: 'account',
    byDefault: false,
    otherwise: true,
    outcomes: [false, true],
    outcome: async () =>
      (await fetchedAnew(warranty)).codes.every(({ code, externalCode }) => code.startsWith(`${externalCode}-`)),
  },
  {
    setting: 'createMissingVendors',
    of: 'account',
    byDefault: true,
    otherwise: false,
    outcomes: ['sent', 'VENDOR_MISSING'],
    outcome: async () => sent({ vendorId: await world.addVendor(unique('Nobody knows')) }),
  },
  {
    setting: 'roundingTolerance',
    of: 'account',
    byDefault: '0.00',
    otherwise: '0.10',
    outcomes: [false, true],
    outcome: () => passes(draft({ total: '100.05' })),
  },
  {
    setting: 'taxTolerance',
    of: 'account',
    byDefault: '0.05',
    otherwise: '0.50',
    outcomes: ['TAX_TOTAL_DIFF', 'sent'],
    outcome: () => sent({ tax: '15.20' }),
  },
  {
    setting: 'quantityPlaces',
    of: 'account',
    byDefault: 4,
    otherwise: 2,
    outcomes: ['sent', 'ROUNDING'],
    outcome: () => sent({ lines: [{ amount: '99.99', unitPrice: '7.00' }] }),
  },
  {
    setting: 'directCostStatus',
    of: 'account',
    byDefault: 'approved',
    otherwise: 'pending',
    outcomes: ['approved', 'pending'],
    outcome: async () => {
      const number = unique('STATUS');
      await sent({ number });
      return (await world.held(number))[0]?.status;
    },
  },
  {
    setting: 'postWithoutTax',
    of: 'account',
    byDefault: false,
    otherwise: true,
    outcomes: ['TAX_OFF', 'sent'],
    outcome: async () => {
      const place = world.projects[1]!;
      await world.stack.control('PUT', '/settings', { taxMode: { [place.procoreId]: 'dropped' } });
      await db().update(project).set({ keepsTax: false }).where(eq(project.id, place.id));
      return sent({ lines: [{ projectId: place.id, projectCostCodeId: place.codes[0]!.id }] });
    },
  },
  {
    setting: 'selfApproval',
    of: 'account',
    byDefault: false,
    otherwise: true,
    outcomes: ['forbidden', 'done'],
    outcome: async () => {
      const result = await checked(draft());
      if (Array.isArray(result)) throw new Error(result.join());
      return (await approveInvoice(db(), world.stack.account, result.checked, 'clerk')).kind;
    },
  },
  {
    setting: 'syncProjects',
    of: 'company',
    byDefault: true,
    otherwise: false,
    outcomes: ['heard', 'ignored'],
    outcome: () => heard('project', 'project', String(world.projects[0]!.procoreId)),
  },
  {
    setting: 'syncVendors',
    of: 'company',
    byDefault: true,
    otherwise: false,
    outcomes: ['heard', 'ignored'],
    outcome: () => heard('vendors', 'vendor', '598134326000001'),
  },
  {
    setting: 'syncStandardCostCodes',
    of: 'company',
    byDefault: true,
    otherwise: false,
    outcomes: ['heard', 'ignored'],
    outcome: () => heard('cost-codes', 'standard_cost_code', '1'),
  },
  {
    setting: 'syncProjectCostCodes',
    of: 'company',
    byDefault: true,
    otherwise: false,
    outcomes: ['heard', 'ignored'],
    outcome: () => heard('project', 'cost_code', '1'),
  },
  {
    setting: 'timeZone',
    of: 'company',
    byDefault: 'Pacific/Auckland',
    otherwise: 'America/New_York',
    outcomes: [true, false],
    outcome: async () => {
      // Half past one in the night of 1 February in Auckland.
      await world.stack.control('PATCH', `/records/projects/${warranty}`, { updated_at: '2027-01-31T12:30:00Z' });
      const { body } = await world.stack.api<ProjectsPreview>('POST', '/api/fetches/preview', {
        companyId: company(),
        startDate: '2027-02-01',
        endDate: '2027-02-01',
      });
      return body.projects.some(({ procoreId }) => procoreId === String(warranty));
    },
  },
  {
    setting: 'purchaseOrderMaster',
    of: 'company',
    byDefault: 'none',
    otherwise: 'lentune',
    outcomes: [409, 'sent'],
    outcome: async () => {
      const { account } = world.stack;
      const { id: projectId, codes } = world.projects[0]!;
      const created = await createOrder(db(), account, 'clerk', {
        number: unique('PO'),
        projectId,
        payableAccountId: world.vendorId,
        orderDate: '2026-03-18',
        lines: [{ projectCostCodeId: codes[0]!.id, amount: '100.00', taxCodeId: world.taxCodeId }],
      });
      if (!('id' in created)) throw new Error(created.kind);
      const path = `/api/purchase-orders/${created.id}`;
      await approveOrder(db(), account, created.id, { id: '', actor: 'approver', roles: [] });
      const { status } = await world.stack.api('POST', `${path}/send`);
      if (status !== 202) return status;
      const order = async () => (await world.stack.api<PurchaseOrder>('GET', path)).body;
      await eventually(async () => !isOnItsWay((await order()).integration), 60_000);
      return (await order()).integration;
    },
  },
  {
    setting: 'createWhereErp',
    of: 'company',
    byDefault: 'ask',
    otherwise: 'allow',
    outcomes: ['ERP_CONNECTED', 'sent'],
    outcome: async () => {
      const connected = (isErpConnected: boolean) =>
        db().update(procoreCompany).set({ isErpConnected }).where(eq(procoreCompany.id, company()));
      await connected(true);
      const outcome = await sent({ vendorId: await world.addVendor(unique('Ledger')) });
      await connected(false);
      return outcome;
    },
  },
  {
    setting: 'monitoredStageIds',
    of: 'company',
    byDefault: false,
    otherwise: true,
    outcomes: ['skipped', 'done'],
    outcome: async () => (await fetchedAnew(bidding)).item?.state,
  },
  {
    setting: 'lockDate',
    of: 'company',
    byDefault: null,
    otherwise: '2026-03-18',
    outcomes: ['sent', 'PERIOD_LOCKED'],
    outcome: () => sent({}),
  },
  // The last row: without it nothing is sent, so every other row needs it chosen.
  {
    setting: 'invoicesInterface',
    of: 'account',
    byDefault: null,
    otherwise: 'procore',
    outcomes: ['no Procore tab, INTERFACE_OFF', 'the Procore tab, sent'],
    outcome: async () => {
      const { body: settings } = await world.stack.api<Settings>('GET', '/api/settings');
      const stored = { settings } as Parameters<typeof isProcoreChosen>[1];
      const tab = isProcoreChosen(NOTHING_CHANGED, stored) ? 'the Procore tab' : 'no Procore tab';
      return `${tab}, ${await sent({})}`;
    },
  },
];

/** Settings of flows with worlds of their own; there both sides are tested by the setting's name. */
const ELSEWHERE: Record<string, string> = {
  onlyApprovedVariations: 'commitments-import.test.ts',
  syncSubContracts: 'commitments-import.test.ts',
  sendAttachments: 'push-files.test.ts',
  attachmentMaxMb: 'push-files.test.ts',
  sendTimeSheetOnSubmission: 'settings-table-time.test.ts',
  sendTimeSheetAfterApproval: 'settings-table-time.test.ts',
  timeSheetApproval: 'settings-table-time.test.ts',
  syncUsers: 'settings-table-time.test.ts',
  timeSheetGroupId: 'settings-table-time.test.ts',
  timeSheetEntryTypeId: 'settings-table-time.test.ts',
  timeSheetPersonaId: 'settings-table-time.test.ts',
  goLiveDate: 'post-timesheet.test.ts',
  waitForClaimOnOrders: '../unit/routing.test.ts',
  waitForClaimOnSubContracts: '../unit/routing.test.ts',
  requisitionStatus: '../unit/routing.test.ts',
  createBillingPeriod: 'push-claim.test.ts',
};

/** Writes what the product reads; the stage row stands for one tick. */
async function store({ setting, of }: Row, value: unknown): Promise<void> {
  if (setting === 'monitoredStageIds') {
    await db()
      .update(projectStage)
      .set({ isMonitored: value as boolean })
      .where(eq(projectStage.name, 'Bidding'));
  } else if (of === 'company') {
    await db()
      .update(procoreCompany)
      .set({ [setting]: value })
      .where(eq(procoreCompany.id, company()));
  } else {
    await db()
      .update(integrationSettings)
      .set({ [setting]: value })
      .where(eq(integrationSettings.account, world.stack.account));
  }
}

/** Saves a setting as a person does. */
async function save(row: Row, value: unknown): Promise<void> {
  if (row.of === 'account') {
    expect((await world.stack.api('PATCH', '/api/settings', { [row.setting]: value })).status).toBe(200);
  } else if (row.setting === 'monitoredStageIds') {
    const { body } = await world.stack.api<Company>('GET', `/api/companies/${company()}`);
    const ids = body.stages.filter((stage) => stage.isMonitored !== (stage.name === 'Bidding')).map(({ id }) => id);
    await world.stack.api('PATCH', `/api/companies/${company()}`, { monitoredStageIds: ids });
  } else {
    expect((await world.stack.api('PATCH', `/api/companies/${company()}`, { [row.setting]: value })).status).toBe(200);
  }
}

describe.each(rows)('$setting', (row) => {
  const [byDefault, otherwise] = row.outcomes;

  test('forced back to its default where it is read, fails its row', async () => {
    expect(byDefault).not.toEqual(otherwise);
    await save(row, row.otherwise);
    await store(row, row.byDefault);
    const outcome = await row.outcome();
    expect(outcome).toEqual(byDefault);
    expect(outcome).not.toEqual(otherwise);
  }, 60_000);

  test('as it is saved, changes what happens', async () => {
    await save(row, row.otherwise);
    expect(await row.outcome()).toEqual(otherwise);
    await store(row, row.byDefault);
  }, 60_000);
});

test('no setting is without a row', () => {
  const all = [...Object.keys(Settings.shape), ...Object.keys(CompanyChange.shape)];
  const known = [...rows.map(({ setting }) => setting), ...Object.keys(ELSEWHERE)];
  expect(known.toSorted()).toEqual(all.toSorted());
  for (const [setting, file] of Object.entries(ELSEWHERE))
    expect([setting, readFileSync(new URL(file, import.meta.url), 'utf8').includes(setting)]).toEqual([setting, true]);
});
