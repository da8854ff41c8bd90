import { Button, Tabs } from '@mantine/core';
import { IconListNumbers } from '@tabler/icons-react';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { z } from 'zod';
import { MasterCostCode, ProjectCostCode } from '../../schemas/records.ts';
import type { Column } from '../elements/data-table.tsx';
import { searchProjects } from '../elements/record-options.ts';
import { Screen } from '../elements/screen.tsx';
import { SearchField } from '../elements/search-field.tsx';
import { SearchList } from '../elements/search-list.tsx';
import { useSearchPage } from '../elements/search-page.ts';
import { EmptyState } from '../elements/states.tsx';
import { Tag } from '../elements/tag.tsx';
import { Typeahead } from '../elements/typeahead.tsx';
import { useCompany } from '../frame/company-filter.tsx';
import styles from './cost-codes.module.css';
import { CostTypes } from './cost-types.tsx';
import { useProjectName } from './project-name.ts';

type Master = z.infer<typeof MasterCostCode>;
type OfProject = z.infer<typeof ProjectCostCode>;

const MASTER_COLUMNS: Column<Master>[] = [
  { header: 'Code', width: 180, cell: (row) => <strong className="figures">{row.code}</strong> },
  { header: 'Description', cell: (row) => row.description },
  { header: 'State', width: 140, cell: (row) => !row.isActive && <Tag tone="soft">Inactive</Tag> },
];

const PROJECT_COLUMNS: Column<OfProject>[] = [
  { header: 'Code', width: 170, cell: (row) => <strong className="figures">{row.code}</strong> },
  { header: 'Description', cell: (row) => row.description },
  { header: 'Sub job', width: 170, cell: (row) => row.subJobName },
  { header: 'Cost types', width: 330, cell: (row) => <TypesOf row={row} /> },
  { header: 'Budget', width: 120, cell: (row) => row.isBudgeted && <Tag tone="good">In budget</Tag> },
  { header: 'State', width: 130, cell: (row) => <StateOf row={row} /> },
];

export function CostCodesScreen() {
  const { search, project } = useSearch({ from: '/frame/cost-codes' });
  const navigate = useNavigate({ from: '/cost-codes' });
  const goTo = (next: { search?: string | undefined; project?: string | undefined }) =>
    void navigate({ search: next, replace: true });
  return (
    <Screen
      title="Cost codes"
      actions={
        <SearchField label="Search cost codes" value={search} onSearch={(text) => goTo({ project, search: text })} />
      }
    >
      <Tabs
        value={project === undefined ? 'master' : project === TYPES ? TYPES : 'project'}
        onChange={(tab) => goTo({ search, project: tab === 'project' ? CHOOSE : tab === TYPES ? TYPES : undefined })}
        className={styles.tabs!}
      >
        <Tabs.List>
          <Tabs.Tab value="master">Master cost codes</Tabs.Tab>
          <Tabs.Tab value="project">Codes of a project</Tabs.Tab>
          <Tabs.Tab value={TYPES}>Cost types</Tabs.Tab>
        </Tabs.List>
      </Tabs>
      {project === TYPES ? (
        <CostTypes />
      ) : project === undefined ? (
        <MasterCodes search={search} />
      ) : (
        <CodesOfProject
          search={search}
          projectId={project === CHOOSE ? null : project}
          onProject={(id) => goTo({ search, project: id ?? CHOOSE })}
        />
      )}
    </Screen>
  );
}

/** In the URL while the tab is open and no project is chosen yet. */
const CHOOSE = 'choose';
/** In the URL while the cost types are shown. */
const TYPES = 'types';

function MasterCodes({ search }: { search: string | undefined }) {
  const page = useSearchPage({
    key: 'cost-codes',
    path: '/api/master-cost-codes',
    row: MasterCostCode,
    query: { search },
  });
  return (
    <SearchList
      label="Master cost codes"
      noun="cost code"
      page={page}
      columns={MASTER_COLUMNS}
      keyOf={(row) => row.id}
      isMuted={(row) => !row.isActive}
      empty={<NoCodes search={search}>They mirror the standard cost codes of Procore, division included.</NoCodes>}
    />
  );
}

interface CodesOfProjectProps {
  search: string | undefined;
  projectId: string | null;
  onProject: (id: string | null) => void;
}

function CodesOfProject({ search, projectId, onProject }: CodesOfProjectProps) {
  const name = useProjectName(projectId);
  const companyId = useCompany();
  const page = useSearchPage({
    key: 'cost-codes',
    path: '/api/project-cost-codes',
    row: ProjectCostCode,
    query: { search, projectId: projectId ?? undefined },
    isEnabled: projectId !== null,
  });
  return (
    <>
      <div className={styles.project}>
        <Typeahead
          label="Project"
          field="project"
          value={projectId === null ? null : { id: projectId, text: name }}
          optionsKey={['projects', 'options', companyId ?? '']}
          load={(text) => searchProjects(text, { companyId })}
          onPick={(option) => onProject(option?.id ?? null)}
        />
      </div>
      {projectId === null ? (
        <EmptyState icon={IconListNumbers} title="Choose a project">
          Each project has its own codes, with the cost types its Procore budget gives them.
        </EmptyState>
      ) : (
        <SearchList
          label="Cost codes of the project"
          noun="cost code"
          page={page}
          columns={PROJECT_COLUMNS}
          keyOf={(row) => row.id}
          isMuted={(row) => !row.isActive}
          empty={<NoCodes search={search}>The codes of a project come with it when it is fetched.</NoCodes>}
        />
      )}
    </>
  );
}

function NoCodes({ search, children }: { search: string | undefined; children: ReactNode }) {
  if (search !== undefined) {
    return (
      <EmptyState icon={IconListNumbers} title={`No cost code matches "${search}"`}>
        Search by code, such as 03-310, or by words of the description.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon={IconListNumbers}
      title="No cost codes yet"
      action={<Button renderRoot={(root) => <Link to="/fetch" {...root} />}>Fetch from Procore</Button>}
    >
      {children}
    </EmptyState>
  );
}

function TypesOf({ row }: { row: OfProject }) {
  return row.costTypes.map((type) => (
    <span key={type.id} title={`${type.description}: ${type.verified}`} className={styles.type}>
      {type.code}
      {type.isDefault && row.costTypes.length > 1 ? ' (default)' : ''}
    </span>
  ));
}

function StateOf({ row }: { row: OfProject }) {
  if (!row.isActive) return <Tag tone="soft">Inactive</Tag>;
  return row.isPostable ? null : <Tag tone="soft">Heading</Tag>;
}
