import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type AccountIdentity,
  firstFreeCode,
  matchVendors,
  normaliseName,
  type VendorIdentity,
  vendorCodeWishes,
} from '../../domain/matching.ts';

const account = (id: string, linkedTo: string | null = null): AccountIdentity => ({ id, name: 'Acme Steel', linkedTo });
const vendor = (procoreId: string, name = 'Acme Steel', isActive = true): VendorIdentity => ({
  procoreId,
  name,
  isActive,
});
const match = (vendors: VendorIdentity[], accounts: AccountIdentity[]) =>
  Object.fromEntries(matchVendors(vendors, accounts));
const sameName = (a: string, b: string) => normaliseName(a) === normaliseName(b);

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
  expect(match([vendor('7')], [account('a')])).toEqual({ 7: { kind: 'link', id: 'a' } });
});

test('no account of that name makes a new one', () => {
  expect(match([vendor('7')], [])).toEqual({ 7: { kind: 'new' } });
});

test.each([
  [
    'two accounts of that name',
    [vendor('7')],
    [account('a'), account('b')],
    '2 payable accounts are called "Acme Steel".',
  ],
  [
    'the account of that name is another vendor',
    [vendor('7')],
    [account('a', '6')],
    'The payable account "Acme Steel" is already linked to another Procore vendor.',
  ],
  [
    'two vendors of that name',
    [vendor('7'), vendor('8', 'ACME  STEEL')],
    [account('a')],
    '2 Procore vendors are called "Acme Steel".',
  ],
])('%s: a person decides', (_, vendors, accounts, reason) => {
  expect(match(vendors, accounts)[7]).toMatchObject({ kind: 'ambiguous', reason });
});

test('of two new vendors of one name the older becomes an account, the other a question about it', () => {
  expect(match([vendor('10'), vendor('9', 'acme steel')], [])).toMatchObject({
    9: { kind: 'new' },
    10: { kind: 'ambiguous', candidates: [{ id: null, linkedTo: '9' }] },
  });
});

test('an inactive vendor behind an active one of its name asks nobody', () => {
  expect(match([vendor('7', 'Acme Steel', false), vendor('8')], [account('a')])).toMatchObject({
    7: { kind: 'superseded' },
    8: { kind: 'link', id: 'a' },
  });
});

test('no account is ever linked twice, nor when two could be meant', () => {
  const name = fc.constantFrom('Acme', ' ACME', 'Beta');
  const vendors = fc.uniqueArray(fc.record({ procoreId: fc.nat(20).map(String), name, isActive: fc.boolean() }), {
    selector: (each) => each.procoreId,
  });
  const accounts = fc.uniqueArray(
    fc.record({ id: fc.nat(20).map((n) => `account-${n}`), name, linkedTo: fc.option(fc.constant('99')) }),
    { selector: (each) => each.id },
  );
  fc.assert(
    fc.property(vendors, accounts, (incoming, held) => {
      const matches = [...matchVendors(incoming, held)];
      const linked = matches.flatMap(([, each]) => (each.kind === 'link' ? each.id : []));
      const isCertain = linked.every((id) => {
        const chosen = held.find((each) => each.id === id);
        return chosen?.linkedTo === null && held.filter((each) => sameName(each.name, chosen.name)).length === 1;
      });
      const created = matches.flatMap(([id, each]) => (each.kind === 'new' ? id : []));
      const names = created.map((id) => normaliseName(incoming.find((each) => each.procoreId === id)?.name ?? ''));
      const isNew = names.every((each) => !held.some((account) => normaliseName(account.name) === each));
      return (
        matches.length === incoming.length &&
        isCertain &&
        isNew &&
        new Set(linked).size === linked.length &&
        new Set(names).size === names.length
      );
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
