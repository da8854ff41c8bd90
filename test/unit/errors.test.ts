import { expect, test } from 'vitest';
import { CATALOGUE, DomainError, type ErrorCode, firstInCatalogue } from '../../domain/errors.ts';

test('a refusal speaks in the words and numbers of the document', () => {
  const error = new DomainError('CODE_MISSING', { code: '03-310', project: 'P-1007 Harbour Apartments' });
  expect(error.message).toBe('Cost code 03-310 does not exist in Procore project P-1007 Harbour Apartments.');
});

test('money in messages carries thousands separators and two decimals', () => {
  expect(new DomainError('TOTAL_MISMATCH', { lines: '12400', header: '12500.5', difference: '100.5' }).message).toBe(
    'The lines add up to $12,400.00, the invoice says $12,500.50: a difference of $100.50.',
  );
});

test('a document with several problems is tagged with the first of the catalogue', () => {
  expect(
    firstInCatalogue([
      { code: 'ROUNDING', facts: { delta: '0.04', tolerance: '0', project: 'P' } },
      { code: 'CODE_MISSING', facts: { code: '1', project: 'P' } },
    ]),
  ).toBe('CODE_MISSING');
  expect(firstInCatalogue([])).toBeUndefined();
});

test.each(Object.keys(CATALOGUE) as ErrorCode[])('%s says how to get out of it', (code) => {
  expect(CATALOGUE[code].fix).toMatch(/\.$/);
});
