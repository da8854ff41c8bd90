import { Button, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useRouteContext } from '@tanstack/react-router';
import { useState } from 'react';
import { Retention } from '../../schemas/retention.ts';
import { api, queryClient } from '../api.ts';
import { announce, announceError } from '../elements/announce.tsx';
import { Section } from '../elements/screen.tsx';
import { Loaded } from '../elements/states.tsx';
import { formatMoney } from '../format.ts';
import { hasRole } from '../session.ts';
import styles from './commitments.module.css';

export const retentionKey = (id: string) => ['subcontracts', id, 'retention'] as const;
export const getRetention = (id: string) => api.get(`/api/subcontracts/${id}/retention`, Retention);

/** What claims keep back of a subcontract: Lentune's own policy, else what Procore says. */
export function RetentionSection({ id }: { id: string }) {
  const query = useQuery({ queryKey: retentionKey(id), queryFn: () => getRetention(id) });
  return (
    <Section
      title="Retention"
      hint="Kept back of every claim that is sent from now on. Blank follows what Procore says of the subcontract."
    >
      <Loaded query={query}>
        {(retention) => <Policy key={JSON.stringify(retention)} id={id} retention={retention} />}
      </Loaded>
    </Section>
  );
}

function Policy({ id, retention }: { id: string; retention: Retention }) {
  const { session } = useRouteContext({ from: '/frame' });
  const [percent, setPercent] = useState(retention.percent ?? '');
  const [limit, setLimit] = useState(retention.limit ?? '');
  const blank = (text: string) => (text.trim() === '' ? null : text.trim());
  const save = useMutation({
    mutationFn: () =>
      api.put(`/api/subcontracts/${id}/retention`, Retention, { percent: blank(percent), limit: blank(limit) }),
    onSuccess: (saved) => {
      queryClient.setQueryData(retentionKey(id), saved);
      announce('Retention saved.');
    },
    onError: announceError,
  });
  const mayChange = hasRole(session, 'admin');
  return (
    <form
      className={styles.policy}
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <TextInput
        label="Per cent kept back"
        placeholder={retention.procorePercent ?? 'nothing'}
        value={percent}
        readOnly={!mayChange}
        onChange={(event) => setPercent(event.currentTarget.value)}
      />
      <TextInput
        label="At most ($)"
        placeholder="without end"
        value={limit}
        readOnly={!mayChange}
        onChange={(event) => setLimit(event.currentTarget.value)}
      />
      <p className={styles.soft}>
        {retention.effectivePercent === null
          ? 'Nothing is kept back.'
          : `${retention.effectivePercent} % is kept back.`}{' '}
        Held now: ${formatMoney(retention.held)}.
      </p>
      {mayChange && (
        <Button type="submit" variant="default" loading={save.isPending}>
          Save retention
        </Button>
      )}
    </form>
  );
}
