/** A number written to JSON digit by digit, so that neither an id beyond 2^53 nor cents pass through a float. */
class Numeral {
  readonly digits: string;
  constructor(digits: string) {
    this.digits = digits;
  }
}

const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?$/;

/** Marks a decimal string to be written as a JSON number. Procore types ids in v1 bodies, and direct cost amounts, as numbers. */
export function numeral(digits: string): Numeral {
  if (!NUMBER.test(digits)) throw new Error(`"${digits}" cannot be written as a JSON number`);
  return new Numeral(digits);
}

/** `numeral` for a value that may be left out (undefined) or blanked (null). */
export const optionalNumeral = <T extends string | null | undefined>(digits: T) =>
  typeof digits === 'string' ? numeral(digits) : digits;

/** JSON.stringify that knows Numeral. Keys without a value are left out. */
export function toJson(value: unknown): string {
  if (value instanceof Numeral) return value.digits;
  if (Array.isArray(value)) return `[${value.map(toJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([key, member]) => `${JSON.stringify(key)}:${toJson(member)}`);
  return `{${members.join(',')}}`;
}

const LONG_NUMBER = /[\d.]{16}/;
const STRING_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.]*(?:[eE][+-]?\d+)?/g;

/** JSON.parse in which a number that a float would round arrives as a string of its digits. */
export function parseJson(text: string): unknown {
  if (!LONG_NUMBER.test(text)) return JSON.parse(text);
  return JSON.parse(text.replace(STRING_OR_NUMBER, (token) => (wouldRound(token) ? `"${token}"` : token)));
}

function wouldRound(token: string): boolean {
  if (token.startsWith('"') || !NUMBER.test(token)) return false;
  if (!token.includes('.')) return !Number.isSafeInteger(Number(token));
  const digits = token.replace(/^-?[0.]*/, '').replace('.', '');
  return digits.length > 15;
}
