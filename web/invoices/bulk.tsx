import { Button, CloseButton, Modal, Progress } from '@mantine/core';
import { IconRefresh, IconSend } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useRouteContext } from '@tanstack/react-router';
import { useState } from 'react';
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

/** How long what came of taking back stays in sight. */
const OUTCOME_SHOWN_MS = 60 * 60 * 1000;

/** Bulk actions that are not over: how far they are, and taking back what was not started; what came of an undo, for an hour. */
export function RunningBulks() {
  const bulks = useQuery(bulksQuery);
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const isRunning = ({ queued, underWay }: BulkAction) => queued + underWay > 0;
  const isNews = ({ kind, createdAt }: BulkAction) =>
    kind === 'undo' && Date.parse(createdAt) > Date.now() - OUTCOME_SHOWN_MS;
  const shown = (bulks.data ?? []).filter((bulk) => isRunning(bulk) || (isNews(bulk) && !closed.has(bulk.id)));
  return shown.map((bulk) =>
    isRunning(bulk) ? (
      <RunningBulk key={bulk.id} bulk={bulk} />
    ) : (
      <UndoneBulk key={bulk.id} bulk={bulk} onClose={() => setClosed(new Set([...closed, bulk.id]))} />
    ),
  );
}

function UndoneBulk({ bulk, onClose }: { bulk: BulkAction; onClose(): void }) {
  return (
    <section className={styles.bulk} aria-label="Bulk action">
      <span>
        {bulk.sent} of {countOf(bulk.total, 'invoice')} taken back
        {bulk.failed > 0 && `, ${bulk.failed} stayed: the row of each says why`}
        <span className={styles.bulkWho}> · by {bulk.actor}</span>
      </span>
      <CloseButton aria-label="Close" onClick={onClose} />
    </section>
  );
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
        {over} of {countOf(bulk.total, 'invoice')} {bulk.kind === 'undo' ? 'looked at to be taken back' : 'done'},{' '}
        {bulk.failed} {bulk.kind === 'undo' ? 'stayed' : 'failed'}
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
