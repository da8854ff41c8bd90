import { Button, CloseButton } from '@mantine/core';
import { IconRefresh, IconSend } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useRouteContext } from '@tanstack/react-router';
import { useState } from 'react';
import type { z } from 'zod';
import type { SendResult } from '../../schemas/invoices.ts';
import type { PurchaseOrderRow } from '../../schemas/purchase-orders.ts';
import { announce, announceError } from '../elements/announce.tsx';
import { countOf, formatMoney, sumMoney } from '../format.ts';
import styles from '../invoices/invoices.module.css';
import { hasRole } from '../session.ts';
import { sendOrders } from './queries.ts';

const STOPPED: readonly PurchaseOrderRow['integration'][] = ['failed', 'held', 'partial', 'skipped'];

/** What can be done with the chosen orders, how many they are and what they are worth. */
export function OrderSelection({ rows, onDone }: { rows: PurchaseOrderRow[]; onDone: () => void }) {
  const { session } = useRouteContext({ from: '/frame' });
  const [refused, setRefused] = useState<z.infer<typeof SendResult>['refused']>([]);
  const send = useMutation({
    mutationFn: (chosen: PurchaseOrderRow[]) => sendOrders(chosen.map((row) => row.id)),
    onSuccess: (result) => {
      setRefused(result.refused);
      if (result.queued.length > 0)
        announce(`${countOf(result.queued.length, 'purchase order')} on the way to Procore.`);
      if (result.refused.length === 0) onDone();
    },
    onError: announceError,
  });
  const approved = rows.filter((row) => row.orderStatus === 'approved');
  const ready = approved.filter((row) => row.integration === null);
  const stopped = approved.filter((row) => STOPPED.includes(row.integration));
  return (
    <section className={styles.selection} aria-label="Chosen purchase orders">
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
        <strong>{countOf(rows.length, 'purchase order')}</strong>
        <span className="figures">${formatMoney(sumMoney(rows.map((row) => row.revised)))} ex GST</span>
        <span className={styles.selectionActions}>
          {hasRole(session, 'clerk', 'operator') && (
            <>
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
          <CloseButton aria-label="Choose none" onClick={onDone} />
        </span>
      </div>
    </section>
  );
}
