import { z } from 'zod';
import { Decimal } from '../domain/decimal.ts';

/*
 * The kinds of field a Procore answer is made of. All but `id` and `rows` give null for null and for a missing key,
 * because the reference hardly ever says which of the two to expect. Enums are plain text: a value we do not know passes.
 */

/** A Procore id: a number in v1, a string in v2, always a string here. */
export const id = z.union([z.string().min(1), z.int()]).transform(String);

export const optionalId = orNull(id);
export const text = orNull(z.string());
export const flag = orNull(z.boolean());
export const count = orNull(z.int());

/** Money, quantities, rates: a JSON string or number, with any number of places; a decimal string here. */
export const decimal = orNull(z.union([z.string(), z.number()]).transform(toDecimal));

/** `{ id, name }`, and any other object that may be null. */
export const optional = <T extends z.ZodType>(schema: T) => orNull(schema);

export const named = orNull(z.object({ id: optionalId, name: text }));

/** A list inside a row; null and missing are the empty list. */
export const rows = <T extends z.ZodType>(schema: T) =>
  z
    .array(schema)
    .nullish()
    .transform((list) => list ?? []);

function orNull<T extends z.ZodType>(schema: T) {
  return schema.nullish().transform((value) => value ?? null);
}

function toDecimal(value: string | number, context: z.RefinementCtx): string | null {
  const trimmed = String(value).trim();
  if (trimmed === '') return null;
  try {
    const number = new Decimal(trimmed);
    if (number.isFinite()) return number.toFixed();
  } catch {
    // refused below: Decimal throws on what is no number
  }
  context.addIssue({ code: 'custom', message: 'is not a decimal number' });
  return z.NEVER;
}
