import { endQuiet, requestConnect, saveCompanies } from '../db/queries/companies.ts';
import { findConnectionById } from '../db/queries/connections.ts';
import type { Db } from '../db/types.ts';
import { acceptedApiUrl } from '../domain/procore-hosts.ts';
import type { Env } from '../platform/env.ts';
import type { Procore, UserApi } from '../procore/client.ts';
import { ProcoreError, type ProcoreErrorKind } from '../procore/errors.ts';

/**
 * After a consent: takes over the companies the sign-in reaches, has each made ready, and lets go on whatever waited for the sign-in.
 *
 * @throws ProcoreError when the companies cannot be listed
 */
export async function connectCompanies(
  { db, procore, env }: { db: Db; procore: Procore; env: Pick<Env, 'PROCORE_ALLOWED_HOSTS'> },
  account: string,
  connectionId: string,
): Promise<void> {
  const connection = await findConnectionById(db, account, connectionId);
  if (!connection) throw new Error(`There is no connection ${connectionId}`);
  const userOf = (companyId: string | null, apiUrl = connection.apiUrl) =>
    procore.user({ connectionId, apiUrl, companyId, lane: 'person' });
  const answersAt = (apiUrl: string, companyId: string) => reaches(userOf(companyId, apiUrl), companyId);
  const isService = connection.signIn === 'service_account';
  const companies = await userOf(isService ? connection.serviceCompanyId : null).companies();
  const reached: Parameters<typeof saveCompanies>[3][number][] = [];
  for (const { id, name } of companies.filter((company) => company.is_active !== false)) {
    const named = await baseUrlOf(userOf(id));
    const accepted = named === null ? null : acceptedApiUrl(named, connection.apiUrl, env.PROCORE_ALLOWED_HOSTS);
    const isElsewhere = accepted !== null && accepted !== connection.apiUrl;
    reached.push({
      procoreId: id,
      name: name ?? `Company ${id}`,
      apiUrl: isElsewhere && (await answersAt(accepted, id)) ? accepted : null,
    });
  }
  await db.transaction(async (tx) => {
    const ids = await saveCompanies(tx, account, connectionId, reached);
    for (const companyId of ids) await requestConnect(tx, account, companyId);
    await endQuiet(tx, account, connectionId);
  });
}

/** Whether the API of a company answers there: what Procore names may also be the address its people open. */
async function reaches(user: UserApi, companyId: string): Promise<boolean> {
  try {
    return (await user.companies()).some(({ id }) => id === companyId);
  } catch (error) {
    if (error instanceof ProcoreError && error.kind !== 'rate-limit') return false;
    throw error;
  }
}

/** The host Procore names for a company. That it names none, or does not tell us, leaves the company where we found it. */
async function baseUrlOf(user: UserApi): Promise<string | null> {
  try {
    return (await user.baseUrl()).apiUrl;
  } catch (error) {
    if (error instanceof ProcoreError && SILENT.includes(error.kind)) return null;
    throw error;
  }
}

const SILENT: readonly ProcoreErrorKind[] = ['not-found', 'forbidden', 'tool-off', 'app-disconnected', 'invalid'];
