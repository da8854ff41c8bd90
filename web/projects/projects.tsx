import { Button, Tooltip } from '@mantine/core';
import { IconAlertTriangle, IconBuildingSkyscraper } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { Link, useNavigate, useRouteContext, useSearch } from '@tanstack/react-router';
import { z } from 'zod';
import { Project } from '../../schemas/records.ts';
import { api, queryClient } from '../api.ts';
import { announce, announceError } from '../elements/announce.tsx';
import type { Column } from '../elements/data-table.tsx';
import { Screen } from '../elements/screen.tsx';
import { SearchField } from '../elements/search-field.tsx';
import { SearchList } from '../elements/search-list.tsx';
import { useSearchPage } from '../elements/search-page.ts';
import { EmptyState } from '../elements/states.tsx';
import { Tag } from '../elements/tag.tsx';
import { formatCount, formatMoment } from '../format.ts';
import { NothingOfCompany, useCompany } from '../frame/company-filter.tsx';
import { hasRole } from '../session.ts';

type Row = z.infer<typeof Project>;

const COLUMNS: Column<Row>[] = [
  { header: 'Project', width: 130, cell: (row) => <strong>{row.code}</strong> },
  { header: 'Name', cell: (row) => row.description },
  { header: 'Company', width: 170, cell: (row) => row.companyName },
  { header: 'Stage', width: 170, cell: (row) => row.stageName },
  { header: 'From Procore', width: 180, cell: (row) => <Standing row={row} /> },
  {
    header: 'Cost codes',
    width: 100,
    align: 'right',
    cell: (row) => (
      <Link to="/cost-codes" search={{ project: row.id }} aria-label={`Cost codes of ${row.code}`}>
        {formatCount(row.costCodeCount)}
      </Link>
    ),
  },
  {
    header: 'Fetched',
    width: 160,
    cell: (row) => (row.fetchedAt === null ? 'Not yet' : formatMoment(row.fetchedAt)),
  },
];

/** Beside a project kept by hand, for whoever may end that. */
function EndByHand({ row }: { row: Row }) {
  const end = useMutation({
    mutationFn: () => api.delete(`/api/projects/${row.id}/by-hand`, z.unknown()),
    onSuccess: () => {
      announce(`The stage of ${row.code} decides again whether it is kept current.`);
      void queryClient.invalidateQueries({ queryKey: ['projects'] });
    },
    onError: announceError,
  });
  if (row.byHandReason === null) return null;
  return (
    <Button
      size="compact-xs"
      variant="subtle"
      loading={end.isPending}
      aria-label={`Follow the stage of ${row.code} again`}
      onClick={() => {
        const what = `${row.code} is kept current by hand: ${row.byHandReason}. Let its stage decide again? It keeps everything either way.`;
        if (window.confirm(what)) end.mutate();
      }}
    >
      Follow its stage
    </Button>
  );
}

const WITH_END: Column<Row>[] = [...COLUMNS, { header: '', width: 120, cell: (row) => <EndByHand row={row} /> }];

export function ProjectsScreen() {
  const { search } = useSearch({ from: '/frame/projects' });
  const { session } = useRouteContext({ from: '/frame' });
  const navigate = useNavigate({ from: '/projects' });
  const companyId = useCompany();
  const page = useSearchPage({ key: 'projects', path: '/api/projects', row: Project, query: { search, companyId } });
  return (
    <Screen
      title="Projects"
      actions={
        <>
          <Link to="/project-costs">Costs by cost type and GL</Link>
          <SearchField
            label="Search projects"
            value={search}
            onSearch={(text) => void navigate({ search: { search: text }, replace: true })}
          />
        </>
      }
    >
      <SearchList
        label="Projects"
        noun="project"
        page={page}
        columns={hasRole(session, 'admin') ? WITH_END : COLUMNS}
        keyOf={(row) => row.id}
        isMuted={(row) => !row.isMonitored}
        empty={
          companyId !== undefined && search === undefined ? (
            <NothingOfCompany what="projects" />
          ) : search === undefined ? (
            <EmptyState
              icon={IconBuildingSkyscraper}
              title="No projects yet"
              action={<Button renderRoot={(root) => <Link to="/fetch" {...root} />}>Fetch projects</Button>}
            >
              Projects come from Procore: by themselves when they reach a ticked stage, or at once with a fetch.
            </EmptyState>
          ) : (
            <EmptyState icon={IconBuildingSkyscraper} title={`No project matches "${search}"`}>
              Search by project code or by words of its name.
            </EmptyState>
          )
        }
      />
    </Screen>
  );
}

/** Whether Procore keeps the project current, and what is odd about it. */
function Standing({ row }: { row: Row }) {
  const words = row.isMonitored
    ? row.byHandReason === null
      ? 'Kept current'
      : 'Kept by hand'
    : row.isLinked
      ? 'Not monitored'
      : 'Not linked';
  const why = [
    row.warning,
    row.notMonitoredReason,
    row.byHandReason === null ? null : `Kept current by hand: ${row.byHandReason}`,
    row.isErpConnected ? 'Connected to an accounting system in Procore.' : null,
  ]
    .filter((text) => text !== null)
    .join(' ');
  const hasWarning = row.warning !== null;
  const tag = (
    <Tag tone={hasWarning ? 'warn' : row.isMonitored ? 'good' : 'soft'}>
      {hasWarning && <IconAlertTriangle size={12} aria-hidden />}
      {words}
    </Tag>
  );
  if (why === '') return tag;
  return (
    <Tooltip label={why} multiline maw={320}>
      <span>{tag}</span>
    </Tooltip>
  );
}
