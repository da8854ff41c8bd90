import { Button, NativeSelect } from '@mantine/core';
import { IconAlertTriangle, IconArrowRight } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { TaxTypes } from '../../schemas/accounting.ts';
import { announce, announceError } from '../elements/announce.tsx';
import { Section } from '../elements/screen.tsx';
import { Loaded } from '../elements/states.tsx';
import { saveTaxTypes, taxTypesQuery } from './accounting-queries.ts';
import styles from './settings.module.css';

interface TaxTypeMappingsProps {
  system: string;
  mayChange: boolean;
}

/** Which tax rate of the accounting system each Lentune tax code is. */
export function TaxTypeMappings({ system, mayChange }: TaxTypeMappingsProps) {
  const query = useQuery(taxTypesQuery);
  return (
    <Section
      title="Tax rates"
      hint={`What each Lentune tax code is in ${system}. One that is not mapped holds the bill.`}
    >
      <Loaded query={query}>{(types) => <Mappings types={types} system={system} mayChange={mayChange} />}</Loaded>
    </Section>
  );
}

function Mappings({ types: { rates, mappings }, system, mayChange }: TaxTypeMappingsProps & { types: TaxTypes }) {
  const [chosen, setChosen] = useState<Record<string, string | null>>({});
  const save = useMutation({
    mutationFn: () =>
      saveTaxTypes({ mappings: Object.entries(chosen).map(([taxCodeId, taxType]) => ({ taxCodeId, taxType })) }),
    onSuccess: () => {
      setChosen({});
      announce('Tax rates saved.');
    },
    onError: announceError,
  });
  if (mappings.length === 0) return <p className={styles.soft}>There are no Lentune tax codes yet.</p>;
  return (
    <>
      <table className={styles.mappings}>
        <thead>
          <tr>
            <th scope="col">Lentune tax code</th>
            <th scope="col" data-rate>
              Rate
            </th>
            <th aria-hidden />
            <th scope="col">{system} tax rate</th>
            <th scope="col" data-rate>
              Rate
            </th>
          </tr>
        </thead>
        <tbody>
          {mappings.map((row) => {
            const picked = chosen[row.taxCodeId] === undefined ? row.taxType : (chosen[row.taxCodeId] ?? null);
            const target = rates.find(({ taxType }) => taxType === picked);
            const warning = warningOf(row, picked, target, system);
            return (
              <tr key={row.taxCodeId} data-unmapped={picked === null || undefined}>
                <th scope="row">
                  <strong>{row.code}</strong> <span className={styles.soft}>{row.description}</span>
                </th>
                <td data-rate>{percent(row.rate)}</td>
                <td>
                  <IconArrowRight size={14} aria-hidden />
                </td>
                <td>
                  <NativeSelect
                    aria-label={`${system} tax rate for ${row.code}`}
                    disabled={!mayChange}
                    value={picked ?? ''}
                    data={[
                      { value: '', label: 'Not mapped' },
                      ...rates
                        .filter(({ isActive, taxType }) => isActive || taxType === picked)
                        .map(({ taxType, name }) => ({ value: taxType, label: name })),
                    ]}
                    onChange={(event) => {
                      const taxType = event.currentTarget.value || null;
                      setChosen((now) => ({ ...now, [row.taxCodeId]: taxType }));
                    }}
                  />
                  {warning !== null && (
                    <span className={styles.warning}>
                      <IconAlertTriangle size={13} aria-hidden /> {warning}
                    </span>
                  )}
                </td>
                <td data-rate>{target === undefined ? '' : percent(target.rate)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {Object.keys(chosen).length > 0 && (
        <div className={styles.buttons}>
          <Button loading={save.isPending} onClick={() => save.mutate()}>
            Save
          </Button>
          <Button variant="default" onClick={() => setChosen({})}>
            Discard
          </Button>
        </div>
      )}
    </>
  );
}

type Rate = TaxTypes['rates'][number];

function warningOf(
  row: { rate: string },
  picked: string | null,
  target: Rate | undefined,
  system: string,
): string | null {
  if (picked === null) return null;
  if (!target?.isActive) return `No longer active in ${system}.`;
  return Number(target.rate) === Number(row.rate) ? null : 'The rates differ.';
}

const percent = (rate: string) => `${Number(rate)} %`;
