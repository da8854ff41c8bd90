import { Button, Modal, TextInput } from '@mantine/core';
import { IconArrowBackUp } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useRouteContext } from '@tanstack/react-router';
import { useState } from 'react';
import type { BulkUndoPreview } from '../../schemas/bulk-actions.ts';
import { announce, announceError } from '../elements/announce.tsx';
import { countOf, formatMoney } from '../format.ts';
import { hasRole } from '../session.ts';
import styles from './invoices.module.css';
import { previewBulkUndo, startBulkUndo, type UndoChoice } from './queries.ts';

interface BulkUndoProps {
  choice: UndoChoice;
  label: string;
  onDone?: () => void;
}

/** Takes many invoices back: first how many, what they are worth, and which of them stay and why, from a look at each. */
export function BulkUndoButton({ choice, label, onDone }: BulkUndoProps) {
  const { session } = useRouteContext({ from: '/frame' });
  const preview = useMutation({ mutationFn: () => previewBulkUndo(choice), onError: announceError });
  if (!hasRole(session, 'admin')) return null;
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconArrowBackUp size={14} aria-hidden />}
        loading={preview.isPending}
        onClick={() => preview.mutate()}
      >
        {label}
      </Button>
      <Modal opened={preview.data !== undefined} onClose={() => preview.reset()} size="lg" title="Take these back?">
        {preview.data !== undefined && (
          <UndoForm
            found={preview.data}
            onStarted={() => {
              preview.reset();
              onDone?.();
            }}
          />
        )}
      </Modal>
    </>
  );
}

function UndoForm({ found: { count, value, ids, staying }, onStarted }: { found: BulkUndoPreview; onStarted(): void }) {
  const [reason, setReason] = useState('');
  const start = useMutation({
    mutationFn: () => startBulkUndo(ids, reason.trim()),
    onSuccess: (bulk) => {
      announce(`${countOf(bulk.total, 'invoice')} on the way back.`);
      onStarted();
    },
    onError: announceError,
  });
  return (
    <form
      className={styles.bulkForm}
      onSubmit={(event) => {
        event.preventDefault();
        start.mutate();
      }}
    >
      <p>
        <strong>{countOf(count, 'invoice')}</strong>, ${formatMoney(value)} ex GST, can be removed from Procore and
        accounting. They are ignored afterwards.
      </p>
      {staying.length > 0 && (
        <section aria-label="Not touched">
          <p>
            {countOf(staying.length, 'invoice')} {staying.length === 1 ? 'stays' : 'stay'} as{' '}
            {staying.length === 1 ? 'it is' : 'they are'}:
          </p>
          <ul>
            {staying.map(({ id, number, total, why }) => (
              <li key={id}>
                <strong>{number}</strong>, ${formatMoney(total)}: {why}
              </li>
            ))}
          </ul>
        </section>
      )}
      <TextInput
        label="Reason"
        data-autofocus
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <Button type="submit" disabled={count === 0 || reason.trim() === ''} loading={start.isPending}>
        Take {count} back
      </Button>
    </form>
  );
}
