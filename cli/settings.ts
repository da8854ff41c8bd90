import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Company, TaxMappings } from '../schemas/connection.ts';
import type { TimeSetup } from '../schemas/people.ts';
import type { Settings } from '../schemas/settings.ts';
import { createDemoClient, type DemoClient } from './demo-client.ts';
import { type LocalSecrets, readLocalSettings } from './local-settings.ts';
import { exportSettings, type Installation, planImport, SettingsFile } from './settings-file.ts';

const USAGE = `npm run settings -- export > settings.json
npm run settings -- import settings.json

Carries all integration settings from one installation to another, by name. PUBLIC_URL says which one (this machine's
otherwise); LENTUNE_API_KEY is an admin's key for it.`;

/** `npm run settings`: exits 1 when anything could not be read or applied. */
async function run([command, path]: string[]): Promise<number> {
  if (command === 'export') {
    console.log(JSON.stringify(exportSettings(await read(connect())), null, 2));
    return 0;
  }
  if (command === 'import' && path !== undefined) return apply(path);
  console.error(USAGE);
  return 1;
}

function connect(): DemoClient {
  const { ports, dataDir } = readLocalSettings(process.env, fileURLToPath(new URL('..', import.meta.url)));
  const key =
    process.env.LENTUNE_API_KEY ?? (JSON.parse(readFileSync(`${dataDir}/secrets.json`, 'utf8')) as LocalSecrets).apiKey;
  return createDemoClient(process.env.PUBLIC_URL ?? `http://localhost:${ports.app}`, key);
}

async function read(api: DemoClient): Promise<Installation> {
  const companies = await api.get<Company[]>('/api/companies');
  return {
    settings: await api.get<Settings>('/api/settings'),
    timeSetup: await api.get<TimeSetup>('/api/time-setup'),
    companies: await Promise.all(
      companies.map(async (company) => ({
        company,
        taxes: await api.get<TaxMappings>(`/api/companies/${company.id}/tax-mappings`),
      })),
    ),
  };
}

async function apply(path: string): Promise<number> {
  const file = SettingsFile.safeParse(JSON.parse(readFileSync(path, 'utf8')));
  if (!file.success) {
    console.error(`${path} is not a settings file:\n${z.prettifyError(file.error)}`);
    return 1;
  }
  const api = connect();
  const { steps, problems } = planImport(file.data, await read(api));
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) {
    console.error('Nothing was changed.');
    return 1;
  }
  for (const { method, path: at, body, says } of steps) {
    await api.send(method, at, body);
    console.log(`${says}: applied`);
  }
  return 0;
}

process.exitCode = await run(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  return 1;
});
