import type { RecordWish } from '../db/queries/missing-records.ts';
import { DomainError } from '../domain/errors.ts';
import { normaliseName } from '../domain/matching.ts';
import type { MissingRecord } from '../domain/missing.ts';
import type { CompanyApi } from '../procore/client.ts';
import type { CostCode } from '../procore/cost-codes.ts';
import type { Vendor } from '../procore/vendors.ts';

/**
 * Looks in Procore for the record a wish names; compares exactly, since Procore's filters are loose.
 *
 * @returns its id, or null when there is none
 * @throws DomainError when several could be meant, or the only one is inactive
 */
export async function findRecord(api: CompanyApi, record: MissingRecord, wish: RecordWish): Promise<string | null> {
  switch (wish.kind) {
    case 'vendor':
      return findVendor(api, wish.name);
    case 'cost_type':
      return findCostType(api, wish);
    case 'project_cost_code': {
      const codes = await listCodes(api, record);
      return onlyCode(codes, wish.code, wish.projectText)?.id ?? null;
    }
  }
}

async function findVendor(api: CompanyApi, name: string): Promise<string | null> {
  const isNamed = (vendor: Vendor) => normaliseName(vendor.name ?? '') === normaliseName(name);
  const found = (await pages((cursor) => api.vendors.page({ search: name, cursor }))).filter(isNamed);
  const active = found.filter((vendor) => vendor.is_active !== false);
  if (active.length > 1) throw new DomainError('VENDOR_AMBIGUOUS', { vendor: name, count: active.length });
  if (active[0] !== undefined) return active[0].id;
  const inactive = (await pages((cursor) => api.vendors.inactivePage({ cursor }))).filter(isNamed);
  if (found.length + inactive.length > 0) throw new DomainError('VENDOR_INACTIVE', { vendor: name });
  return null;
}

/** By code, then by name, over the whole company list (domain.md section 2). */
async function findCostType(api: CompanyApi, wish: { code: string; name: string }): Promise<string | null> {
  const types = await api.costTypes.all();
  const called = (text: string | null, wanted: string) => normaliseName(text ?? '') === normaliseName(wanted);
  const found =
    types.find((type) => called(type.code, wish.code)) ?? types.find((type) => called(type.name, wish.name));
  return found?.id ?? null;
}

/** The codes at project level; those of sub jobs are other codes. */
export async function listCodes(api: CompanyApi, record: MissingRecord): Promise<CostCode[]> {
  if (record.kind !== 'project_cost_code') return [];
  const codes = await pages((cursor) => api.costCodes.page({ projectId: record.projectProcoreId, cursor }));
  return codes.filter((code) => code.deleted_at === null && code.biller_type !== 'SubJob');
}

/** @throws DomainError `CODE_COLLISION` when the project has the code more than once */
export function onlyCode(codes: readonly CostCode[], code: string, projectText: string): CostCode | null {
  const found = codes.filter((one) => normaliseName(one.full_code ?? '') === normaliseName(code));
  if (found.length > 1) throw new DomainError('CODE_COLLISION', { code, project: projectText, count: found.length });
  return found[0] ?? null;
}

async function pages<T>(read: (cursor: string | null) => Promise<{ rows: T[]; next: string | null }>): Promise<T[]> {
  const rows: T[] = [];
  let cursor: string | null = null;
  do {
    const page: { rows: T[]; next: string | null } = await read(cursor);
    rows.push(...page.rows);
    cursor = page.next;
  } while (cursor !== null);
  return rows;
}
