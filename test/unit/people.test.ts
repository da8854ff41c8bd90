import { expect, test } from 'vitest';
import { findParty, type KnownUser, matchPerson } from '../../domain/people.ts';

const user = (id: string, fields: Partial<KnownUser> = {}): KnownUser => ({
  name: id,
  id,
  email: null,
  employeeId: null,
  linkedTo: null,
  ...fields,
});
const remote = { procoreId: '7', email: 'Ana@Site.nz ', employeeId: 'E-1' };

test('a link wins over everything, then the email however it is written, then the employee id', () => {
  const linked = user('a', { linkedTo: '7' });
  const byEmail = user('b', { email: 'ana@site.NZ' });
  const byNumber = user('c', { employeeId: ' e-1' });
  expect(matchPerson(remote, [byEmail, linked])).toEqual({ kind: 'linked', id: 'a' });
  expect(matchPerson(remote, [byNumber, byEmail])).toEqual({ kind: 'link', id: 'b', by: 'email' });
  expect(matchPerson(remote, [byNumber])).toEqual({ kind: 'link', id: 'c', by: 'employee id' });
  expect(matchPerson(remote, [user('d', { email: 'other@site.nz' })])).toEqual({ kind: 'new' });
});

test('two users with one email, or two people in Procore with one, are a question', () => {
  const twins = [user('a', { email: 'ana@site.nz' }), user('b', { email: 'ANA@site.nz' })];
  expect(matchPerson(remote, twins)).toMatchObject({ kind: 'ambiguous', by: 'email' });
  const rival = { procoreId: '8', email: 'ana@site.nz', employeeId: null };
  expect(matchPerson(remote, [user('a', { email: 'ana@site.nz' })], [remote, rival])).toMatchObject({
    kind: 'ambiguous',
  });
  expect(matchPerson(remote, [], [remote, rival])).toMatchObject({ kind: 'ambiguous', candidates: [] });
  expect(matchPerson(remote, [user('a', { email: 'ana@site.nz', linkedTo: '9' })])).toMatchObject({
    kind: 'ambiguous',
  });
});

test('people without an email or a number match nobody by it', () => {
  expect(matchPerson({ procoreId: '7', email: ' ', employeeId: null }, [user('a', { email: '' })])).toEqual({
    kind: 'new',
  });
});

test('the party is the saved one, the linked login, the email or the employee id; two that fit are none', () => {
  const directory = [
    { partyId: '1', userId: '11', email: 'ana@site.nz', employeeId: 'E-1' },
    { partyId: '2', userId: null, email: 'ben@site.nz', employeeId: 'E-2' },
    { partyId: '3', userId: null, email: 'ben@site.nz', employeeId: null },
  ];
  const nobody = { partyId: null, procoreUserId: null, email: null, employeeId: null };
  expect(findParty({ ...nobody, partyId: '9' }, directory)).toBe('9');
  expect(findParty({ ...nobody, procoreUserId: '11', email: 'ben@site.nz' }, directory)).toBe('1');
  expect(findParty({ ...nobody, email: 'ANA@site.nz' }, directory)).toBe('1');
  expect(findParty({ ...nobody, employeeId: 'e-2' }, directory)).toBe('2');
  expect(findParty({ ...nobody, email: 'ben@site.nz', employeeId: 'E-2' }, directory)).toBeNull();
  expect(findParty(nobody, directory)).toBeNull();
});
