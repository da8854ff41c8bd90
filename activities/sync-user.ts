import { buryLinks, contentHash, countLinks, findLinks, type LinkRow, saveLinks } from '../db/queries/links.ts';
import { heldProcoreIds, raiseMappingTasks, settleMappingTasks } from '../db/queries/mapping-tasks.ts';
import {
  deactivateUsers,
  insertUsers,
  knownUsers,
  linkLogins,
  type UserContent,
  type UserDefaults,
  updateUser,
  userDefaults,
} from '../db/queries/people.ts';
import { keepDirectory } from '../db/queries/time-sheet-posting.ts';
import { saveTimeTypes } from '../db/queries/time-types.ts';
import type { UserOnTask } from '../db/queries/user-choices.ts';
import type { DirectoryPerson } from '../db/schema/index.ts';
import type { Db, Tx } from '../db/types.ts';
import { isMassVanish } from '../domain/diff.ts';
import { messageOf } from '../domain/errors.ts';
import { type KnownUser, matchPerson, type RemotePerson } from '../domain/people.ts';
import type { CompanyApi, Procore } from '../procore/client.ts';
import { ProcoreError } from '../procore/errors.ts';
import type { TimeType } from '../procore/time-types.ts';
import type { User } from '../procore/users.ts';
import { directoryOf } from './directory.ts';
import type { FlowPage, FlowReader, FlowResult, PickedRecord, RecordOutcome } from './flow.ts';
import { applyTimecards, readTimecards, type TimecardsRead } from './follow-timecards.ts';
import { openCompany } from './open-company.ts';

export interface SyncUserDeps {
  db: Db;
  procore: Pick<Procore, 'company'>;
}

interface UsersRead {
  users: User[];
  gone: string[];
  /** read when asked for */
  timeTypes: TimeType[] | null;
  directory: DirectoryPerson[] | null;
  timecards: TimecardsRead;
}

/**
 * What time sheets hear of a company: its users, who become Lentune users; its time types and directory, when asked for;
 * and what people did to time card entries of ours.
 */
export function createSyncUser({ db, procore }: SyncUserDeps): FlowReader {
  return {
    async read(page: FlowPage): Promise<FlowResult> {
      const company = await openCompany(db, procore, page);
      const defaults = await userDefaults(db, page.account, page.companyId);
      const off = whyOff(defaults);
      const people = page.records.filter((record) => record.kind === 'user');
      const wanted = off === null ? people : [];
      const timeTypes = page.records.some((record) => record.kind === 'time_type')
        ? await company.api.timeTypes.all()
        : null;
      const directory = page.records.some((record) => record.kind === 'directory')
        ? directoryOf(await company.api.people.ofCompany())
        : null;
      const entryIds = page.records.flatMap(({ kind, id }) => (kind === 'timecard_entry' ? (id ?? []) : []));
      const timecards = await readTimecards(db, page, company.api, company.row.connectionId, entryIds);
      const read = { ...(await readUsers(db, page, company.api, wanted)), timeTypes, directory, timecards };
      return {
        calls: company.calls(),
        next: null,
        async apply(tx) {
          if (read.timeTypes !== null) await saveTimeTypes(tx, page.account, page.companyId, read.timeTypes);
          if (read.directory !== null) await keepDirectory(tx, page.account, page.companyId, '', read.directory);
          const outcomes =
            off === null
              ? await applyUsers(tx, page, read, defaults)
              : new Map<string, Pick<RecordOutcome, 'state' | 'outcome'>>();
          const entries = await applyTimecards(tx, read.timecards);
          return page.records.map(
            (record) =>
              entries.find((entry) => entry.kind === record.kind && entry.id === record.id) ??
              outcomeOf(record, outcomes, off, read),
          );
        },
      };
    },
  };
}

/** Users come in only while the setting is on and what they get is filled in (setup guide, domain.md 4 rule 9). */
function whyOff({ syncUsers, userGroupId, personaId }: UserDefaults): string | null {
  if (!syncUsers) return '"Procore company users" is switched off.';
  if (userGroupId === null || personaId === null)
    return 'Fill in the default time sheet user group and access persona first.';
  return null;
}

async function readUsers(
  db: Db,
  page: FlowPage,
  api: CompanyApi,
  records: readonly PickedRecord[],
): Promise<Pick<UsersRead, 'users' | 'gone'>> {
  if (records.length === 0) return { users: [], gone: [] };
  const isWhole = records.some((record) => record.id === null);
  const users = isWhole ? await readAll(api) : [];
  const seen = new Set(users.map((user) => user.id));
  // The list holds only the active ones: whoever is linked and not in it is asked for by name.
  const linked = isWhole
    ? (await knownUsers(db, page.account, page.companyId)).flatMap((user) => user.linkedTo ?? [])
    : records.flatMap((record) => record.id ?? []);
  const gone: string[] = [];
  for (const id of linked.filter((one) => !seen.has(one))) {
    const user = await showOrGone(api, id);
    if (user === null) gone.push(id);
    else users.push(user);
  }
  return { users, gone };
}

async function readAll(api: CompanyApi): Promise<User[]> {
  const users: User[] = [];
  let cursor: string | null = null;
  do {
    const answer: { rows: User[]; next: string | null } = await api.users.page({ cursor });
    users.push(...answer.rows);
    cursor = answer.next;
  } while (cursor !== null);
  return users;
}

async function showOrGone(api: CompanyApi, id: string): Promise<User | null> {
  try {
    return await api.users.show(id);
  } catch (error) {
    if (error instanceof ProcoreError && error.kind === 'not-found') return null;
    throw error;
  }
}

type Outcomes = Map<string, Pick<RecordOutcome, 'state' | 'outcome'>>;

function outcomeOf({ kind, id }: PickedRecord, outcomes: Outcomes, off: string | null, read: UsersRead): RecordOutcome {
  if (kind === 'time_type')
    return { kind, id, state: 'applied', outcome: `${read.timeTypes?.length ?? 0} time types read.`, changes: 0 };
  if (kind === 'directory')
    return { kind, id, state: 'applied', outcome: `${read.directory?.length ?? 0} people read.`, changes: 0 };
  if (kind === 'timecard_entry') return { kind, id, state: 'ignored', outcome: 'No time sheet of ours waits for it.' };
  if (kind !== 'user') return { kind, id, state: 'ignored', outcome: 'Nothing here reads this kind of record.' };
  if (off !== null) return { kind, id, state: 'ignored', outcome: off };
  if (id === null) return { kind, id, state: 'applied', outcome: `${read.users.length} users read.` };
  return { kind, id, ...(outcomes.get(id) ?? { state: 'failed', outcome: 'Procore did not show the user.' }) };
}

const contentOf = (user: User): UserContent => ({
  name: user.name?.trim() || [user.first_name, user.last_name].filter(Boolean).join(' ') || `User ${user.id}`,
  email: user.email_address?.trim() || null,
  employeeId: user.employee_id?.trim() || null,
  isActive: user.is_active ?? true,
});

const asRemote = (user: User): RemotePerson => ({
  procoreId: user.id,
  email: user.email_address,
  employeeId: user.employee_id,
});

async function applyUsers(tx: Tx, page: FlowPage, read: UsersRead, defaults: UserDefaults): Promise<Outcomes> {
  const { account, companyId } = page;
  const outcomes: Outcomes = new Map();
  const ids = [...read.users.map((user) => user.id), ...read.gone];
  const links = await findLinks(tx, account, companyId, 'user', ids);
  const held = await heldProcoreIds(tx, account, companyId, 'user', ids);
  const known = await knownUsers(tx, account, companyId);
  const others = read.users.filter((user) => user.is_active !== false).map(asRemote);
  const saved: string[] = [];
  for (const user of read.users) {
    const content = contentOf(user);
    const hash = contentHash(content);
    const match = matchPerson(asRemote(user), known, others);
    const link = { procoreId: user.id, contentHash: hash, remoteUpdatedAt: user.updated_at };
    if (match.kind === 'linked') {
      if (links.get(user.id)?.contentHash === hash && links.get(user.id)?.state === 'linked') {
        outcomes.set(user.id, { state: 'unchanged', outcome: 'As before.' });
        continue;
      }
      await updateUser(tx, account, match.id, content);
      await saveLinks(tx, account, companyId, 'user', [{ ...link, localId: match.id }]);
      outcomes.set(user.id, { state: 'applied', outcome: content.isActive ? 'Updated.' : 'Deactivated.' });
    } else if (held.has(user.id)) {
      outcomes.set(user.id, { state: 'ignored', outcome: 'Left out, as a person chose.' });
    } else if (!content.isActive) {
      outcomes.set(user.id, { state: 'ignored', outcome: 'Inactive in Procore, and Lentune never had them.' });
    } else if (match.kind === 'ambiguous') {
      await raiseMappingTasks(tx, account, companyId, 'user', [askWho(user, content, match.candidates, match.by)]);
      outcomes.set(user.id, {
        state: 'ignored',
        outcome: `Several people have this ${match.by}. A person must choose.`,
      });
    } else {
      const localId =
        match.kind === 'link' ? match.id : (await insertUsers(tx, account, [newUser(content, defaults)]))[0]!;
      if (match.kind === 'link') await updateUser(tx, account, localId, content);
      else known.push({ id: localId, ...content, linkedTo: user.id });
      const before = known.find((one) => one.id === localId);
      if (before) before.linkedTo = user.id;
      await saveLinks(tx, account, companyId, 'user', [{ ...link, localId }]);
      saved.push(user.id);
      outcomes.set(user.id, {
        state: 'applied',
        outcome: match.kind === 'link' ? `Linked to the person with that ${match.by}.` : 'A new person.',
      });
    }
  }
  await settleMappingTasks(tx, account, companyId, 'user', saved);
  await applyGone(tx, account, companyId, read.gone, links, outcomes);
  await linkLogins(tx, account);
  return outcomes;
}

const newUser = (content: UserContent, { userGroupId, entryTypeId, personaId }: UserDefaults) => ({
  ...content,
  userGroupId: userGroupId ?? '',
  entryTypeId,
  personaId: personaId ?? '',
  source: 'procore' as const,
});

const askWho = (user: User, content: UserContent, candidates: readonly KnownUser[], by: string) => ({
  procoreId: user.id,
  subject: content.name,
  reason:
    candidates.length === 0
      ? `Several users in Procore have this ${by}; nobody was chosen.`
      : `${candidates.length > 1 ? 'More than one person has' : 'The person with'} this ${by}${candidates.length > 1 ? '' : ' is not certainly this one'}; nobody was chosen.`,
  record: { content } satisfies UserOnTask,
  candidates: candidates.map(({ id, name, linkedTo }) => ({
    id,
    name,
    why: linkedTo === null ? `The same ${by}.` : `The same ${by}, but linked to another Procore user.`,
  })),
});

/** Deleted in Procore: deactivated here, unless so many vanish at once that we have more likely lost sight of them (design 5.7). */
async function applyGone(
  tx: Tx,
  account: string,
  companyId: string,
  gone: readonly string[],
  links: ReadonlyMap<string, LinkRow>,
  outcomes: Outcomes,
): Promise<void> {
  const live = gone.flatMap((id) => {
    const link = links.get(id);
    return link?.state === 'linked' && link.localId ? [{ ...link, localId: link.localId }] : [];
  });
  const isMass = isMassVanish(await countLinks(tx, account, companyId, 'user'), live.length);
  const said = `${live.length} of them are gone at once`;
  const refused = `${messageOf({ code: 'NO_ACCESS', facts: { tool: 'the directory', place: 'this company', said } })}. Nothing was changed.`;
  for (const id of gone) {
    const isLive = live.some((link) => link.procoreId === id);
    if (!isLive)
      outcomes.set(id, { state: 'ignored', outcome: 'Procore has no such user, and Lentune never had one.' });
    else if (isMass) outcomes.set(id, { state: 'failed', outcome: refused });
    else outcomes.set(id, { state: 'applied', outcome: 'Deleted in Procore, so the person is inactive now.' });
  }
  if (isMass) return;
  await deactivateUsers(
    tx,
    account,
    live.map((link) => link.localId),
  );
  await buryLinks(
    tx,
    account,
    live.map((link) => link.id),
  );
}
