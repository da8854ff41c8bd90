import type { ErrorRequestHandler, RequestHandler } from 'express';
import { AccountingError } from '../accounting/port.ts';
import { CATALOGUE, DomainError } from '../domain/errors.ts';
import { accountingRefusal } from '../platform/accounting-errors.ts';
import { httpStatusOf, refusalOf } from '../platform/errors.ts';
import { ProcoreError } from '../procore/errors.ts';
import type { ApiError } from '../schemas/common.ts';
import { conflict, invalidInput, notFound, Refusal } from './refusal.ts';

/** Whatever matched no route. */
export const refuseUnknownPath: RequestHandler = () => {
  throw notFound('address');
};

/** Turns whatever was thrown into the one shape of a refusal; what we did not foresee is logged and told by reference only. */
export const answerError: ErrorRequestHandler = (error: unknown, request, response, next) => {
  if (response.headersSent) return next(error);
  const refusal = asRefusal(error);
  if (refusal === null) request.log.error({ err: error }, 'A request failed');
  const { status, code, message, fields } =
    refusal ??
    new Refusal(500, 'INTERNAL', `Something went wrong on our side. Tell your administrator: reference ${request.id}.`);
  response.status(status).json({
    error: { code, message, ...(fields.length > 0 ? { fields: [...fields] } : {}) },
  } satisfies ApiError);
};

function asRefusal(error: unknown): Refusal | null {
  if (error instanceof Refusal) return error;
  if (error instanceof ProcoreError) return asRefusal(refusalOf(error));
  if (error instanceof AccountingError) return asRefusal(accountingRefusal(error, 'what we asked'));
  if (error instanceof DomainError) {
    const { fix } = CATALOGUE[error.code as keyof typeof CATALOGUE];
    return new Refusal(httpStatusOf(error.code), error.code, `${error.message} ${fix}`);
  }
  return parserRefusal(error) ?? databaseRefusal(error);
}

/** What Express's body parsers refuse; see their `type`. */
function parserRefusal(error: unknown): Refusal | null {
  const { type, status } = error as { type?: unknown; status?: unknown };
  if (type === 'entity.too.large') return new Refusal(413, 'TOO_LARGE', 'That is more than we take at once.');
  if (type === 'entity.parse.failed') return invalidInput([{ path: '', message: 'The content is not valid JSON.' }]);
  if (typeof type === 'string' && typeof status === 'number' && status >= 400 && status < 500) {
    return invalidInput([{ path: '', message: 'The content cannot be read.' }]);
  }
  if (error instanceof URIError) return notFound('address');
  return null;
}

/** What only the database could know: someone else was faster, or a value it cannot hold. */
function databaseRefusal(error: unknown): Refusal | null {
  const { code } = ((error as { cause?: unknown }).cause ?? error) as { code?: unknown };
  if (code === '23505') return conflict('Something of that name or number exists already.');
  if (code === '22P05' || code === '22021')
    return invalidInput([{ path: '', message: 'A text holds characters that cannot be stored.' }]);
  return null;
}
