import type { z } from 'zod';
import { Commitment, type CommitmentKind } from '../../schemas/commitments.ts';
import { page } from '../../schemas/common.ts';
import { PersonList } from '../../schemas/people.ts';
import { CostTypeList, Project, ProjectCostCode, TaxCodeList, Vendor } from '../../schemas/records.ts';
import { api } from '../api.ts';
import type { Option } from './typeahead.tsx';

const LIMIT = 30;

export type CodeOption = Option & { code: z.infer<typeof ProjectCostCode> };

export async function searchProjects(
  search: string,
  { limit = LIMIT, companyId }: { limit?: number; companyId?: string | undefined } = {},
): Promise<Option[]> {
  const { rows } = await api.get('/api/projects', page(Project), { search, limit, companyId });
  return rows.map((row) => ({
    id: row.id,
    text: `${row.code} ${row.description}`,
    hint: row.isLinked ? undefined : 'Not linked to Procore',
  }));
}

export async function searchVendors(search: string): Promise<Option[]> {
  const { rows } = await api.get('/api/vendors', page(Vendor), { search, limit: LIMIT });
  return rows.map((row) => ({ id: row.id, text: row.description, hint: row.isActive ? row.code : 'Inactive' }));
}

/** People of time sheets by name or email. */
export async function searchPeople(search: string): Promise<Option[]> {
  const { rows } = await api.get('/api/people', PersonList, search === '' ? {} : { search });
  return rows.slice(0, LIMIT).map((row) => ({
    id: row.id,
    text: row.name,
    hint: row.isActive ? (row.email ?? row.employeeId ?? undefined) : 'Inactive',
  }));
}

/** Purchase orders and subcontracts by number or words, of one project where it is known. */
export async function searchOrders(search: string, projectId: string | null) {
  const query = { search, limit: LIMIT, ...(projectId === null ? {} : { projectId }) };
  const [orders, subcontracts] = await Promise.all([
    api.get('/api/purchase-orders', page(Commitment), query),
    api.get('/api/subcontracts', page(Commitment), query),
  ]);
  const optionOf = (kind: CommitmentKind) => (row: z.infer<typeof Commitment>) => ({
    id: row.id,
    kind,
    text: row.number,
    hint: row.whyGreyed ?? [row.vendorName, row.description].filter(Boolean).join(', '),
    isDisabled: row.isGreyed,
  });
  return [...orders.rows.map(optionOf('purchase_order')), ...subcontracts.rows.map(optionOf('sub_contract'))];
}

/** Codes of one project by code or words; headings are shown for orientation but cannot be chosen. */
export async function searchCodes(projectId: string, search: string, limit = LIMIT): Promise<CodeOption[]> {
  const query = { projectId, search, limit };
  const { rows } = await api.get('/api/project-cost-codes', page(ProjectCostCode), query);
  return rows
    .filter((row) => row.isActive)
    .map((row) => ({
      id: row.id,
      text: `${row.code} ${row.description}`,
      hint: row.isPostable ? (row.subJobName ?? undefined) : 'Heading',
      isDisabled: !row.isPostable,
      code: row,
    }));
}

export const listCostTypes = () => api.get('/api/cost-types', CostTypeList);

export const listTaxCodes = () => api.get('/api/tax-codes', TaxCodeList);

/** Tax codes by code or words, with their rate. */
export async function searchTaxCodes(search: string) {
  const codes = await listTaxCodes();
  const options = codes.map((code) => ({
    id: code.id,
    text: `${code.code} (${Number(code.rate)} %)`,
    hint: code.description,
  }));
  return matching(options, search);
}

/** Those of a short list that hold every typed word, in what they show or in their hint; what begins so comes first. */
export function matching<T extends Option>(options: readonly T[], search: string): T[] {
  const typed = search.trim().toLowerCase();
  const isHit = (option: Option) => {
    const text = `${option.text} ${option.hint ?? ''}`.toLowerCase();
    return typed.split(/\s+/).every((word) => text.includes(word));
  };
  const begins = (option: Option) => Number(option.text.toLowerCase().startsWith(typed));
  return options.filter(isHit).sort((a, b) => begins(b) - begins(a));
}
