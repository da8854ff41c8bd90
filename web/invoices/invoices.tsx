import { Button, Tabs } from '@mantine/core';
import { IconPlus, IconReceipt, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { InvoiceRow, type InvoiceTab } from '../../schemas/invoices.ts';
import { DataTable, LoadMore } from '../elements/data-table.tsx';
import { Screen } from '../elements/screen.tsx';
import { SearchField } from '../elements/search-field.tsx';
import { useSearchPage } from '../elements/search-page.ts';
import { EmptyState, ErrorState, LoadingRows } from '../elements/states.tsx';
import { formatCount } from '../format.ts';
import { NothingOfCompany, useCompany } from '../frame/company-filter.tsx';
import { BulkButton, RunningBulks } from './bulk.tsx';
import { BulkUndoButton } from './bulk-undo.tsx';
import { ImportButton } from './import-csv.tsx';
import { INVOICE_COLUMNS } from './invoice-columns.tsx';
import styles from './invoices.module.css';
import { type BulkOrder, countsQuery } from './queries.ts';
import { SelectionBar } from './selection-bar.tsx';

type Tab = (typeof InvoiceTab)['options'][number];

const TABS: { tab: Tab; name: string }[] = [
  { tab: 'all', name: 'All' },
  { tab: 'to-check', name: 'To check' },
  { tab: 'ready', name: 'Ready to send' },
  { tab: 'failed', name: 'Failed' },
  { tab: 'sent', name: 'Sent' },
];

export function InvoicesScreen() {
  const { tab = 'all', search, problem } = useSearch({ from: '/frame/invoices' });
  const navigate = useNavigate({ from: '/invoices' });
  const companyId = useCompany();
  const bulkOrder = bulkOf(tab, search, problem, companyId);
  const undoFilter = tab === 'sent' && (search ?? companyId) !== undefined ? { search, companyId } : null;
  const counts = useQuery(countsQuery(companyId));
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  // biome-ignore lint/correctness/useExhaustiveDependencies: another list, another choice
  useEffect(() => setChosen(new Set()), [tab, search, problem, companyId]);

  return (
    <Screen
      title="Invoices"
      actions={
        <>
          <SearchField
            label="Search number, supplier or project"
            value={search}
            onSearch={(text) => void navigate({ search: { tab, search: text, problem }, replace: true })}
          />
          {bulkOrder !== null && <BulkButton order={bulkOrder} />}
          {undoFilter !== null && <BulkUndoButton choice={{ filter: undoFilter }} label="Take all back" />}
          <ImportButton />
          <Button
            leftSection={<IconPlus size={14} aria-hidden />}
            renderRoot={(root) => <Link to="/invoices/new" {...root} />}
          >
            New
          </Button>
        </>
      }
    >
      <Tabs
        value={tab}
        className={styles.tabs!}
        onChange={(next) => void navigate({ search: { tab: next as Tab, search } })}
      >
        <Tabs.List>
          {TABS.map(({ tab: value, name }) => (
            <Tabs.Tab key={value} value={value} rightSection={<Count of={counts.data?.[value]} />}>
              {name}
            </Tabs.Tab>
          ))}
        </Tabs.List>
      </Tabs>
      {problem !== undefined && (
        <div className={styles.filter}>
          Only invoices with one reason are shown.
          <Button
            variant="subtle"
            leftSection={<IconX size={14} aria-hidden />}
            onClick={() => void navigate({ search: { tab, search } })}
          >
            Show all
          </Button>
        </div>
      )}
      <RunningBulks />
      <InvoiceList tab={tab} search={search} problem={problem} chosen={chosen} setChosen={setChosen} />
    </Screen>
  );
}

/** What the list shows as an order for all of it; a list that is narrowed by nothing is never meant. */
function bulkOf(
  tab: Tab,
  search: string | undefined,
  problem: string | undefined,
  companyId: string | undefined,
): BulkOrder | null {
  if (search === undefined && problem === undefined && companyId === undefined) return null;
  if (tab === 'failed') return { kind: 'retry', filter: { problem, search, companyId } };
  return tab === 'ready' ? { kind: 'send', filter: { search, companyId } } : null;
}

interface InvoiceListProps {
  tab: Tab;
  search: string | undefined;
  problem: string | undefined;
  chosen: ReadonlySet<string>;
  setChosen: (chosen: ReadonlySet<string>) => void;
}

function InvoiceList({ tab, search, problem, chosen, setChosen }: InvoiceListProps) {
  const companyId = useCompany();
  const page = useSearchPage({
    key: 'invoices',
    path: '/api/invoices',
    row: InvoiceRow,
    query: { tab, search, problem, companyId },
  });
  const { rows, hasMore, isLoadingMore, loadMore } = page;
  if (page.error !== null) return <ErrorState error={page.error} onRetry={page.retry} />;
  if (page.isLoading) return <LoadingRows rows={14} />;
  if (rows.length === 0 && companyId !== undefined && search === undefined) return <NothingOfCompany what="invoices" />;
  if (rows.length === 0) return <NoInvoices tab={tab} search={search} />;
  const chosenRows = rows.filter((row) => chosen.has(row.id));
  return (
    <>
      <DataTable
        label="Invoices"
        columns={INVOICE_COLUMNS}
        rows={rows}
        keyOf={(row) => row.id}
        selection={{
          chosen,
          set: setChosen,
          nameOf: (id) => `invoice ${rows.find((row) => row.id === id)?.number ?? ''}`,
        }}
      />
      <LoadMore
        shown={rows.length}
        total={page.total}
        noun="invoice"
        hasMore={hasMore}
        isLoading={isLoadingMore}
        onMore={loadMore}
      />
      {chosenRows.length > 0 && <SelectionBar rows={chosenRows} onDone={() => setChosen(new Set())} />}
    </>
  );
}

function Count({ of }: { of: number | undefined }) {
  return of === undefined ? null : <span className={styles.count}>{formatCount(of)}</span>;
}

const NOTHING: Record<Tab, { title: string; text: string }> = {
  all: { title: 'No invoices yet', text: 'Enter the first one, or import a file of them.' },
  'to-check': { title: 'Nothing to check', text: 'New invoices appear here until somebody has checked them.' },
  ready: { title: 'Nothing is ready to send', text: 'Invoices that are checked and approved appear here.' },
  failed: { title: 'No failures', text: 'An invoice that Procore or a check refuses appears here with its reason.' },
  sent: { title: 'Nothing sent yet', text: 'Invoices that arrived in Procore appear here.' },
};

function NoInvoices({ tab, search }: { tab: Tab; search: string | undefined }) {
  if (search !== undefined) {
    return (
      <EmptyState icon={IconReceipt} title={`No invoice matches "${search}"`}>
        Search by invoice number, supplier or project.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon={IconReceipt}
      title={NOTHING[tab].title}
      action={
        tab === 'all' && <Button renderRoot={(root) => <Link to="/invoices/new" {...root} />}>Enter an invoice</Button>
      }
    >
      {NOTHING[tab].text}
    </EmptyState>
  );
}
