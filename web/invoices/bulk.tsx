import { Button, Modal, Progress } from '@mantine/core';
import { IconRefresh, IconSend } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useRouteContext } from '@tanstack/react-router';
import type { BulkAction } from '../../schemas/bulk-actions.ts';
import { announce, announceError } from '../elements/announce.tsx';
import { countOf, formatDay, formatMoney } from '../format.ts';
import { hasRole } from '../session.ts';
import styles from './invoices.module.css';
import { type BulkOrder, bulksQuery, cancelBulk, previewBulk, startBulk } from './queries.ts';

/** Queues all invoices of a filter, after showing how many and what they are worth. */
export function BulkButton({ order }: { order: BulkOrder }) {
  const { session } = useRouteContext({ from: '/frame' });
  const preview = useMutation({ mutationFn: () => previewBulk(order), onError: announceError });
  const start = useMutation({
    mutationFn: (expected: number) => startBulk(order, expected),
    onSuccess: (bulk) => {
      preview.reset();
      announce(`${countOf(bulk.total, 'invoice')} on the way to Procore.`);
    },
    onError: announceError,
  });
  if (!hasRole(session, 'clerk', 'operator')) return null;
  const word = order.kind === 'retry' ? 'Retry all' : 'Send all';
  const found = preview.data;
  return (
    <>
      <Button
        variant="default"
        leftSection={
          order.kind === 'retry' ? <IconRefresh size={14} aria-hidden /> : <IconSend size={14} aria-hidden />
        }
        loading={preview.isPending}
        onClick={() => preview.mutate()}
      >
        {word}
      </Button>
      <Modal opened={found !== undefined} onClose={() => preview.reset()} title={`${word} of these?`}>
        {found !== undefined && (
          <div className={styles.bulkForm}>
            <p>
              <strong>{countOf(found.count, 'invoice')}</strong>, ${formatMoney(found.value)} ex GST
              {found.oldestDate !== null && `, the oldest of ${formatDay(found.oldestDate)}`}.
            </p>
            {found.beforeGoLive > 0 && (
              <p>
                {countOf(found.beforeGoLive, 'more invoice')} from before the go-live date: an admin sends those singly.
              </p>
            )}
            <Button disabled={found.count === 0} loading={start.isPending} onClick={() => start.mutate(found.count)}>
              {order.kind === 'retry' ? 'Retry' : 'Send'} {found.count}
            </Button>
          </div>
        )}
      </Modal>
    </>
  );
}

/** Bulk actions that are not over: how far they are, and taking back what was not started. */
export function RunningBulks() {
  const bulks = useQuery(bulksQuery);
  const running = (bulks.data ?? []).filter(({ queued, underWay }) => queued + underWay > 0);
  return running.map((bulk) => <RunningBulk key={bulk.id} bulk={bulk} />);
}

function RunningBulk({ bulk }: { bulk: BulkAction }) {
  const { session } = useRouteContext({ from: '/frame' });
  const cancel = useMutation({
    mutationFn: () => cancelBulk(bulk.id),
    onSuccess: () => announce('What was not started yet is taken back.'),
    onError: announceError,
  });
  const over = bulk.total - bulk.queued - bulk.underWay;
  return (
    <section className={styles.bulk} aria-label="Bulk action">
      <span>
        {over} of {countOf(bulk.total, 'invoice')} done, {bulk.failed} failed
        <span className={styles.bulkWho}> · {bulk.kind === 'schedule' ? 'by schedule' : `by ${bulk.actor}`}</span>
      </span>
      <Progress value={(100 * over) / bulk.total} aria-label="Done" className={styles.bulkBar!} />
      {bulk.queued > 0 && hasRole(session, 'clerk', 'operator') && (
        <Button size="compact-xs" variant="default" loading={cancel.isPending} onClick={() => cancel.mutate()}>
          Take back {bulk.queued}
        </Button>
      )}
    </section>
  );
}
