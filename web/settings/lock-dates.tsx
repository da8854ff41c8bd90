import { useMutation } from '@tanstack/react-query';
import { Company } from '../../schemas/connection.ts';
import { api, queryClient } from '../api.ts';
import { announce, announceError } from '../elements/announce.tsx';
import { DayField } from '../elements/day-field.tsx';
import { Section } from '../elements/screen.tsx';
import { companiesQuery } from './queries.ts';
import styles from './settings.module.css';

/** Up to which day the accounting periods of each company are closed. Takes effect at once. */
export function LockDatesSection({ companies, mayChange }: { companies: Company[]; mayChange: boolean }) {
  if (companies.length === 0) return null;
  return (
    <Section
      title="Closed accounting periods"
      hint="An invoice dated on or before the lock date is not sent; an administrator sends one all the same with a reason."
    >
      <div className={styles.column}>
        {companies.map((company) => (
          <LockDate key={company.id} company={company} mayChange={mayChange} />
        ))}
      </div>
    </Section>
  );
}

function LockDate({ company, mayChange }: { company: Company; mayChange: boolean }) {
  const save = useMutation({
    mutationFn: (lockDate: string | null) => api.patch(`/api/companies/${company.id}`, Company, { lockDate }),
    onSuccess: () => announce('Lock date saved.'),
    onError: announceError,
    onSettled: () => queryClient.invalidateQueries({ queryKey: companiesQuery.queryKey }),
  });
  return (
    <fieldset className={styles.company} aria-label={`Closed periods of ${company.name}`}>
      <strong>{company.name}</strong>
      <DayField
        label="Lock date"
        field={`lock-${company.id}`}
        value={company.lockDate}
        isReadOnly={!mayChange || save.isPending}
        onChange={(day) => save.mutate(day)}
      />
    </fieldset>
  );
}
