import { eq } from 'drizzle-orm';
import type { FlowReader, PickedRecord, RecordOutcome } from '../../activities/flow.ts';
import { createImportProject } from '../../activities/import-project.ts';
import { createSyncCostCodes } from '../../activities/sync-cost-codes.ts';
import { createSyncUser } from '../../activities/sync-user.ts';
import { createSyncVendor } from '../../activities/sync-vendor.ts';
import { takeStages } from '../../db/queries/companies.ts';
import {
  authOrganization,
  integrationSettings,
  procoreCompany,
  procoreConnection,
  project,
  projectStage,
} from '../../db/schema/index.ts';
import type { Db } from '../../db/types.ts';
import { openDatabase } from '../../platform/database.ts';
import { createProcore } from '../../procore/client.ts';
import { type RunningSimulator, startSimulator } from '../../simulator/server.ts';
import { createDatabase } from '../environment/database.ts';

export const ACCOUNT = 'kauri';

interface NamedProject {
  id: number;
  number: string | null;
  name: string;
  stage: { id: number; name: string };
  codes: { id: number; fullCode: string; name: string; budgeted: { lineItemTypeId: number; typeCode: string }[] }[];
  subJobs: { id: number; code: string; name: string }[];
}

/** What the simulator says is where in its sample. */
interface Guide {
  companies: { id: number; name: string }[];
  stages: { id: number; name: string }[];
  exampleProjects: Record<string, NamedProject>;
  exampleVendors: Record<string, { id: number; name: string }>;
}

/** A Lentune account connected to a simulated Procore, with the inbound readers but without Temporal around them. */
export interface ImportWorld {
  db: Db;
  companyId: string;
  guide: Guide;
  /** Reads and writes until the round is done; answers what came of the records. */
  run(
    flow: 'project' | 'vendors' | 'cost-codes' | 'users',
    records: Partial<PickedRecord>[],
    projectId?: number,
  ): Promise<Round>;
  /** Fetches a project by hand. */
  fetchProject(projectId: number): Promise<Round>;
  /** A project of the account by the Procore id it was fetched under. */
  projectNamed(description: string): Promise<typeof project.$inferSelect | undefined>;
  change(settings: Partial<typeof integrationSettings.$inferInsert>): Promise<void>;
  changeCompany(change: Partial<typeof procoreCompany.$inferInsert>): Promise<void>;
  tick(stageName: string, isMonitored: boolean): Promise<void>;
  /** A person's work in Procore, through the simulator's control API. */
  procore: {
    list<T>(collection: string, query?: string): Promise<T[]>;
    create<T>(collection: string, fields: object): Promise<T>;
    update(collection: string, id: number, fields: object): Promise<void>;
    remove(collection: string, id: number): Promise<void>;
    settings(change: object): Promise<void>;
    switch(name: string, value: string): Promise<void>;
    fault(rule: object): Promise<void>;
    clearFaults(): Promise<void>;
  };
  close(): Promise<void>;
}

export interface Round {
  outcomes: RecordOutcome[];
  calls: number;
  /** activities it took */
  pages: number;
  counts: Record<string, number>;
}

/** Starts a simulator of its own and an account that has ticked the usual stages. */
export async function startImportWorld(): Promise<ImportWorld> {
  const [database, simulator] = await Promise.all([createDatabase(), startSimulator({ checkContract: true })]);
  const { db, close } = openDatabase(database.url, { max: 5 });
  const control = controlOf(simulator);
  const guide = await control<Guide>('GET', '/sample');
  const token = await control<{ access_token: string }>('POST', '/tokens', {});
  const procore = createProcore({
    tokens: { accessToken: async () => ({ value: token.access_token, version: 1 }) },
    budget: { take: async () => ({ kind: 'go' }), learn: async () => undefined },
  });
  const companyId = await addCompany(db, simulator, guide);
  const readers: Record<string, FlowReader> = {
    project: createImportProject({ db, procore }),
    vendors: createSyncVendor({ db, procore }),
    users: createSyncUser({ db, procore }),
    'cost-codes': createSyncCostCodes({ db, procore }),
  };

  async function run(flow: string, records: Partial<PickedRecord>[], projectId?: number): Promise<Round> {
    const round: Round = { outcomes: [], calls: 0, pages: 0, counts: {} };
    let left = records.map((record, index) => ({ ...BLANK, rowIds: [String(index)], ...record }));
    let cursor: string | null = null;
    do {
      const scope: string = projectId === undefined ? companyId : `${companyId}/${projectId}`;
      const signal = new AbortController().signal;
      const result = await readers[flow]!.read({ account: ACCOUNT, companyId, scope, records: left, cursor, signal });
      const outcomes = await db.transaction((tx) => result.apply(tx));
      round.outcomes.push(...outcomes);
      round.calls += result.calls;
      round.pages += 1;
      Object.assign(round.counts, result.counts);
      left = left.filter((record) => !outcomes.some(({ kind, id }) => kind === record.kind && id === record.id));
      cursor = result.next;
    } while (cursor !== null);
    return round;
  }

  await control('DELETE', '/contract');
  return {
    db,
    companyId,
    guide,
    run,
    fetchProject: (projectId) =>
      run('project', [{ kind: 'project', id: String(projectId), source: 'fetch', fetchItemIds: ['item'] }], projectId),
    projectNamed: async (description) =>
      (await db.select().from(project).where(eq(project.description, description)))[0],
    change: async (settings) => {
      await db.update(integrationSettings).set(settings).where(eq(integrationSettings.account, ACCOUNT));
    },
    changeCompany: async (change) => {
      await db.update(procoreCompany).set(change).where(eq(procoreCompany.id, companyId));
    },
    tick: async (stageName, isMonitored) => {
      await db.update(projectStage).set({ isMonitored }).where(eq(projectStage.name, stageName));
    },
    procore: {
      list: async (collection, query = '') =>
        (await control<{ records: never[] }>('GET', `/records/${collection}${query}`)).records,
      create: (collection, fields) => control('POST', `/records/${collection}`, fields),
      update: async (collection, id, fields) => void (await control('PATCH', `/records/${collection}/${id}`, fields)),
      remove: async (collection, id) => void (await control('DELETE', `/records/${collection}/${id}`)),
      settings: async (change) => void (await control('PUT', '/settings', change)),
      switch: async (name, value) => void (await control('PUT', '/switches', { [name]: value })),
      fault: async (rule) => void (await control('POST', '/faults', rule)),
      clearFaults: async () => void (await control('DELETE', '/faults')),
    },
    async close() {
      const contract = await control<{ violations: unknown[] }>('GET', '/contract');
      await procore.close();
      await close();
      await Promise.all([simulator.close(), database.drop()]);
      if (contract.violations.length > 0) throw new Error(JSON.stringify(contract.violations.slice(0, 3)));
    },
  };
}

const BLANK: PickedRecord = {
  kind: 'project',
  id: null,
  source: 'webhook',
  eventTypes: ['update'],
  fetchItemIds: [],
  rowIds: [],
};

const controlOf =
  ({ url }: RunningSimulator) =>
  async <T>(method: string, path: string, body?: object): Promise<T> => {
    const answer = await fetch(`${url}/control${path}`, {
      method,
      ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return JSON.parse(text) as T;
  };

async function addCompany(db: Db, simulator: RunningSimulator, guide: Guide): Promise<string> {
  await db.insert(authOrganization).values({ id: ACCOUNT, name: 'Kauri', slug: ACCOUNT });
  await db.insert(integrationSettings).values({ account: ACCOUNT });
  const [connection] = await db
    .insert(procoreConnection)
    .values({ account: ACCOUNT, apiUrl: simulator.url, loginUrl: simulator.url, clientId: 'client', clientSecret: '' })
    .returning();
  const [{ id: procoreId, name } = { id: 0, name: '' }] = guide.companies;
  const [company] = await db
    .insert(procoreCompany)
    .values({ account: ACCOUNT, connectionId: connection!.id, procoreId: String(procoreId), name })
    .returning();
  const stages = guide.stages.map((stage) => ({
    procoreId: String(stage.id),
    name: stage.name,
    category: null,
    isBidding: stage.name === 'Bidding',
  }));
  await db.transaction((tx) => takeStages(tx, ACCOUNT, company!.id, stages));
  return company!.id;
}
