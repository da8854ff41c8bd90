import { Button, Tabs, Tooltip } from '@mantine/core';
import { IconPlus, IconQuestionMark, IconShoppingCart } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useRouteContext, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { PurchaseOrderRow, type PurchaseOrderTab } from '../../schemas/purchase-orders.ts';
import { WhyNotHereDialog } from '../commitments/why-not-here.tsx';
import { DataTable, LoadMore } from '../elements/data-table.tsx';
import { Screen } from '../elements/screen.tsx';
import { SearchField } from '../elements/search-field.tsx';
import { useSearchPage } from '../elements/search-page.ts';
import { EmptyState, ErrorState, LoadingRows } from '../elements/states.tsx';
import { NothingOfCompany, useCompany } from '../frame/company-filter.tsx';
import styles from '../invoices/invoices.module.css';
import { hasRole } from '../session.ts';
import { ORDER_COLUMNS } from './order-columns.tsx';
import { OrderSelection } from './order-selection.tsx';
import { entryQuery } from './queries.ts';

const TABS: { tab: PurchaseOrderTab; name: string }[] = [
  { tab: 'all', name: 'All' },
  { tab: 'draft', name: 'Drafts' },
  { tab: 'ready', name: 'Ready to send' },
  { tab: 'failed', name: 'Failed' },
  { tab: 'sent', name: 'Sent' },
  { tab: 'procore', name: 'From Procore' },
];

export function PurchaseOrdersScreen() {
  const { tab = 'all', search } = useSearch({ from: '/frame/purchase-orders' });
  const navigate = useNavigate({ from: '/purchase-orders' });
  const [isAsking, setAsking] = useState(false);
  return (
    <Screen
      title="Purchase orders"
      actions={
        <>
          <SearchField
            label="Search purchase orders"
            value={search}
            onSearch={(text) => void navigate({ search: { tab, search: text }, replace: true })}
          />
          <Button
            variant="default"
            leftSection={<IconQuestionMark size={14} aria-hidden />}
            onClick={() => setAsking(true)}
          >
            Why is my commitment not here?
          </Button>
          <NewButton />
        </>
      }
    >
      <WhyNotHereDialog kind="purchase_order" isOpen={isAsking} onClose={() => setAsking(false)} />
      <WhyUnavailable />
      <Tabs
        value={tab}
        className={styles.tabs!}
        onChange={(next) => void navigate({ search: { tab: next as PurchaseOrderTab, search } })}
      >
        <Tabs.List>
          {TABS.map(({ tab: value, name }) => (
            <Tabs.Tab key={value} value={value}>
              {name}
            </Tabs.Tab>
          ))}
        </Tabs.List>
      </Tabs>
      <OrderList tab={tab} search={search} />
    </Screen>
  );
}

/** New, or why there is none. Whoever may not enter orders does not see it. */
function NewButton() {
  const { session } = useRouteContext({ from: '/frame' });
  const entry = useQuery(entryQuery);
  if (!hasRole(session, 'clerk') || entry.data === undefined) return null;
  if (!entry.data.isAvailable)
    return (
      <Tooltip label={entry.data.why} multiline maw={320}>
        <Button leftSection={<IconPlus size={14} aria-hidden />} data-disabled aria-disabled>
          New
        </Button>
      </Tooltip>
    );
  return (
    <Button
      leftSection={<IconPlus size={14} aria-hidden />}
      renderRoot={(root) => <Link to="/purchase-orders/new" {...root} />}
    >
      New
    </Button>
  );
}

/** The sentence stands on the page, not only behind the button. */
function WhyUnavailable() {
  const why = useQuery(entryQuery).data?.why ?? null;
  return why === null ? null : <p className={styles.filter}>{why}</p>;
}

function OrderList({ tab, search }: { tab: PurchaseOrderTab; search: string | undefined }) {
  const companyId = useCompany();
  const page = useSearchPage({
    key: 'purchase-orders',
    path: '/api/purchase-orders',
    row: PurchaseOrderRow,
    query: { tab, search, companyId },
  });
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  // biome-ignore lint/correctness/useExhaustiveDependencies: another list, another choice
  useEffect(() => setChosen(new Set()), [tab, search, companyId]);
  const { rows, hasMore, isLoadingMore, loadMore } = page;
  if (page.error !== null) return <ErrorState error={page.error} onRetry={page.retry} />;
  if (page.isLoading) return <LoadingRows rows={14} />;
  if (rows.length === 0 && companyId !== undefined && search === undefined)
    return <NothingOfCompany what="purchase orders" />;
  if (rows.length === 0) return <NoOrders tab={tab} search={search} />;
  const chosenRows = rows.filter((row) => chosen.has(row.id));
  return (
    <>
      <DataTable
        label="Purchase orders"
        columns={ORDER_COLUMNS}
        rows={rows}
        keyOf={(row) => row.id}
        isMuted={(row) => (row.origin === 'procore' && row.isGreyed) || row.orderStatus === 'cancelled'}
        selection={{
          chosen,
          set: setChosen,
          nameOf: (id) => `purchase order ${rows.find((row) => row.id === id)?.number ?? ''}`,
        }}
      />
      <LoadMore
        shown={rows.length}
        total={page.total}
        noun="purchase order"
        hasMore={hasMore}
        isLoading={isLoadingMore}
        onMore={loadMore}
      />
      {chosenRows.length > 0 && <OrderSelection rows={chosenRows} onDone={() => setChosen(new Set())} />}
    </>
  );
}

const NOTHING: Record<PurchaseOrderTab, { title: string; text: string }> = {
  all: {
    title: 'No purchase orders yet',
    text: 'They come from Procore while "Procore purchase orders" is switched on, or are entered here.',
  },
  draft: { title: 'No drafts', text: 'New purchase orders appear here until somebody has approved them.' },
  ready: { title: 'Nothing is ready to send', text: 'Approved purchase orders appear here until they are sent.' },
  failed: { title: 'No failures', text: 'A purchase order that Procore refuses appears here with its reason.' },
  sent: { title: 'Nothing sent yet', text: 'Purchase orders that arrived in Procore appear here.' },
  procore: {
    title: 'None from Procore',
    text: 'They come in while "Procore purchase orders" is switched on, with the projects that are kept current.',
  },
};

function NoOrders({ tab, search }: { tab: PurchaseOrderTab; search: string | undefined }) {
  if (search !== undefined)
    return (
      <EmptyState icon={IconShoppingCart} title={`No purchase order matches "${search}"`}>
        Search by number, or by words of the description or supplier.
      </EmptyState>
    );
  return (
    <EmptyState
      icon={IconShoppingCart}
      title={NOTHING[tab].title}
      action={
        tab === 'all' && (
          <Button renderRoot={(root) => <Link to="/settings" search={{ tab: 'procore' }} {...root} />}>
            Open settings
          </Button>
        )
      }
    >
      {NOTHING[tab].text}
    </EmptyState>
  );
}
