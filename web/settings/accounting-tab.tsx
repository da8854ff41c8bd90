import { Button, NativeSelect, PasswordInput, TextInput } from '@mantine/core';
import { IconPlugConnected, IconRefresh } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Accounting, AccountingChange, AccountingSettings } from '../../schemas/accounting.ts';
import { announce, announceError } from '../elements/announce.tsx';
import { CopyField } from '../elements/copy-field.tsx';
import { Section } from '../elements/screen.tsx';
import { Loaded } from '../elements/states.tsx';
import { formatMoment } from '../format.ts';
import {
  accountingQuery,
  chooseOrganisation,
  connectToAccounting,
  disconnectAccounting,
  refreshAccountingLists,
  saveAccounting,
} from './accounting-queries.ts';
import { TaxTypeMappings } from './accounting-tax-types.tsx';
import styles from './settings.module.css';

/** Where invoice lines without a project go. */
export function AccountingTab({ mayChange }: { mayChange: boolean }) {
  const query = useQuery(accountingQuery);
  return (
    <Loaded query={query}>
      {(accounting) => (
        <>
          <Connection accounting={accounting} mayChange={mayChange} />
          <Organisation accounting={accounting} mayChange={mayChange} />
          <Sending accounting={accounting} mayChange={mayChange} />
          {chosenOf(accounting) !== undefined && <TaxTypeMappings system={accounting.system} mayChange={mayChange} />}
        </>
      )}
    </Loaded>
  );
}

interface PartProps {
  accounting: Accounting;
  mayChange: boolean;
}

const chosenOf = ({ organisations }: Accounting) => organisations.find(({ isChosen }) => isChosen);

function Connection({ accounting, mayChange }: PartProps) {
  const { system, state } = accounting;
  const [app, setApp] = useState<AccountingChange>({});
  const save = useMutation({
    mutationFn: () => saveAccounting(app, {}),
    onSuccess: () => {
      setApp({});
      announce('Saved.');
    },
    onError: announceError,
  });
  const connect = useMutation({ mutationFn: connectToAccounting, onError: announceError });
  const end = useMutation({
    mutationFn: disconnectAccounting,
    onSuccess: () => announce(`Disconnected from ${system}.`),
    onError: announceError,
  });
  const isChanged = Object.keys(app).length > 0;
  return (
    <Section title={`Connection to ${system}`} hint={<StateLine accounting={accounting} />}>
      <div className={styles.column}>
        <CopyField
          label={`${system} client id`}
          value={app.clientId ?? accounting.clientId}
          {...(mayChange && { onChange: (clientId: string) => setApp((now) => ({ ...now, clientId })) })}
        />
        <CopyField
          label={`${system} callback url`}
          description={`Enter this address in the app's settings in ${system}.`}
          value={accounting.callbackUrl}
        />
        <PasswordInput
          label={`${system} client secret`}
          description="Kept encrypted and never shown again. Leave it blank to keep the present one."
          placeholder={accounting.hasClientSecret ? 'A secret is stored' : 'No secret is stored yet'}
          autoComplete="off"
          disabled={!mayChange}
          value={app.clientSecret ?? ''}
          onChange={(event) => {
            const clientSecret = event.currentTarget.value;
            setApp(({ clientSecret: _before, ...now }) => (clientSecret === '' ? now : { ...now, clientSecret }));
          }}
        />
        {mayChange && (
          <div className={styles.buttons}>
            {isChanged && (
              <Button loading={save.isPending} onClick={() => save.mutate()}>
                Save
              </Button>
            )}
            <Button
              variant={state === 'connected' ? 'default' : 'filled'}
              leftSection={<IconPlugConnected size={14} aria-hidden />}
              disabled={isChanged}
              loading={connect.isPending}
              onClick={() => connect.mutate()}
            >
              {state === 'disconnected' ? `Connect to ${system}` : `Reconnect to ${system}`}
            </Button>
            {state !== 'disconnected' && (
              <Button
                variant="subtle"
                color="red"
                loading={end.isPending}
                onClick={() => {
                  const words = `Disconnect from ${system}? Overheads wait until somebody connects again.`;
                  if (window.confirm(words)) end.mutate();
                }}
              >
                Disconnect
              </Button>
            )}
            {isChanged && <span className={styles.soft}>Save your changes first.</span>}
          </div>
        )}
      </div>
    </Section>
  );
}

function StateLine({ accounting: { system, state, connectedBy, connectedAt } }: { accounting: Accounting }) {
  if (state === 'disconnected') return `Not connected to ${system}.`;
  if (state === 'reconnect_needed')
    return (
      <span className={styles.bad}>
        Reconnect needed: {system} no longer accepts our sign-in. What waits is sent by itself afterwards.
      </span>
    );
  const by = connectedBy === null ? '' : ` by ${connectedBy}`;
  const when = connectedAt === null ? '' : `, ${formatMoment(connectedAt)}`;
  return (
    <>
      <span className={styles.good}>Connected</span>
      {`${by}${when}.`}
    </>
  );
}

function Organisation({ accounting, mayChange }: PartProps) {
  const { organisations, system, listsReadAt, state } = accounting;
  const choose = useMutation({
    mutationFn: chooseOrganisation,
    onSuccess: () => announce('Bills go to the chosen organisation from now on.'),
    onError: announceError,
  });
  const refresh = useMutation({
    mutationFn: refreshAccountingLists,
    onSuccess: () => announce('Accounts and tax rates are up to date.'),
    onError: announceError,
  });
  const chosen = chosenOf(accounting);
  return (
    <Section title="Organisation" hint="Whose books the bills are entered in.">
      {organisations.length === 0 ? (
        <p className={styles.soft}>The organisations appear here once {system} is connected.</p>
      ) : (
        <div className={styles.column}>
          <NativeSelect
            w={340}
            aria-label="Organisation"
            disabled={!mayChange || choose.isPending}
            value={chosen?.id ?? ''}
            data={[
              ...(chosen === undefined ? [{ value: '', label: 'Choose one' }] : []),
              ...organisations.map(({ id, name }) => ({ value: id, label: name })),
            ]}
            onChange={(event) => choose.mutate(event.currentTarget.value)}
          />
          {chosen !== undefined && (
            <div className={styles.buttons}>
              <Button
                variant="default"
                leftSection={<IconRefresh size={14} aria-hidden />}
                disabled={state !== 'connected'}
                loading={refresh.isPending}
                onClick={() => refresh.mutate()}
              >
                Refresh accounts and tax rates
              </Button>
              {listsReadAt !== null && <span className={styles.soft}>Last read {formatMoment(listsReadAt)}</span>}
            </div>
          )}
        </div>
      )}
    </Section>
  );
}

const STATUS_WORDS = { draft: 'Draft', submitted: 'Awaiting approval', authorised: 'Awaiting payment' } as const;

/** Settings change what is sent, so nothing persists until Save. */
function Sending({ accounting: { settings, system }, mayChange }: PartProps) {
  const [change, setChange] = useState<Partial<AccountingSettings>>({});
  const now = { ...settings, ...change };
  const [days, setDays] = useState(String(settings.billDueDays));
  const isChanged = (Object.keys(now) as (keyof AccountingSettings)[]).some((name) => now[name] !== settings[name]);
  const save = useMutation({
    mutationFn: () => saveAccounting({}, change),
    onSuccess: () => {
      setChange({});
      announce('Saved.');
    },
    onError: announceError,
  });
  const set = (fields: Partial<AccountingSettings>) => setChange((before) => ({ ...before, ...fields }));
  return (
    <Section title="Sending overheads" hint={`How invoice lines without a project become bills in ${system}.`}>
      <div className={styles.column}>
        <NativeSelect
          w={340}
          label="Invoices with project and overhead lines"
          description="Split: project lines go to Procore, the others here, and the two sum to the invoice."
          disabled={!mayChange}
          value={now.mixedInvoices}
          data={[
            { value: 'split', label: 'Split them' },
            { value: 'hold', label: 'Hold them for a person' },
          ]}
          onChange={(event) => set({ mixedInvoices: event.currentTarget.value as AccountingSettings['mixedInvoices'] })}
        />
        <NativeSelect
          w={340}
          label="Status of a new bill"
          description={`The status a bill has in ${system} once all of it arrived.`}
          disabled={!mayChange}
          value={now.billStatus}
          data={(['draft', 'submitted', 'authorised'] as const).map((value) => ({ value, label: STATUS_WORDS[value] }))}
          onChange={(event) => set({ billStatus: event.currentTarget.value as AccountingSettings['billStatus'] })}
        />
        <TextInput
          w={340}
          label="Days until a bill is due"
          description="Counted from the date of the invoice."
          inputMode="numeric"
          disabled={!mayChange}
          classNames={{ input: 'figures' }}
          value={days}
          onChange={(event) => {
            const text = event.currentTarget.value;
            setDays(text);
            if (/^\d{1,3}$/.test(text.trim())) set({ billDueDays: Number(text) });
          }}
        />
        {isChanged && (
          <div className={styles.buttons}>
            <Button loading={save.isPending} onClick={() => save.mutate()}>
              Save
            </Button>
            <Button
              variant="default"
              onClick={() => {
                setChange({});
                setDays(String(settings.billDueDays));
              }}
            >
              Discard
            </Button>
          </div>
        )}
      </div>
    </Section>
  );
}
