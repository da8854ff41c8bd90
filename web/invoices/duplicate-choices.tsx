import { Button, Modal, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useRouteContext } from '@tanstack/react-router';
import { useState } from 'react';
import type { Invoice } from '../../schemas/invoices.ts';
import { announce, announceError } from '../elements/announce.tsx';
import { hasRole } from '../session.ts';
import styles from './check-screen.module.css';
import { DuplicateRecords } from './duplicate-records.tsx';
import { decideDuplicate } from './queries.ts';

/** What to do about a record of the same number that somebody else put there; a bill is never taken over. */
export function DuplicateChoices({ invoice, mayTakeOver }: { invoice: Invoice; mayTakeOver: boolean }) {
  const { session } = useRouteContext({ from: '/frame' });
  const [isAsking, setAsking] = useState(false);
  const [reason, setReason] = useState('');
  const decide = useMutation({
    mutationFn: (decision: { choice: 'link_only' | 'take_over'; reason?: string }) =>
      decideDuplicate(invoice.id, decision),
    onSuccess: () => {
      setAsking(false);
      announce('Decided.');
    },
    onError: announceError,
  });
  return (
    <>
      <Button
        size="compact-xs"
        variant="default"
        loading={decide.isPending}
        title="The record there stays as it is; the invoice counts as sent."
        onClick={() => decide.mutate({ choice: 'link_only' })}
      >
        Link without writing
      </Button>
      {mayTakeOver && hasRole(session, 'admin') && (
        <Button size="compact-xs" variant="default" onClick={() => setAsking(true)}>
          Take over
        </Button>
      )}
      <Modal opened={isAsking} onClose={() => setAsking(false)} size="lg" title="Take over the record in Procore">
        <form
          className={styles.modalForm}
          onSubmit={(event) => {
            event.preventDefault();
            decide.mutate({ choice: 'take_over', reason: reason.trim() });
          }}
        >
          <p>
            {invoice.number} in Procore will be changed to what stands here. It was not put there by Lentune, so say why
            this is right; the reason is kept.
          </p>
          <DuplicateRecords invoiceId={invoice.id} />
          <TextInput
            label="Reason"
            data-autofocus
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <Button type="submit" disabled={reason.trim() === ''} loading={decide.isPending}>
            Take over
          </Button>
        </form>
      </Modal>
    </>
  );
}
