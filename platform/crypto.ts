import { createCipheriv, createDecipheriv, createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { EncryptionKey } from './env.ts';

/** Encrypts secrets at rest. `place` binds a ciphertext to its row, so that copying it to another row makes it unreadable. */
export interface SecretBox {
  seal(plain: string, place: string): string;
  open(sealed: string, place: string): string;
  /** Whether the newest key sealed it. */
  isCurrent(sealed: string): boolean;
}

/**
 * AES-256-GCM with a key ring: the newest key seals, any known key opens.
 * A sealed text is `v1.<key id>.<iv>.<tag>.<ciphertext>`, the parts in base64url.
 */
export function createSecretBox(keys: readonly EncryptionKey[]): SecretBox {
  const [newest] = keys;
  if (!newest) throw new Error('At least one encryption key is needed');
  return {
    seal(plain, place) {
      const iv = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', newest.bytes, iv);
      cipher.setAAD(Buffer.from(place));
      const text = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return [
        'v1',
        newest.id,
        iv.toString('base64url'),
        cipher.getAuthTag().toString('base64url'),
        text.toString('base64url'),
      ].join('.');
    },
    open(sealed, place) {
      const [version, id, iv, tag, text] = sealed.split('.');
      const key = keys.find((candidate) => candidate.id === id);
      if (version !== 'v1' || !key || !iv || !tag || text === undefined)
        throw new Error(`No key to open the secret of ${place}`);
      const decipher = createDecipheriv('aes-256-gcm', key.bytes, Buffer.from(iv, 'base64url'));
      decipher.setAAD(Buffer.from(place));
      decipher.setAuthTag(Buffer.from(tag, 'base64url'));
      return Buffer.concat([decipher.update(Buffer.from(text, 'base64url')), decipher.final()]).toString('utf8');
    },
    isCurrent: (sealed) => sealed.startsWith(`v1.${newest.id}.`),
  };
}

/** A random secret for URLs and headers: 32 bytes, base64url. */
export const randomSecret = (): string => randomBytes(32).toString('base64url');

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Compares in constant time, whatever the lengths. */
export const sameSecret = (a: string, b: string): boolean =>
  timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest());
