/** A field of the input at fault. */
export interface FieldProblem {
  path: string;
  message: string;
}

/** A refusal that is about the request, not about a document's way to Procore; those are DomainErrors. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly code: string;
  readonly fields: readonly FieldProblem[];
  constructor(status: number, code: string, message: string, fields: readonly FieldProblem[] = []) {
    super(message);
    this.status = status;
    this.code = code;
    this.fields = fields;
  }
}

/** Also the answer for what belongs to another account, so that nobody learns that it exists. */
export const notFound = (what: string) => new Refusal(404, 'NOT_FOUND', `There is no such ${what}.`);

export const conflict = (message: string) => new Refusal(409, 'CONFLICT', message);

export const forbidden = (message: string) => new Refusal(403, 'FORBIDDEN', message);

/** The message of the first field speaks for all, so that a caller that shows only it still says something true. */
export function invalidInput(fields: readonly FieldProblem[]): Refusal {
  const [first] = fields;
  const more = fields.length > 1 ? ` (${fields.length - 1} more)` : '';
  return new Refusal(400, 'INVALID_INPUT', `${first?.message ?? 'The request cannot be read.'}${more}`, fields);
}
