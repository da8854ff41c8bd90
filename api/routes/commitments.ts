import { z } from 'zod';
import { commitmentPlace, findCommitment, listCommitments, refreshAtOnce } from '../../db/queries/commitments.ts';
import {
  Commitment,
  CommitmentDetail,
  CommitmentQuery,
  CommitmentRefresh,
  CommitmentRefreshed,
  WhyNotHere,
  WhyNotHereQuery,
} from '../../schemas/commitments.ts';
import { Id, page } from '../../schemas/common.ts';
import type { RouteContext } from '../context.ts';
import { whyNotHere } from '../missing-commitment.ts';
import { conflict, invalidInput, notFound } from '../refusal.ts';

const CommitmentParams = z.object({ id: Id });

export function commitmentRoutes({ route, deps }: RouteContext): void {
  route(
    {
      method: 'get',
      path: '/api/subcontracts',
      does: 'Subcontracts by number, with what is left of each',
      may: 'read',
      query: CommitmentQuery,
      answer: page(Commitment),
    },
    ({ db, caller, query }) => listCommitments(db, caller.account, 'sub_contract', query),
  );

  route(
    {
      method: 'get',
      path: '/api/subcontracts/:id',
      does: 'One of the subcontracts with its lines and variations',
      may: 'read',
      params: CommitmentParams,
      answer: CommitmentDetail,
    },
    async ({ db, caller, params }) => {
      const found = await findCommitment(db, caller.account, 'sub_contract', params.id);
      if (found === null) throw notFound('subcontract');
      return found;
    },
  );

  route(
    {
      method: 'get',
      path: '/api/commitments/why',
      does: 'Why a purchase order or subcontract of Procore is not here',
      may: 'read',
      query: WhyNotHereQuery,
      answer: WhyNotHere,
    },
    async ({ db, caller, query }) => {
      const answer = await whyNotHere(deps, db, caller.account, query);
      if (answer === null) throw invalidInput([{ path: 'projectId', message: 'There is no such project.' }]);
      return answer;
    },
  );

  route(
    {
      method: 'post',
      path: '/api/commitments/refresh',
      does: 'Reads one commitment again from Procore, or all of its kind in a project',
      may: 'commitment.refresh',
      body: CommitmentRefresh,
      answer: CommitmentRefreshed,
      status: 202,
    },
    ({ db, caller: { account }, body: { kind, projectId, procoreId } }) =>
      db.transaction(async (tx) => {
        const place = await commitmentPlace(tx, account, projectId);
        if (place === null) throw invalidInput([{ path: 'projectId', message: 'There is no such project.' }]);
        const { companyId, procoreId: projectProcoreId } = place;
        if (companyId === null || projectProcoreId === null)
          throw conflict(`Project ${place.code} is not linked to Procore.`);
        await refreshAtOnce(tx, account, { companyId, projectProcoreId }, kind, procoreId ?? null);
        return { isQueued: true as const };
      }),
  );
}
