import { z } from 'zod';

export const Id = z.uuid();
/** A business day, `YYYY-MM-DD`. */
export const Day = z.iso.date({ error: 'Enter a date such as 2026-11-24.' });
/** A moment, ISO 8601 in UTC; PostgreSQL's own spelling of one is turned into it. */
export const Moment = z.string().overwrite((text) => new Date(text).toISOString());
/** Dollars with at most two decimals, as a decimal string. */
export const Money = z.string().regex(/^-?\d{1,15}(\.\d{1,2})?$/, 'Enter an amount such as 1234.50.');
/** A quantity or unit price, as a decimal string. */
export const Quantity = z.string().regex(/^-?\d{1,14}(\.\d{1,8})?$/, 'Enter a number such as 12.5.');

/**
 * What every refusal of our API looks like. Status: 400 INVALID_INPUT, 401 UNAUTHENTICATED, 403 FORBIDDEN, 404 NOT_FOUND,
 * 409 CONFLICT, 413 TOO_LARGE, 422 codes of the catalogue, 429 TOO_MANY_REQUESTS, 500 INTERNAL (the message names a
 * reference that stands in the log). A POST may carry `Idempotency-Key`: repeated with the same body it is answered the
 * same and done once; with another body it is refused with 409.
 */
export const ApiError = z.object({
  error: z.object({
    /** a stable code: of the catalogue, or NOT_FOUND, UNAUTHENTICATED, FORBIDDEN, INVALID_INPUT, CONFLICT */
    code: z.string(),
    message: z.string(),
    /** one entry per field at fault */
    fields: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  }),
});
export type ApiError = z.infer<typeof ApiError>;

/** A problem of a document: a sentence, and how to get out of it. */
export const ProblemView = z.object({
  code: z.string(),
  message: z.string(),
  fix: z.string(),
  where: z.string(),
  severity: z.enum(['blocks', 'warning']),
  /** 1-based line at fault */
  line: z.number().int().nullable(),
});
export type ProblemView = z.infer<typeof ProblemView>;

export const page = <T extends z.ZodType>(row: T) =>
  z.object({ rows: z.array(row), total: z.number().int(), nextCursor: z.string().nullable() });
export const PageQuery = z.object({
  search: z.string().max(200).optional(),
  cursor: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});
/** A list that can be narrowed to what belongs to one Procore company. */
export const CompanyPageQuery = PageQuery.extend({ companyId: Id.optional() });
