import { chooseOrganisation, keepOrganisations, listOrganisations } from '../db/queries/accounting.ts';
import type { AccountingConnectionRow } from '../db/queries/accounting-connection.ts';
import { readLists } from '../platform/accounting-lists.ts';
import type { Deps } from '../platform/deps.ts';
import { wakeOverheads } from './overheads.ts';

type AccountingDeps = Pick<Deps, 'db' | 'accounting' | 'temporal' | 'logger'>;

/** After a consent: takes over the organisations it reaches and the lists of the chosen one, and wakes what waited for it. */
export async function takeOverOrganisations(
  deps: AccountingDeps,
  account: string,
  connection: AccountingConnectionRow,
): Promise<void> {
  const { db, accounting } = deps;
  const { id: connectionId, apiUrl } = connection;
  const organisations = await accounting.organisations({ connectionId, apiUrl });
  await db.transaction((tx) => keepOrganisations(tx, account, connectionId, organisations));
  const chosen = (await listOrganisations(db, account, connectionId)).find(({ isChosen }) => isChosen);
  if (chosen) await refreshLists(deps, account, connection, chosen);
  await wakeOverheads(deps, account);
}

/** Chooses the organisation bills go to, and reads its lists. False when there is none of that id. */
export async function changeOrganisation(
  deps: AccountingDeps,
  account: string,
  connection: AccountingConnectionRow,
  companyId: string,
): Promise<boolean> {
  const chosen = await deps.db.transaction((tx) => chooseOrganisation(tx, account, companyId));
  if (chosen === null) return false;
  await refreshLists(deps, account, connection, chosen);
  return true;
}

/** Reads accounts and tax rates of an organisation as they are now. */
export async function refreshLists(
  { db, accounting }: AccountingDeps,
  account: string,
  { id: connectionId, apiUrl }: AccountingConnectionRow,
  { id, organisationId }: { id: string; organisationId: string },
): Promise<void> {
  await readLists(db, account, id, accounting.organisation({ connectionId, apiUrl, organisationId }));
}
