import { Button, Modal, NativeSelect } from '@mantine/core';
import { IconAlertTriangle, IconArrowRight } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Company } from '../../schemas/connection.ts';
import type { TimeTypeWindow } from '../../schemas/people.ts';
import { announce, announceError } from '../elements/announce.tsx';
import { Loaded } from '../elements/states.tsx';
import styles from '../settings/settings.module.css';
import { refreshTimeTypes, saveTimeTypes, timeTypesQuery } from './queries.ts';

interface TimeTypeMappingProps {
  company: Company;
  mayChange: boolean;
  onClose(): void;
}

/** The window "Time type mapping": Lentune entry types left, Procore time types right. */
export function TimeTypeMapping({ company, mayChange, onClose }: TimeTypeMappingProps) {
  const query = useQuery(timeTypesQuery(company.id));
  return (
    <Modal opened onClose={onClose} size="lg" title={`Time type mapping of ${company.name}`}>
      <Loaded query={query}>
        {(window) => <Rows company={company} window={window} mayChange={mayChange} onDone={onClose} />}
      </Loaded>
    </Modal>
  );
}

interface RowsProps {
  company: Company;
  window: TimeTypeWindow;
  mayChange: boolean;
  onDone(): void;
}

function Rows({ company, window, mayChange, onDone }: RowsProps) {
  const [changes, setChanges] = useState<Record<string, string | null>>({});
  const refresh = useMutation({ mutationFn: () => refreshTimeTypes(company.id), onError: announceError });
  const save = useMutation({
    mutationFn: () =>
      saveTimeTypes(
        company.id,
        Object.entries(changes).map(([entryTypeId, procoreTimeTypeId]) => ({ entryTypeId, procoreTimeTypeId })),
      ),
    onSuccess: () => {
      announce('Time type mapping saved.');
      onDone();
    },
    onError: announceError,
  });
  return (
    <>
      {window.timeTypes.length === 0 && (
        <p className={styles.problem}>
          <IconAlertTriangle size={16} aria-hidden /> No time types have come from Procore yet.
        </p>
      )}
      <table className={styles.mappings}>
        <thead>
          <tr>
            <th scope="col">Lentune entry type</th>
            <th aria-hidden />
            <th scope="col">Procore time type</th>
          </tr>
        </thead>
        <tbody>
          {window.entryTypes.map((row) => {
            const change = changes[row.entryTypeId];
            const chosen = change === undefined ? row.procoreTimeTypeId : change;
            const type = window.timeTypes.find((one) => one.id === chosen);
            const warning = warningOf(chosen, type?.isActive, row.fallback, window.timeTypes.length);
            return (
              <tr key={row.entryTypeId} data-unmapped={chosen === null || undefined}>
                <th scope="row">{row.name}</th>
                <td>
                  <IconArrowRight size={14} aria-hidden />
                </td>
                <td>
                  <NativeSelect
                    aria-label={`Procore time type for ${row.name}`}
                    disabled={!mayChange}
                    value={chosen ?? ''}
                    data={[
                      { value: '', label: 'Not mapped' },
                      ...window.timeTypes
                        .filter((one) => one.isActive || one.id === chosen)
                        .map((one) => ({ value: one.id, label: one.name })),
                    ]}
                    onChange={(event) => {
                      const id = event.currentTarget.value || null;
                      setChanges((now) => ({ ...now, [row.entryTypeId]: id }));
                    }}
                  />
                  {warning !== null && (
                    <span className={styles.warning}>
                      <IconAlertTriangle size={13} aria-hidden /> {warning}
                    </span>
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <div className={styles.modalButtons}>
        {mayChange && (
          <Button variant="default" loading={refresh.isPending} onClick={() => refresh.mutate()}>
            Read again from Procore
          </Button>
        )}
        <Button variant="default" onClick={onDone}>
          {mayChange ? 'Cancel' : 'Close'}
        </Button>
        {mayChange && (
          <Button disabled={Object.keys(changes).length === 0} loading={save.isPending} onClick={() => save.mutate()}>
            Save
          </Button>
        )}
      </div>
    </>
  );
}

function warningOf(
  chosen: string | null,
  isActive: boolean | undefined,
  fallback: string | null,
  types: number,
): string | null {
  const unmapped =
    fallback === null
      ? 'time of this type cannot be sent.'
      : `time of this type is sent as ${fallback}, as the default entry type is.`;
  if (chosen === null) return types === 0 ? null : `Not mapped: ${unmapped}`;
  return isActive === false ? `Removed in Procore: ${unmapped}` : null;
}
