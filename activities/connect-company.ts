import { companyAddress, getCompany, monitoredProjects, noteConnected, takeStages } from '../db/queries/companies.ts';
import { beginPage, findMark, holdScope, insertEvents, type Mark } from '../db/queries/inbox.ts';
import { changedStages } from '../db/queries/settings-effects.ts';
import { saveProcoreTaxCodes } from '../db/queries/tax-codes.ts';
import type { Db } from '../db/types.ts';
import { DomainError } from '../domain/errors.ts';
import { refusalOf, waitsByItself } from '../platform/errors.ts';
import type { CompanyApi, Procore } from '../procore/client.ts';
import { ProcoreError } from '../procore/errors.ts';
import type { Hooks } from './hooks.ts';
import { sweepProjects } from './sweep-projects.ts';

export interface CompanyToConnect {
  account: string;
  /** our own id of it */
  companyId: string;
}

export interface ConnectCompanyDeps {
  db: Db;
  procore: Procore;
  hooks: Hooks;
}

/** Long enough for a company with many projects; nobody needs to ring meanwhile. */
const CONNECTING_MS = 120_000;

export const createConnectCompanyActivities = ({ db, procore, hooks }: ConnectCompanyDeps) => {
  const reach = async ({ account, companyId }: CompanyToConnect) =>
    procore.company({ ...(await companyAddress(db, account, companyId)), lane: 'person' });
  return {
    /** Reads stages and tax codes, and has the cost types read by the flow that owns them. */
    async readCompanyLists(company: CompanyToConnect): Promise<{ mark: Mark | null; problems: string[] }> {
      const { account, companyId } = company;
      const key = { flow: 'connect', scope: companyId } as const;
      const mark = await findMark(db, key);
      await holdScope(db, key, await beginPage(db, key), CONNECTING_MS);
      const api = await reach(company);
      const problems = [
        await inWords('Project stages could not be read', () => readStages(db, company, api)),
        await inWords('Tax codes could not be read', () => readTaxCodes(db, company, api)),
        await inWords('Projects of the changed stages could not be listed', async () => {
          const changed = await changedStages(db, companyId);
          if (changed.size > 0) await sweepProjects(db, api, company, changed);
        }),
      ].filter((problem) => problem !== null);
      await insertEvents(db, [
        {
          account,
          companyId,
          source: 'refresh',
          flow: 'cost-codes',
          scope: companyId,
          recordKind: 'cost_type',
          recordId: null,
        },
      ]);
      return { mark, problems };
    },

    /** Brings the company's own hook in line with what is ticked, and tells which projects need one of their own. */
    async reconcileHooks(company: CompanyToConnect): Promise<{ problems: string[]; projectIds: string[] }> {
      const api = await reach(company);
      const row = await getCompany(db, company.account, company.companyId);
      const problem = await inWords('Webhooks could not be set up', () => hooks.reconcileCompany(api, row));
      const { hasProjectHooks } = await getCompany(db, company.account, company.companyId);
      if (!hasProjectHooks) return { problems: listOf(problem), projectIds: [] };
      const monitored = await monitoredProjects(db, company.account, company.companyId);
      const hooked = await hooks.projectsWithHook(row);
      return { problems: listOf(problem), projectIds: [...new Set([...monitored, ...hooked])] };
    },

    /** Brings the hook of one project in line: one per monitored project, none elsewhere. */
    async reconcileProjectHook(input: CompanyToConnect & { projectId: string }): Promise<{ problems: string[] }> {
      const api = await reach(input);
      const row = await getCompany(db, input.account, input.companyId);
      const monitored = await monitoredProjects(db, input.account, input.companyId);
      const reconcile = () =>
        monitored.includes(input.projectId)
          ? hooks.reconcileProject(api, row, input.projectId)
          : hooks.removeProject(api, row, input.projectId);
      return { problems: listOf(await inWords(`No webhooks for project ${input.projectId}`, reconcile)) };
    },

    /** Notes what could not be set up, beside the company. */
    async finishConnect(input: CompanyToConnect & { mark: Mark | null; problems: string[] }): Promise<void> {
      const problem = input.problems.length === 0 ? null : [...new Set(input.problems)].join(' ');
      await db.transaction((tx) => noteConnected(tx, input, problem, input.mark));
    },
  };
};

export type ConnectCompanyActivities = ReturnType<typeof createConnectCompanyActivities>;

async function readStages(db: Db, { account, companyId }: CompanyToConnect, api: CompanyApi): Promise<void> {
  const stages = await api.stages.all();
  const contents = stages.map((stage) => ({
    procoreId: stage.id,
    name: stage.name ?? 'unnamed',
    category: stage.category,
    isBidding: stage.is_bidding_stage === true,
  }));
  await db.transaction((tx) => takeStages(tx, account, companyId, contents));
}

async function readTaxCodes(db: Db, { account, companyId }: CompanyToConnect, api: CompanyApi): Promise<void> {
  const codes = await api.taxCodes.all();
  const contents = codes.map((code) => ({
    procoreId: code.id,
    code: code.code ?? code.id,
    description: code.description,
    rate: code.rate1,
    isArchived: code.archived === true,
  }));
  await db.transaction((tx) => saveProcoreTaxCodes(tx, account, companyId, contents));
}

/** Runs one step; what a person must fix comes back as a sentence, what passes by itself is thrown and tried again. */
async function inWords(what: string, step: () => Promise<void>): Promise<string | null> {
  try {
    await step();
    return null;
  } catch (error) {
    const refusal = error instanceof ProcoreError ? refusalOf(error) : error;
    if (!(refusal instanceof DomainError) || waitsByItself(refusal.code)) throw error;
    return `${what}: ${error instanceof ProcoreError ? error.said : refusal.message}`;
  }
}

const listOf = (problem: string | null) => (problem === null ? [] : [problem]);
