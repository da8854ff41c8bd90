import { Button } from '@mantine/core';
import { IconTruck } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { Link, useNavigate, useRouteContext, useSearch } from '@tanstack/react-router';
import type { z } from 'zod';
import { Vendor } from '../../schemas/records.ts';
import { announce, announceError } from '../elements/announce.tsx';
import type { Column } from '../elements/data-table.tsx';
import { Screen } from '../elements/screen.tsx';
import { SearchField } from '../elements/search-field.tsx';
import { SearchList } from '../elements/search-list.tsx';
import { useSearchPage } from '../elements/search-page.ts';
import { EmptyState } from '../elements/states.tsx';
import { Tag } from '../elements/tag.tsx';
import { hasRole } from '../session.ts';
import { unlinkVendor } from '../to-resolve/queries.ts';

type Row = z.infer<typeof Vendor>;

const COLUMNS: Column<Row>[] = [
  { header: 'Vendor', width: 150, cell: (row) => <strong>{row.code}</strong> },
  { header: 'Name', cell: (row) => row.description },
  { header: 'City', width: 150, cell: (row) => row.city },
  { header: 'Phone', width: 150, cell: (row) => <span className="figures">{row.phone}</span> },
  {
    header: 'Email',
    width: 240,
    cell: (row) => row.email !== null && <a href={`mailto:${row.email}`}>{row.email}</a>,
  },
  {
    header: 'In Procore',
    width: 150,
    cell: (row) => <Tag tone={standingOf(row).tone}>{standingOf(row).words}</Tag>,
  },
];

const WITH_UNLINK: Column<Row>[] = [
  ...COLUMNS,
  { header: '', width: 100, align: 'right', cell: (row) => row.isLinked && <Unlink row={row} /> },
];

/** Takes a wrong link away; what the vendor is instead is then asked under To resolve. */
function Unlink({ row }: { row: Row }) {
  const unlink = useMutation({
    mutationFn: (reason: string) => unlinkVendor(row.id, reason),
    onSuccess: () => announce(`"${row.description}" is unlinked; say under To resolve what its vendor is.`),
    onError: announceError,
  });
  return (
    <Button
      size="compact-xs"
      variant="subtle"
      loading={unlink.isPending}
      aria-label={`Unlink ${row.description}`}
      onClick={() => {
        const reason = window.prompt(`Why is "${row.description}" not the vendor it is linked to?`)?.trim();
        if (reason) unlink.mutate(reason);
      }}
    >
      Unlink
    </Button>
  );
}

export function VendorsScreen() {
  const { search } = useSearch({ from: '/frame/vendors' });
  const { session } = useRouteContext({ from: '/frame' });
  const navigate = useNavigate({ from: '/vendors' });
  const page = useSearchPage({ key: 'vendors', path: '/api/vendors', row: Vendor, query: { search } });
  return (
    <Screen
      title="Vendors"
      actions={
        <SearchField
          label="Search vendors"
          value={search}
          onSearch={(text) => void navigate({ search: { search: text }, replace: true })}
        />
      }
    >
      <SearchList
        label="Vendors"
        noun="vendor"
        page={page}
        columns={hasRole(session, 'admin', 'clerk') ? WITH_UNLINK : COLUMNS}
        keyOf={(row) => row.id}
        isMuted={(row) => !row.isActive}
        empty={
          search === undefined ? (
            <EmptyState
              icon={IconTruck}
              title="No vendors yet"
              action={<Button renderRoot={(root) => <Link to="/fetch" {...root} />}>Fetch from Procore</Button>}
            >
              A fetch brings the company vendors of Procore; later changes there arrive by themselves.
            </EmptyState>
          ) : (
            <EmptyState icon={IconTruck} title={`No vendor matches "${search}"`}>
              Search by vendor code or by words of the name.
            </EmptyState>
          )
        }
      />
    </Screen>
  );
}

function standingOf(row: Row): { words: string; tone: 'good' | 'soft' } {
  if (!row.isActive) return { words: 'Inactive', tone: 'soft' };
  if (row.isForeign) return { words: 'Linked, read only', tone: 'good' };
  return row.isLinked ? { words: 'Linked', tone: 'good' } : { words: 'Not yet', tone: 'soft' };
}
