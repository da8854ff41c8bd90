import { Button } from '@mantine/core';
import { IconDeviceFloppy, IconRefresh, IconSend, IconThumbUp } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useRouteContext } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import type { PurchaseOrder } from '../../schemas/purchase-orders.ts';
import { announce, announceError } from '../elements/announce.tsx';
import { formatMoney } from '../format.ts';
import styles from '../invoices/check-screen.module.css';
import { focusNextStep } from '../invoices/fields.ts';
import { ReasonButton } from '../invoices/reason-button.tsx';
import { hasRole } from '../session.ts';
import { type Draft, linesTotal } from './draft.ts';
import { actWithReason, type OrderAction } from './queries.ts';

interface OrderFootProps {
  draft: Draft;
  order: PurchaseOrder | null;
  isDirty: boolean;
  busy: OrderAction | 'save' | null;
  onSave: () => void;
  onAct: (action: OrderAction) => void;
}

/** What it comes to, and the next steps; what a person may not do is not there. */
export function OrderFoot({ draft, order, isDirty, busy, onSave, onAct }: OrderFootProps) {
  const { session } = useRouteContext({ from: '/frame' });
  const mayEdit = order?.may.edit ?? hasRole(session, 'clerk');
  const may = order?.may;
  useNextStep(busy);
  const saveFirst = isDirty ? 'Save your changes first.' : undefined;
  const step = (action: OrderAction) => ({
    loading: busy === action,
    disabled: busy !== null && busy !== action,
    onClick: () => onAct(action),
  });
  const onceSaved = { disabled: isDirty || busy !== null, title: saveFirst };
  return (
    <section className={styles.foot} aria-label="Total and steps">
      <dl className={styles.totals}>
        <div>
          <dt>Lines ex GST ($)</dt>
          <dd>{formatMoney(linesTotal(draft))}</dd>
        </div>
      </dl>
      <div id="steps" className={styles.steps}>
        {mayEdit && (
          <Button
            variant="default"
            leftSection={<IconDeviceFloppy size={14} aria-hidden />}
            title="Ctrl S"
            aria-keyshortcuts="Control+S"
            loading={busy === 'save'}
            disabled={!isDirty && order !== null}
            onClick={onSave}
          >
            Save
          </Button>
        )}
        {order !== null && may?.cancel && (
          <Reasoned order={order} action="cancel" label="Cancel order" title="Cancel the order" done="Cancelled.">
            The order stays here{order.procoreId === null ? '' : ' and in Procore, where somebody changes its status'}.
            Why is it cancelled?
          </Reasoned>
        )}
        {order !== null && may?.ignore && (
          <Reasoned order={order} action="ignore" label="Ignore" title="Ignore the order" done="Ignored.">
            It is not sent until somebody takes that back. Why?
          </Reasoned>
        )}
        {may?.unapprove && (
          <Button variant="default" {...step('unapprove')}>
            Withdraw approval
          </Button>
        )}
        {may?.unignore && (
          <Button variant="default" {...step('unignore')}>
            No longer ignore
          </Button>
        )}
        {may?.stop && (
          <Button variant="default" {...step('stop')}>
            Cancel sending
          </Button>
        )}
        {may?.approve && (
          <Button leftSection={<IconThumbUp size={14} aria-hidden />} {...step('approve')} {...onceSaved}>
            Approve
          </Button>
        )}
        {may?.send && (
          <Button leftSection={<IconSend size={14} aria-hidden />} {...step('send')} {...onceSaved}>
            Send
          </Button>
        )}
        {may?.retry && (
          <Button leftSection={<IconRefresh size={14} aria-hidden />} {...step('retry')} {...onceSaved}>
            Retry
          </Button>
        )}
      </div>
    </section>
  );
}

interface ReasonedProps {
  order: PurchaseOrder;
  action: 'cancel' | 'ignore';
  label: string;
  title: string;
  done: string;
  children: React.ReactNode;
}

function Reasoned({ order, action, label, title, done, children }: ReasonedProps) {
  const run = useMutation({
    mutationFn: (reason: string) => actWithReason(order.id, action, reason),
    onSuccess: () => announce(done),
    onError: announceError,
  });
  return (
    <ReasonButton label={label} title={title} isBusy={run.isPending} onReason={run.mutateAsync}>
      {children}
    </ReasonButton>
  );
}

/** The button just pressed may be gone once its step is done; the focus then goes to the next one, not nowhere. */
function useNextStep(busy: OrderFootProps['busy']): void {
  const wasBusy = useRef(false);
  useEffect(() => {
    if (wasBusy.current && busy === null && document.activeElement === document.body) focusNextStep();
    wasBusy.current = busy !== null;
  }, [busy]);
}
