import { Button, Modal } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { Invoice } from '../../schemas/invoices.ts';
import { announce, announceError } from '../elements/announce.tsx';
import styles from './check-screen.module.css';
import { deleteInvoice } from './queries.ts';

/** Deletes an invoice of which Procore never heard, after asking. */
export function DeleteButton({ invoice, isBusy }: { invoice: Invoice; isBusy: boolean }) {
  const navigate = useNavigate();
  const [isAsking, setAsking] = useState(false);
  const remove = useMutation({
    mutationFn: async () => {
      await navigate({ to: '/invoices' });
      await deleteInvoice(invoice.id);
    },
    onSuccess: () => announce(`${invoice.number} deleted.`),
    onError: announceError,
  });
  return (
    <>
      <Button
        variant="subtle"
        color="red"
        leftSection={<IconTrash size={14} aria-hidden />}
        disabled={isBusy}
        onClick={() => setAsking(true)}
      >
        Delete
      </Button>
      <Modal opened={isAsking} onClose={() => setAsking(false)} title={`Delete ${invoice.number}?`}>
        <div className={styles.modalForm}>
          <p>The invoice and its lines go for good. Procore has never heard of it.</p>
          <Button color="red" loading={remove.isPending} onClick={() => remove.mutate()}>
            Delete the invoice
          </Button>
        </div>
      </Modal>
    </>
  );
}
