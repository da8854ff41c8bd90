import { Button, NativeSelect, TextInput } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { queryOptions, useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Allocations, type AllocationsInput } from '../../schemas/allocations.ts';
import type { Invoice } from '../../schemas/invoices.ts';
import { api, queryClient } from '../api.ts';
import { refreshCommitment } from '../commitments/queries.ts';
import { announce, announceError } from '../elements/announce.tsx';
import { Tag } from '../elements/tag.tsx';
import { formatMoney, plainNumber } from '../format.ts';
import styles from './allocations.module.css';
import sheet from './check-screen.module.css';
import { invoiceQuery } from './queries.ts';

const allocationsQuery = (invoiceId: string, revision: number) =>
  queryOptions({
    queryKey: ['invoices', 'allocations', invoiceId, revision],
    queryFn: () => api.get(`/api/invoices/${invoiceId}/allocations`, Allocations),
    // A refresh from Procore takes a moment; what it brings shows by itself.
    refetchInterval: 5_000,
  });

const LIGHTS = {
  green: { words: 'The invoice equals the order', tone: 'good' },
  orange: { words: 'The invoice is less than the order', tone: 'warn' },
  red: { words: 'The invoice is more than the order', tone: 'bad' },
} as const;

type Commitment = Allocations['commitments'][number];

/** What an invoice books on its purchase order or subcontract, line by line, by value or by quantity. */
export function AllocationsPanel({ invoice, mayEdit }: { invoice: Invoice; mayEdit: boolean }) {
  const { data } = useQuery(allocationsQuery(invoice.id, invoice.revision));
  if (data === undefined || data.commitments.length === 0) return null;
  return (
    <section className={sheet.block} aria-label="Allocations" id="allocations">
      <h2 className={sheet.sectionTitle}>Allocations</h2>
      {data.commitments.map((commitment) => (
        <OneCommitment
          key={`${commitment.id}/${invoice.revision}`}
          invoice={invoice}
          commitment={commitment}
          data={data}
          mayEdit={mayEdit}
        />
      ))}
    </section>
  );
}

interface OneCommitmentProps {
  invoice: Invoice;
  commitment: Commitment;
  data: Allocations;
  mayEdit: boolean;
}

function OneCommitment({ invoice, commitment, data, mayEdit }: OneCommitmentProps) {
  const [by, setBy] = useState<'value' | 'quantity'>('value');
  const [typed, setTyped] = useState<Record<string, string>>({});
  const own = new Set(commitment.lines.map((line) => line.id));
  const keyOf = (position: number, lineId: string) => `${position}/${lineId}`;
  const stored = (position: number, lineId: string) =>
    data.allocations.find((one) => one.position === position && one.lineId === lineId);
  const shown = (position: number, lineId: string): string => {
    const text = typed[keyOf(position, lineId)];
    if (text !== undefined) return text;
    const one = stored(position, lineId);
    return (by === 'value' ? one?.amount : one?.quantity) ?? '';
  };
  const refresh = useMutation({
    mutationFn: () => refreshCommitment(commitment),
    onSuccess: () => announce('It is being read from Procore.'),
    onError: announceError,
  });
  const save = useMutation({
    mutationFn: () => {
      const others = data.allocations.filter((one) => !own.has(one.lineId));
      const mine = data.lines.flatMap(({ position }) =>
        commitment.lines.flatMap(({ id }): AllocationsInput['allocations'] => {
          const text = typed[keyOf(position, id)];
          const before = stored(position, id);
          if (text === undefined) return before === undefined ? [] : [before];
          const number = plainNumber(text);
          if (number === '' || Number(number) === 0) return [];
          return [{ position, lineId: id, ...(by === 'value' ? { amount: number } : { quantity: number }) }];
        }),
      );
      const body: AllocationsInput = { allocations: [...others, ...mine] };
      return api.put(`/api/invoices/${invoice.id}/allocations`, Allocations, body);
    },
    onSuccess: async () => {
      setTyped({});
      announce('Allocated.');
      await queryClient.invalidateQueries({ queryKey: invoiceQuery(invoice.id).queryKey });
      await queryClient.invalidateQueries({ queryKey: ['invoices'] });
    },
    onError: announceError,
  });
  const light = LIGHTS[commitment.light];
  return (
    <div className={styles.commitment}>
      <header className={styles.head}>
        <strong>{commitment.number}</strong>
        <span>{commitment.status}</span>
        {commitment.isSynced ? (
          <Tag tone={light.tone === 'good' ? 'good' : 'warn'}>{light.words}</Tag>
        ) : (
          <Tag tone="soft">Not exchanged with Procore: the invoice is a direct cost</Tag>
        )}
        <NativeSelect
          aria-label="Allocate by"
          value={by}
          disabled={!mayEdit}
          data={[
            { value: 'value', label: 'By value' },
            { value: 'quantity', label: 'By quantity' },
          ]}
          onChange={(event) => {
            setBy(event.currentTarget.value === 'quantity' ? 'quantity' : 'value');
            setTyped({});
          }}
        />
        <Button
          variant="default"
          leftSection={<IconRefresh size={14} aria-hidden />}
          loading={refresh.isPending}
          onClick={() => refresh.mutate()}
        >
          Refresh
        </Button>
        {mayEdit && (
          <Button onClick={() => save.mutate()} loading={save.isPending} disabled={Object.keys(typed).length === 0}>
            Save allocations
          </Button>
        )}
      </header>
      <table className={styles.table} aria-label={`Allocations to ${commitment.number}`}>
        <thead>
          <tr>
            <th>Line</th>
            <th className={styles.money}>Remaining ($)</th>
            {data.lines.map(({ position, left }) => (
              <th key={position} className={styles.money}>
                Invoice line {position}
                {Number(left) !== 0 && <span className={styles.left}>${formatMoney(left)} left</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {commitment.lines.map((line) => (
            <tr key={line.id}>
              <td title={line.whyNot ?? undefined}>
                {line.variation === null ? '' : `Variation ${line.variation}: `}
                {line.description ?? `Line ${line.position}`}
                {line.whyNot !== null && <span className={styles.left}>{line.whyNot}</span>}
              </td>
              <td className={styles.money}>{formatMoney(line.remaining)}</td>
              {data.lines.map(({ position }) => (
                <td key={position} className={styles.money}>
                  <TextInput
                    aria-label={`Invoice line ${position} on ${line.description ?? `line ${line.position}`}`}
                    inputMode="decimal"
                    autoComplete="off"
                    value={shown(position, line.id)}
                    readOnly={!mayEdit || line.whyNot !== null || (by === 'quantity' && line.unitPrice === null)}
                    onChange={(event) => {
                      const text = event.currentTarget.value;
                      setTyped((now) => ({ ...now, [keyOf(position, line.id)]: text }));
                    }}
                  />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
