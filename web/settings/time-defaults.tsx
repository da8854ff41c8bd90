import { Anchor, Checkbox, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Company, CompanyChange } from '../../schemas/connection.ts';
import { timeSetupQuery } from '../people/queries.ts';
import { TimeTypeMapping } from '../people/time-type-mapping.tsx';
import { TIME_DEFAULTS } from './draft.ts';
import styles from './settings.module.css';

interface TimeDefaultsProps {
  company: Company;
  /** with what is not saved yet */
  shown: Company;
  mayChange: boolean;
  onChange(change: CompanyChange): void;
}

/** "Procore company users" and what people who come in by it get; the link to the time type mapping. */
export function TimeDefaults({ company, shown, mayChange, onChange }: TimeDefaultsProps) {
  const setup = useQuery(timeSetupQuery);
  const [isMapping, setMapping] = useState(false);
  const isReady = shown.timeSheetGroupId !== null && shown.timeSheetPersonaId !== null;
  return (
    <section aria-label={`Time sheets of ${company.name}`}>
      <Checkbox
        mt="sm"
        label="Procore company users"
        description={
          isReady
            ? 'Update Lentune user when company user is created or updated in Procore. Only used for Lentune Time sheets.'
            : 'Fill in the default user group and access persona first. Only used for Lentune Time sheets.'
        }
        disabled={!mayChange || (!isReady && !shown.syncUsers)}
        checked={shown.syncUsers}
        onChange={(event) => onChange({ syncUsers: event.currentTarget.checked })}
      />
      <div className={styles.toggles}>
        {TIME_DEFAULTS.map(({ name, label, list }) => (
          <Select
            key={name}
            label={label}
            disabled={!mayChange}
            clearable
            data={(setup.data?.[list] ?? []).map((one) => ({ value: one.id, label: one.name }))}
            value={shown[name]}
            onChange={(id) => onChange({ [name]: id })}
          />
        ))}
      </div>
      <Anchor component="button" type="button" size="sm" onClick={() => setMapping(true)}>
        Time type mapping
      </Anchor>
      {isMapping && <TimeTypeMapping company={company} mayChange={mayChange} onClose={() => setMapping(false)} />}
    </section>
  );
}
