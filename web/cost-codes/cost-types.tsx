import { TextInput } from '@mantine/core';
import { IconListNumbers } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useRouteContext } from '@tanstack/react-router';
import { useState } from 'react';
import type { z } from 'zod';
import { CostType, CostTypeList } from '../../schemas/records.ts';
import { api, queryClient } from '../api.ts';
import { announce, announceError } from '../elements/announce.tsx';
import { type Column, DataTable } from '../elements/data-table.tsx';
import { EmptyState, Loaded } from '../elements/states.tsx';
import { Tag } from '../elements/tag.tsx';
import { hasRole } from '../session.ts';

type Row = z.infer<typeof CostType>;

/** The company's cost types. Their GL codes are Lentune's own: Procore never changes them. */
export function CostTypes() {
  const { session } = useRouteContext({ from: '/frame' });
  const query = useQuery({
    queryKey: ['cost-codes', 'types'],
    queryFn: () => api.get('/api/cost-types', CostTypeList),
  });
  const mayChange = hasRole(session, 'admin', 'clerk');
  const columns: Column<Row>[] = [
    { header: 'Code', width: 140, cell: (row) => <strong>{row.code}</strong> },
    { header: 'Name', cell: (row) => row.description },
    {
      header: 'GL code',
      width: 200,
      cell: (row) =>
        mayChange ? <GlCode key={row.glCode} row={row} /> : <span className="figures">{row.glCode}</span>,
    },
    { header: 'State', width: 140, cell: (row) => !row.isActive && <Tag tone="soft">Inactive</Tag> },
  ];
  return (
    <Loaded query={query}>
      {(types) =>
        types.length === 0 ? (
          <EmptyState icon={IconListNumbers} title="No cost types yet">
            They come from Procore with the first fetch; their GL codes are given here.
          </EmptyState>
        ) : (
          <DataTable
            label="Cost types"
            rows={types}
            columns={columns}
            keyOf={(row) => row.id}
            isMuted={(row) => !row.isActive}
          />
        )
      }
    </Loaded>
  );
}

/** Saved with Enter or on leaving the field. */
function GlCode({ row }: { row: Row }) {
  const [typed, setTyped] = useState(row.glCode ?? '');
  const save = useMutation({
    mutationFn: (glCode: string) => api.patch(`/api/cost-types/${row.id}`, CostType, { glCode }),
    onSuccess: async (after) => {
      announce(
        after.glCode === null ? `${row.code} has no GL code any more.` : `${row.code} has GL code ${after.glCode}.`,
      );
      await queryClient.invalidateQueries({ queryKey: ['cost-codes'] });
    },
    onError: announceError,
  });
  const keep = () => {
    if (typed.trim() !== (row.glCode ?? '')) save.mutate(typed.trim());
  };
  return (
    <TextInput
      size="xs"
      aria-label={`GL code of ${row.code}`}
      placeholder="None"
      maxLength={20}
      classNames={{ input: 'figures' }}
      value={typed}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onBlur={keep}
      onKeyDown={(event) => {
        if (event.key === 'Enter') event.currentTarget.blur();
        if (event.key === 'Escape') setTyped(row.glCode ?? '');
      }}
    />
  );
}
