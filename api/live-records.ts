import type { Part } from '../db/queries/push-parts.ts';
import type { Deps } from '../platform/deps.ts';
import type { CompanyApi } from '../procore/client.ts';

/** The direct costs of a part's company, for a person who waits. */
export const directCostsFor = (
  { procore }: Pick<Deps, 'procore'>,
  { connectionId, apiUrl, companyProcoreId }: Part,
): CompanyApi['directCosts'] =>
  procore.company({ connectionId, apiUrl, companyId: companyProcoreId, lane: 'person' }).directCosts;
