import { z } from 'zod';
import { writeAudit } from '../../db/queries/audit.ts';
import {
  allocateCostType,
  createProjectCostCode,
  findProjectCostCode,
  listCostTypes,
  listMasterCostCodes,
  listProjectCostCodes,
  setGlCode,
} from '../../db/queries/codes.ts';
import type { Queryable } from '../../db/types.ts';
import { Id, PageQuery, page } from '../../schemas/common.ts';
import {
  AllocateCostType,
  CostType,
  CostTypeChange,
  CostTypeList,
  MasterCostCode,
  ProjectCostCode,
  ProjectCostCodeCreate,
  ProjectCostCodeQuery,
} from '../../schemas/records.ts';
import type { RouteContext } from '../context.ts';
import { invalidInput, notFound } from '../refusal.ts';

const CodeParams = z.object({ id: Id });

export function costCodeRoutes({ route }: RouteContext): void {
  route(
    { method: 'get', path: '/api/cost-types', does: 'Every cost type', may: 'read', answer: CostTypeList },
    ({ db, caller }) => listCostTypes(db, caller.account),
  );

  route(
    {
      method: 'patch',
      path: '/api/cost-types/:id',
      does: 'Gives a cost type its GL code, which fills lines that leave theirs blank',
      may: 'cost-type.change',
      params: CodeParams,
      body: CostTypeChange,
      answer: CostType,
    },
    ({ db, caller: { account, actor }, params: { id }, body }) =>
      db.transaction(async (tx) => {
        const changed = await setGlCode(tx, account, id, body.glCode);
        if (changed === null) throw notFound('cost type');
        const { before, after } = changed;
        const glCodes = { before: { glCode: before }, after: { glCode: after.glCode } };
        await writeAudit(tx, { account, actor, action: 'cost-type.gl-code', subject: after.code, ...glCodes });
        return after;
      }),
  );

  route(
    {
      method: 'get',
      path: '/api/master-cost-codes',
      does: "The company's standard cost codes",
      may: 'read',
      query: PageQuery,
      answer: page(MasterCostCode),
    },
    ({ db, caller, query }) => listMasterCostCodes(db, caller.account, query),
  );

  route(
    {
      method: 'get',
      path: '/api/project-cost-codes',
      does: 'Cost codes of one project or all, with the cost types each may be booked with',
      may: 'read',
      query: ProjectCostCodeQuery,
      answer: page(ProjectCostCode),
    },
    ({ db, caller, query }) => listProjectCostCodes(db, caller.account, query),
  );

  route(
    {
      method: 'post',
      path: '/api/project-cost-codes',
      does: 'Enters a cost code for a project that lacks it',
      may: 'cost-code.create',
      body: ProjectCostCodeCreate,
      answer: ProjectCostCode,
      status: 201,
    },
    ({ db, caller: { account, actor }, body }) =>
      db.transaction(async (tx) => {
        const created = await createProjectCostCode(tx, account, body);
        if (created.kind === 'no-project') {
          throw invalidInput([{ path: 'projectId', message: 'There is no such project.' }]);
        }
        if (created.kind === 'taken') {
          throw invalidInput([{ path: 'code', message: `The project has a cost code ${body.code} already.` }]);
        }
        await writeAudit(tx, { account, actor, action: 'cost-code.created', subject: body.code, after: body });
        return show(tx, account, created.id);
      }),
  );

  route(
    {
      method: 'post',
      path: '/api/project-cost-codes/:id/cost-types',
      does: 'Allocates a cost type to a code and verifies the pair',
      may: 'cost-type.allocate',
      params: CodeParams,
      body: AllocateCostType,
      answer: ProjectCostCode,
    },
    ({ db, caller: { account, actor }, params: { id }, body: { costTypeId, isDefault } }) =>
      db.transaction(async (tx) => {
        const before = await show(tx, account, id);
        if (!(await allocateCostType(tx, account, id, costTypeId, actor, isDefault))) {
          throw invalidInput([{ path: 'costTypeId', message: 'There is no such cost type.' }]);
        }
        const after = await show(tx, account, id);
        await writeAudit(tx, {
          account,
          actor,
          action: 'cost-type.allocated',
          subject: after.code,
          before: before.costTypes,
          after: after.costTypes,
        });
        return after;
      }),
  );
}

async function show(db: Queryable, account: string, id: string) {
  const code = await findProjectCostCode(db, account, id);
  if (code === null) throw notFound('project cost code');
  return code;
}
