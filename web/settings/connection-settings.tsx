import { Button, Checkbox, NativeSelect, PasswordInput, TextInput } from '@mantine/core';
import { IconPlugConnected } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import type { Connection, ConnectionChange } from '../../schemas/connection.ts';
import { announce, announceError } from '../elements/announce.tsx';
import { CopyField } from '../elements/copy-field.tsx';
import { Section } from '../elements/screen.tsx';
import { formatMoment } from '../format.ts';
import { CONNECTION_LABELS, ENVIRONMENTS, LABELS, SIGN_INS, setConnection, setSetting } from './draft.ts';
import { connectToProcore, disconnect } from './queries.ts';
import styles from './settings.module.css';
import type { TabProps } from './tab.ts';

export function ConnectionSettings({ stored, draft, setDraft, mayChange }: TabProps) {
  const { connection } = stored;
  const isUnlocked = { ...stored.settings, ...draft.settings }.procoreSettingEdit && mayChange;
  const hasUnsaved = Object.keys(draft.connection).length > 0;
  return (
    <Section title="Connection settings" hint={<StateLine connection={connection} />}>
      <div className={styles.column}>
        <Checkbox
          label={LABELS.procoreSettingEdit}
          description="Unlocks the fields below, so that nobody changes them by accident."
          disabled={!mayChange}
          checked={{ ...stored.settings, ...draft.settings }.procoreSettingEdit}
          onChange={(event) => {
            const isOn = event.currentTarget.checked;
            setDraft((now) => {
              const next = setSetting(now, stored, 'procoreSettingEdit', isOn);
              return isOn ? next : { ...next, connection: {} };
            });
          }}
        />
        <CopyField
          label="Procore client id"
          value={draft.connection.clientId ?? connection.clientId}
          {...(isUnlocked && {
            onChange: (clientId: string) => setDraft((now) => setConnection(now, stored, { clientId })),
          })}
        />
        <CopyField
          label="Procore callback url"
          description="Enter this address in the app's settings in Procore."
          value={connection.callbackUrl}
        />
        <PasswordInput
          label="Procore client secret"
          description="Kept encrypted and never shown again. Leave it blank to keep the present one."
          placeholder={connection.hasClientSecret ? 'A secret is stored' : 'No secret is stored yet'}
          autoComplete="off"
          disabled={!isUnlocked}
          value={draft.connection.clientSecret ?? ''}
          onChange={(event) => {
            const clientSecret = event.currentTarget.value;
            setDraft((now) => setConnection(now, stored, { clientSecret }));
          }}
        />
        <SignInChoice stored={stored} draft={draft} setDraft={setDraft} isUnlocked={isUnlocked} />
        {mayChange && <ConnectButtons connection={connection} isUnlocked={isUnlocked} hasUnsaved={hasUnsaved} />}
      </div>
    </Section>
  );
}

type SignInChoiceProps = Pick<TabProps, 'stored' | 'draft' | 'setDraft'> & { isUnlocked: boolean };

/** Which Procore, and as whom. Tokens of one are no good at another, so both are settled before connecting. */
function SignInChoice({ stored, draft, setDraft, isUnlocked }: SignInChoiceProps) {
  const shown = { ...stored.connection, ...draft.connection };
  const isFree = isUnlocked && stored.connection.state === 'disconnected';
  const change = (changed: ConnectionChange) => setDraft((now) => setConnection(now, stored, changed));
  const options = (words: Record<string, string>) => Object.entries(words).map(([value, label]) => ({ value, label }));
  return (
    <>
      <NativeSelect
        label={CONNECTION_LABELS.environment}
        description="Can be changed while disconnected. Each has companies and ids of its own."
        data={options(ENVIRONMENTS)}
        disabled={!isFree}
        value={shown.environment}
        onChange={(event) => change({ environment: event.currentTarget.value as Connection['environment'] })}
      />
      <NativeSelect
        label={CONNECTION_LABELS.signIn}
        description="A service account sees only the projects it is given in Procore."
        data={options(SIGN_INS)}
        disabled={!isFree}
        value={shown.signIn}
        onChange={(event) => change({ signIn: event.currentTarget.value as Connection['signIn'] })}
      />
      {shown.signIn === 'service_account' && (
        <TextInput
          label={CONNECTION_LABELS.serviceCompanyId}
          description="Of a company the app is installed in: the number in the address of its pages in Procore."
          disabled={!isUnlocked}
          value={shown.serviceCompanyId ?? ''}
          onChange={(event) => change({ serviceCompanyId: event.currentTarget.value.trim() || null })}
        />
      )}
    </>
  );
}

interface ConnectButtonsProps {
  connection: Connection;
  isUnlocked: boolean;
  hasUnsaved: boolean;
}

function ConnectButtons({ connection, isUnlocked, hasUnsaved }: ConnectButtonsProps) {
  const connect = useMutation({ mutationFn: connectToProcore, onError: announceError });
  const end = useMutation({
    mutationFn: disconnect,
    onSuccess: () => announce('Disconnected from Procore.'),
    onError: announceError,
  });
  const isConnected = connection.state === 'connected';
  return (
    <div className={styles.buttons}>
      <Button
        variant={isConnected ? 'default' : 'filled'}
        leftSection={<IconPlugConnected size={14} aria-hidden />}
        disabled={hasUnsaved}
        loading={connect.isPending}
        onClick={() => connect.mutate()}
      >
        {connection.state === 'disconnected' ? 'Connect to Procore' : 'Reconnect to Procore'}
      </Button>
      {connection.state !== 'disconnected' && (
        <Button
          variant="subtle"
          color="red"
          disabled={!isUnlocked}
          title={isUnlocked ? undefined : `Tick "${LABELS.procoreSettingEdit}" first.`}
          loading={end.isPending}
          onClick={() => {
            const words = 'Disconnect from Procore? Nothing is sent or received until somebody connects again.';
            if (window.confirm(words)) end.mutate();
          }}
        >
          Disconnect
        </Button>
      )}
      {hasUnsaved && <span className={styles.soft}>Save your changes first.</span>}
    </div>
  );
}

function StateLine({ connection }: { connection: Connection }) {
  const { state, procoreUserName, connectedBy, connectedAt } = connection;
  if (state === 'disconnected') return 'Not connected to Procore.';
  if (state === 'reconnect_needed') {
    return (
      <span className={styles.bad}>
        Reconnect needed: Procore no longer accepts our sign-in. What waits is sent by itself afterwards.
      </span>
    );
  }
  const who = procoreUserName === null ? '' : ` as ${procoreUserName}`;
  const by = connectedBy === null ? '' : ` by ${connectedBy}`;
  const when = connectedAt === null ? '' : `, ${formatMoment(connectedAt)}`;
  return (
    <>
      <span className={styles.good}>Connected</span>
      {`${who}${by}${when}.`}
    </>
  );
}
