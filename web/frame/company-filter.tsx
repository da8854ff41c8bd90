import { Button, NativeSelect } from '@mantine/core';
import { IconFilter } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { EmptyState } from '../elements/states.tsx';
import { companiesQuery } from '../settings/queries.ts';

/** The Procore company the lists are narrowed to; undefined: all. */
export const useCompany = (): string | undefined => useSearch({ from: '/frame' }).company;

function useChooseCompany(): (company: string | undefined) => void {
  const navigate = useNavigate();
  return (company) => void navigate({ to: '.', search: (now) => ({ ...now, company }), replace: true });
}

/** Narrows lists to one Procore company; not there while there is no choice. */
export function CompanyFilter() {
  const company = useCompany();
  const choose = useChooseCompany();
  const companies = useQuery(companiesQuery).data ?? [];
  if (companies.length < 2) return null;
  return (
    <NativeSelect
      aria-label="Procore company"
      w={200}
      data={[{ value: '', label: 'All companies' }, ...companies.map(({ id, name }) => ({ value: id, label: name }))]}
      value={company ?? ''}
      onChange={(event) => choose(event.currentTarget.value || undefined)}
    />
  );
}

/** In place of a list that holds nothing of the company it is narrowed to. */
export function NothingOfCompany({ what }: { what: string }) {
  const choose = useChooseCompany();
  return (
    <EmptyState
      icon={IconFilter}
      title={`No ${what} of this company`}
      action={<Button onClick={() => choose(undefined)}>Show all companies</Button>}
    >
      Only what belongs to the Procore company chosen at the top is shown.
    </EmptyState>
  );
}
