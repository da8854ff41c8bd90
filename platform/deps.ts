import type { Client } from '@temporalio/client';
import type { Accounting } from '../accounting/port.ts';
import { createXero } from '../accounting/xero/client.ts';
import { createRateBudget } from '../db/queries/rate-windows.ts';
import { ACCOUNTING_TOKENS, createTokenStore } from '../db/queries/tokens.ts';
import type { Db } from '../db/types.ts';
import { createProcore, type Procore } from '../procore/client.ts';
import { refreshXero } from './accounting-errors.ts';
import { createSecretBox, type SecretBox } from './crypto.ts';
import { openDatabase } from './database.ts';
import type { Env } from './env.ts';
import { createLogger, type Logger } from './logger.ts';
import { createTemporal } from './temporal.ts';

/** The parts every process of the product is built from. */
export interface Deps {
  env: Env;
  logger: Logger;
  db: Db;
  secrets: SecretBox;
  procore: Procore;
  accounting: Accounting;
  temporal: Client;
  close(): Promise<void>;
}

/** Builds the real parts; the only place that does. Nothing is connected to before its first use. */
export function createDeps(env: Env, name = 'lentune'): Deps {
  const logger = createLogger(name, env.LOG_LEVEL);
  const { db, close } = openDatabase(env.DATABASE_URL);
  const secrets = createSecretBox(env.ENCRYPTION_KEYS);
  const procore = createProcore({ tokens: createTokenStore(db, secrets), budget: createRateBudget(db) });
  const accounting = createXero({ tokens: createTokenStore(db, secrets, ACCOUNTING_TOKENS), refresh: refreshXero });
  const temporal = createTemporal(env);
  return {
    env,
    logger,
    db,
    secrets,
    procore,
    accounting,
    temporal,
    async close() {
      await temporal.connection.close();
      await procore.close();
      await close();
    },
  };
}
