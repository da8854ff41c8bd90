import { queryOptions } from '@tanstack/react-query';
import { CommitmentDetail, type CommitmentKind, CommitmentRefreshed, WhyNotHere } from '../../schemas/commitments.ts';
import { api, queryClient } from '../api.ts';

/** How the screens of each kind speak and where they live. */
export const KINDS = {
  purchase_order: {
    path: '/purchase-orders',
    key: 'purchase-orders',
    title: 'Purchase orders',
    noun: 'purchase order',
    toggle: 'Procore purchase orders',
  },
  sub_contract: {
    path: '/subcontracts',
    key: 'subcontracts',
    title: 'Subcontracts',
    noun: 'subcontract',
    toggle: 'Procore sub-contracts',
  },
} as const satisfies Record<CommitmentKind, object>;

export const commitmentQuery = (kind: CommitmentKind, id: string) =>
  queryOptions({
    queryKey: [KINDS[kind].key, id],
    queryFn: () => api.get(`/api${KINDS[kind].path}/${id}`, CommitmentDetail),
  });

export interface Question {
  kind: CommitmentKind;
  projectId: string;
  number: string;
}

/** Asks why a commitment is not here; Procore is looked at while one waits. */
export const askWhy = ({ kind, projectId, number }: Question) =>
  api.get('/api/commitments/why', WhyNotHere, { kind, projectId, number });

/** Has one commitment read again from Procore, or all of the kind in a project. */
export async function refreshCommitment(what: {
  kind: CommitmentKind;
  projectId: string;
  procoreId: string | null;
}): Promise<void> {
  const { procoreId, ...place } = what;
  await api.post('/api/commitments/refresh', CommitmentRefreshed, { ...place, ...(procoreId && { procoreId }) });
  await queryClient.invalidateQueries({ queryKey: [KINDS[what.kind].key] });
}
