/**
 * A name or number as it is compared, never as it is shown: NFKC, case folded, trimmed, runs of spaces made one.
 * "Ltd" and "Limited" stay different; only a person may say they are the same (domain.md 2.1).
 */
export function normaliseName(name: string): string {
  let normalised = foldOnce(name);
  // Folding can bring forth letters that fold again (ligatures, dotted capital I); twice settles all of Unicode.
  for (let previous = ''; previous !== normalised; ) {
    previous = normalised;
    normalised = foldOnce(normalised);
  }
  return normalised;
}

/** Upper before lower case folds what has no single lower form, such as sharp s. */
const foldOnce = (text: string): string =>
  text.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC').replace(/\s+/gu, ' ').trim();

/** A Procore vendor, by what identifies it. */
export interface VendorIdentity {
  procoreId: string;
  name: string;
  isActive: boolean;
}

/** A payable account, by what a vendor is matched with. */
export interface AccountIdentity {
  /** null: it is about to be made, for `linkedTo` */
  id: string | null;
  name: string;
  /** the Procore vendor it is linked to in this company */
  linkedTo: string | null;
  /** that vendor was deleted in Procore */
  isGone?: boolean;
}

export type VendorMatch =
  | { kind: 'link'; id: string }
  | { kind: 'new' }
  /** `merged`: the namesake was deleted in Procore, so this vendor may be what became of it */
  | { kind: 'ambiguous'; question: 'match' | 'merged'; candidates: AccountIdentity[]; reason: string }
  /** an inactive vendor whose name already stands for another one: nothing a person need decide */
  | { kind: 'superseded'; reason: string };

/**
 * Which payable account each unlinked Procore vendor is: the one account of exactly its name, or a new one.
 * Whenever two could be meant, on either side, nothing is done by itself (domain.md 2.1). Active vendors choose first.
 *
 * @param accounts every account that has the name of one of the vendors
 */
export function matchVendors(
  vendors: readonly VendorIdentity[],
  accounts: readonly AccountIdentity[],
): Map<string, VendorMatch> {
  const accountsByName = grouped(accounts, (account) => normaliseName(account.name));
  const activeByName = grouped(
    vendors.filter((vendor) => vendor.isActive),
    (vendor) => normaliseName(vendor.name),
  );
  const matches = new Map<string, VendorMatch>();
  for (const vendor of [...vendors].sort(activeThenOldest)) {
    const name = normaliseName(vendor.name);
    const held = accountsByName.get(name) ?? [];
    const namesakes = (activeByName.get(name) ?? []).filter((other) => other.procoreId !== vendor.procoreId).length;
    const match = matchVendor(vendor, held, namesakes);
    matches.set(vendor.procoreId, match);
    const taken = { name: vendor.name, linkedTo: vendor.procoreId };
    if (match.kind === 'new') accountsByName.set(name, [...held, { id: null, ...taken }]);
    if (match.kind === 'link') accountsByName.set(name, [{ id: match.id, ...taken }]);
  }
  return matches;
}

function matchVendor(vendor: VendorIdentity, accounts: AccountIdentity[], namesakes: number): VendorMatch {
  const [only] = accounts;
  if (only === undefined) return { kind: 'new' };
  if (!vendor.isActive && accounts.every((account) => account.linkedTo !== null))
    return { kind: 'superseded', reason: `Inactive in Procore, and another vendor is called "${vendor.name}" too.` };
  if (accounts.length > 1)
    return ambiguous(accounts, `${accounts.length} payable accounts are called "${vendor.name}".`);
  if (only.linkedTo !== null && only.isGone)
    return { ...ambiguous(accounts, mergedReason(only.name)), question: 'merged' };
  if (only.linkedTo !== null || only.id === null)
    return ambiguous(accounts, `The payable account "${only.name}" is already linked to another Procore vendor.`);
  if (namesakes > 0) return ambiguous(accounts, `${namesakes + 1} Procore vendors are called "${vendor.name}".`);
  return { kind: 'link', id: only.id };
}

/** Asked when a vendor vanished while its name lives on under another id. */
export const mergedReason = (name: string): string =>
  `"${name}" was deleted in Procore, and its name lives on there under another id. Was it merged?`;

const ambiguous = (candidates: AccountIdentity[], reason: string): VendorMatch & { kind: 'ambiguous' } => ({
  kind: 'ambiguous',
  question: 'match',
  candidates,
  reason,
});

/** Procore's ids grow, so the shorter or smaller one is older. */
const activeThenOldest = (a: VendorIdentity, b: VendorIdentity): number =>
  Number(b.isActive) - Number(a.isActive) ||
  a.procoreId.length - b.procoreId.length ||
  (a.procoreId < b.procoreId ? -1 : a.procoreId > b.procoreId ? 1 : 0);

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

/**
 * The first of the wished codes that nobody has, compared without case. The last wish is numbered on when all are taken.
 *
 * @param isTaken asked with normalised codes
 */
export function firstFreeCode(
  wishes: readonly (string | null | undefined)[],
  isTaken: (normalised: string) => boolean,
): string {
  const wished = wishes.map((wish) => wish?.trim()).filter((wish): wish is string => !!wish);
  for (const wish of wished) if (!isTaken(normaliseName(wish))) return wish;
  const last = wished.at(-1) ?? '';
  for (let number = 2; ; number += 1) {
    const code = `${last}-${number}`;
    if (!isTaken(normaliseName(code))) return code;
  }
}

/** The codes to try for a payable account made from a Procore vendor; a code once given is never changed. */
export const vendorCodeWishes = (vendor: {
  procoreId: string;
  originCode: string | null;
  abbreviatedName: string | null;
}): (string | null)[] => [vendor.originCode, vendor.abbreviatedName, `V${vendor.procoreId}`];
