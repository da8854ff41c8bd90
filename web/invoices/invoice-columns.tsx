import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { InvoiceRow } from '../../schemas/invoices.ts';
import type { Column } from '../elements/data-table.tsx';
import { formatDay, formatMoney } from '../format.ts';
import { IntegrationMark } from '../integration-mark/integration-mark.tsx';
import styles from './invoices.module.css';

export const INVOICE_COLUMNS: Column<InvoiceRow>[] = [
  {
    header: 'Integration',
    width: 116,
    cell: (row) => (
      <Link to="/invoices/$id" params={{ id: row.id }} hash="log" title="Open the log" className={styles.markLink}>
        <IntegrationMark state={row.integration} isShort />
      </Link>
    ),
  },
  {
    header: 'Invoice',
    width: 96,
    cell: (row) => (
      <Link to="/invoices/$id" params={{ id: row.id }} className={styles.number} title={row.number}>
        {row.number}
      </Link>
    ),
  },
  {
    header: 'Supplier',
    width: 140,
    cell: (row) => <span title={row.vendorName ?? undefined}>{row.vendorName ?? <Missing>No supplier</Missing>}</span>,
  },
  {
    header: 'Project',
    width: 136,
    cell: (row) => <span title={row.projectName ?? undefined}>{row.projectName ?? <Missing>No project</Missing>}</span>,
  },
  { header: 'Date', width: 92, cell: (row) => <span className="figures">{formatDay(row.invoiceDate)}</span> },
  { header: 'Total ex GST ($)', width: 110, align: 'right', cell: (row) => formatMoney(row.total) },
  { header: 'GST ($)', width: 78, align: 'right', cell: (row) => formatMoney(row.tax) },
  { header: 'Route', width: 120, cell: (row) => <span title={row.route}>{row.route}</span> },
  { header: 'Status', cell: (row) => <Status row={row} /> },
];

const STATUS: Record<InvoiceRow['status'], string> = { entered: 'To check', checked: 'Checked', approved: 'Approved' };

/** The reason of a failure stands in the row, with its fix; else where the invoice is on its way. */
function Status({ row }: { row: InvoiceRow }) {
  const text = row.integrationText ?? STATUS[row.status];
  return (
    <span className={styles.status}>
      <span className={styles.reason} data-bad={row.integration === 'failed' || undefined} title={text}>
        {text}
      </span>
      {row.problemCode !== null && row.integration !== 'sent' && (
        <Button
          size="compact-xs"
          variant="default"
          renderRoot={(root) => <Link to="/invoices/$id" params={{ id: row.id }} hash="problems" {...root} />}
          aria-label={`Fix invoice ${row.number}`}
        >
          Fix
        </Button>
      )}
    </span>
  );
}

function Missing({ children }: { children: string }) {
  return <span className={styles.missing}>{children}</span>;
}
