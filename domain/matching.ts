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

/** A payable account whose normalised name is the vendor's. */
export interface AccountOfThatName {
  id: string;
  name: string;
  /** the Procore vendor it is already linked to in this company */
  linkedTo: string | null;
}

export type VendorMatch =
  | { kind: 'link'; id: string }
  | { kind: 'ambiguous'; candidates: AccountOfThatName[]; reason: string }
  /** an inactive vendor whose name already stands for another one: nothing a person need decide */
  | { kind: 'superseded'; reason: string }
  | { kind: 'new' };

/**
 * Which payable account an unlinked Procore vendor is: the one account of exactly that name, or a new one.
 * Whenever two could be meant nothing is done by itself (domain.md 2.1).
 *
 * @param accounts every account of the vendor's normalised name
 * @param namesakes how many other unlinked vendors of that name came along
 */
export function matchVendor(
  vendor: VendorIdentity,
  accounts: readonly AccountOfThatName[],
  namesakes: number,
): VendorMatch {
  const [only, second] = accounts;
  if (only === undefined) return { kind: 'new' };
  if (!vendor.isActive && accounts.every(({ linkedTo }) => linkedTo !== null))
    return {
      kind: 'superseded',
      reason: `Inactive in Procore, and another vendor is already called "${vendor.name}".`,
    };
  if (second !== undefined)
    return ambiguous(accounts, `${accounts.length} payable accounts are called "${vendor.name}".`);
  if (only.linkedTo !== null)
    return ambiguous(accounts, `The payable account "${only.name}" is already linked to another Procore vendor.`);
  if (namesakes > 0) return ambiguous(accounts, `${namesakes + 1} Procore vendors are called "${vendor.name}".`);
  return { kind: 'link', id: only.id };
}

const ambiguous = (accounts: readonly AccountOfThatName[], reason: string): VendorMatch => ({
  kind: 'ambiguous',
  candidates: [...accounts],
  reason,
});

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
