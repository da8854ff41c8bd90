import { Decimal } from 'decimal.js';
import type { Body } from './api.ts';
import { onFields } from './errors.ts';

export const now = (): string => new Date().toISOString();

/** Answers carry whole seconds. */
export const seconds = (at: string): string => `${at.slice(0, 19)}Z`;

/** Documented fields the simulator has no data for. Procore sends them as null. */
export const nulls = (names: string): Record<string, null> =>
  Object.fromEntries(
    names
      .trim()
      .split(/\s+/)
      .map((name) => [name, null]),
  );

/** The named fields a body holds, and no others. */
export function pick(body: Body, names: readonly string[]): Body {
  return Object.fromEntries(names.filter((name) => body[name] !== undefined).map((name) => [name, body[name]]));
}

/** Every named field must be there and not blank. @throws ApiError 400, the status v1 uses for validation */
export function requireFields(body: Body, ...names: string[]): void {
  const missing = names.filter((name) => body[name] === undefined || body[name] === null || body[name] === '');
  if (missing.length > 0) throw onFields(400, Object.fromEntries(missing.map((name) => [name, ["can't be blank"]])));
}

export const textOf = (value: unknown): string | null => (value === undefined || value === null ? null : String(value));

/** Form bodies carry numbers as text. */
export const numberOf = (value: unknown): number | null =>
  value === undefined || value === null || value === '' ? null : Number(value);

/** A decimal as it was written. @throws ApiError 400 naming the field */
export function decimalOf(value: unknown, field: string): string | null {
  if (value === undefined || value === null || value === '') return null;
  if (!/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(String(value)))
    throw onFields(400, { [field]: ['is not a number'] });
  return new Decimal(String(value)).toFixed();
}

/** Money as answers show it: at least one decimal place, never padded to two ("1000.0", "47700.25"). */
export function money(value: Decimal.Value): string {
  const rounded = new Decimal(value).toDecimalPlaces(2, Decimal.ROUND_HALF_UP);
  return rounded.decimalPlaces() === 0 ? rounded.toFixed(1) : rounded.toFixed();
}

export const named = (row: { id: number; name: string } | undefined): { id: number; name: string } | null =>
  row === undefined ? null : { id: row.id, name: row.name };
