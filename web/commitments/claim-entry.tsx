import { Button, Modal, NativeSelect, SegmentedControl, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Decimal } from 'decimal.js';
import { useState } from 'react';
import type { CommitmentDetail, CommitmentLine } from '../../schemas/commitments.ts';
import { ClaimEntered } from '../../schemas/retention.ts';
import { api, queryClient } from '../api.ts';
import { announceError } from '../elements/announce.tsx';
import { DayField } from '../elements/day-field.tsx';
import { listTaxCodes } from '../elements/record-options.ts';
import { formatMoney, subtractMoney, sumMoney } from '../format.ts';
import styles from './commitments.module.css';
import { getRetention, retentionKey } from './retention.tsx';

type ClaimType = 'claim' | 'retention_release';

/** Enters a claim line by line against the schedule of values and the approved variations, or releases retention. */
export function ClaimEntryButton({ commitment }: { commitment: CommitmentDetail }) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <Button variant="default" leftSection={<IconPlus size={14} aria-hidden />} onClick={() => setIsOpen(true)}>
        New claim
      </Button>
      <Modal opened={isOpen} onClose={() => setIsOpen(false)} size="xl" title={`Claim on ${commitment.number}`}>
        <ClaimForm commitment={commitment} />
      </Modal>
    </>
  );
}

function ClaimForm({ commitment }: { commitment: CommitmentDetail }) {
  const navigate = useNavigate();
  const [type, setType] = useState<ClaimType>('claim');
  const [number, setNumber] = useState('');
  const [day, setDay] = useState<string | null>(null);
  const [taxCodeId, setTaxCodeId] = useState<string | null>(null);
  /** null: as the tax code comes to */
  const [tax, setTax] = useState<string | null>(null);
  const [amounts, setAmounts] = useState<Record<string, string>>({});
  const { data: retention } = useQuery({
    queryKey: retentionKey(commitment.id),
    queryFn: () => getRetention(commitment.id),
  });
  const { data: taxCodes = [] } = useQuery({ queryKey: ['tax-codes'], queryFn: listTaxCodes });
  const taxCode = taxCodes.find(({ id }) => id === taxCodeId) ?? null;
  const percent = (type === 'claim' ? retention?.effectivePercent : null) ?? '0';
  const lines = claimableLines(commitment);
  const entered = lines.filter(({ line }) => isAmount(amounts[line.id]));
  const total = sumMoney(entered.map(({ line }) => amounts[line.id]!.trim()));
  const kept = sumMoney(entered.map(({ line }) => percentOf(amounts[line.id]!, percent)));
  const save = useMutation({
    mutationFn: () =>
      api.post(`/api/subcontracts/${commitment.id}/claims`, ClaimEntered, {
        number,
        invoiceDate: day,
        type,
        tax: tax ?? percentOf(total, taxCode?.rate ?? '0'),
        taxCodeId: taxCode?.id ?? null,
        lines: entered.map(({ line }) => ({ lineId: line.id, amount: amounts[line.id]!.trim() })),
      }),
    onSuccess: async ({ invoiceId }) => {
      await queryClient.invalidateQueries({ queryKey: ['subcontracts'] });
      await navigate({ to: '/invoices/$id', params: { id: invoiceId } });
    },
    onError: announceError,
  });
  return (
    <form
      className={styles.policy}
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <SegmentedControl
        aria-label="What it is"
        value={type}
        onChange={(value) => setType(value as ClaimType)}
        data={[
          { value: 'claim', label: 'Claim' },
          { value: 'retention_release', label: 'Release of retention' },
        ]}
      />
      <TextInput
        label="Claim number"
        required
        value={number}
        onChange={(event) => setNumber(event.currentTarget.value)}
      />
      <DayField label="Date" value={day} onChange={setDay} />
      <table className={styles.entry}>
        <thead>
          <tr>
            <th>Line</th>
            <th className="figures">Left $</th>
            <th className="figures">This claim $</th>
            <th className="figures">Kept back $</th>
          </tr>
        </thead>
        <tbody>
          {lines.map(({ line, text }) => (
            <tr key={line.id}>
              <td>{text}</td>
              <td className="figures">{formatMoney(subtractMoney(line.amount, line.claimed))}</td>
              <td>
                <TextInput
                  aria-label={`This claim, ${text}`}
                  inputMode="decimal"
                  value={amounts[line.id] ?? ''}
                  onChange={(event) => {
                    const { value } = event.currentTarget;
                    setAmounts((before) => ({ ...before, [line.id]: value }));
                  }}
                />
              </td>
              <td className="figures">
                {isAmount(amounts[line.id]) ? formatMoney(percentOf(amounts[line.id]!, percent)) : ''}
              </td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <td colSpan={2}>To pay ex GST: ${formatMoney(subtractMoney(total, kept))}</td>
            <td className="figures">{formatMoney(total)}</td>
            <td className="figures">{formatMoney(kept)}</td>
          </tr>
        </tfoot>
      </table>
      <NativeSelect
        label="Tax code"
        data={[
          { value: '', label: 'Choose' },
          ...taxCodes.map(({ id, code, rate }) => ({ value: id, label: `${code} (${Number(rate)} %)` })),
        ]}
        value={taxCodeId ?? ''}
        onChange={(event) => {
          setTaxCodeId(event.currentTarget.value || null);
          setTax(null);
        }}
      />
      <TextInput
        label="GST ($)"
        inputMode="decimal"
        value={tax ?? percentOf(total, taxCode?.rate ?? '0')}
        onChange={(event) => setTax(event.currentTarget.value)}
      />
      <p className={styles.soft}>
        {type === 'claim'
          ? `${percent} % is kept back${retention === undefined ? '' : `; $${formatMoney(retention.held)} is held now`}.`
          : `At most what is held can be released: $${formatMoney(retention?.held ?? '0.00')}.`}
      </p>
      <Button
        type="submit"
        disabled={number.trim() === '' || day === null || taxCode === null || entered.length === 0}
        loading={save.isPending}
      >
        Enter claim
      </Button>
    </form>
  );
}

/** Lines of the subcontract, then those of approved variations. */
function claimableLines({ lines, variations }: CommitmentDetail): { line: CommitmentLine; text: string }[] {
  const own = lines.map((line) => ({ line, text: `${line.position} ${line.description ?? ''}`.trim() }));
  const changed = variations
    .filter(({ state }) => state === 'approved')
    .flatMap((variation) =>
      variation.lines.map((line) => ({
        line,
        text: `Variation ${variation.number}: ${line.description ?? ''}`.trim(),
      })),
    );
  return [...own, ...changed].filter(({ line }) => !line.isRemoved);
}

/** Rounded once, as Procore does: a tax is taken of what was added up first. */
const percentOf = (amount: string, percent: string): string =>
  new Decimal(amount.trim()).times(percent).dividedBy(100).toFixed(2, Decimal.ROUND_HALF_UP);

const isAmount = (text: string | undefined): boolean => /^-?\d+(\.\d{1,2})?$/.test(text?.trim() ?? '');
