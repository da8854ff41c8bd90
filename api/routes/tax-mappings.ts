import { z } from 'zod';
import { difference, writeAudit } from '../../db/queries/audit.ts';
import {
  listProcoreTaxCodes,
  listTaxMappings,
  saveTaxMappings,
  type TaxMappingRow,
} from '../../db/queries/tax-mappings.ts';
import { listTaxStandings, startTaxTest } from '../../db/queries/tax-tests.ts';
import type { Queryable } from '../../db/types.ts';
import { Decimal } from '../../domain/decimal.ts';
import { Id } from '../../schemas/common.ts';
import { TaxMappings, TaxMappingsChange, TaxStandings } from '../../schemas/connection.ts';
import type { Caller } from '../caller.ts';
import type { RouteContext } from '../context.ts';
import { conflict, type FieldProblem, invalidInput, notFound } from '../refusal.ts';
import { requireCompany } from './companies.ts';

const CompanyParams = z.object({ id: Id });

export function taxMappingRoutes({ route, deps }: RouteContext): void {
  route(
    {
      method: 'get',
      path: '/api/companies/:id/tax-mappings',
      does: "Lentune's tax codes and what each is in the Procore company",
      may: 'read',
      params: CompanyParams,
      answer: TaxMappings,
    },
    async ({ db, caller, params }) => {
      await requireCompany(db, deps, caller.account, params.id);
      return read(db, caller, params.id);
    },
  );

  route(
    {
      method: 'put',
      path: '/api/companies/:id/tax-mappings',
      does: 'Maps tax codes; codes left out stay as they are',
      may: 'tax-mapping.change',
      params: CompanyParams,
      body: TaxMappingsChange,
      answer: TaxMappings,
    },
    ({ db, caller, params, body }) =>
      db.transaction(async (tx) => {
        const company = await requireCompany(tx, deps, caller.account, params.id);
        const before = await read(tx, caller, params.id);
        refuseUnknown(before, body);
        await saveTaxMappings(tx, caller.account, params.id, body.mappings);
        const after = await read(tx, caller, params.id);
        await writeAudit(tx, {
          account: caller.account,
          actor: caller.actor,
          action: 'tax-mapping.changed',
          subject: company.name,
          ...difference(inWords(before), inWords(after)),
        });
        return after;
      }),
  );

  route(
    {
      method: 'get',
      path: '/api/companies/:id/tax-standings',
      does: 'On which projects GST works, is refused, or is not yet known, from what Procore answered',
      may: 'read',
      params: CompanyParams,
      answer: TaxStandings,
    },
    async ({ db, caller, params }) => {
      await requireCompany(db, deps, caller.account, params.id);
      const rows = await listTaxStandings(db, caller.account, params.id);
      return rows.map(({ keepsTax, ...row }) => ({ ...row, standing: STANDINGS[`${keepsTax}`] }));
    },
  );

  route(
    {
      method: 'post',
      path: '/api/projects/:id/test-tax',
      does: 'Tests whether a project keeps tax codes, with a draft direct cost that is deleted again',
      may: 'project.test-tax',
      params: CompanyParams,
      status: 202,
    },
    ({ db, caller, params }) =>
      db.transaction(async (tx) => {
        const started = await startTaxTest(tx, caller, params.id);
        if (started === null) throw notFound('project');
        if (started === 'running') throw conflict('A test of this project is under way.');
        const { account, actor } = caller;
        await writeAudit(tx, { account, actor, action: 'project.tax-tested', subject: started.code });
        return undefined;
      }),
  );
}

/** In the words of the screen; what Procore has not told stays unknown. */
const STANDINGS = { true: 'works', false: 'refused', null: 'unknown' } as const;

async function read(db: Queryable, { account }: Caller, companyId: string): Promise<z.input<typeof TaxMappings>> {
  const [procoreTaxCodes, mappings] = await Promise.all([
    listProcoreTaxCodes(db, account, companyId),
    listTaxMappings(db, account, companyId),
  ]);
  return { procoreTaxCodes, mappings: mappings.map((row) => ({ ...row, warning: warningOf(row) })) };
}

/** A mapping that will not post what people expect; unmapped is no warning, it blocks posting by itself (domain.md 1.8). */
function warningOf({ procoreTaxCodeId, procoreRate, rate, isArchived }: TaxMappingRow): string | null {
  if (procoreTaxCodeId === null) return null;
  if (isArchived) return 'archived in Procore';
  if (procoreRate === null) return 'no rate in Procore';
  return new Decimal(procoreRate).equals(rate) ? null : 'rates differ';
}

function refuseUnknown(known: z.input<typeof TaxMappings>, { mappings }: TaxMappingsChange): void {
  const ours = new Set(known.mappings.map(({ taxCodeId }) => taxCodeId));
  const theirs = new Set(known.procoreTaxCodes.map(({ id }) => id));
  const problems = mappings.flatMap(({ taxCodeId, procoreTaxCodeId }, index): FieldProblem[] => [
    ...(ours.has(taxCodeId) ? [] : [{ path: `mappings.${index}.taxCodeId`, message: 'There is no such tax code.' }]),
    ...(procoreTaxCodeId === null || theirs.has(procoreTaxCodeId)
      ? []
      : [{ path: `mappings.${index}.procoreTaxCodeId`, message: 'This company has no such tax code in Procore.' }]),
  ]);
  if (problems.length > 0) throw invalidInput(problems);
}

/** `{"GST15": "GST on expenses 15%"}`: what the audit keeps. */
const inWords = ({ mappings, procoreTaxCodes }: z.input<typeof TaxMappings>) =>
  Object.fromEntries(
    mappings.map(({ code, procoreTaxCodeId }) => [
      code,
      procoreTaxCodes.find(({ id }) => id === procoreTaxCodeId)?.code ?? null,
    ]),
  );
