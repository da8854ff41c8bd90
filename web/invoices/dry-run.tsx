import { Button, Modal } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconCircleX, IconTestPipe } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { DryRunInvoice, DryRunResult } from '../../schemas/dry-run.ts';
import { announceError } from '../elements/announce.tsx';
import { countOf, formatMoney } from '../format.ts';
import styles from './dry-run.module.css';
import { dryRun } from './queries.ts';

const MOST = 200;

/** Shows what sending would come to. Nothing is written, here or in Procore. */
export function DryRunButton({ ids, isDirty = false }: { ids: string[]; isDirty?: boolean }) {
  const run = useMutation({ mutationFn: () => dryRun(ids), onError: announceError });
  const hint = isDirty ? 'Save your changes first.' : ids.length > MOST ? `At most ${MOST} at once.` : undefined;
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconTestPipe size={14} aria-hidden />}
        loading={run.isPending}
        disabled={hint !== undefined}
        title={hint ?? 'What sending would come to; nothing is written.'}
        onClick={() => run.mutate()}
      >
        Dry run
      </Button>
      <Modal opened={run.data !== undefined} onClose={() => run.reset()} size="xl" title="Dry run">
        {run.data !== undefined && <Result result={run.data} />}
      </Modal>
    </>
  );
}

function Result({ result: { invoices, passing, smallestTolerance } }: { result: DryRunResult }) {
  const failing = invoices.length - passing.count;
  return (
    <div className={styles.result}>
      <p className={styles.sum}>
        <strong>{countOf(passing.count, 'invoice')} would be sent</strong>
        <span className="figures">
          ${formatMoney(passing.total)} ex GST, ${formatMoney(passing.tax)} GST
        </span>
        {failing > 0 && <span className={styles.bad}>{countOf(failing, 'invoice')} would fail</span>}
      </p>
      {smallestTolerance !== null && (
        <p>
          Smallest tolerance that passes: <strong>${formatMoney(smallestTolerance)}</strong>
        </p>
      )}
      {invoices.map((invoice) => (
        <OneInvoice key={invoice.id} invoice={invoice} />
      ))}
      <p className={styles.soft}>Nothing was written. A number that is taken in Procore is only found by sending.</p>
    </div>
  );
}

function OneInvoice({ invoice }: { invoice: DryRunInvoice }) {
  const asides = [
    ...invoice.creates.map((what) => `Creates: ${what}.`),
    ...invoice.removes.map((place) => `Removes the record in ${place}.`),
    ...invoice.notes,
    ...(invoice.files.length > 0 ? [`Attaches ${invoice.files.join(', ')}.`] : []),
  ];
  return (
    <section className={styles.invoice} aria-label={`Dry run of ${invoice.number}`}>
      <h3>
        {invoice.passes ? (
          <IconCircleCheck size={16} aria-label="Would be sent" className={styles.good} />
        ) : (
          <IconCircleX size={16} aria-label="Would fail" className={styles.bad} />
        )}
        <Link to="/invoices/$id" params={{ id: invoice.id }}>
          {invoice.number}
        </Link>
        <span className={styles.soft}>{invoice.vendorName}</span>
      </h3>
      {invoice.problems.length > 0 && (
        <ul className={styles.problems}>
          {invoice.problems.map((problem) => (
            <li key={`${problem.code} ${problem.line} ${problem.message}`}>
              {problem.severity === 'blocks' ? (
                <IconCircleX size={14} aria-label="Must be fixed" className={styles.bad} />
              ) : (
                <IconAlertTriangle size={14} aria-label="Warning" />
              )}
              <span>{problem.message}</span>
            </li>
          ))}
        </ul>
      )}
      {invoice.records.map((record) => (
        <table key={record.place} className={styles.record}>
          <caption>
            {record.kind === 'claim' ? 'Claim on' : 'Direct cost in'} {record.place},{' '}
            {record.status.replaceAll('_', ' ')}
            {record.exists && ', changed where it differs'}
          </caption>
          <tbody>
            {record.lines.map((line) => (
              <tr key={`${line.position} ${line.amount}`}>
                <td>{[line.code, line.costType, line.description, keptBack(line)].filter(Boolean).join(' · ')}</td>
                <td className="figures">{line.quantity !== null && `${line.quantity} at ${line.unitPrice ?? '?'}`}</td>
                <td>{line.taxCode}</td>
                <td className="figures">{formatMoney(line.amount)}</td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <td colSpan={3}>Total ex GST ($), GST ${formatMoney(record.tax)}</td>
              <td className="figures">{formatMoney(record.total)}</td>
            </tr>
            {record.retention !== null && (
              <tr>
                <td colSpan={3}>
                  Kept back ${formatMoney(record.retention.retained)}, released $
                  {formatMoney(record.retention.released)}; to pay ex GST ($)
                </td>
                <td className="figures">{formatMoney(record.retention.net)}</td>
              </tr>
            )}
          </tfoot>
        </table>
      ))}
      {asides.length > 0 && (
        <ul className={styles.asides}>
          {asides.map((aside) => (
            <li key={aside}>{aside}</li>
          ))}
        </ul>
      )}
    </section>
  );
}

type Line = DryRunInvoice['records'][number]['lines'][number];

const keptBack = ({ retained }: Line): string | null =>
  retained === undefined || Number(retained) === 0 ? null : `keeps back $${formatMoney(retained)}`;
