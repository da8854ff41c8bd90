import { type Call, ok, type Resource } from '../engine/api.ts';
import { now } from '../engine/fields.ts';
import type { Simulator } from '../engine/simulator.ts';
import { callerOf, invalid, once, tenantOf, XERO } from './caller.ts';
import {
  accounts,
  contacts,
  organisations,
  taxRates,
  uuidFor,
  type XeroAccountRow,
  type XeroContactRow,
  type XeroTaxRateRow,
} from './tables.ts';

const API = '/xero/api.xro/2.0';

const buildContact = (fields: Partial<XeroContactRow>, sim: Simulator): Omit<XeroContactRow, 'id'> => ({
  tenant_id: organisations(sim).all()[0]?.tenant_id ?? '',
  uuid: uuidFor(sim, 'xero_contacts'),
  name: '',
  status: 'ACTIVE',
  ...fields,
});

const buildAccount = (fields: Partial<XeroAccountRow>, sim: Simulator): Omit<XeroAccountRow, 'id'> => ({
  tenant_id: organisations(sim).all()[0]?.tenant_id ?? '',
  uuid: uuidFor(sim, 'xero_accounts'),
  code: '',
  name: '',
  type: 'OVERHEADS',
  status: 'ACTIVE',
  ...fields,
});

const buildTaxRate = (fields: Partial<XeroTaxRateRow>, sim: Simulator): Omit<XeroTaxRateRow, 'id'> => ({
  tenant_id: organisations(sim).all()[0]?.tenant_id ?? '',
  uuid: uuidFor(sim, 'xero_tax_rates'),
  tax_type: '',
  name: '',
  rate: 0,
  status: 'ACTIVE',
  ...fields,
});

/** Organisations, suppliers, the chart of accounts and tax rates. */
export const xeroBooks: Resource = {
  tables: [
    { name: 'xero_organisations', firstId: 1 },
    { name: 'xero_contacts', firstId: 1, ledger: true, build: buildContact },
    { name: 'xero_accounts', firstId: 1, ledger: true, build: buildAccount },
    { name: 'xero_tax_rates', firstId: 1, ledger: true, build: buildTaxRate },
  ],
  routes(api) {
    api.get('/xero/connections', listConnections, XERO);
    api.get(`${API}/Contacts`, listContacts, XERO);
    api.put(`${API}/Contacts`, once(createContacts), XERO);
    api.get(`${API}/Accounts`, listAccounts, XERO);
    api.get(`${API}/TaxRates`, listTaxRates, XERO);
  },
};

function listConnections(call: Call) {
  const { tenant_ids } = callerOf(call);
  const reached = organisations(call.sim)
    .all()
    .filter(({ tenant_id }) => tenant_ids.includes(tenant_id));
  return ok(
    reached.map(({ tenant_id, name }) => ({
      id: tenant_id,
      authEventId: tenant_id,
      tenantId: tenant_id,
      tenantType: 'ORGANISATION',
      tenantName: name,
      createdDateUtc: now(),
      updatedDateUtc: now(),
    })),
  );
}

const presentContact = (row: XeroContactRow) => ({
  ContactID: row.uuid,
  ContactStatus: row.status,
  Name: row.name,
  IsSupplier: true,
});

function listContacts(call: Call) {
  const { tenant_id } = tenantOf(call);
  const search = (call.query.text('searchTerm') ?? '').toLowerCase();
  const hasArchived = call.query.text('includeArchived') === 'true';
  const rows = contacts(call.sim)
    .where('tenant_id', tenant_id)
    .filter(({ name }) => name.toLowerCase().includes(search))
    .filter(({ status }) => hasArchived || status === 'ACTIVE')
    .filter(({ id }) => !call.sim.lag.hides('xero_contacts', id));
  return ok({ Contacts: pageOf(call, rows).map(presentContact) });
}

/** PUT only creates: a name that an active contact has is refused. */
function createContacts(call: Call) {
  const { tenant_id } = tenantOf(call);
  const asked = (call.body.Contacts as { Name?: string }[] | undefined) ?? [];
  const rows = asked.map(({ Name }) => {
    const name = (Name ?? '').trim();
    if (name === '') throw invalid({}, 'The contact name must be specified.');
    const taken = contacts(call.sim)
      .where('tenant_id', tenant_id)
      .some((row) => row.status === 'ACTIVE' && row.name.toLowerCase() === name.toLowerCase());
    if (taken)
      throw invalid(
        { Name: name },
        `The contact name ${name} is already assigned to another contact. The contact name must be unique across all active contacts.`,
      );
    return contacts(call.sim).insert(buildContact({ tenant_id, name }, call.sim));
  });
  return ok({ Contacts: rows.map(presentContact) });
}

function listAccounts(call: Call) {
  const { tenant_id } = tenantOf(call);
  const rows = accounts(call.sim).where('tenant_id', tenant_id);
  return ok({
    Accounts: rows.map((row) => ({
      AccountID: row.uuid,
      Code: row.code,
      Name: row.name,
      Status: row.status,
      Type: row.type,
      Class: 'EXPENSE',
    })),
  });
}

function listTaxRates(call: Call) {
  const { tenant_id } = tenantOf(call);
  const rows = taxRates(call.sim).where('tenant_id', tenant_id);
  return ok({
    TaxRates: rows.map((row) => ({
      Name: row.name,
      TaxType: row.tax_type,
      Status: row.status,
      DisplayTaxRate: row.rate,
      EffectiveRate: row.rate,
      CanApplyToExpenses: !row.tax_type.startsWith('OUTPUT'),
    })),
  });
}

/** Without `page` a list is whole, with it a hundred rows. */
export function pageOf<R>(call: Call, rows: R[]): R[] {
  const page = call.query.number('page');
  const size = call.query.number('pageSize') ?? 100;
  return page === undefined ? rows : rows.slice((page - 1) * size, page * size);
}
