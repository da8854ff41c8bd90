import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WantedPort } from './ports.ts';
import { StartError } from './start-error.ts';

/** Made at the first start and kept, since data is encrypted and people signed in with them. */
export interface LocalSecrets {
  encryptionKeys: string;
  postgresPassword: string;
  adminPassword: string;
  apiKey: string;
}

export interface LocalPorts {
  app: number;
  temporal: number;
  temporalUi: number;
  postgres: number;
  simulator: number;
}

/** What `npm start` runs itself; the rest is named by the environment. */
export interface LocalSettings {
  dataDir: string;
  ports: LocalPorts;
  startsPostgres: boolean;
  startsTemporal: boolean;
  startsSimulator: boolean;
  secrets: LocalSecrets;
}

/** @throws StartError naming each port setting that is no port */
export function readLocalSettings(env: NodeJS.ProcessEnv, root: string): LocalSettings {
  const problems: string[] = [];
  const port = (setting: string, otherwise: number) => {
    const value = env[setting] ? Number(env[setting]) : otherwise;
    if (!Number.isInteger(value) || value < 1 || value > 65_535) problems.push(`${setting} must be a port number.`);
    return value;
  };
  const ports = {
    app: port('PORT', 3000),
    temporal: port('TEMPORAL_PORT', 7233),
    temporalUi: port('TEMPORAL_UI_PORT', 8233),
    postgres: port('POSTGRES_PORT', 5433),
    simulator: port('SIMULATOR_PORT', 4000),
  };
  const hasClientId = Boolean(env.PROCORE_CLIENT_ID);
  const hasClientSecret = Boolean(env.PROCORE_CLIENT_SECRET);
  if (hasClientId !== hasClientSecret) {
    problems.push('Set both PROCORE_CLIENT_ID and PROCORE_CLIENT_SECRET, or neither to use the simulator.');
  }
  if (problems.length > 0) throw new StartError(problems.join('\n'));
  const dataDir = join(root, '.data');
  return {
    dataDir,
    ports,
    startsPostgres: !env.DATABASE_URL,
    startsTemporal: !env.TEMPORAL_ADDRESS,
    startsSimulator: !hasClientId,
    secrets: keptSecrets(dataDir),
  };
}

/** The ports this start listens on, each with the setting that moves it. */
export function wantedPorts({ ports, startsPostgres, startsTemporal, startsSimulator }: LocalSettings): WantedPort[] {
  const wanted: WantedPort[] = [{ port: ports.app, what: 'the app', setting: 'PORT' }];
  if (startsPostgres) wanted.push({ port: ports.postgres, what: 'PostgreSQL', setting: 'POSTGRES_PORT' });
  if (startsTemporal) {
    wanted.push({ port: ports.temporal, what: 'Temporal', setting: 'TEMPORAL_PORT' });
    wanted.push({ port: ports.temporalUi, what: 'the Temporal Web UI', setting: 'TEMPORAL_UI_PORT' });
  }
  if (startsSimulator) {
    wanted.push({ port: ports.simulator, what: 'the Procore simulator', setting: 'SIMULATOR_PORT' });
  }
  return wanted;
}

function keptSecrets(dataDir: string): LocalSecrets {
  mkdirSync(dataDir, { recursive: true });
  const file = join(dataDir, 'secrets.json');
  if (existsSync(file)) {
    chmodSync(file, 0o600);
    return JSON.parse(readFileSync(file, 'utf8')) as LocalSecrets;
  }
  const secrets: LocalSecrets = {
    encryptionKeys: `local-1:${randomBytes(32).toString('base64')}`,
    postgresPassword: randomBytes(24).toString('base64url'),
    adminPassword: randomBytes(12).toString('base64url'),
    apiKey: `lk_${randomBytes(32).toString('base64url')}`,
  };
  writeFileSync(file, JSON.stringify(secrets, null, 2), { mode: 0o600 });
  return secrets;
}
