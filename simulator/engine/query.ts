import { onFields } from './errors.ts';

export type Scalar = string | number | boolean | null | undefined;

/** The query string of one request, with the three ways Procore clients write an array filter. */
export class Query {
  readonly #values: Record<string, string | string[] | undefined>;

  constructor(values: Record<string, string | string[] | undefined>) {
    this.#values = values;
  }

  text(name: string): string | undefined {
    const value = this.#values[name];
    return Array.isArray(value) ? value[value.length - 1] : value;
  }

  number(name: string): number | undefined {
    const value = this.text(name);
    return value === undefined || value === '' ? undefined : Number(value);
  }

  /** `name=a`, `name[]=a&name[]=b` or `name=[a,b]` (contract section 1.5). */
  list(name: string): string[] | undefined {
    const found = [this.#values[name], this.#values[`${name}[]`]].flat().filter((value) => value !== undefined);
    if (found.length === 0) return undefined;
    return found.flatMap((value) => {
      const bracketed = /^\[(.*)\]$/.exec(value);
      return bracketed === null ? [value] : bracketed[1]!.split(',').map((part) => part.trim().replace(/^"|"$/g, ''));
    });
  }

  filter(name: string): string[] | undefined {
    return this.list(`filters[${name}]`);
  }

  /** A date range `a...b`, quoted or not, dates or instants. A single instant is not a range. */
  range(name: string): { from: number; to: number } | undefined {
    const raw = this.text(`filters[${name}]`);
    if (raw === undefined || raw === '') return undefined;
    const [from, to, ...rest] = raw.replace(/^"|"$/g, '').split('...');
    const range = { from: instant(from, 'start'), to: instant(to, 'end') };
    if (rest.length > 0 || Number.isNaN(range.from) || Number.isNaN(range.to)) {
      throw onFields(400, { [name]: ['must be a range of two dates joined by three dots'] });
    }
    return range;
  }
}

/** A "+" that was not URL-encoded arrives as a space. */
function instant(text: string | undefined, edge: 'start' | 'end'): number {
  const value = (text ?? '').trim().replace(/ (\d\d:?\d\d)$/, '+$1');
  if (/^\d{4}-\d\d-\d\d$/.test(value))
    return Date.parse(`${value}T${edge === 'start' ? '00:00:00.000' : '23:59:59.999'}Z`);
  const parsed = Date.parse(value);
  // Answers carry whole seconds, so a range that ends in a whole second includes all of it.
  return edge === 'end' && !/\.\d+/.test(value) ? parsed + 999 : parsed;
}

/** Keeps rows whose field is one of the wanted values, compared as text. */
export function among<R>(rows: R[], wanted: string[] | undefined, field: (row: R) => Scalar): R[] {
  if (wanted === undefined) return rows;
  const set = new Set(wanted.map((value) => value.toLowerCase()));
  return rows.filter((row) => set.has(String(field(row) ?? '').toLowerCase()));
}

export function within<R>(
  rows: R[],
  range: { from: number; to: number } | undefined,
  field: (row: R) => string | null | undefined,
  inclusive = true,
): R[] {
  if (range === undefined) return rows;
  return rows.filter((row) => {
    const at = Date.parse(field(row) ?? '');
    return inclusive ? at >= range.from && at <= range.to : at > range.from && at < range.to;
  });
}

/** `sort=name` ascending, `sort=-name` descending, several joined by commas. */
export function sorted<R extends { id: number }>(rows: R[], sort: string | undefined): R[] {
  const keys = (sort ?? 'id').split(',').map((key) => ({ field: key.replace(/^-/, ''), down: key.startsWith('-') }));
  return [...rows].sort((a, b) => {
    for (const { field, down } of keys) {
      const left = (a as Record<string, unknown>)[field];
      const right = (b as Record<string, unknown>)[field];
      const order = compare(left, right);
      if (order !== 0) return down ? -order : order;
    }
    return a.id - b.id;
  });
}

function compare(left: unknown, right: unknown): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  return String(left ?? '').localeCompare(String(right ?? ''));
}
