import { Button } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { IconAlertTriangle, IconCircleX } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import type { PurchaseOrder, PurchaseOrderLine } from '../../schemas/purchase-orders.ts';
import { ApiError } from '../api.ts';
import { Facts, Variations } from '../commitments/commitment.tsx';
import { Standing } from '../commitments/commitments.tsx';
import { announce, announceError } from '../elements/announce.tsx';
import { type Column, DataTable } from '../elements/data-table.tsx';
import { Screen, Section } from '../elements/screen.tsx';
import { useDraft } from '../elements/use-draft.ts';
import { formatMoney } from '../format.ts';
import { IntegrationMark } from '../integration-mark/integration-mark.tsx';
import styles from '../invoices/check-screen.module.css';
import { DeletedChoices } from '../invoices/deleted-choices.tsx';
import { EditedChoices } from '../invoices/edited-choices.tsx';
import { focusField, focusNextStep } from '../invoices/fields.ts';
import { Timeline } from '../invoices/timeline.tsx';
import { blankLine, type Draft, inputOf, mistakesOf, withoutBlankLines } from './draft.ts';
import { orderFieldOf } from './fields.ts';
import { OrderFiles } from './order-files.tsx';
import { OrderFoot } from './order-foot.tsx';
import { OrderHeader } from './order-header.tsx';
import { OrderLines } from './order-lines.tsx';
import { actOnOrder, decideDeleted, decideEdited, type OrderAction, orderLogQuery, saveOrder } from './queries.ts';

interface OrderScreenProps {
  /** null: a new one */
  order: PurchaseOrder | null;
  start: Draft;
}

const DONE: Record<OrderAction, string> = {
  approve: 'Approved.',
  unapprove: 'No longer approved.',
  send: 'On its way to Procore.',
  retry: 'Trying again.',
  stop: 'Sending cancelled.',
  unignore: 'No longer ignored.',
};

/** One purchase order of ours from entry to its place in Procore: header, lines, what is wrong, what comes next. */
export function OrderScreen({ order, start }: OrderScreenProps) {
  const navigate = useNavigate();
  const { draft, change, isDirty, settle } = useDraft({
    start,
    revision: order?.revision ?? 0,
    textOf: (one) => JSON.stringify(inputOf(one)),
    complete: (one) => (one.lines.length > 0 ? one : { ...one, lines: [blankLine()] }),
  });
  const [mistakes, setMistakes] = useState<Record<string, string>>({});
  const mayEdit = order === null || order.may.edit;
  const created = useRef<string | null>(null);
  const idNow = () => order?.id ?? created.current;

  const save = useMutation({
    mutationFn: async () => {
      const clean = change(withoutBlankLines);
      const found = mistakesOf(clean);
      setMistakes(found);
      if (Object.keys(found).length > 0) throw new Mistakes();
      const saved = await saveOrder(idNow(), inputOf(clean));
      created.current = saved.id;
      settle(clean, saved.revision);
      return saved;
    },
    onSuccess: (saved) => {
      announce('Saved.');
      if (order === null)
        void navigate({ to: '/purchase-orders/$id', params: { id: saved.id }, hash: 'steps', replace: true });
    },
    onError: (error) => {
      if (error instanceof Mistakes) return;
      if (error instanceof ApiError)
        setMistakes(Object.fromEntries(error.fields.map((one) => [one.path, one.message])));
      announceError(error);
    },
  });
  const run = useMutation({
    mutationFn: ({ id, action }: { id: string; action: OrderAction }) => actOnOrder(id, action),
    onSuccess: (_order, { action }) => announce(DONE[action]),
    onError: announceError,
  });
  const onSave = () => {
    if (mayEdit && !save.isPending && !run.isPending) save.mutate();
  };
  useHotkeys([['mod+S', onSave]], []);
  useJumpOnArrival(order);

  const form = { draft, change, mistakes, isReadOnly: !mayEdit };
  return (
    <Screen
      title={order === null ? 'New purchase order' : titleOf(order)}
      aside={
        order !== null && (
          <>
            <IntegrationMark state={order.integration} />
            <Standing row={order} />
          </>
        )
      }
      actions={order !== null && <Steps order={order} />}
    >
      <div className={styles.desk}>
        <div className={styles.page}>
          {order?.whyFixed != null && <p className={styles.soft}>{order.whyFixed}</p>}
          <OrderHeader {...form} />
          <OrderLines {...form} />
          {order !== null && <Saved order={order} mayEdit={mayEdit} isStale={isDirty()} />}
        </div>
      </div>
      <OrderFoot
        draft={draft}
        order={order}
        isDirty={isDirty()}
        busy={save.isPending ? 'save' : run.isPending ? run.variables.action : null}
        onSave={onSave}
        onAct={(action) => {
          const id = idNow();
          if (id !== null) run.mutate({ id, action });
        }}
      />
    </Screen>
  );
}

/** Stops a save whose mistakes already stand at their fields. */
class Mistakes extends Error {}

/** What there is of an order once it exists. */
function Saved({ order, mayEdit, isStale }: { order: PurchaseOrder; mayEdit: boolean; isStale: boolean }) {
  const log = useQuery(orderLogQuery(order.id));
  const theirs = order.lines.filter(({ origin }) => origin === 'procore');
  return (
    <>
      <Problems order={order} mayEdit={mayEdit} isStale={isStale} />
      <OrderFiles order={order} />
      {order.procoreId !== null && <Facts kind="purchase_order" commitment={order} />}
      {theirs.length > 0 && (
        <Section
          title="Lines added in Procore"
          hint="People entered them there; they are shown, and never written here."
        >
          <DataTable
            label="Lines added in Procore"
            columns={THEIR_COLUMNS}
            rows={theirs}
            keyOf={(line) => line.id}
            isMuted={(line) => line.isRemoved}
          />
        </Section>
      )}
      {order.variations.length > 0 && <Variations kind="purchase_order" variations={order.variations} />}
      <Timeline log={log} />
    </>
  );
}

const THEIR_COLUMNS: Column<PurchaseOrderLine>[] = [
  { header: 'Cost code', width: 220, cell: (line) => [line.costCode, line.costCodeName].filter(Boolean).join(' ') },
  { header: 'Description', cell: (line) => line.description },
  { header: 'Quantity', width: 110, align: 'right', cell: (line) => line.quantity },
  { header: 'Price $', width: 110, align: 'right', cell: (line) => line.unitPrice },
  { header: 'Amount $', width: 130, align: 'right', cell: (line) => formatMoney(line.amount) },
];

/** Everything that keeps an order from being approved, or kept it from arriving, each with the way out. */
function Problems({ order, mayEdit, isStale }: { order: PurchaseOrder; mayEdit: boolean; isStale: boolean }) {
  if (order.problems.length === 0) return null;
  return (
    <section id="problems" className={styles.problems} aria-label="Problems">
      <h2 className={styles.sectionTitle}>
        Problems ({order.problems.length})
        {isStale && <span className={styles.soft}> as last saved; save to look again</span>}
      </h2>
      <ul className={styles.problemList}>
        {order.problems.map((problem) => {
          const field = orderFieldOf(problem);
          return (
            <li key={`${problem.code} ${problem.line} ${problem.message}`} data-severity={problem.severity}>
              {problem.severity === 'blocks' ? (
                <IconCircleX size={16} aria-label="Must be fixed" />
              ) : (
                <IconAlertTriangle size={16} aria-label="Warning" />
              )}
              <span className={styles.sentence}>
                {problem.message} <span className={styles.soft}>{problem.fix}</span>
              </span>
              <span className={styles.fixes}>
                {problem.code === 'DELETED_REMOTELY' && order.may.retry && (
                  <DeletedChoices noun="purchase order" onDecide={(choice) => decideDeleted(order.id, choice)} />
                )}
                {EDITED.includes(problem.code) && order.may.retry && (
                  <EditedChoices noun="purchase order" onDecide={(choice) => decideEdited(order.id, choice)} />
                )}
                {mayEdit && field !== null && (
                  <Button size="compact-xs" variant="default" onClick={() => focusField(field)}>
                    Go to the field
                  </Button>
                )}
                {PLACES[problem.where] !== undefined && (
                  <Button
                    size="compact-xs"
                    variant="default"
                    renderRoot={(root) => <Link to={PLACES[problem.where]!.to} {...root} />}
                  >
                    {PLACES[problem.where]!.words}
                  </Button>
                )}
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

const EDITED = ['REMOTE_EDITED', 'CONFLICT'];

/** Where a problem is put right that is not on this screen. */
const PLACES: Record<string, { to: '/settings' | '/fetch' | '/vendors' | '/cost-codes'; words: string }> = {
  settings: { to: '/settings', words: 'Open Settings' },
  connection: { to: '/settings', words: 'Open Settings' },
  'tax-mapping': { to: '/settings', words: 'Open Settings' },
  projects: { to: '/fetch', words: 'Open Fetch' },
  vendors: { to: '/vendors', words: 'Open Vendors' },
  'cost-codes': { to: '/cost-codes', words: 'Open Cost codes' },
};

/** A link may point at the problems or the log; a new order starts at its supplier, a saved one at its next step. */
function useJumpOnArrival(order: PurchaseOrder | null): void {
  const isNew = order === null;
  useEffect(() => {
    const place = window.location.hash.slice(1);
    if (isNew) focusField('supplier');
    else if (place === 'steps') focusNextStep();
    else if (place !== '') document.getElementById(place)?.scrollIntoView({ block: 'center' });
  }, [isNew]);
}

const titleOf = (order: PurchaseOrder) =>
  [`Purchase order ${order.number}`, order.vendorName].filter(Boolean).join(' · ');

/** Who did what so far. */
function Steps({ order }: { order: PurchaseOrder }) {
  const steps = [
    order.enteredBy === null ? null : `Entered by ${order.enteredBy}`,
    order.approvedBy === null ? null : `approved by ${order.approvedBy}`,
    order.cancelledBy === null ? null : `cancelled by ${order.cancelledBy}`,
  ];
  const words = steps.filter((step) => step !== null).join(', ');
  return (
    <span className={styles.standing} title={words}>
      {words}
    </span>
  );
}
