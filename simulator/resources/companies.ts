import { type Call, ok, page, type Resource } from '../engine/api.ts';
import type { Row } from '../engine/store.ts';
import type { UserRow } from './company-users.ts';

export interface CompanyRow extends Row {
  company_id: number;
  name: string;
  is_active: boolean;
}

const present = ({ id, name, is_active }: CompanyRow) => ({
  id,
  name,
  is_active,
  logo_url: null,
  pcn_business_experience: null,
  my_company: true,
});

/** Who is calling, and the companies they may call for. */
export const companies: Resource = {
  tables: [{ name: 'companies', firstId: 562_949_953_425_001 }],
  routes(api) {
    const optional = { companyHeader: 'optional' as const };
    api.get(
      '/rest/v1.0/companies',
      (call) => page(call, connectedCompanies(call), present, { table: 'companies' }),
      optional,
    );
    api.get('/rest/v1.0/me', (call) => ok(me(call)), optional);
    api.get('/rest/v1.0/company_base_url', (call) => ok(baseUrlOf(call)));
  },
};

/** Where a company's people open Procore; where its API answers only if that is a host of its own. */
function baseUrlOf(call: Call) {
  const apiUrl = call.sim.settings.companyApiUrls[call.company().id];
  return { web_base_url: call.origin, zone: 'us01', ...(apiUrl === undefined ? {} : { base_url: apiUrl }) };
}

function connectedCompanies(call: Call): CompanyRow[] {
  const gone = call.sim.settings.disconnectedCompanies;
  const all = call.sim.store.table<CompanyRow>('companies').all();
  return all.filter((company) => call.token?.company_ids.includes(company.id) && !gone.includes(company.id));
}

/** `name` only when a company or project is named (contract section 3). */
function me(call: Call) {
  const user = call.sim.store.table<UserRow>('company_users').get(call.userId);
  const named = call.query.text('company_id') ?? call.query.text('project_id');
  const identity = { id: call.userId, login: user?.email_address ?? null };
  return named === undefined || user === undefined
    ? identity
    : { ...identity, name: `${user.first_name} ${user.last_name}` };
}
