import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ClaimQueue } from '../../schemas/allocations.ts';
import type { CommitmentKind } from '../../schemas/commitments.ts';
import { api } from '../api.ts';
import { type Column, DataTable } from '../elements/data-table.tsx';
import { Section } from '../elements/screen.tsx';
import { formatMoney } from '../format.ts';
import styles from './commitments.module.css';
import { KINDS } from './queries.ts';

type Claim = ClaimQueue['claims'][number];

const STATES: Record<Claim['state'], string> = {
  planned: 'Not sent yet',
  sending: 'On its way',
  sent: 'In Procore',
  held: 'Stands still',
};

const COLUMNS: Column<Claim>[] = [
  {
    header: 'Invoice',
    width: 140,
    cell: (row) => (
      <Link to="/invoices/$id" params={{ id: row.invoiceId }}>
        {row.number}
      </Link>
    ),
  },
  { header: 'Claim', width: 70, cell: (row) => row.claim },
  { header: 'Amount $', width: 130, align: 'right', cell: (row) => formatMoney(row.total) },
  { header: 'State', cell: (row) => row.says ?? STATES[row.state] },
];

/** The claims of a commitment in the order they go: each builds on the last, so one waits behind the other. */
export function ClaimQueueSection({ kind, id }: { kind: CommitmentKind; id: string }) {
  const { data } = useQuery({
    queryKey: [KINDS[kind].key, id, 'claims'],
    queryFn: () => api.get(`/api${KINDS[kind].path}/${id}/claims`, ClaimQueue),
    refetchInterval: 5_000,
  });
  return (
    <Section title="Claims" hint="Invoices that claim on it, the next to go first.">
      {data === undefined || data.claims.length === 0 ? (
        <p className={styles.soft}>No invoice claims on this {KINDS[kind].noun}.</p>
      ) : (
        <DataTable label="Claims" columns={COLUMNS} rows={data.claims} keyOf={(row) => row.invoiceId} />
      )}
    </Section>
  );
}
