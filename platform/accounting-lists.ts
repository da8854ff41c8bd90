import type { OrganisationApi } from '../accounting/port.ts';
import { keepLists } from '../db/queries/accounting.ts';
import type { Db } from '../db/types.ts';

/** Reads an organisation's accounts and tax rates anew, and takes them over. */
export async function readLists(db: Db, account: string, companyId: string, api: OrganisationApi): Promise<void> {
  const lists = { accounts: await api.accounts(), taxRates: await api.taxRates() };
  await db.transaction((tx) => keepLists(tx, account, companyId, lists));
}
