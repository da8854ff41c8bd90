import { DomainError } from '../domain/errors.ts';
import { failureOf } from '../platform/errors.ts';
import { ProcoreError, type ProcoreErrorKind } from '../procore/errors.ts';

const PASSING: readonly ProcoreErrorKind[] = ['rate-limit', 'busy', 'unauthorized', 'server', 'network'];

/** What trying again, or signing in again, can end; the same write is made then. */
export const isPassing = (error: ProcoreError): boolean => PASSING.includes(error.kind);

/** Whether an error says for certain that its write was not made. */
export const isCertain = (error: unknown): error is DomainError | ProcoreError =>
  error instanceof DomainError || (error instanceof ProcoreError && !error.isAmbiguous);

/** A write without a certain answer, told to Temporal as a wait of just the settle delay. */
export const settling = (what: string, ms: number) =>
  failureOf(new DomainError('SETTLING', { what }), Math.max(ms, 50));
