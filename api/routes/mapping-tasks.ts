import { z } from 'zod';
import {
  countOpenTasks,
  type Decided,
  decideMappingTask,
  findMappingTask,
  listMappingTasks,
  type MappingTaskView,
  undoMappingTask,
  unlinkPayableAccount,
  unlinkPerson,
} from '../../db/queries/mapping-decisions.ts';
import { userCompanies } from '../../db/queries/user-choices.ts';
import { vendorCompanies } from '../../db/queries/vendors.ts';
import { Id, page } from '../../schemas/common.ts';
import {
  MappingAccept,
  MappingAccepted,
  MappingCount,
  MappingDecision,
  MappingTask,
  MappingTaskQuery,
  UnlinkRequest,
} from '../../schemas/mapping-tasks.ts';
import type { RouteContext } from '../context.ts';
import { conflict, invalidInput, notFound } from '../refusal.ts';

const TaskParams = z.object({ id: Id });

export function mappingTaskRoutes({ route }: RouteContext): void {
  route(
    {
      method: 'get',
      path: '/api/mapping-tasks',
      does: 'Questions about Procore records that a person must decide, or has decided',
      may: 'read',
      query: MappingTaskQuery,
      answer: page(MappingTask),
    },
    ({ db, caller, query }) => listMappingTasks(db, caller.account, query),
  );

  route(
    {
      method: 'get',
      path: '/api/mapping-tasks/count',
      does: 'How many questions wait for an answer',
      may: 'read',
      answer: MappingCount,
    },
    async ({ db, caller }) => ({ open: await countOpenTasks(db, caller.account) }),
  );

  route(
    {
      method: 'post',
      path: '/api/mapping-tasks/:id/decide',
      does: 'Answers a question, or answers it anew',
      may: 'mapping.decide',
      params: TaskParams,
      body: MappingDecision,
      answer: MappingTask,
    },
    ({ db, caller, params, body }) =>
      db.transaction(async (tx) => decided(await decideMappingTask(tx, caller, params.id, body))),
  );

  route(
    {
      method: 'post',
      path: '/api/mapping-tasks/:id/undo',
      does: 'Opens a decided question again and puts back what stood before',
      may: 'mapping.decide',
      params: TaskParams,
      answer: MappingTask,
    },
    ({ db, caller, params }) => db.transaction(async (tx) => decided(await undoMappingTask(tx, caller, params.id))),
  );

  route(
    {
      method: 'post',
      path: '/api/mapping-tasks/accept',
      does: 'Links each of the questions to what is suggested for it',
      may: 'mapping.decide',
      body: MappingAccept,
      answer: MappingAccepted,
    },
    async ({ db, caller, body }) => {
      const accepted: string[] = [];
      const refused: z.input<typeof MappingAccepted>['refused'] = [];
      for (const id of body.ids) {
        const outcome = await db.transaction(async (tx) => {
          const task = await findMappingTask(tx, caller.account, id);
          if (task === null) throw notFound('mapping task');
          if (task.state !== 'open') return { task, message: 'It is decided already.' };
          if (task.suggestedId === null) return { task, message: 'There is no single suggestion; choose one.' };
          const done = await decideMappingTask(tx, caller, id, { choice: 'link', recordId: task.suggestedId });
          return { task, message: done.kind === 'decided' ? null : messageOf(done) };
        });
        if (outcome.message === null) accepted.push(id);
        else refused.push({ id, subject: outcome.task.subject, message: outcome.message });
      }
      return { accepted, refused };
    },
  );

  route(
    {
      method: 'post',
      path: '/api/vendors/:id/unlink',
      does: 'Unlinks a supplier from its Procore vendor, which becomes a question',
      may: 'mapping.decide',
      params: TaskParams,
      body: UnlinkRequest,
      answer: MappingTask,
    },
    ({ db, caller, params, body }) =>
      db.transaction(async (tx) => {
        const [companyId] = await vendorCompanies(tx, caller.account, params.id);
        if (companyId === undefined) throw conflict('The supplier is not linked to a Procore vendor.');
        const task = await unlinkPayableAccount(tx, caller, params.id, companyId, body.reason);
        if (task === null) throw conflict('The supplier is not linked to a Procore vendor.');
        return task;
      }),
  );

  route(
    {
      method: 'post',
      path: '/api/people/:id/unlink',
      does: 'Unlinks a person from their Procore user, who becomes a question',
      may: 'mapping.decide',
      params: TaskParams,
      body: UnlinkRequest,
      answer: MappingTask,
    },
    ({ db, caller, params, body }) =>
      db.transaction(async (tx) => {
        const [companyId] = await userCompanies(tx, caller.account, params.id);
        if (companyId === undefined) throw conflict('The person is not linked to a Procore user.');
        const task = await unlinkPerson(tx, caller, params.id, companyId, body.reason);
        if (task === null) throw conflict('The person is not linked to a Procore user.');
        return task;
      }),
  );
}

function decided(outcome: Decided): MappingTaskView {
  if (outcome.kind === 'decided') return outcome.task;
  if (outcome.kind === 'not-found') throw notFound('mapping task');
  if (outcome.kind === 'unknown-record')
    throw invalidInput([{ path: 'recordId', message: `There is no such ${outcome.noun}.` }]);
  throw conflict(outcome.message);
}

const messageOf = (outcome: Exclude<Decided, { kind: 'decided' }>): string =>
  outcome.kind === 'refused' ? outcome.message : 'There is no such record any more.';
