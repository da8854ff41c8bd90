import { Button, Tooltip } from '@mantine/core';
import { IconAlertTriangle, IconFileText, IconQuestionMark } from '@tabler/icons-react';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { Commitment } from '../../schemas/commitments.ts';
import type { Column } from '../elements/data-table.tsx';
import { Screen } from '../elements/screen.tsx';
import { SearchField } from '../elements/search-field.tsx';
import { SearchList } from '../elements/search-list.tsx';
import { useSearchPage } from '../elements/search-page.ts';
import { EmptyState } from '../elements/states.tsx';
import { Tag } from '../elements/tag.tsx';
import { countOf, formatMoney } from '../format.ts';
import { NothingOfCompany, useCompany } from '../frame/company-filter.tsx';
import { KINDS } from './queries.ts';
import { WhyNotHereDialog } from './why-not-here.tsx';

const COLUMNS: Column<Commitment>[] = [
  {
    header: 'Number',
    width: 118,
    cell: (row) => (
      <Link to="/subcontracts/$id" params={{ id: row.id }}>
        <strong>{row.number}</strong>
      </Link>
    ),
  },
  { header: 'Description', cell: (row) => row.description },
  { header: 'Supplier', width: 150, cell: (row) => <Supplier row={row} /> },
  { header: 'Project', width: 150, cell: (row) => `${row.projectCode} ${row.projectName}` },
  { header: 'Status', width: 140, cell: (row) => <Standing row={row} /> },
  { header: 'Variations', width: 84, cell: (row) => <Variations row={row} /> },
  { header: 'Revised $', width: 102, align: 'right', cell: (row) => formatMoney(row.revised) },
  { header: 'Invoiced $', width: 96, align: 'right', cell: (row) => formatMoney(row.invoiced) },
  { header: 'Remaining $', width: 116, align: 'right', cell: (row) => formatMoney(row.remaining) },
];

export function SubcontractsScreen() {
  const { search } = useSearch({ from: '/frame/subcontracts' });
  const navigate = useNavigate({ from: '/subcontracts' });
  const [isAsking, setAsking] = useState(false);
  const { key, path, title, noun, toggle } = KINDS.sub_contract;
  const companyId = useCompany();
  const page = useSearchPage({ key, path: `/api${path}`, row: Commitment, query: { search, companyId } });
  return (
    <Screen
      title={title}
      actions={
        <>
          <SearchField
            label={`Search ${title.toLowerCase()}`}
            value={search}
            onSearch={(text) => void navigate({ search: { search: text }, replace: true })}
          />
          <Button
            variant="default"
            leftSection={<IconQuestionMark size={14} aria-hidden />}
            onClick={() => setAsking(true)}
          >
            Why is my commitment not here?
          </Button>
        </>
      }
    >
      <WhyNotHereDialog kind="sub_contract" isOpen={isAsking} onClose={() => setAsking(false)} />
      <SearchList
        label={title}
        noun={noun}
        page={page}
        columns={COLUMNS}
        keyOf={(row) => row.id}
        isMuted={(row) => row.isGreyed}
        empty={
          companyId !== undefined && search === undefined ? (
            <NothingOfCompany what={title.toLowerCase()} />
          ) : search === undefined ? (
            <EmptyState
              icon={IconFileText}
              title={`No ${title.toLowerCase()} yet`}
              action={
                <Button renderRoot={(root) => <Link to="/settings" search={{ tab: 'procore' }} {...root} />}>
                  Open settings
                </Button>
              }
            >
              They come from Procore while "{toggle}" is switched on, with the projects that are kept current.
            </EmptyState>
          ) : (
            <EmptyState icon={IconFileText} title={`No ${noun} matches "${search}"`}>
              Search by number, or by words of the description or supplier.
            </EmptyState>
          )
        }
      />
    </Screen>
  );
}

/** A vendor that is not a supplier here yet is shown all the same. */
export function Supplier({ row }: { row: Pick<Commitment, 'vendorId' | 'vendorName'> }) {
  if (row.vendorId !== null || row.vendorName === null) return row.vendorName;
  return (
    <Tooltip label="This vendor of Procore is not a supplier in Lentune yet." multiline maw={320}>
      <span>
        {row.vendorName} <Tag tone="soft">Not here</Tag>
      </span>
    </Tooltip>
  );
}

/** The word of Procore, and why nothing may be invoiced where that is so. */
export function Standing({ row }: { row: Pick<Commitment, 'status' | 'isActive' | 'isGreyed' | 'whyGreyed'> }) {
  const tag = (
    <Tag tone={row.isGreyed ? 'soft' : 'good'}>{row.isActive ? (row.status ?? 'Not in Procore') : 'Deleted'}</Tag>
  );
  if (row.whyGreyed === null) return tag;
  return (
    <Tooltip label={row.whyGreyed} multiline maw={320}>
      <span>{tag}</span>
    </Tooltip>
  );
}

function Variations({ row }: { row: Commitment }) {
  if (row.problemCount === 0) return row.variationCount > 0 ? row.variationCount : null;
  return (
    <Tooltip label={`${countOf(row.problemCount, 'variation')} changed in Procore after a claim.`} multiline maw={320}>
      <span>
        <Tag tone="warn">
          <IconAlertTriangle size={12} aria-hidden />
          {row.variationCount}
        </Tag>
      </span>
    </Tooltip>
  );
}
