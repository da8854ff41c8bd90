import { insertEvents } from '../db/queries/inbox.ts';
import { listEntryTypes, listGroups, listPersonas } from '../db/queries/people.ts';
import type { Tx } from '../db/types.ts';
import { conflict, invalidInput } from './refusal.ts';

/** "Procore company users" and the three defaults beside it. */
interface UserSync {
  syncUsers: boolean;
  timeSheetGroupId: string | null;
  timeSheetEntryTypeId: string | null;
  timeSheetPersonaId: string | null;
}

/**
 * Users cannot come in without a group and a persona to get, so the setting stays off while either is blank.
 *
 * @throws Refusal naming what is to be filled in, or a default the account does not have
 */
export async function checkUserSync(
  tx: Tx,
  account: string,
  before: UserSync,
  change: Partial<UserSync>,
): Promise<void> {
  const after = { ...before, ...change };
  const known: [keyof UserSync, () => Promise<{ id: string }[]>][] = [
    ['timeSheetGroupId', () => listGroups(tx, account)],
    ['timeSheetEntryTypeId', () => listEntryTypes(tx, account)],
    ['timeSheetPersonaId', () => listPersonas(tx, account)],
  ];
  for (const [field, list] of known)
    if (change[field] != null && !(await list()).some(({ id }) => id === change[field]))
      throw invalidInput([{ path: field, message: 'There is no such choice.' }]);
  if (!after.syncUsers || (after.timeSheetGroupId !== null && after.timeSheetPersonaId !== null)) return;
  throw conflict(
    'Fill in "Procore default time sheet user group" and "Procore default time sheet user access persona" first; users who come in get them.',
  );
}

/** Switched on: everyone comes in at once, and the time types with them. */
export async function bringInUsers(
  tx: Tx,
  account: string,
  companyId: string,
  before: UserSync,
  after: UserSync,
): Promise<void> {
  if (before.syncUsers || !after.syncUsers) return;
  await insertEvents(
    tx,
    ['user', 'time_type'].map((recordKind) => ({
      account,
      companyId,
      source: 'refresh' as const,
      flow: 'users' as const,
      scope: companyId,
      recordKind,
      recordId: null,
    })),
  );
}
