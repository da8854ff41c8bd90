import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import { DomainError, type ErrorCode } from '../domain/errors.ts';
import { ProcoreError, type ProcoreErrorKind } from '../procore/errors.ts';

interface Edge {
  /** status of our own API when a request is refused for this reason */
  status: 403 | 409 | 422 | 502 | 503;
  /** `stops`: the activity is not tried again; `waits`: it is, by backoff or after the given milliseconds */
  activity: { kind: 'stops' } | { kind: 'waits'; afterMs?: number };
}

const stops = { kind: 'stops' } as const;

/** Every code of the catalogue at the edges: HTTP and Temporal. */
const EDGES: Record<ErrorCode, Edge> = {
  // Only a person ends it; workflows wait for the wake of a re-consent instead of trying again.
  AUTH_EXPIRED: { status: 409, activity: stops },
  APP_DISCONNECTED: { status: 409, activity: stops },
  NO_ACCESS: { status: 403, activity: stops },
  RATE_LIMIT: { status: 503, activity: { kind: 'waits', afterMs: 60_000 } },
  BUSY: { status: 409, activity: { kind: 'waits', afterMs: 2_000 } },
  PROJECT_UNLINKED: { status: 422, activity: stops },
  INTERFACE_OFF: { status: 409, activity: stops },
  CUSTOM_SEGMENTS: { status: 422, activity: stops },
  PROJECT_NOT_MONITORED: { status: 409, activity: stops },
  ERP_CONNECTED: { status: 422, activity: stops },
  VENDOR_BLANK: { status: 422, activity: stops },
  VENDOR_AMBIGUOUS: { status: 422, activity: stops },
  VENDOR_INACTIVE: { status: 422, activity: stops },
  VENDOR_MISSING: { status: 422, activity: stops },
  CODE_MISSING: { status: 422, activity: stops },
  CODE_BLANK: { status: 422, activity: stops },
  CODE_NOT_CHARGEABLE: { status: 422, activity: stops },
  TYPE_MISSING: { status: 422, activity: stops },
  TYPE_NOT_IN_PROCORE: { status: 422, activity: stops },
  CODE_COLLISION: { status: 422, activity: stops },
  SUBJOB_MISMATCH: { status: 422, activity: stops },
  NOT_ALLOCATED: { status: 422, activity: stops },
  OVER_ALLOCATED: { status: 422, activity: stops },
  PO_NOT_FOUND: { status: 422, activity: stops },
  COMMITMENT_NOT_APPROVED: { status: 409, activity: stops },
  INVOICING_OFF: { status: 409, activity: stops },
  VENDOR_CONTRACT_MISMATCH: { status: 422, activity: stops },
  PROBABLE_DOUBLE_COUNT: { status: 409, activity: stops },
  PENDING_CO: { status: 409, activity: stops },
  NO_OPEN_PERIOD: { status: 409, activity: stops },
  CLAIM_OPEN_ELSEWHERE: { status: 409, activity: stops },
  // The run ends, so that a long wait keeps no place; it is queued again once the claim before it is approved.
  CLAIM_IN_PROGRESS: { status: 409, activity: stops },
  CLAIM_NEEDS_ADMIN: { status: 403, activity: stops },
  PO_SENDING_OFF: { status: 409, activity: stops },
  PO_NOT_APPROVED: { status: 409, activity: stops },
  PO_VENDOR_BLANK: { status: 422, activity: stops },
  PO_LINES_MISSING: { status: 422, activity: stops },
  PO_LINE_UNPRICED: { status: 422, activity: stops },
  PO_LINE_DIFFERS: { status: 422, activity: stops },
  PO_NUMBER_TAKEN: { status: 409, activity: stops },
  PO_NEEDS_VARIATION: { status: 409, activity: stops },
  TAX_UNMAPPED: { status: 422, activity: stops },
  TAX_OFF: { status: 422, activity: stops },
  TAX_RATE_DIFF: { status: 422, activity: stops },
  TAX_TOTAL_DIFF: { status: 422, activity: stops },
  UNIT_PRICE_ZERO: { status: 422, activity: stops },
  ROUNDING: { status: 422, activity: stops },
  TOTAL_MISMATCH: { status: 422, activity: stops },
  DUPLICATE: { status: 409, activity: stops },
  DUPLICATE_HERE: { status: 409, activity: stops },
  INVOICE_NO_CHARS: { status: 422, activity: stops },
  LINES_MISSING: { status: 422, activity: stops },
  REMOTE_EDITED: { status: 409, activity: stops },
  CONFLICT: { status: 409, activity: stops },
  SENT_BACK: { status: 409, activity: stops },
  NOT_SETTLED: { status: 409, activity: stops },
  DOUBLE_POSTED: { status: 409, activity: stops },
  DELETED_REMOTELY: { status: 409, activity: stops },
  LOCKED: { status: 409, activity: stops },
  PERSON_UNLINKED: { status: 422, activity: stops },
  PERSON_NOT_ON_PROJECT: { status: 422, activity: stops },
  CODE_NOT_LABOUR: { status: 422, activity: stops },
  TIME_TYPE_UNMAPPED: { status: 422, activity: stops },
  TIME_OVERLAP: { status: 422, activity: stops },
  TIME_ALREADY_IN_PROCORE: { status: 409, activity: stops },
  TIME_LOCKED: { status: 409, activity: stops },
  TIME_MODE_MISMATCH: { status: 422, activity: stops },
  ATTACHMENT_FAILED: { status: 422, activity: stops },
  UOM_UNKNOWN: { status: 422, activity: stops },
  COUNTRY_CODE: { status: 422, activity: stops },
  PERIOD_LOCKED: { status: 422, activity: stops },
  BEFORE_GO_LIVE: { status: 422, activity: stops },
  REFUSED: { status: 422, activity: stops },
  PROCORE_5XX: { status: 502, activity: { kind: 'waits' } },
  SETTLING: { status: 503, activity: { kind: 'waits', afterMs: 15_000 } },
  ACCOUNTING_NOT_CONNECTED: { status: 422, activity: stops },
  ACCOUNTING_AUTH_EXPIRED: { status: 409, activity: stops },
  MIXED_INVOICE_HELD: { status: 422, activity: stops },
  GL_CODE_BLANK: { status: 422, activity: stops },
  GL_CODE_UNKNOWN: { status: 422, activity: stops },
  TAX_CODE_BLANK: { status: 422, activity: stops },
  TAX_TYPE_UNMAPPED: { status: 422, activity: stops },
  TAX_TYPE_RATE_DIFF: { status: 422, activity: stops },
  CONTACT_AMBIGUOUS: { status: 422, activity: stops },
  CONTACT_ARCHIVED: { status: 422, activity: stops },
  BILL_DUPLICATE: { status: 409, activity: stops },
  BILL_TWICE: { status: 409, activity: stops },
  BILL_EDITED: { status: 409, activity: stops },
  BILL_GONE: { status: 409, activity: stops },
  BILL_LOCKED: { status: 409, activity: stops },
  BILL_NOT_SETTLED: { status: 409, activity: stops },
  ACCOUNTING_REFUSED: { status: 422, activity: stops },
  ACCOUNTING_RATE_LIMIT: { status: 503, activity: { kind: 'waits', afterMs: 60_000 } },
  ACCOUNTING_UNAVAILABLE: { status: 502, activity: { kind: 'waits' } },
  BILL_SETTLING: { status: 503, activity: { kind: 'waits', afterMs: 15_000 } },
};

/** Status of our API for a catalogue code. */
export const httpStatusOf = (code: ErrorCode): number => EDGES[code].status;

/**
 * A refusal as Temporal keeps it: the type is the code, so that runs can be found by it, and BENIGN, so that alerts keep meaning bugs.
 *
 * @param afterMs when to try again, where whoever refused said so
 */
export function failureOf({ code, message }: DomainError, afterMs?: number): ApplicationFailure {
  const { activity } = EDGES[code];
  const delay = activity.kind === 'waits' ? (afterMs ?? activity.afterMs) : undefined;
  return ApplicationFailure.create({
    type: code,
    message,
    nonRetryable: activity.kind === 'stops',
    category: ApplicationFailureCategory.BENIGN,
    ...(delay === undefined ? {} : { nextRetryDelay: delay }),
  });
}

/** What a failed call means in words of the catalogue, for a caller that has no document to name. */
export function refusalOf(error: ProcoreError): DomainError {
  const call = `${error.method} ${error.path}`;
  const refused = () => new DomainError('REFUSED', { what: call, said: error.said });
  const noAccess = () => new DomainError('NO_ACCESS', { tool: call, place: 'this company', said: error.said });
  const unavailable = () => new DomainError('PROCORE_5XX', { said: error.said });
  const byKind: Record<ProcoreErrorKind, () => DomainError> = {
    'rate-limit': () => new DomainError('RATE_LIMIT', {}),
    busy: () => new DomainError('BUSY', { what: call }),
    unauthorized: () => new DomainError('AUTH_EXPIRED', {}),
    'app-disconnected': () => new DomainError('APP_DISCONNECTED', { company: 'this company' }),
    forbidden: noAccess,
    'tool-off': noAccess,
    'not-found': refused,
    conflict: refused,
    locked: refused,
    invalid: refused,
    unreadable: refused,
    server: unavailable,
    network: unavailable,
  };
  return byKind[error.kind]();
}

/** Turns what an activity threw into what Temporal should know; anything unknown stays as it is and is tried again. */
export function toFailure(error: unknown): unknown {
  if (error instanceof DomainError) return failureOf(error);
  if (error instanceof ProcoreError) return failureOf(refusalOf(error), error.retryAfterMs);
  return error;
}

/** Whether an activity that fails with this code is tried again by itself. */
export const waitsByItself = (code: ErrorCode): boolean => EDGES[code].activity.kind === 'waits';
