import { IconExternalLink } from '@tabler/icons-react';
import type { Invoice } from '../../schemas/invoices.ts';
import { Tag } from '../elements/tag.tsx';
import { formatMoney } from '../format.ts';
import { IntegrationMark } from '../integration-mark/integration-mark.tsx';
import styles from './check-screen.module.css';

type Part = Invoice['parts'][number];

const MARK_OF = { planned: 'queued', sending: 'sending', sent: 'sent', failed: 'failed', reversed: 'ignored' } as const;

/** The Procore records an invoice becomes: one for each project and each commitment. */
export function Parts({ parts }: { parts: Part[] }) {
  return (
    <section className={styles.block} aria-label="In Procore">
      <h2 className={styles.sectionTitle}>In Procore</h2>
      <ul className={styles.parts}>
        {parts.map((part) => (
          <li key={part.id}>
            <IntegrationMark state={MARK_OF[part.state]} />
            <span>
              {part.commitmentText === null ? part.projectText : `${part.commitmentText} in ${part.projectText}`}
            </span>
            <span className="figures">${formatMoney(part.total)}</span>
            {part.drift !== null && (
              <span role="note" aria-label="Changed in Procore">
                <Tag tone="warn">Changed in Procore</Tag> {part.drift}
              </span>
            )}
            {part.procoreUrl !== null && (
              <a href={part.procoreUrl} target="_blank" rel="noreferrer">
                Open in Procore <IconExternalLink size={13} aria-hidden />
              </a>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
