import { Button, Modal, NativeSelect } from '@mantine/core';
import { IconAlertTriangle, IconArrowRight } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Company, TaxMappings } from '../../schemas/connection.ts';
import { announce, announceError } from '../elements/announce.tsx';
import { Loaded } from '../elements/states.tsx';
import { saveTaxMappings, taxMappingsQuery } from './queries.ts';
import styles from './settings.module.css';
import { TaxStandings } from './tax-standings.tsx';

interface TaxMappingsWindowProps {
  company: Company;
  mayChange: boolean;
  onClose: () => void;
}

/** Which Procore tax code each Lentune tax code becomes. GST must be on in Procore. */
export function TaxMappingsWindow({ company, mayChange, onClose }: TaxMappingsWindowProps) {
  const query = useQuery(taxMappingsQuery(company.id));
  return (
    <Modal opened onClose={onClose} size={720} title={`Tax mappings of ${company.name}`}>
      <Loaded query={query}>
        {(mappings) => <Mappings company={company} mappings={mappings} mayChange={mayChange} onDone={onClose} />}
      </Loaded>
      <TaxStandings companyId={company.id} mayTest={mayChange} />
    </Modal>
  );
}

interface MappingsProps {
  company: Company;
  mappings: TaxMappings;
  mayChange: boolean;
  onDone: () => void;
}

function Mappings({ company, mappings: { mappings, procoreTaxCodes }, mayChange, onDone }: MappingsProps) {
  const [chosen, setChosen] = useState<Record<string, string | null>>({});
  const save = useMutation({
    mutationFn: () => {
      const changed = Object.entries(chosen).map(([taxCodeId, procoreTaxCodeId]) => ({ taxCodeId, procoreTaxCodeId }));
      return saveTaxMappings(company.id, { mappings: changed });
    },
    onSuccess: () => {
      announce('Tax mappings saved.');
      onDone();
    },
    onError: announceError,
  });
  if (mappings.length === 0) {
    return <p className={styles.soft}>There are no Lentune tax codes yet.</p>;
  }
  return (
    <>
      {procoreTaxCodes.length === 0 && (
        <p className={styles.problem}>
          <IconAlertTriangle size={16} aria-hidden />
          No tax codes have come from Procore yet. GST must be switched on there; a fetch brings them.
        </p>
      )}
      <table className={styles.mappings}>
        <thead>
          <tr>
            <th scope="col">Lentune tax code</th>
            <th scope="col" data-rate>
              Rate
            </th>
            <th aria-hidden />
            <th scope="col">Procore tax code</th>
            <th scope="col" data-rate>
              Rate
            </th>
          </tr>
        </thead>
        <tbody>
          {mappings.map((row) => {
            const id = chosen[row.taxCodeId] === undefined ? row.procoreTaxCodeId : (chosen[row.taxCodeId] ?? null);
            const target = procoreTaxCodes.find((code) => code.id === id);
            const warning = warningOf(row, target);
            return (
              <tr key={row.taxCodeId} data-unmapped={id === null || undefined}>
                <th scope="row">
                  <strong>{row.code}</strong> <span className={styles.soft}>{row.description}</span>
                </th>
                <td data-rate>{percent(row.rate)}</td>
                <td>
                  <IconArrowRight size={14} aria-hidden />
                </td>
                <td>
                  <NativeSelect
                    aria-label={`Procore tax code for ${row.code}`}
                    disabled={!mayChange}
                    value={id ?? ''}
                    data={[
                      { value: '', label: 'Not mapped' },
                      ...procoreTaxCodes
                        .filter((code) => !code.isArchived || code.id === id)
                        .map((code) => ({ value: code.id, label: nameOf(code) })),
                    ]}
                    onChange={(event) => {
                      const value = event.currentTarget.value || null;
                      setChosen((now) => ({ ...now, [row.taxCodeId]: value }));
                    }}
                  />
                  {warning !== null && (
                    <span className={styles.warning}>
                      <IconAlertTriangle size={13} aria-hidden /> {warning}
                    </span>
                  )}
                </td>
                <td data-rate>{target?.rate ? percent(target.rate) : ''}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <div className={styles.modalButtons}>
        <Button variant="default" onClick={onDone}>
          {mayChange ? 'Cancel' : 'Close'}
        </Button>
        {mayChange && (
          <Button disabled={Object.keys(chosen).length === 0} loading={save.isPending} onClick={() => save.mutate()}>
            Save
          </Button>
        )}
      </div>
    </>
  );
}

type ProcoreTaxCode = TaxMappings['procoreTaxCodes'][number];

function warningOf(row: TaxMappings['mappings'][number], target: ProcoreTaxCode | undefined): string | null {
  if (target === undefined) return 'Not mapped: lines with this code cannot be sent.';
  if (target.isArchived) return 'Archived in Procore.';
  const isSameRate = target.rate === null || Number(target.rate) === Number(row.rate);
  return isSameRate ? null : 'The rates differ.';
}

const nameOf = (code: ProcoreTaxCode) =>
  code.description === null || code.description === code.code ? code.code : `${code.code} ${code.description}`;

const percent = (rate: string) => `${Number(rate)} %`;
