import { Button, Modal } from '@mantine/core';
import { queryOptions, useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { AutomaticSending } from '../../schemas/automatic-sending.ts';
import { Company } from '../../schemas/connection.ts';
import { api, queryClient } from '../api.ts';
import { announce, announceError } from '../elements/announce.tsx';
import { DayField } from '../elements/day-field.tsx';
import { Section } from '../elements/screen.tsx';
import { Loaded, LoadingRows } from '../elements/states.tsx';
import { Tag } from '../elements/tag.tsx';
import { countOf, formatDay, formatMoney } from '../format.ts';
import styles from './settings.module.css';

const sendingQuery = (companyId: string) =>
  queryOptions({
    queryKey: ['automatic-sending', companyId],
    queryFn: () => api.get(`/api/companies/${companyId}/automatic-sending`, AutomaticSending),
    staleTime: 0,
  });

/** Sending by schedule and the go-live date, company by company. Each takes effect at once, after a look at what it does. */
export function AutomaticSendingSection({ companies, mayChange }: { companies: Company[]; mayChange: boolean }) {
  if (companies.length === 0) return null;
  return (
    <Section
      title="Automatic sending"
      hint="Approved invoices leave by themselves. Nothing from before the go-live date ever does."
    >
      <div className={styles.column}>
        {companies.map((company) => (
          <OneCompany key={company.id} company={company} mayChange={mayChange} />
        ))}
      </div>
    </Section>
  );
}

function OneCompany({ company, mayChange }: { company: Company; mayChange: boolean }) {
  const query = useQuery(sendingQuery(company.id));
  return (
    <fieldset className={styles.company} aria-label={`Automatic sending to ${company.name}`}>
      <strong>{company.name}</strong>
      <Loaded query={query} loading={<LoadingRows rows={2} />}>
        {(sending) => <Sending company={company} sending={sending} mayChange={mayChange} />}
      </Loaded>
    </fieldset>
  );
}

interface SendingProps {
  company: Company;
  sending: AutomaticSending;
  mayChange: boolean;
}

function Sending({ company, sending, mayChange }: SendingProps) {
  const [isAsking, setAsking] = useState(false);
  const { due, isOn } = sending;
  const refresh = () => queryClient.invalidateQueries({ queryKey: sendingQuery(company.id).queryKey });
  const turn = useMutation({
    mutationFn: (on: boolean) =>
      api.put(
        `/api/companies/${company.id}/automatic-sending`,
        AutomaticSending,
        on ? { isOn: true, seen: { count: due.count, value: due.value } } : { isOn: false },
      ),
    onSuccess: (next) => {
      setAsking(false);
      announce(
        next.isOn ? 'Approved invoices leave by themselves now.' : 'Invoices leave only when somebody sends them.',
      );
    },
    onError: announceError,
    onSettled: refresh,
  });
  const goLive = useMutation({
    mutationFn: (goLiveDate: string) => api.patch(`/api/companies/${company.id}`, Company, { goLiveDate }),
    onSuccess: () => announce('Go-live date saved.'),
    onError: announceError,
    onSettled: refresh,
  });
  return (
    <>
      <p>
        <Tag tone={isOn ? 'good' : 'soft'}>{isOn ? 'On' : 'Off'}</Tag>{' '}
        {isOn ? `Every ${sending.everyMinutes} minutes.` : 'Invoices leave only when somebody sends them.'}
      </p>
      <DayField
        label="Go-live date"
        field={`go-live-${company.id}`}
        value={sending.goLiveDate}
        isReadOnly={!mayChange || goLive.isPending}
        onChange={(day) => {
          if (day !== null && day !== sending.goLiveDate) goLive.mutate(day);
        }}
      />
      {mayChange && (
        <Button
          variant="default"
          w={220}
          loading={turn.isPending}
          onClick={() => (isOn ? turn.mutate(false) : setAsking(true))}
        >
          {isOn ? 'Turn off' : 'Turn on'}
        </Button>
      )}
      <Modal opened={isAsking} onClose={() => setAsking(false)} title={`Automatic sending to ${company.name}`}>
        <div className={styles.column}>
          <p>
            Now it would send <strong>{countOf(due.count, 'invoice')}</strong>, ${formatMoney(due.value)} ex GST
            {due.oldestDate !== null && `, the oldest of ${formatDay(due.oldestDate)}`}.
          </p>
          {due.beforeGoLive > 0 && (
            <p>
              {countOf(due.beforeGoLive, 'approved invoice')} from before {formatDay(sending.goLiveDate)} stay; an admin
              sends those singly, with a reason.
            </p>
          )}
          <Button loading={turn.isPending} onClick={() => turn.mutate(true)}>
            Turn automatic sending on
          </Button>
        </div>
      </Modal>
    </>
  );
}
