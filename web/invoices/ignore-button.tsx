import { useMutation } from '@tanstack/react-query';
import type { Invoice, InvoiceRow } from '../../schemas/invoices.ts';
import { announce, announceError } from '../elements/announce.tsx';
import { countOf } from '../format.ts';
import { actWithReason } from './queries.ts';
import { ReasonButton } from './reason-button.tsx';

/** Keeps one invoice from being sent. */
export function IgnoreButton({ invoice }: { invoice: Invoice }) {
  const ignore = useMutation({
    mutationFn: (reason: string) => actWithReason(invoice.id, 'ignore', reason),
    onSuccess: () => announce('Ignored.'),
    onError: announceError,
  });
  return (
    <ReasonButton label="Ignore" title="Ignore this invoice" isBusy={ignore.isPending} onReason={ignore.mutateAsync}>
      It is not sent, by nobody and no schedule, until somebody takes that back. The reason is kept.
    </ReasonButton>
  );
}

const isOver = ({ integration }: InvoiceRow) =>
  integration !== null && ['sent', 'skipped', 'queued', 'sending', 'waiting', 'ignored'].includes(integration);

/** Keeps the chosen invoices from being sent, for one reason. */
export function IgnoreChosen({ rows, onDone }: { rows: InvoiceRow[]; onDone: () => void }) {
  const free = rows.filter((row) => !isOver(row));
  const ignore = useMutation({
    mutationFn: async (reason: string) => {
      for (const { id } of free) await actWithReason(id, 'ignore', reason);
    },
    onSuccess: () => {
      announce(`${countOf(free.length, 'invoice')} ignored.`);
      onDone();
    },
    onError: announceError,
  });
  return (
    <ReasonButton
      label={`Ignore ${free.length}`}
      title={`Ignore ${countOf(free.length, 'invoice')}`}
      disabled={free.length === 0}
      isBusy={ignore.isPending}
      onReason={ignore.mutateAsync}
    >
      They are not sent until somebody takes that back, each by itself. The reason is kept.
    </ReasonButton>
  );
}
