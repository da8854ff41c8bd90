import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type AccountOfThatName,
  firstFreeCode,
  matchVendor,
  normaliseName,
  vendorCodeWishes,
} from '../../domain/matching.ts';

const account = (id: string, linkedTo: string | null = null): AccountOfThatName => ({
  id,
  name: 'Acme Steel',
  linkedTo,
});
const vendor = { procoreId: '7', name: 'Acme Steel', isActive: true };

test.each([
  ['  Acme   Steel ', 'acme steel'],
  ['ACME STEEL', 'acme steel'],
  ['Ａｃｍｅ　Ｓｔｅｅｌ', 'acme steel'],
  ['Acme\u00a0Steel\t', 'acme steel'],
  ['Gießerei', 'GIESSEREI'.toLowerCase()],
  ['Pūhoi Café', 'pu\u0304hoi cafe\u0301'.normalize('NFKC')],
])('"%s" is compared as "%s"', (name, normalised) => {
  expect(normaliseName(name)).toBe(normalised);
});

test('Ltd and Limited are not made the same by themselves', () => {
  expect(normaliseName('Acme Ltd')).not.toBe(normaliseName('Acme Limited'));
});

test('normalising twice changes nothing more, nor do case and spaces', () => {
  const word = fc.string({ unit: 'grapheme', minLength: 1 });
  fc.assert(fc.property(word, (name) => normaliseName(normaliseName(name)) === normaliseName(name)));
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme-ascii' }), (name) => {
      const shouted = `  ${name.toUpperCase().replaceAll(' ', '   ')} `;
      return normaliseName(shouted) === normaliseName(name);
    }),
  );
});

test('the one account of exactly that name is the vendor', () => {
  expect(matchVendor(vendor, [account('a')], 0)).toEqual({ kind: 'link', id: 'a' });
});

test('no account of that name makes a new one', () => {
  expect(matchVendor(vendor, [], 0)).toEqual({ kind: 'new' });
});

test.each([
  ['two accounts of that name', [account('a'), account('b')], 0, '2 payable accounts are called "Acme Steel".'],
  [
    'the account of that name is another vendor',
    [account('a', '6')],
    0,
    'The payable account "Acme Steel" is already linked to another Procore vendor.',
  ],
  ['two vendors of that name', [account('a')], 1, '2 Procore vendors are called "Acme Steel".'],
])('%s: a person decides', (_, accounts, namesakes, reason) => {
  expect(matchVendor(vendor, accounts, namesakes)).toMatchObject({ kind: 'ambiguous', reason });
});

test('an inactive vendor behind an active one of its name asks nobody', () => {
  expect(matchVendor({ ...vendor, isActive: false }, [account('a', '6')], 0).kind).toBe('superseded');
});

test('nothing is ever linked by itself when two could be meant', () => {
  const accounts = fc.array(fc.record({ id: fc.uuid(), name: fc.constant('Acme'), linkedTo: fc.option(fc.uuid()) }));
  fc.assert(
    fc.property(accounts, fc.nat(3), fc.boolean(), (found, namesakes, isActive) => {
      const match = matchVendor({ ...vendor, isActive }, found, namesakes);
      const isCertain = found.length === 1 && found[0]?.linkedTo === null && namesakes === 0;
      return (match.kind === 'link') === isCertain && (match.kind === 'new') === (found.length === 0);
    }),
  );
});

test("a vendor's account takes the origin code, else the short name, else V and the id", () => {
  const taken =
    (...codes: string[]) =>
    (code: string) =>
      codes.map(normaliseName).includes(code);
  const wishes = vendorCodeWishes({ procoreId: '42', originCode: ' ACM01 ', abbreviatedName: 'ACME' });
  expect(firstFreeCode(wishes, taken())).toBe('ACM01');
  expect(firstFreeCode(wishes, taken('acm01'))).toBe('ACME');
  expect(firstFreeCode(wishes, taken('acm01', 'Acme'))).toBe('V42');
  expect(firstFreeCode(wishes, taken('acm01', 'acme', 'v42', 'v42-2'))).toBe('V42-3');
  expect(firstFreeCode(vendorCodeWishes({ procoreId: '42', originCode: ' ', abbreviatedName: null }), taken())).toBe(
    'V42',
  );
});
