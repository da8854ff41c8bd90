import type { CompanyApi } from '../procore/client.ts';

const FOR_MS = 10 * 60 * 1000;

/** The units of each Procore company, which rarely change between the documents of one worker. By our id of the company. */
export function createUnits(): (api: CompanyApi, companyId: string) => Promise<string[]> {
  const units = new Map<string, { at: number; names: string[] }>();
  return async (api, companyId) => {
    const known = units.get(companyId);
    if (known !== undefined && Date.now() - known.at < FOR_MS) return known.names;
    const names = (await api.uoms.all()).flatMap(({ name }) => name ?? []);
    units.set(companyId, { at: Date.now(), names });
    return names;
  };
}
