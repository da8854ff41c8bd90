/** What a failed call means for whoever made it. */
export type ProcoreErrorKind =
  /** 429, or our own budget: come back after `retryAfterMs` */
  | 'rate-limit'
  /** 409: the record is being changed by someone else at this moment */
  | 'busy'
  /** 401 with a token that was just refreshed */
  | 'unauthorized'
  /** 403: the app was removed from the company */
  | 'app-disconnected'
  /** 403: no permission, or the project is not on the permitted list */
  | 'forbidden'
  /** 403: the tool is switched off in the project */
  | 'tool-off'
  /** 404: gone, or hidden from us; Procore does not tell which */
  | 'not-found'
  /** 409 or a refusal in words: the thing exists already */
  | 'conflict'
  /** the record may no longer be changed */
  | 'locked'
  /** 400, 406, 413, 422: what we sent is refused */
  | 'invalid'
  /** 408 and 5xx */
  | 'server'
  /** no answer: timeout, refused or dropped connection */
  | 'network'
  /** a success status with a body that is no JSON, or not the shape the contract names */
  | 'unreadable';

export interface ProcoreErrorFacts {
  kind: ProcoreErrorKind;
  method: string;
  path: string;
  /** null when there was no answer */
  status: number | null;
  /** what Procore says, in words a person can read; never holds a token */
  said: string;
  /** a write may have happened although no certain answer came: look before writing again */
  isAmbiguous?: boolean;
  retryAfterMs?: number;
  requestId?: string;
}

/** The one error of a Procore call. */
export class ProcoreError extends Error {
  override readonly name = 'ProcoreError';
  readonly kind: ProcoreErrorKind;
  readonly method: string;
  readonly path: string;
  readonly status: number | null;
  readonly said: string;
  readonly isAmbiguous: boolean;
  readonly retryAfterMs: number | undefined;
  readonly requestId: string | undefined;

  constructor(facts: ProcoreErrorFacts) {
    super(`${facts.method} ${facts.path}: ${facts.status ?? facts.kind}: ${facts.said}`);
    this.kind = facts.kind;
    this.method = facts.method;
    this.path = facts.path;
    this.status = facts.status;
    this.said = facts.said;
    this.isAmbiguous = facts.isAmbiguous ?? false;
    this.retryAfterMs = facts.retryAfterMs;
    this.requestId = facts.requestId;
  }
}

/** A delete that finds nothing has done its work. */
export async function goneIsGood(deleting: Promise<void>): Promise<void> {
  try {
    await deleting;
  } catch (error) {
    if (!(error instanceof ProcoreError && error.kind === 'not-found')) throw error;
  }
}

const DISCONNECTED = /not connected to this company/i;
const TOOL = /\btool\b/i;
const EDITED_NOW = /being (edited|changed|modified|updated)|try again|in progress/i;
const EXISTS = /already (exists|been taken|in )|duplicate|must be unique|\bis taken\b/i;
const LOCKED =
  /\blocked\b|immutable|read[- ]only|(can ?not|can't|may not|no longer) be (changed|edited|modified|updated|deleted)|synced/i;

/** Sorts an error status into a kind; contract section 1.7, "Status meaning". */
export function kindOf(status: number, said: string): ProcoreErrorKind {
  switch (status) {
    case 401:
      return 'unauthorized';
    case 403:
      if (DISCONNECTED.test(said)) return 'app-disconnected';
      return TOOL.test(said) ? 'tool-off' : 'forbidden';
    case 404:
      return 'not-found';
    case 408:
      return 'server';
    case 409:
      return EXISTS.test(said) && !EDITED_NOW.test(said) ? 'conflict' : 'busy';
    case 423:
      return 'locked';
    case 429:
      return 'rate-limit';
    default:
      if (status >= 500) return 'server';
      if (EXISTS.test(said)) return 'conflict';
      return LOCKED.test(said) ? 'locked' : 'invalid';
  }
}

/**
 * The text a person can read, from every error body Procore is known to send (contract section 1.7), HTML included.
 *
 * @param body the parsed JSON, or the bare text when it is none
 */
export function saidBy(body: unknown): string {
  if (typeof body === 'string') return fromText(body);
  return shorten([...new Set(textsOf(body))].join('; '));
}

const LIMIT = 1000;
const shorten = (said: string) => (said.length > LIMIT ? `${said.slice(0, LIMIT)}…` : said);

function fromText(body: string): string {
  if (!/<(!doctype|html|head|body)\b/i.test(body)) return shorten(body.trim());
  const title = /<title[^>]*>([^<]*)<\/title>/i.exec(body)?.[1] ?? /<h1[^>]*>([^<]*)<\/h1>/i.exec(body)?.[1];
  return shorten(title?.trim() || 'a web page instead of data');
}

/** Keys that hold errors without being the name of the field at fault. */
const WRAPPERS = new Set(['errors', 'error', 'error_description', 'message', 'reason', 'details', 'base', 'fields']);
/** Keys that say in short what `message` or `error_description` beside them says in words. */
const SHORT_FORMS = new Set(['error', 'reason', 'code', 'domain']);

function textsOf(value: unknown, field = ''): string[] {
  if (typeof value === 'string')
    return value.trim() === '' ? [] : [field === '' ? value.trim() : `${field}: ${value.trim()}`];
  if (Array.isArray(value)) return value.flatMap((entry) => textsOf(entry, field));
  if (typeof value !== 'object' || value === null) return [];
  const isInWords = ['message', 'error_description'].some(
    (key) => textsOf((value as Record<string, unknown>)[key]).length > 0,
  );
  return Object.entries(value)
    .filter(([key, entry]) => !(isInWords && SHORT_FORMS.has(key) && typeof entry === 'string'))
    .flatMap(([key, entry]) => textsOf(entry, WRAPPERS.has(key) ? field : [field, key].filter(Boolean).join('.')));
}
