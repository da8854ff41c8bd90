import { normaliseName } from './matching.ts';

/** What tells suppliers apart, or together. */
export interface SupplierFacts {
  name: string;
  /** ABN, EIN or GST number, as written */
  taxNumber: string | null;
  email: string | null;
}

/** Legal forms that are written in more than one way; they never make two names equal by themselves (domain.md 2.1). */
const LEGAL_FORMS: Readonly<Record<string, string>> = {
  limited: 'ltd',
  proprietary: 'pty',
  company: 'co',
  incorporated: 'inc',
  corporation: 'corp',
};

/** A name with its legal form in one spelling: "Acme Pty. Limited" and "ACME PTY LTD" are alike. */
const inOneSpelling = (name: string): string =>
  normaliseName(name)
    .replace(/[.,]/g, '')
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => LEGAL_FORMS[word] ?? word)
    .join(' ');

/** The name without any legal form at its end, for "Acme" beside "Acme Ltd". */
const withoutForm = (name: string): string => inOneSpelling(name).replace(/( (ltd|pty|co|inc|corp|llc))+$/, '');

/** Digits and letters only; too short to tell anything is no number. */
function taxKey(taxNumber: string | null): string | null {
  const key = (taxNumber ?? '').toUpperCase().replace(/[^A-Z0-9]/g, '');
  return key.length < 6 ? null : key;
}

const emailKey = (email: string | null): string | null => normaliseName(email ?? '') || null;

const isShared = (a: string | null, b: string | null): boolean => a !== null && a === b;

/**
 * Why two suppliers may be one, strongest reason first; none when nothing says so. Only ever a suggestion.
 * An equal ABN or EIN is stronger than the name (domain.md section 2).
 */
export function likeness(one: SupplierFacts, other: SupplierFacts): string[] {
  const reasons: string[] = [];
  if (isShared(taxKey(one.taxNumber), taxKey(other.taxNumber))) reasons.push('The same ABN or EIN.');
  if (normaliseName(one.name) === normaliseName(other.name)) reasons.push('The same name.');
  else if (inOneSpelling(one.name) === inOneSpelling(other.name))
    reasons.push('The same name but for "Ltd" and "Limited".');
  else if (withoutForm(one.name) === withoutForm(other.name) && withoutForm(one.name) !== '')
    reasons.push('The same name but for its legal form.');
  if (isShared(emailKey(one.email), emailKey(other.email))) reasons.push('The same email address.');
  return reasons;
}
