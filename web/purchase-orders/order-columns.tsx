import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { PurchaseOrderRow } from '../../schemas/purchase-orders.ts';
import { Standing, Supplier } from '../commitments/commitments.tsx';
import type { Column } from '../elements/data-table.tsx';
import { formatDay, formatMoney } from '../format.ts';
import { IntegrationMark } from '../integration-mark/integration-mark.tsx';
import styles from '../invoices/invoices.module.css';

export const ORDER_COLUMNS: Column<PurchaseOrderRow>[] = [
  {
    header: 'Integration',
    width: 112,
    cell: (row) =>
      row.origin === 'lentune' && (
        <Link
          to="/purchase-orders/$id"
          params={{ id: row.id }}
          hash="log"
          title="Open the log"
          className={styles.markLink}
        >
          <IntegrationMark state={row.integration} isShort />
        </Link>
      ),
  },
  {
    header: 'Number',
    width: 92,
    cell: (row) => (
      <Link to="/purchase-orders/$id" params={{ id: row.id }} className={styles.number} title={row.number}>
        {row.number}
      </Link>
    ),
  },
  { header: 'Supplier', width: 122, cell: (row) => <Supplier row={row} /> },
  { header: 'Project', width: 122, cell: (row) => `${row.projectCode} ${row.projectName}` },
  {
    header: 'Date',
    width: 92,
    cell: (row) => row.orderDate !== null && <span className="figures">{formatDay(row.orderDate)}</span>,
  },
  { header: 'In Procore', width: 112, cell: (row) => <Standing row={row} /> },
  { header: 'Revised $', width: 92, align: 'right', cell: (row) => formatMoney(row.revised) },
  { header: 'Remaining $', width: 102, align: 'right', cell: (row) => formatMoney(row.remaining) },
  { header: 'Status', cell: (row) => <Status row={row} /> },
];

/** An order of ours by what happens next; one of Procore's has no life here. */
function statusOf({ origin, orderStatus, description }: PurchaseOrderRow): string {
  if (origin === 'procore') return description ?? 'Entered in Procore';
  if (orderStatus === 'cancelled') return 'Cancelled';
  return orderStatus === 'draft' ? 'Draft' : 'Approved';
}

function Status({ row }: { row: PurchaseOrderRow }) {
  const text = (row.orderStatus === 'cancelled' ? null : row.integrationText) ?? statusOf(row);
  const isFixable = row.problemCode !== null && row.integration !== 'sent' && row.orderStatus !== 'cancelled';
  return (
    <span className={styles.status}>
      <span className={styles.reason} data-bad={row.integration === 'failed' || undefined} title={text}>
        {text}
      </span>
      {isFixable && (
        <Button
          size="compact-xs"
          variant="default"
          renderRoot={(root) => <Link to="/purchase-orders/$id" params={{ id: row.id }} hash="problems" {...root} />}
          aria-label={`Fix purchase order ${row.number}`}
        >
          Fix
        </Button>
      )}
    </span>
  );
}
