import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { Invoice } from '../../schemas/invoices.ts';
import { announce, announceError } from '../elements/announce.tsx';
import { actWithReason } from './queries.ts';
import { ReasonButton } from './reason-button.tsx';

/** Sends one invoice from before the go-live date. */
export const SendEarly = ({ invoice }: { invoice: Invoice }) => (
  <SendAllTheSame invoice={invoice} action="send-early">
    It is from before the go-live date, so Procore may have its cost from elsewhere. The reason is kept.
  </SendAllTheSame>
);

/** Sends one invoice that is dated in a closed accounting period. */
export const SendLocked = ({ invoice }: { invoice: Invoice }) => (
  <SendAllTheSame invoice={invoice} action="send-locked">
    It is dated in an accounting period that is closed, so figures already reported change. The reason is kept.
  </SendAllTheSame>
);

interface SendAllTheSameProps {
  invoice: Invoice;
  action: 'send-early' | 'send-locked';
  children: ReactNode;
}

function SendAllTheSame({ invoice, action, children }: SendAllTheSameProps) {
  const send = useMutation({
    mutationFn: (reason: string) => actWithReason(invoice.id, action, reason),
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
      {children}
    </ReasonButton>
  );
}
