import { endQuiet, requestConnect, saveCompanies } from '../db/queries/companies.ts';
import { findConnectionById } from '../db/queries/connections.ts';
import type { Db } from '../db/types.ts';
import type { Procore } from '../procore/client.ts';

/**
 * After a consent: takes over the companies the sign-in reaches, has each made ready, and lets go on whatever waited for the sign-in.
 *
 * @throws ProcoreError when the companies cannot be listed
 */
export async function connectCompanies(
  { db, procore }: { db: Db; procore: Procore },
  account: string,
  connectionId: string,
): Promise<void> {
  const connection = await findConnectionById(db, account, connectionId);
  if (!connection) throw new Error(`There is no connection ${connectionId}`);
  const companies = await procore.user({ connectionId, apiUrl: connection.apiUrl, lane: 'person' }).companies();
  await db.transaction(async (tx) => {
    const reached = companies
      .filter((company) => company.is_active !== false)
      .map(({ id, name }) => ({ procoreId: id, name: name ?? `Company ${id}` }));
    const ids = await saveCompanies(tx, account, connectionId, reached);
    for (const companyId of ids) await requestConnect(tx, account, companyId);
    await endQuiet(tx, account, connectionId);
  });
}
