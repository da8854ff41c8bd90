import { expect, test } from 'vitest';
import { EnvError, readEnv } from '../../platform/env.ts';

const complete = {
  DATABASE_URL: 'postgres://lentune@localhost:5433/lentune',
  TEMPORAL_ADDRESS: 'localhost:7233',
  PUBLIC_URL: 'http://localhost:3000/',
  PROCORE_CLIENT_ID: 'client',
  PROCORE_CLIENT_SECRET: 'a-very-secret-value',
  ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 1).toString('base64')}`,
  BOOTSTRAP_ADMIN_EMAIL: 'admin@example.nz',
  BOOTSTRAP_ADMIN_PASSWORD: 'correct horse battery',
};

test('a complete environment is read with its defaults', () => {
  const env = readEnv(complete);
  expect(env).toMatchObject({ PORT: 3000, TEMPORAL_NAMESPACE: 'default', PROCORE_API_URL: 'https://api.procore.com' });
  expect(env.PUBLIC_URL).toBe('http://localhost:3000');
  expect(env.ENCRYPTION_KEYS).toEqual([{ id: 'k1', bytes: Buffer.alloc(32, 1) }]);
});

test('every problem is reported at once, and no value is repeated', () => {
  const read = () =>
    readEnv({
      ...complete,
      DATABASE_URL: undefined,
      ENCRYPTION_KEYS: 'hunter2',
      BOOTSTRAP_ADMIN_PASSWORD: 'short',
      PORT: '99999',
    });
  expect(read).toThrow(EnvError);
  try {
    read();
  } catch (error) {
    const { message } = error as EnvError;
    expect(message.split('\n')).toHaveLength(5);
    expect(message).toContain('DATABASE_URL is missing');
    expect(message).toContain('ENCRYPTION_KEYS must be id:base64 of 32 bytes');
    expect(message).toContain('BOOTSTRAP_ADMIN_PASSWORD must have at least 12 characters');
    expect(message).not.toContain('hunter2');
    expect(message).not.toContain('short');
  }
});
