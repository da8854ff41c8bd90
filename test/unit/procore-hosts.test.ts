import { expect, test } from 'vitest';
import { acceptedApiUrl, environmentOf } from '../../domain/procore-hosts.ts';

const OWN = 'https://api.procore.com';

test.each([
  ['https://api.procore.com/rest', OWN],
  ['https://us02.procore.com', 'https://us02.procore.com'],
  ['https://api.eu.procore.com/', 'https://api.eu.procore.com'],
  ['https://evil.example', null],
  ['https://procore.com.evil.example', null],
  ['https://evilprocore.com', null],
  ['https://api.procore.com@evil.example', null],
  ['http://us02.procore.com', null],
  ['us02.procore.com', null],
])('a company told to be at %s is reached at %s', (named, expected) => {
  expect(acceptedApiUrl(named, OWN, [])).toBe(expected);
});

test('another environment of Procore is never a company’s host, whatever is allowed', () => {
  const sandbox = 'https://sandbox.procore.com';
  expect(acceptedApiUrl(OWN, sandbox, [])).toBeNull();
  expect(acceptedApiUrl(OWN, sandbox, ['api.procore.com'])).toBeNull();
  expect(acceptedApiUrl(sandbox, OWN, [])).toBeNull();
  expect(acceptedApiUrl(sandbox, sandbox, [])).toBe(sandbox);
});

test('hosts outside the domain must be allowed by name', () => {
  expect(acceptedApiUrl('https://procore.kauri.example', OWN, ['procore.kauri.example'])).toBe(
    'https://procore.kauri.example',
  );
  expect(acceptedApiUrl('http://localhost:4000', 'http://127.0.0.1:4000', [])).toBeNull();
  expect(acceptedApiUrl('http://localhost:4000', 'http://127.0.0.1:4000', ['localhost:4000'])).toBe(
    'http://localhost:4000',
  );
  expect(acceptedApiUrl('https://10.0.0.2', 'https://10.0.0.1', [])).toBeNull();
});

test('Procore’s own hosts have names', () => {
  expect(environmentOf(OWN)).toBe('production');
  expect(environmentOf('https://sandbox.procore.com')).toBe('developer_sandbox');
  expect(environmentOf('https://api-monthly.procore.com')).toBe('monthly_sandbox');
  expect(environmentOf('http://127.0.0.1:4000')).toBeNull();
});
