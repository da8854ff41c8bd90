import type { Call, Handler, Result, RouteOptions } from '../engine/api.ts';
import { ApiError } from '../engine/errors.ts';
import { organisations, tokens, type XeroOrganisationRow, type XeroTokenRow } from './tables.ts';

/** The engine signs nobody in to Xero; the handlers below do. */
export const XERO: RouteOptions = { auth: 'none', contract: 'none' };

/** Who calls, by a token that has not ended. */
export function callerOf({ sim, headers }: Call): XeroTokenRow {
  const bearer = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1] ?? '';
  const token = tokens(sim).where('access_token', bearer)[0];
  const said = (detail: string) =>
    new ApiError(401, { Type: null, Title: 'Unauthorized', Status: 401, Detail: detail, Instance: '', Extensions: {} });
  if (token === undefined || token.revoked) throw said('AuthenticationUnsuccessful');
  if (token.expires_at <= Date.now()) throw said('TokenExpired: token expired');
  return token;
}

/** The organisation a call is about, named in the `xero-tenant-id` header. */
export function tenantOf(call: Call): XeroOrganisationRow {
  const token = callerOf(call);
  const id = call.headers['xero-tenant-id'] ?? '';
  const found = organisations(call.sim).where('tenant_id', id)[0];
  if (found === undefined || !token.tenant_ids.includes(id))
    throw new ApiError(403, { Title: 'Forbidden', Status: 403, Detail: 'AuthenticationUnsuccessful' });
  return found;
}

/** A refusal as Xero words it: the element, and what is wrong with it. */
export const invalid = (elements: object, ...messages: string[]) =>
  new ApiError(400, {
    ErrorNumber: 10,
    Type: 'ValidationException',
    Message: 'A validation exception occurred',
    Elements: [{ ...elements, ValidationErrors: messages.map((Message) => ({ Message })) }],
  });

export const missing = () =>
  new ApiError(404, { Title: 'The resource you are looking for cannot be found', Status: 404 });

/** Answers a repeated `Idempotency-Key` with what the first request was answered, and does nothing more. */
export const once =
  (handle: Handler): Handler =>
  (call: Call): Result => {
    const key = call.headers['idempotency-key'];
    if (key === undefined) return handle(call);
    if (key.length > 128) throw invalid({}, 'Idempotency-Key is too long');
    const place = `xero ${callerOf(call).client_id} ${call.method} ${call.url.split('?')[0]} ${key}`;
    const before = call.sim.answers.get(place);
    if (before !== undefined) return before;
    const result = handle(call);
    call.sim.answers.set(place, result);
    return result;
  };

/** What a list is filtered by: `Type=="ACCPAY" AND Contact.ContactID==guid("...")`. */
export function whereOf(call: Call): Record<string, string> {
  const text = call.query.text('where') ?? '';
  const terms = text.split(/\s+AND\s+/).filter((term) => term !== '');
  return Object.fromEntries(
    terms.map((term) => {
      const [, field, guid, value] = /^([\w.]+)==(?:guid\("([^"]*)"\)|"([^"]*)")$/.exec(term.trim()) ?? [];
      if (field === undefined) throw new ApiError(400, { ErrorNumber: 16, Message: `Cannot read the filter ${term}` });
      return [field, guid ?? value ?? ''];
    }),
  );
}
