/** A person who came from Procore. */
export interface RemotePerson {
  procoreId: string;
  email: string | null;
  employeeId: string | null;
}

/** A Lentune user a person of Procore could be. */
export interface KnownUser {
  id: string;
  name: string;
  email: string | null;
  employeeId: string | null;
  /** Procore's id of the user it is linked to; null when it is linked to none */
  linkedTo: string | null;
}

export type PersonMatch =
  | { kind: 'linked'; id: string }
  | { kind: 'link'; id: string; by: 'email' | 'employee id' }
  | { kind: 'ambiguous'; candidates: KnownUser[]; by: 'email' | 'employee id' }
  | { kind: 'new' };

/** An email for comparison: trimmed, case folded; nothing for a blank one. */
export function normaliseEmail(email: string | null): string | null {
  const normal = email?.normalize('NFKC').trim().toLowerCase() ?? '';
  return normal === '' ? null : normal;
}

/** An employee id for comparison. Leading zeros count. */
function normaliseEmployeeId(id: string | null): string | null {
  const normal = id?.normalize('NFKC').trim().toLowerCase() ?? '';
  return normal === '' ? null : normal;
}

/**
 * Which Lentune user a person of Procore is: the saved link, else the one with that email, else the one with that
 * employee id; never by name (domain.md 2). Two who could be it are a question to a person.
 *
 * @param others everyone else who came from Procore: two of them with one email are nobody's match
 */
export function matchPerson(
  person: RemotePerson,
  users: readonly KnownUser[],
  others: readonly RemotePerson[] = [],
): PersonMatch {
  const linked = users.find((user) => user.linkedTo === person.procoreId);
  if (linked !== undefined) return { kind: 'linked', id: linked.id };
  for (const [by, key] of KEYS) {
    const value = key(person);
    if (value === null) continue;
    const candidates = users.filter((user) => key(user) === value);
    const free = candidates.filter((user) => user.linkedTo === null);
    const rivals = others.filter((other) => other.procoreId !== person.procoreId && key(other) === value);
    if (candidates.length === 0 && rivals.length === 0) continue;
    if (free.length === 1 && candidates.length === 1 && rivals.length === 0)
      return { kind: 'link', id: free[0]!.id, by };
    return { kind: 'ambiguous', candidates, by };
  }
  return { kind: 'new' };
}

const KEYS = [
  ['email', (one: { email: string | null }) => normaliseEmail(one.email)],
  ['employee id', (one: { employeeId: string | null }) => normaliseEmployeeId(one.employeeId)],
] as const satisfies readonly [string, (one: RemotePerson | KnownUser) => string | null][];

/** A party of Procore's directory. */
export interface Party {
  partyId: string;
  userId: string | null;
  email: string | null;
  employeeId: string | null;
}

/** Whose time is posted. */
export interface TimePerson {
  /** the party a person or an earlier posting chose */
  partyId: string | null;
  /** the Procore user this person is linked to */
  procoreUserId: string | null;
  email: string | null;
  employeeId: string | null;
}

/**
 * The party whose time a Lentune user's time is: the saved one, the linked login's, else the one with that email, else
 * that employee id. Two parties that fit are none.
 */
export function findParty(person: TimePerson, directory: readonly Party[]): string | null {
  if (person.partyId !== null) return person.partyId;
  const tests: ((party: Party) => boolean)[] = [
    (party) => person.procoreUserId !== null && party.userId === person.procoreUserId,
    (party) => isSame(normaliseEmail(party.email), normaliseEmail(person.email)),
    (party) => isSame(normaliseEmployeeId(party.employeeId), normaliseEmployeeId(person.employeeId)),
  ];
  for (const fits of tests) {
    const found = directory.filter(fits);
    if (found.length > 0) return found.length === 1 ? found[0]!.partyId : null;
  }
  return null;
}

const isSame = (a: string | null, b: string | null): boolean => a !== null && a === b;
