import { useMutation } from '@tanstack/react-query';
import type { Invoice } from '../../schemas/invoices.ts';
import { announce, announceError } from '../elements/announce.tsx';
import { actWithReason } from './queries.ts';
import { ReasonButton } from './reason-button.tsx';

/** Sends one invoice from before the go-live date. */
export function SendEarly({ invoice }: { invoice: Invoice }) {
  const send = useMutation({
    mutationFn: (reason: string) => actWithReason(invoice.id, 'send-early', reason),
    onSuccess: () => announce('On its way to Procore.'),
    onError: announceError,
  });
  return (
    <ReasonButton
      size="compact-xs"
      label="Send with a reason"
      title="Send this invoice"
      isBusy={send.isPending}
      onReason={send.mutateAsync}
    >
      It is from before the go-live date, so Procore may have its cost from elsewhere. The reason is kept.
    </ReasonButton>
  );
}
