import { IconAlertTriangle, IconCheck, IconExternalLink } from '@tabler/icons-react';
import type { Invoice } from '../../schemas/invoices.ts';
import { formatMoney } from '../format.ts';
import { IntegrationMark } from '../integration-mark/integration-mark.tsx';
import styles from './check-screen.module.css';

type Overhead = NonNullable<Invoice['overhead']>;

/** Both sides of an invoice with lines that belong to no project, and whether they sum to it. */
export function OverheadPart({ invoice, overhead }: { invoice: Invoice; overhead: Overhead }) {
  const { system, url, mark } = overhead;
  const name = system ?? 'accounting';
  return (
    <section className={styles.block} aria-label="In accounting">
      <h2 className={styles.sectionTitle}>In accounting</h2>
      <ul className={styles.parts}>
        <li>
          <IntegrationMark state={mark} />
          <span>{overhead.kind === 'credit_note' ? `Credit note in ${name}` : `Bill in ${name}`}</span>
          <span className="figures">${formatMoney(overhead.overhead)}</span>
          {overhead.text !== null && <span className={styles.soft}>{overhead.text}</span>}
          {url !== null && (
            <a href={url} target="_blank" rel="noreferrer">
              Open in {name} <IconExternalLink size={13} aria-hidden />
            </a>
          )}
        </li>
      </ul>
      <p className={styles.soft}>
        {overhead.sumsUp ? <IconCheck size={14} aria-hidden /> : <IconAlertTriangle size={14} aria-hidden />} Procore $
        {formatMoney(overhead.project)} and accounting ${formatMoney(overhead.overhead)}{' '}
        {overhead.sumsUp ? 'sum to' : 'do not sum to'} the invoice, ${formatMoney(invoice.total)}; GST $
        {formatMoney(overhead.projectTax)} and ${formatMoney(overhead.overheadTax)}.
      </p>
    </section>
  );
}
