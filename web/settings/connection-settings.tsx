import { Button, Checkbox, PasswordInput } from '@mantine/core';
import { IconPlugConnected } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import type { Connection } from '../../schemas/connection.ts';
import { announce, announceError } from '../elements/announce.tsx';
import { CopyField } from '../elements/copy-field.tsx';
import { Section } from '../elements/screen.tsx';
import { formatMoment } from '../format.ts';
import { LABELS, setConnection, setSetting } from './draft.ts';
import { connectToProcore, disconnect } from './queries.ts';
import styles from './settings.module.css';
import type { TabProps } from './settings.tsx';

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
        {mayChange && <ConnectButtons connection={connection} isUnlocked={isUnlocked} hasUnsaved={hasUnsaved} />}
      </div>
    </Section>
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
