import { useHotkeys } from '@mantine/hooks';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import type { Invoice } from '../../schemas/invoices.ts';
import { ApiError } from '../api.ts';
import { announce, announceError } from '../elements/announce.tsx';
import { Screen } from '../elements/screen.tsx';
import { useDraft } from '../elements/use-draft.ts';
import { IntegrationMark } from '../integration-mark/integration-mark.tsx';
import { AllocationsPanel } from './allocations.tsx';
import styles from './check-screen.module.css';
import { DocumentPane } from './document-pane.tsx';
import { blankLine, type Draft, inputOf, mistakesOf, withoutBlankLines } from './draft.ts';
import { focusField, focusNextStep } from './fields.ts';
import { Foot } from './foot.tsx';
import { HeaderForm } from './header-form.tsx';
import { LinesGrid } from './lines-grid.tsx';
import { OverheadPart } from './overhead-part.tsx';
import { Parts } from './parts.tsx';
import { Problems } from './problems.tsx';
import { act, type InvoiceAction, logQuery, saveInvoice } from './queries.ts';
import { Timeline } from './timeline.tsx';

interface CheckScreenProps {
  /** null: a new one */
  invoice: Invoice | null;
  start: Draft;
}

const DONE: Record<InvoiceAction, string> = {
  check: 'Checked.',
  approve: 'Approved.',
  unapprove: 'No longer approved.',
  send: 'On its way to Procore.',
  retry: 'Trying again.',
  cancel: 'Cancelled.',
  unignore: 'No longer ignored.',
  'send-files': 'Its files are on their way to Procore.',
};

/** One invoice from entry to its place in Procore: header, lines, what is wrong, what comes next, what happened. */
export function CheckScreen({ invoice, start }: CheckScreenProps) {
  const navigate = useNavigate();
  const { draft, change, isDirty, settle } = useDraft({
    start,
    revision: invoice?.revision ?? 0,
    textOf,
    complete: withOneLine,
  });
  const [mistakes, setMistakes] = useState<Record<string, string>>({});
  const mayEdit = invoice === null || invoice.may.edit;
  // From its first save on a new invoice exists, also in the moment before its own page is shown.
  const created = useRef<string | null>(null);
  const idNow = () => invoice?.id ?? created.current;

  const save = useMutation({
    mutationFn: async () => {
      const clean = change(withoutBlankLines);
      const found = mistakesOf(clean);
      setMistakes(found);
      if (Object.keys(found).length > 0) throw new Mistakes();
      const saved = await saveInvoice(idNow(), inputOf(clean));
      created.current = saved.id;
      settle(clean, saved.revision);
      return saved;
    },
    onError: (error) => {
      if (error instanceof Mistakes) return;
      if (error instanceof ApiError)
        setMistakes(Object.fromEntries(error.fields.map((one) => [one.path, one.message])));
      announceError(error);
    },
  });
  // A check right after a save waits for it instead of being lost.
  const saving = useRef<Promise<Invoice> | null>(null);
  const saveNow = () => {
    saving.current ??= save.mutateAsync().finally(() => {
      saving.current = null;
    });
    return saving.current;
  };
  const run = useMutation({
    mutationFn: async (action: InvoiceAction) => {
      await saving.current;
      const needsSave = action === 'check' && (idNow() === null || isDirty());
      const id = needsSave ? (await saveNow()).id : idNow();
      if (id === null) throw new Mistakes();
      return { action, id, result: await act(id, action) };
    },
    onSuccess: ({ action, result }) => {
      const isRefused = action === 'check' && result.status === 'entered';
      if (isRefused) announce('Not checked: see what is left to fix below.', 'bad');
      else announce(DONE[action]);
    },
    onError: (error) => {
      if (!(error instanceof Mistakes) && save.error !== error) announceError(error);
    },
    onSettled: () => open(),
  });
  const open = () => {
    if (invoice === null && created.current !== null)
      void navigate({ to: '/invoices/$id', params: { id: created.current }, hash: 'steps', replace: true });
  };
  const onSave = () => {
    if (!mayEdit || run.isPending) return;
    // What went wrong is said by the mutation itself.
    saveNow().then(
      () => {
        announce('Saved.');
        open();
      },
      () => undefined,
    );
  };
  const onCheck = () => {
    const mayCheck = invoice === null || invoice.may.check || (mayEdit && isDirty());
    if (mayCheck && !run.isPending) run.mutate('check');
  };
  useHotkeys(
    [
      ['mod+S', onSave],
      ['mod+Enter', onCheck],
    ],
    [],
  );
  useJumpOnArrival(invoice);

  return (
    <Screen
      title={invoice === null ? 'New invoice' : titleOf(invoice)}
      aside={invoice !== null && <IntegrationMark state={invoice.integration} />}
      actions={invoice !== null && <Standing invoice={invoice} />}
    >
      <div className={styles.desk}>
        {invoice !== null && <DocumentPane invoice={invoice} />}
        <div className={styles.page}>
          <HeaderForm draft={draft} change={change} mistakes={mistakes} isReadOnly={!mayEdit} />
          <LinesGrid draft={draft} change={change} mistakes={mistakes} isReadOnly={!mayEdit} />
          {invoice !== null && <AllocationsPanel invoice={invoice} mayEdit={mayEdit && !isDirty()} />}
          {invoice !== null && <Problems invoice={invoice} mayEdit={mayEdit} isStale={isDirty()} />}
          {invoice !== null && invoice.parts.length > 0 && <Parts parts={invoice.parts} />}
          {invoice?.overhead != null && <OverheadPart invoice={invoice} overhead={invoice.overhead} />}
          {invoice !== null && <InvoiceLog invoiceId={invoice.id} />}
        </div>
      </div>
      <Foot
        draft={draft}
        invoice={invoice}
        isDirty={isDirty()}
        busy={save.isPending ? 'save' : run.isPending ? run.variables : null}
        onSave={onSave}
        onAct={(action) => run.mutate(action)}
      />
    </Screen>
  );
}

const InvoiceLog = ({ invoiceId }: { invoiceId: string }) => <Timeline log={useQuery(logQuery(invoiceId))} />;

/** Stops a save or an action whose mistakes already stand at their fields. */
class Mistakes extends Error {}

const textOf = (draft: Draft) => JSON.stringify(inputOf(draft));

/** There is always a line to write in. */
const withOneLine = (draft: Draft): Draft => (draft.lines.length > 0 ? draft : { ...draft, lines: [blankLine()] });

/** A link may point at the problems or the log; a new invoice starts at its supplier, a saved one at its next step. */
function useJumpOnArrival(invoice: Invoice | null): void {
  const isNew = invoice === null;
  useEffect(() => {
    const place = window.location.hash.slice(1);
    if (isNew) focusField('supplier');
    else if (place === 'steps') focusNextStep();
    else if (place !== '') document.getElementById(place)?.scrollIntoView({ block: 'center' });
  }, [isNew]);
}

function titleOf(invoice: Invoice): string {
  const kind = invoice.kind === 'credit' ? 'Credit note' : 'Invoice';
  return [`${kind} ${invoice.number}`, invoice.vendorName].filter(Boolean).join(' · ');
}

/** Who did what so far. */
function Standing({ invoice }: { invoice: Invoice }) {
  const steps = [
    `Entered by ${invoice.enteredBy}`,
    invoice.checkedBy === null ? null : `checked by ${invoice.checkedBy}`,
    invoice.approvedBy === null ? null : `approved by ${invoice.approvedBy}`,
  ];
  const words = steps.filter((step) => step !== null).join(', ');
  return (
    <span className={styles.standing} title={words}>
      {words}
    </span>
  );
}
