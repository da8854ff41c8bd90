import { Button } from '@mantine/core';
import { IconAlertTriangle, IconRefresh } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useParams, useRouteContext } from '@tanstack/react-router';
import type { CommitmentDetail, CommitmentKind, CommitmentLine, Variation } from '../../schemas/commitments.ts';
import { announce, announceError } from '../elements/announce.tsx';
import { type Column, DataTable } from '../elements/data-table.tsx';
import { Screen, Section } from '../elements/screen.tsx';
import { Loaded } from '../elements/states.tsx';
import { Tag } from '../elements/tag.tsx';
import { formatMoney, subtractMoney } from '../format.ts';
import { hasRole } from '../session.ts';
import { ClaimEntryButton } from './claim-entry.tsx';
import { ClaimQueueSection } from './claim-queue.tsx';
import styles from './commitments.module.css';
import { Standing } from './commitments.tsx';
import { commitmentQuery, KINDS, refreshCommitment } from './queries.ts';
import { RetentionSection } from './retention.tsx';

export function SubcontractScreen() {
  const { id } = useParams({ from: '/frame/subcontracts/$id' });
  return <CommitmentScreen kind="sub_contract" id={id} />;
}

/** A commitment that follows Procore. */
export function CommitmentScreen({ kind, id }: { kind: CommitmentKind; id: string }) {
  const query = useQuery(commitmentQuery(kind, id));
  return <Loaded query={query}>{(commitment) => <Whole kind={kind} commitment={commitment} />}</Loaded>;
}

function Whole({ kind, commitment }: { kind: CommitmentKind; commitment: CommitmentDetail }) {
  const { session } = useRouteContext({ from: '/frame' });
  const refresh = useMutation({
    mutationFn: () => refreshCommitment({ kind, projectId: commitment.projectId, procoreId: commitment.procoreId }),
    onSuccess: () => announce('It is being read from Procore.'),
    onError: announceError,
  });
  return (
    <Screen
      title={`${commitment.number} ${commitment.description ?? ''}`.trim()}
      aside={<Standing row={commitment} />}
      actions={
        <>
          {kind === 'sub_contract' && hasRole(session, 'clerk') && <ClaimEntryButton commitment={commitment} />}
          {hasRole(session, 'admin', 'clerk', 'approver', 'operator') && commitment.procoreId !== null && (
            <Button
              variant="default"
              leftSection={<IconRefresh size={14} aria-hidden />}
              loading={refresh.isPending}
              onClick={() => refresh.mutate()}
            >
              Refresh from Procore
            </Button>
          )}
        </>
      }
    >
      {commitment.whyGreyed !== null && <p className={styles.notice}>{commitment.whyGreyed}</p>}
      <Facts kind={kind} commitment={commitment} />
      <div className={styles.sections}>
        <ClaimQueueSection kind={kind} id={commitment.id} />
        {kind === 'sub_contract' && <RetentionSection id={commitment.id} />}
        <Section title="Lines" hint="The schedule of values as it stands in Procore, excluding GST.">
          <DataTable
            label="Lines"
            columns={LINE_COLUMNS}
            rows={commitment.lines}
            keyOf={(line) => line.id}
            isMuted={(line) => line.isRemoved}
          />
        </Section>
        <Variations kind={kind} variations={commitment.variations} />
      </div>
    </Screen>
  );
}

/** What change orders of Procore do to a commitment. */
export function Variations({ kind, variations }: { kind: CommitmentKind; variations: Variation[] }) {
  return (
    <Section title="Variations" hint="Only approved variations add to what may be invoiced.">
      {variations.length === 0 ? (
        <p className={styles.soft}>This {KINDS[kind].noun} has no variations.</p>
      ) : (
        variations.map((variation) => <OneVariation key={variation.id} variation={variation} />)
      )}
    </Section>
  );
}

/** What it comes to, and what is left. */
export function Facts({ kind, commitment }: { kind: CommitmentKind; commitment: CommitmentDetail }) {
  const facts: [string, string][] = [
    ['Supplier', commitment.vendorName ?? 'None'],
    ['Project', `${commitment.projectCode} ${commitment.projectName}`],
    ['Original', `$${formatMoney(commitment.original)}`],
    ['Approved variations', `$${formatMoney(commitment.approvedChanges)}`],
    ['Revised', `$${formatMoney(commitment.revised)}`],
    ['Invoiced in Procore', `$${formatMoney(commitment.invoiced)}`],
    ['Remaining', `$${formatMoney(commitment.remaining)}`],
    ...(commitment.retainagePercent === null
      ? []
      : ([['Retention', `${commitment.retainagePercent} %`]] as [string, string][])),
    ['Accounted by', commitment.accountingMethod === 'unit' ? 'Quantity and price' : 'Amount'],
    ...(kind === 'sub_contract'
      ? ([['Executed', commitment.isExecuted ? 'Yes' : 'Not yet']] as [string, string][])
      : []),
    ...(commitment.isPrivate ? ([['In Procore', 'Private']] as [string, string][]) : []),
  ];
  return (
    <dl className={styles.facts}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className="figures">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

const LINE_COLUMNS: Column<CommitmentLine>[] = [
  { header: 'Line', width: 60, cell: (line) => line.position },
  { header: 'Cost code', width: 220, cell: (line) => <Code line={line} /> },
  { header: 'Cost type', width: 90, cell: (line) => line.costType },
  { header: 'Description', cell: (line) => line.description },
  { header: 'Quantity', width: 110, align: 'right', cell: (line) => quantityOf(line) },
  { header: 'Price $', width: 110, align: 'right', cell: (line) => line.unitPrice },
  { header: 'Amount $', width: 130, align: 'right', cell: (line) => formatMoney(line.amount) },
  {
    header: 'Remaining $',
    width: 130,
    align: 'right',
    cell: (line) => formatMoney(subtractMoney(line.amount, line.claimed)),
  },
];

/** Of what is not approved nothing remains to be claimed. */
const NOT_CLAIMABLE_COLUMNS = LINE_COLUMNS.filter(({ header }) => header !== 'Remaining $');

const quantityOf = ({ quantity, unit }: CommitmentLine) =>
  quantity === null ? null : `${quantity}${unit === null ? '' : ` ${unit}`}`;

function Code({ line }: { line: CommitmentLine }) {
  if (line.isRemoved) return <Tag tone="warn">Removed in Procore</Tag>;
  if (line.costCode === null) return <Tag tone="warn">No cost code</Tag>;
  return (
    <>
      {line.costCode} {line.costCodeName}
      {!line.isCodeKnown && <Tag tone="warn">Not in the project here</Tag>}
    </>
  );
}

/** What each state is called, and whether it is good. */
const STATES: Record<Variation['state'], { words: string; tone: 'good' | 'soft' | 'warn' }> = {
  approved: { words: 'Approved', tone: 'good' },
  approval_not_required: { words: 'Approval not required', tone: 'good' },
  draft: { words: 'Draft', tone: 'soft' },
  awaiting_approval: { words: 'Awaiting approval', tone: 'soft' },
  no_longer_required: { words: 'No longer required', tone: 'soft' },
};

function OneVariation({ variation }: { variation: Variation }) {
  const { words, tone } = STATES[variation.state];
  const isNamedOtherwise = variation.statusName.toLowerCase() !== words.toLowerCase();
  return (
    <section className={styles.variation} aria-label={`Variation ${variation.number}`}>
      <header className={styles.variationHead}>
        <strong>
          {variation.number} {variation.description}
        </strong>
        <Tag tone={tone}>{words}</Tag>
        {isNamedOtherwise && <span className={styles.soft}>in Procore: {variation.statusName}</span>}
        <span className={`figures ${styles.worth}`}>
          ${formatMoney(variation.worth)}
          {variation.worth !== variation.amount && (
            <span className={styles.soft}> of ${formatMoney(variation.amount)}</span>
          )}
        </span>
      </header>
      {variation.problem !== null && (
        <p className={styles.problem}>
          <IconAlertTriangle size={16} aria-hidden /> {variation.problem}
        </p>
      )}
      {variation.lines.length > 0 && (
        <DataTable
          label={`Lines of variation ${variation.number}`}
          columns={variation.state === 'approved' ? LINE_COLUMNS : NOT_CLAIMABLE_COLUMNS}
          rows={variation.lines}
          keyOf={(line) => line.id}
          isMuted={(line) => line.isRemoved}
        />
      )}
    </section>
  );
}
