import type { Part } from '../db/queries/push-parts.ts';
import type { Deps } from '../platform/deps.ts';
import type { CompanyApi } from '../procore/client.ts';

/** The Procore company of a part, for a person who waits. */
export const companyApiFor = (
  { procore }: Pick<Deps, 'procore'>,
  { connectionId, apiUrl, companyProcoreId }: Part,
): CompanyApi => procore.company({ connectionId, apiUrl, companyId: companyProcoreId, lane: 'person' });

/** Its direct costs. */
export const directCostsFor = (deps: Pick<Deps, 'procore'>, part: Part): CompanyApi['directCosts'] =>
  companyApiFor(deps, part).directCosts;
