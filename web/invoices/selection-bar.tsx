import { Button, CloseButton } from '@mantine/core';
import { IconRefresh, IconSend } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useRouteContext } from '@tanstack/react-router';
import { useState } from 'react';
import type { z } from 'zod';
import type { InvoiceRow, SendResult } from '../../schemas/invoices.ts';
import { announce, announceError } from '../elements/announce.tsx';
import { countOf, formatMoney, sumMoney } from '../format.ts';
import { hasRole } from '../session.ts';
import { BulkUndoButton } from './bulk-undo.tsx';
import { DryRunButton } from './dry-run.tsx';
import { IgnoreChosen } from './ignore-button.tsx';
import styles from './invoices.module.css';
import { sendMany } from './queries.ts';

type Refused = z.infer<typeof SendResult>['refused'];

const STOPPED: readonly InvoiceRow['integration'][] = ['failed', 'held', 'partial', 'skipped'];

const isRetry = (row: InvoiceRow) => row.status === 'approved' && STOPPED.includes(row.integration);

/** What can be done with the chosen rows, how many they are and what they are worth. */
export function SelectionBar({ rows, onDone }: { rows: InvoiceRow[]; onDone: () => void }) {
  const { session } = useRouteContext({ from: '/frame' });
  const [refused, setRefused] = useState<Refused>([]);
  const send = useMutation({
    mutationFn: (chosen: InvoiceRow[]) => sendMany(chosen.map((row) => row.id)),
    onSuccess: (result) => {
      setRefused(result.refused);
      if (result.queued.length > 0) announce(`${countOf(result.queued.length, 'invoice')} on the way to Procore.`);
      if (result.refused.length === 0) onDone();
    },
    onError: announceError,
  });
  const stopped = rows.filter(isRetry);
  const ready = rows.filter((row) => row.status === 'approved' && row.integration === null);
  const maySend = hasRole(session, 'clerk', 'operator');
  return (
    <section className={styles.selection} aria-label="Chosen invoices">
      {refused.length > 0 && (
        <ul className={styles.refused}>
          {refused.map((one) => (
            <li key={one.id}>
              <strong>{one.number}</strong> {one.message}
            </li>
          ))}
        </ul>
      )}
      <div className={styles.selectionRow}>
        <strong>{countOf(rows.length, 'invoice')}</strong>
        <span className="figures">${formatMoney(sumMoney(rows.map((row) => row.total)))} ex GST</span>
        <span className={styles.selectionActions}>
          <DryRunButton ids={rows.map((row) => row.id)} />
          {maySend && (
            <>
              <IgnoreChosen rows={rows} onDone={onDone} />
              <Button
                leftSection={<IconSend size={14} aria-hidden />}
                disabled={ready.length === 0}
                title={ready.length === 0 ? 'None of them is approved and not yet sent.' : undefined}
                loading={send.isPending}
                onClick={() => send.mutate(ready)}
              >
                Send {ready.length}
              </Button>
              <Button
                variant="default"
                leftSection={<IconRefresh size={14} aria-hidden />}
                disabled={stopped.length === 0 || send.isPending}
                title={stopped.length === 0 ? 'None of them failed and is still approved.' : undefined}
                onClick={() => send.mutate(stopped)}
              >
                Retry {stopped.length}
              </Button>
            </>
          )}
          <BulkUndoButton choice={{ ids: rows.map((row) => row.id) }} label="Take back" onDone={onDone} />
          <CloseButton aria-label="Choose none" onClick={onDone} />
        </span>
      </div>
    </section>
  );
}
