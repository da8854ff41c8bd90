import { Button, Modal } from '@mantine/core';
import { queryOptions, useMutation, useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
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
      hint="Approved invoices, and time sheets as the settings send them, leave by themselves. Nothing from before the go-live date ever does."
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
  const { due, timeSheets, goLiveDate } = sending;
  const refresh = () => queryClient.invalidateQueries({ queryKey: sendingQuery(company.id).queryKey });
  const goLive = useMutation({
    mutationFn: (day: string) => api.patch(`/api/companies/${company.id}`, Company, { goLiveDate: day }),
    onSuccess: () => announce('Go-live date saved.'),
    onError: announceError,
    onSettled: refresh,
  });
  return (
    <>
      <DayField
        label="Go-live date"
        field={`go-live-${company.id}`}
        value={goLiveDate}
        isReadOnly={!mayChange || goLive.isPending}
        onChange={(day) => {
          if (day !== null && day !== goLiveDate) goLive.mutate(day);
        }}
      />
      <Switch
        name="Invoices"
        path={`/api/companies/${company.id}/automatic-sending`}
        isOn={sending.isOn}
        everyMinutes={sending.everyMinutes}
        seen={{ count: due.count, value: due.value }}
        mayChange={mayChange}
        onSettled={refresh}
      >
        <p>
          Now it would send <strong>{countOf(due.count, 'invoice')}</strong>, ${formatMoney(due.value)} ex GST
          {due.oldestDate !== null && `, the oldest of ${formatDay(due.oldestDate)}`}.
        </p>
        {due.beforeGoLive > 0 && (
          <p>
            {countOf(due.beforeGoLive, 'approved invoice')} from before {formatDay(goLiveDate)} stay; an admin sends
            those singly, with a reason.
          </p>
        )}
      </Switch>
      <Switch
        name="Time sheets"
        path={`/api/companies/${company.id}/automatic-sending/time-sheets`}
        isOn={timeSheets.isOn}
        everyMinutes={sending.everyMinutes}
        seen={{ count: timeSheets.due.count }}
        mayChange={mayChange}
        onSettled={refresh}
      >
        <p>
          Now it would send <strong>{countOf(timeSheets.due.count, 'time sheet')}</strong>
          {timeSheets.due.oldestDate !== null && `, the oldest time of ${formatDay(timeSheets.due.oldestDate)}`}.
        </p>
        {timeSheets.due.beforeGoLive > 0 && (
          <p>
            {countOf(timeSheets.due.beforeGoLive, 'time sheet')} from before {formatDay(goLiveDate)} stay; an admin
            sends those singly, with a reason.
          </p>
        )}
      </Switch>
    </>
  );
}

interface SwitchProps {
  name: 'Invoices' | 'Time sheets';
  path: string;
  isOn: boolean;
  everyMinutes: number;
  /** what the dry run shows, sent back so that nobody turns on what they have not seen */
  seen: object;
  mayChange: boolean;
  onSettled(): Promise<void>;
  /** the dry run */
  children: ReactNode;
}

function Switch({ name, path, isOn, everyMinutes, seen, mayChange, onSettled, children }: SwitchProps) {
  const [isAsking, setAsking] = useState(false);
  const turn = useMutation({
    mutationFn: (on: boolean) => api.put(path, AutomaticSending, on ? { isOn: true, seen } : { isOn: false }),
    onSuccess: (_, on) => {
      setAsking(false);
      announce(on ? `${name} leave by themselves now.` : `${name} leave only when somebody sends them.`);
    },
    onError: announceError,
    onSettled,
  });
  return (
    <section className={styles.column} aria-label={`${name} by schedule`}>
      <p>
        {name} <Tag tone={isOn ? 'good' : 'soft'}>{isOn ? 'On' : 'Off'}</Tag>{' '}
        {isOn ? `Every ${everyMinutes} minutes.` : `${name} leave only when somebody sends them.`}
      </p>
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
      <Modal opened={isAsking} onClose={() => setAsking(false)} title={`${name} by schedule`}>
        <div className={styles.column}>
          {children}
          <Button data-autofocus loading={turn.isPending} onClick={() => turn.mutate(true)}>
            Turn automatic sending on
          </Button>
        </div>
      </Modal>
    </section>
  );
}
