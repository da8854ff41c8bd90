import { type PushCompany, pushCompany } from '../db/queries/push-parts.ts';
import type { Db } from '../db/types.ts';
import { DomainError } from '../domain/errors.ts';
import type { CompanyApi, Procore } from '../procore/client.ts';
import type { Trail } from './push-attempt.ts';

/** Opens a Procore company of ours for a push. */
export async function openPushCompany(
  { db, procore }: { db: Db; procore: Pick<Procore, 'company'> },
  account: string,
  companyId: string,
  trail: Trail,
): Promise<{ row: PushCompany; api: CompanyApi }> {
  const row = await pushCompany(db, account, companyId);
  if (row === null) throw new DomainError('AUTH_EXPIRED', {});
  const { connectionId, apiUrl, procoreId } = row;
  const api = procore.company({ connectionId, apiUrl, companyId: procoreId, lane: 'push', onCall: trail.onCall });
  return { row, api };
}
