import { ApplicationFailure } from '@temporalio/common';
import { expect, test } from 'vitest';
import { CATALOGUE, DomainError, type ErrorCode } from '../domain/errors.ts';
import { ProcoreError, type ProcoreErrorKind } from '../procore/errors.ts';
import { failureOf, httpStatusOf, toFailure } from './errors.ts';

const codes = Object.keys(CATALOGUE) as ErrorCode[];
const error = (code: ErrorCode) =>
  Object.assign(Object.create(DomainError.prototype), { code, message: code }) as DomainError;

test.each(codes)('%s is a refusal of our API and a failure of its own type', (code) => {
  const failure = failureOf(error(code));
  expect(failure.type).toBe(code);
  expect(failure.category).toBe('BENIGN');
  expect(httpStatusOf(code)).toBeGreaterThanOrEqual(400);
});

test.each(codes)('%s is tried again exactly where the catalogue says it can help', (code) => {
  // A dead sign-in is waited for by the workflow, not by trying again.
  const waits = CATALOGUE[code].retry === 'automatic' && !code.endsWith('AUTH_EXPIRED');
  expect(failureOf(error(code)).nonRetryable).toBe(!waits);
});

const call = (kind: ProcoreErrorKind, retryAfterMs?: number) =>
  toFailure(
    new ProcoreError({
      kind,
      method: 'GET',
      path: '/rest/v1.0/vendors',
      status: null,
      said: 'No.',
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    }),
  ) as ApplicationFailure;

test('a used-up allowance is waited for as long as it says', () => {
  expect(call('rate-limit', 4_200)).toMatchObject({ type: 'RATE_LIMIT', nextRetryDelay: 4_200, nonRetryable: false });
});

test.each([
  ['busy', 'BUSY', false],
  ['network', 'PROCORE_5XX', false],
  ['server', 'PROCORE_5XX', false],
  ['unauthorized', 'AUTH_EXPIRED', true],
  ['app-disconnected', 'APP_DISCONNECTED', true],
  ['forbidden', 'NO_ACCESS', true],
  ['tool-off', 'NO_ACCESS', true],
  ['not-found', 'REFUSED', true],
  ['invalid', 'REFUSED', true],
  ['unreadable', 'REFUSED', true],
] as const)('a call that failed as %s is %s', (kind, type, nonRetryable) => {
  expect(call(kind)).toMatchObject({ type, nonRetryable });
});

test('what is no refusal stays what it is', () => {
  const bug = new TypeError('x is not a function');
  expect(toFailure(bug)).toBe(bug);
  expect(toFailure(bug)).not.toBeInstanceOf(ApplicationFailure);
});
