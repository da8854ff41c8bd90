import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson, isMassVanish } from '../../domain/diff.ts';

test('equal content is one text, whatever the order of its fields', () => {
  expect(canonicalJson({ b: 1, a: { d: [2, { f: 1, e: null }], c: 'x' } })).toBe(
    canonicalJson({ a: { c: 'x', d: [2, { e: null, f: 1 }] }, b: 1 }),
  );
  expect(canonicalJson({ a: [1, 2] })).not.toBe(canonicalJson({ a: [2, 1] }));
});

test('the order of keys never counts', () => {
  const content = fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.boolean(), fc.constant(null)));
  fc.assert(
    fc.property(content, (fields) => {
      const shuffled = Object.fromEntries(Object.entries(fields).reverse());
      return canonicalJson(shuffled) === canonicalJson(fields);
    }),
  );
});

test.each([
  [100, 5, false],
  [100, 10, false],
  [100, 11, true],
  [8, 6, true],
  [6, 5, false],
  [0, 0, false],
])('of %i known, %i gone at once: mass vanish is %s', (known, vanished, expected) => {
  expect(isMassVanish(known, vanished)).toBe(expected);
});
