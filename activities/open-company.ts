import { findCompany } from '../db/queries/projects.ts';
import type { Db } from '../db/types.ts';
import { DomainError } from '../domain/errors.ts';
import type { CompanyApi, Procore } from '../procore/client.ts';
import type { Lane } from '../procore/ports.ts';
import type { FlowPage } from './flow.ts';

/** A Procore company as an inbound flow reads it. */
export interface OpenCompany {
  row: NonNullable<Awaited<ReturnType<typeof findCompany>>>;
  api: CompanyApi;
  /** Procore calls made through `api` so far */
  calls(): number;
}

/**
 * Binds the client to the company of a page, counting its calls. A person who waits goes before webhooks, those before a fetch.
 *
 * @throws DomainError `AUTH_EXPIRED` when the company is not known to the account (any more)
 */
export async function openCompany(
  db: Db,
  procore: Pick<Procore, 'company'>,
  { account, companyId, records }: FlowPage,
): Promise<OpenCompany> {
  const row = await findCompany(db, account, companyId);
  if (row === undefined) throw new DomainError('AUTH_EXPIRED', {});
  let calls = 0;
  const sources = new Set(records.map((record) => record.source));
  const lane: Lane = sources.has('refresh') ? 'person' : sources.has('webhook') ? 'webhook' : 'backfill';
  const api = procore.company({
    connectionId: row.connectionId,
    apiUrl: row.apiUrl,
    companyId: row.procoreId,
    lane,
    onCall: () => {
      calls += 1;
    },
  });
  return { row, api, calls: () => calls };
}
