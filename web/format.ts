import { Decimal } from 'decimal.js';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** "23 Nov 2026" of a business day, which belongs to no time zone. */
export function formatDay(day: string): string {
  const [year = '', month = '', date = ''] = day.split('-');
  return `${Number(date)} ${MONTHS[Number(month) - 1] ?? ''} ${year}`;
}

/** "10:02" today, "23 Nov 2026, 10:02" before, in the reader's own zone. */
export function formatMoment(moment: string): string {
  const at = new Date(moment);
  const time = `${String(at.getHours()).padStart(2, '0')}:${String(at.getMinutes()).padStart(2, '0')}`;
  if (at.toDateString() === new Date().toDateString()) return time;
  return `${at.getDate()} ${MONTHS[at.getMonth()]} ${at.getFullYear()}, ${time}`;
}

/** The business day the reader is in. */
export function today(): string {
  const now = new Date();
  return `${now.getFullYear()}-${String(now.getMonth() + 1).padStart(2, '0')}-${String(now.getDate()).padStart(2, '0')}`;
}

/**
 * A day as people type it: 23 Nov 2026, 23/11/26, 23.11.2026, 2026-11-23, or 23/11 of this year.
 *
 * @returns `YYYY-MM-DD`, or null when it names no day
 */
export function parseDay(text: string): string | null {
  const words = text
    .trim()
    .toLowerCase()
    .split(/[\s/.,-]+/)
    .filter((word) => word !== '');
  if (words.length < 2 || words.length > 3) return null;
  const isYearFirst = words[0]?.length === 4;
  const [year, month, date] = isYearFirst ? words : [words[2] ?? String(new Date().getFullYear()), words[1], words[0]];
  const named = MONTHS.findIndex((name) => month?.startsWith(name.toLowerCase()));
  const parts = {
    year: Number(year?.length === 2 ? `20${year}` : year),
    month: named >= 0 ? named + 1 : Number(month),
    date: Number(date),
  };
  const at = new Date(Date.UTC(parts.year, parts.month - 1, parts.date));
  if (Number.isNaN(at.getTime()) || at.getUTCMonth() !== parts.month - 1 || at.getUTCDate() !== parts.date) return null;
  return at.toISOString().slice(0, 10);
}

/** "12,400.00"; what is no number is given back as it is. */
export function formatMoney(amount: string): string {
  const value = decimalOf(amount);
  if (value === null) return amount;
  const [dollars = '', cents = ''] = value.abs().toFixed(2).split('.');
  const sign = value.isNegative() && !value.isZero() ? '-' : '';
  return `${sign}${dollars.replace(/\B(?=(\d{3})+$)/g, ',')}.${cents}`;
}

/** "20.2501": as many places as it has, no more. */
export function formatQuantity(quantity: string): string {
  return decimalOf(quantity)?.toFixed() ?? quantity;
}

/** An amount as typed ("12,400.5", "$3") as a plain decimal string; unreadable text is kept for the API to name. */
export function plainNumber(text: string): string {
  return text.replace(/[\s,$]/g, '');
}

/** Adds amounts, leaving out what is not yet a number. */
export function sumMoney(amounts: readonly string[]): string {
  return amounts.reduce((sum, amount) => sum.plus(decimalOf(amount) ?? 0), new Decimal(0)).toFixed(2);
}

/** `a - b` in dollars. */
export function subtractMoney(a: string, b: string): string {
  return (decimalOf(a) ?? new Decimal(0)).minus(decimalOf(b) ?? 0).toFixed(2);
}

/** Quantity times unit price to the cent, or null while either is missing. */
export function extend(quantity: string, unitPrice: string): string | null {
  const [q, p] = [decimalOf(quantity), decimalOf(unitPrice)];
  return q === null || p === null ? null : q.mul(p).toDecimalPlaces(2, Decimal.ROUND_HALF_UP).toFixed(2);
}

/** "1,204" */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** "1 invoice", "3 invoices" */
export function countOf(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

function decimalOf(text: string): Decimal | null {
  const plain = plainNumber(text);
  return /^-?\d+(\.\d*)?$|^-?\.\d+$/.test(plain) ? new Decimal(plain) : null;
}
