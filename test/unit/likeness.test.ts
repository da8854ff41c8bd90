import fc from 'fast-check';
import { expect, test } from 'vitest';
import { likeness, type SupplierFacts } from '../../domain/likeness.ts';

const supplier = (name: string, facts: Partial<SupplierFacts> = {}): SupplierFacts => ({
  name,
  taxNumber: null,
  email: null,
  ...facts,
});

test('"Ltd" and "Limited" are a suggestion, never the same name', () => {
  expect(likeness(supplier('Acme Steel Ltd'), supplier('ACME  Steel Limited'))).toEqual([
    'The same name but for "Ltd" and "Limited".',
  ]);
  expect(likeness(supplier('Acme Pty. Ltd.'), supplier('Acme Proprietary Limited'))).toHaveLength(1);
  expect(likeness(supplier('Acme Steel'), supplier('Acme Steel Ltd'))).toEqual([
    'The same name but for its legal form.',
  ]);
  expect(likeness(supplier('Acme Steel Ltd'), supplier('Acme Roofing Limited'))).toEqual([]);
});

test('an ABN counts before the name, however it is written, and an email after it', () => {
  const ours = supplier('Acme', { taxNumber: '51 824 753 556', email: 'Accounts@Acme.test' });
  const theirs = supplier('ACME', { taxNumber: '51824753556', email: ' accounts@acme.test ' });
  expect(likeness(ours, theirs)).toEqual(['The same ABN or EIN.', 'The same name.', 'The same email address.']);
});

test('what is missing on both sides is not shared', () => {
  expect(likeness(supplier('Acme'), supplier('Beta'))).toEqual([]);
  expect(likeness(supplier('A', { taxNumber: '12' }), supplier('B', { taxNumber: '12' }))).toEqual([]);
});

const facts = fc.record({
  name: fc.string({ unit: 'grapheme', maxLength: 20 }),
  taxNumber: fc.option(fc.string({ maxLength: 12 })),
  email: fc.option(fc.emailAddress()),
});

test('likeness is the same from both sides, and everybody is like himself', () => {
  fc.assert(
    fc.property(facts, facts, (one, other) => {
      expect(likeness(one, other)).toEqual(likeness(other, one));
      expect(likeness(one, one)).toContain('The same name.');
    }),
  );
});
