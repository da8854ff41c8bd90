import { Button } from '@mantine/core';
import { IconCheck, IconDeviceFloppy, IconPaperclip, IconRefresh, IconSend, IconThumbUp } from '@tabler/icons-react';
import { useRouteContext } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import type { Invoice } from '../../schemas/invoices.ts';
import { formatMoney, subtractMoney } from '../format.ts';
import { hasRole } from '../session.ts';
import styles from './check-screen.module.css';
import { DeleteButton } from './delete-button.tsx';
import { type Draft, linesTotal } from './draft.ts';
import { DryRunButton } from './dry-run.tsx';
import { focusNextStep } from './fields.ts';
import { IgnoreButton } from './ignore-button.tsx';
import type { InvoiceAction } from './queries.ts';
import { UndoButton } from './undo-button.tsx';

interface FootProps {
  draft: Draft;
  invoice: Invoice | null;
  isDirty: boolean;
  busy: InvoiceAction | 'save' | null;
  onSave: () => void;
  onAct: (action: InvoiceAction) => void;
}

/** Totals against the header, and the next steps; what a person may not do is not there. */
export function Foot({ draft, invoice, isDirty, busy, onSave, onAct }: FootProps) {
  const { session } = useRouteContext({ from: '/frame' });
  const isClerk = hasRole(session, 'clerk');
  const may = invoice?.may ?? {
    edit: isClerk,
    check: isClerk,
    approve: false,
    send: false,
    retry: false,
    cancel: false,
    unapprove: false,
    delete: false,
    sendFiles: false,
    ignore: false,
    undo: false,
    unignore: false,
    sendEarly: false,
    sendLocked: false,
  };
  useNextStep(busy);
  // Saving takes a check and an approval back, so changes can always be checked again.
  const mayCheck = may.check || (may.edit && isDirty);
  const saveFirst = isDirty ? 'Save or check your changes first.' : undefined;
  const step = (action: InvoiceAction) => ({
    loading: busy === action,
    disabled: busy !== null && busy !== action,
    onClick: () => onAct(action),
  });
  return (
    <section className={styles.foot} aria-label="Totals and steps">
      <Totals draft={draft} />
      <div id="steps" className={styles.steps}>
        {may.edit && (
          <Button
            variant="default"
            leftSection={<IconDeviceFloppy size={14} aria-hidden />}
            title="Ctrl S"
            aria-keyshortcuts="Control+S"
            loading={busy === 'save'}
            disabled={!isDirty && invoice !== null}
            onClick={onSave}
          >
            Save
          </Button>
        )}
        {mayCheck && (
          <Button
            variant={may.approve || may.send ? 'default' : 'filled'}
            leftSection={<IconCheck size={14} aria-hidden />}
            title="Ctrl Enter"
            aria-keyshortcuts="Control+Enter"
            {...step('check')}
          >
            Check
          </Button>
        )}
        {invoice !== null && may.delete && <DeleteButton invoice={invoice} isBusy={busy !== null} />}
        {may.unapprove && (
          <Button variant="default" {...step('unapprove')}>
            Withdraw approval
          </Button>
        )}
        {invoice !== null && !may.cancel && <DryRunButton ids={[invoice.id]} isDirty={isDirty} />}
        {invoice !== null && may.undo && <UndoButton invoice={invoice} />}
        {invoice !== null && may.ignore && <IgnoreButton invoice={invoice} />}
        {may.unignore && (
          <Button variant="default" {...step('unignore')}>
            No longer ignore
          </Button>
        )}
        {may.cancel && (
          <Button variant="default" {...step('cancel')}>
            Cancel sending
          </Button>
        )}
        {may.approve && (
          <Button
            leftSection={<IconThumbUp size={14} aria-hidden />}
            {...step('approve')}
            disabled={isDirty || busy !== null}
            title={saveFirst}
          >
            Approve
          </Button>
        )}
        {may.send && (
          <Button
            leftSection={<IconSend size={14} aria-hidden />}
            {...step('send')}
            disabled={isDirty || busy !== null}
            title={saveFirst}
          >
            Send
          </Button>
        )}
        {may.sendFiles && (
          <Button leftSection={<IconPaperclip size={14} aria-hidden />} {...step('send-files')}>
            Send the file again
          </Button>
        )}
        {may.retry && (
          <Button leftSection={<IconRefresh size={14} aria-hidden />} {...step('retry')}>
            Retry
          </Button>
        )}
      </div>
    </section>
  );
}

/** The button just pressed may be gone once its step is done; the focus then goes to the next one, not nowhere. */
function useNextStep(busy: FootProps['busy']): void {
  const wasBusy = useRef(false);
  useEffect(() => {
    if (wasBusy.current && busy === null && document.activeElement === document.body) focusNextStep();
    wasBusy.current = busy !== null;
  }, [busy]);
}

function Totals({ draft }: { draft: Draft }) {
  const lines = linesTotal(draft);
  const difference = subtractMoney(draft.total, lines);
  const isEven = Number(difference) === 0;
  return (
    <dl className={styles.totals}>
      <div>
        <dt>Lines ($)</dt>
        <dd>{formatMoney(lines)}</dd>
      </div>
      <div>
        <dt>Invoice ex GST ($)</dt>
        <dd>{formatMoney(draft.total || '0')}</dd>
      </div>
      <div data-off={!isEven || undefined}>
        <dt>Difference ($)</dt>
        <dd>{formatMoney(difference)}</dd>
      </div>
    </dl>
  );
}
