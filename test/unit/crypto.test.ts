import { expect, test } from 'vitest';
import { createSecretBox, sameSecret } from '../../platform/crypto.ts';

const key = (id: string, fill: number) => ({ id, bytes: Buffer.alloc(32, fill) });

test('a sealed secret opens only in its own place', () => {
  const box = createSecretBox([key('k1', 1)]);
  const sealed = box.seal('refresh-token', 'connection.refresh_token:1');
  expect(sealed).not.toContain('refresh-token');
  expect(box.open(sealed, 'connection.refresh_token:1')).toBe('refresh-token');
  expect(() => box.open(sealed, 'connection.refresh_token:2')).toThrow();
});

test('after a rotation the new key seals and the old one still opens', () => {
  const sealed = createSecretBox([key('k1', 1)]).seal('x', 'place');
  const rotated = createSecretBox([key('k2', 2), key('k1', 1)]);
  expect(rotated.open(sealed, 'place')).toBe('x');
  expect(rotated.seal('x', 'place')).toContain('.k2.');
  expect(() => createSecretBox([key('k2', 2)]).open(sealed, 'place')).toThrow('No key to open the secret of place');
});

test('a changed ciphertext does not open', () => {
  const box = createSecretBox([key('k1', 1)]);
  const sealed = box.seal('some longer secret', 'place');
  const last = sealed.at(-3) === 'A' ? 'B' : 'A';
  expect(() => box.open(`${sealed.slice(0, -3)}${last}${sealed.slice(-2)}`, 'place')).toThrow();
});

test('secrets of different lengths compare without throwing', () => {
  expect(sameSecret('a', 'abc')).toBe(false);
  expect(sameSecret('abc', 'abc')).toBe(true);
});
