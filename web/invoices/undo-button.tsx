import { Button, Modal, TextInput } from '@mantine/core';
import { IconArrowBackUp } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { Invoice } from '../../schemas/invoices.ts';
import type { UndoPreview } from '../../schemas/undo.ts';
import { announce, announceError } from '../elements/announce.tsx';
import { formatMoney } from '../format.ts';
import styles from './check-screen.module.css';
import { previewUndo, undo } from './queries.ts';

type Part = UndoPreview['parts'][number];

/** Takes an invoice back from Procore and accounting: first shows what becomes of each record, from a look at it now. */
export function UndoButton({ invoice }: { invoice: Invoice }) {
  const [reason, setReason] = useState('');
  const preview = useMutation({ mutationFn: () => previewUndo(invoice.id), onError: announceError });
  const run = useMutation({
    mutationFn: (shown: UndoPreview) => undo(invoice.id, reason.trim(), shown),
    onSuccess: () => {
      preview.reset();
      announce('On its way back.');
    },
    onError: announceError,
  });
  const shown = preview.data;
  const stays = shown?.bill?.action === null;
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconArrowBackUp size={14} aria-hidden />}
        loading={preview.isPending}
        onClick={() => preview.mutate()}
      >
        Take back
      </Button>
      <Modal
        opened={shown !== undefined}
        onClose={() => preview.reset()}
        size="lg"
        title={`Take ${invoice.number} back?`}
      >
        {shown !== undefined && (
          <form
            className={styles.modalForm}
            onSubmit={(event) => {
              event.preventDefault();
              run.mutate(shown);
            }}
          >
            <ul>
              {shown.parts.map((part) => (
                <li key={part.partId}>
                  <strong>{part.projectText}</strong> #{part.procoreId}, ${formatMoney(part.total)}: {wordsOf(part)}
                </li>
              ))}
              {shown.bill !== null && <BillItem bill={shown.bill} />}
            </ul>
            <p>The invoice is ignored afterwards. Vendors, codes and types that were created stay.</p>
            <TextInput
              label="Reason"
              data-autofocus
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
            />
            <Button type="submit" disabled={reason.trim() === '' || stays} loading={run.isPending}>
              Take it back
            </Button>
          </form>
        )}
      </Modal>
    </>
  );
}

function wordsOf({ action, why, reversal, total }: Part): string {
  if (action === 'delete') return 'is deleted; nobody has touched it since.';
  if (action === 'release') return `stays as it is, ${why}.`;
  return `stays, because ${why}; ${reversal} of $${formatMoney(`-${total}`.replace('--', ''))} takes it back.`;
}

/** What becomes of the bill; one that accounting holds on to holds the whole invoice. */
function BillItem({ bill: { system, number, total, kind, action, why } }: { bill: NonNullable<UndoPreview['bill']> }) {
  const noun = kind === 'credit_note' ? 'Credit note' : 'Bill';
  return (
    <li>
      <strong>
        {noun} {number} in {system}
      </strong>
      , ${formatMoney(total)}: {action === 'remove' && 'is removed; nobody has touched it since.'}
      {action === 'release' && `stays as it is, ${why}.`}
      {action === null && `cannot be taken back, so nothing is. ${why}`}
    </li>
  );
}
