import { Button } from '@mantine/core';
import { IconDownload, IconReportMoney } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type ProjectCostRow, ProjectCosts } from '../../schemas/reports.ts';
import { api } from '../api.ts';
import { type Column, DataTable } from '../elements/data-table.tsx';
import { DayField } from '../elements/day-field.tsx';
import { Screen } from '../elements/screen.tsx';
import { EmptyState, Loaded } from '../elements/states.tsx';
import { formatMoney } from '../format.ts';
import styles from './reports.module.css';

const COLUMNS: Column<ProjectCostRow>[] = [
  { header: 'Project', width: 110, cell: (row) => <strong>{row.projectCode ?? 'No project'}</strong> },
  { header: 'Name', cell: (row) => row.projectName ?? 'Overhead, for the accounting system' },
  {
    header: 'Cost type',
    width: 150,
    cell: (row) => (row.costTypeCode === null ? 'None' : `${row.costTypeCode} ${row.costTypeName}`),
  },
  { header: 'GL code', width: 80, cell: (row) => <span className="figures">{row.glCode}</span> },
  money('Posted', 'posted'),
  money('Pending', 'pending'),
  money('Failed', 'failed'),
  money('Ignored', 'leftOut'),
  money('Total ex GST', 'total'),
];

function money(header: string, field: keyof ProjectCosts['totals']): Column<ProjectCostRow> {
  const isZero = (row: ProjectCostRow) => Number(row[field]) === 0 && field !== 'total';
  return {
    header,
    width: 106,
    align: 'right',
    cell: (row) => <span className="figures">{isZero(row) ? '' : formatMoney(row[field])}</span>,
  };
}

/** What each project cost, by cost type and GL code, and how much of it stands in Procore. */
export function ProjectCostsScreen() {
  const { from, to } = useSearch({ from: '/frame/project-costs' });
  const navigate = useNavigate({ from: '/project-costs' });
  const query = useQuery({
    queryKey: ['invoices', 'project-costs', from, to],
    queryFn: () => api.get('/api/reports/project-costs', ProjectCosts, { from, to }),
    placeholderData: keepPreviousData,
  });
  const go = (next: { from?: string | undefined; to?: string | undefined }) =>
    void navigate({ search: { from, to, ...next }, replace: true });
  const parameters = new URLSearchParams(Object.entries({ from, to }).flatMap(([k, v]) => (v ? [[k, v]] : [])));
  return (
    <Screen
      title="Project costs"
      actions={
        <div className={styles.period}>
          <DayField label="From" value={from ?? null} onChange={(day) => go({ from: day ?? undefined })} />
          <DayField label="To" value={to ?? null} onChange={(day) => go({ to: day ?? undefined })} />
          <Button
            variant="default"
            leftSection={<IconDownload size={14} aria-hidden />}
            renderRoot={(root) => <a href={`/api/reports/project-costs.csv?${parameters}`} download {...root} />}
          >
            CSV
          </Button>
        </div>
      }
    >
      <Loaded query={query}>
        {(report) =>
          report.rows.length === 0 ? (
            <EmptyState icon={IconReportMoney} title="No costs in this period">
              Invoices count by their date. Choose other days, or leave them blank for all.
            </EmptyState>
          ) : (
            <>
              <DataTable label="Project costs" columns={COLUMNS} rows={report.rows} keyOf={keyOf} />
              <Totals report={report} />
            </>
          )
        }
      </Loaded>
    </Screen>
  );
}

const keyOf = (row: ProjectCostRow) => [row.projectId, row.costTypeCode, row.glCode].join(' ');

function Totals({ report: { totals, invoiceTotal, difference } }: { report: ProjectCosts }) {
  const facts: [string, string][] = [
    ['Posted', totals.posted],
    ['Pending', totals.pending],
    ['Failed', totals.failed],
    ['Ignored', totals.leftOut],
    ['Total ex GST', totals.total],
    ...(invoiceTotal === null ? [] : [['Invoices', invoiceTotal] as [string, string]]),
    ...(difference !== null && Number(difference) !== 0
      ? [['Invoices less lines', difference] as [string, string]]
      : []),
  ];
  return (
    <dl className={styles.totals} aria-label="Totals">
      {facts.map(([name, amount]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className="figures">{formatMoney(amount)}</dd>
        </div>
      ))}
    </dl>
  );
}
