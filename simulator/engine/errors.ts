/**
 * An error answer of the API. Procore has no single error shape (contract section 1.7);
 * each builder below makes one of them, and resources use the one their endpoint is known for.
 */
export class ApiError extends Error {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Record<string, string>;

  constructor(status: number, body: unknown, headers: Record<string, string> = {}) {
    super(typeof body === 'string' ? body : JSON.stringify(body));
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

/** `{"errors":["..."]}` */
export const listed = (status: number, ...messages: string[]) => new ApiError(status, { errors: messages });

/** `{"errors":{"field":["..."]}}`, also the form inside sync answers */
export const onFields = (status: number, fields: Record<string, string[]>) => new ApiError(status, { errors: fields });

/** `{"errors":"text"}` */
export const inWords = (status: number, text: string) => new ApiError(status, { errors: text });

/** `{"errors":{"base":[...],"fields":{...}}}` */
export const onBase = (status: number, base: string[], fields: Record<string, string[]> = {}) =>
  new ApiError(status, { errors: { base, fields } });

/** `{"error":{"code","message","details"}}`, the v2 standard */
export const coded = (status: number, code: string, message: string) =>
  new ApiError(status, { error: { code, message, details: [] } });

/** `{"error":"text","message":"text"}` */
export const errorAndMessage = (status: number, error: string, message: string) =>
  new ApiError(status, { error, message });

/** `{"message":"text"}` */
export const message = (status: number, text: string) => new ApiError(status, { message: text });

/** `{"code":n,"message":"","fields":"","reason":"","error":""}` */
const fallback = (status: number, text: string) =>
  new ApiError(status, { code: status, message: text, fields: '', reason: text, error: text });

/** `{"error":"invalid_grant","error_description":"..."}` */
export const oauthError = (status: number, error: string, description: string) =>
  new ApiError(status, { error, error_description: description });

/** A row that is absent, or that the caller may not see: Procore does not tell which. */
export const notFound = () => fallback(404, 'Not Found');
