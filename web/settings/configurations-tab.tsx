import { ActionIcon, Checkbox, NativeSelect } from '@mantine/core';
import { IconSettings } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { Section } from '../elements/screen.tsx';
import { isProcoreChosen, LABELS, setSetting } from './draft.ts';
import styles from './settings.module.css';
import type { TabProps } from './tab.ts';

/** Where invoices go. One interface at a time, so choosing Procore settles the separate switch below. */
export function ConfigurationsTab({ stored, draft, setDraft, mayChange }: TabProps) {
  const hasProcore = isProcoreChosen(draft, stored);
  const choose = (isOn: boolean) =>
    setDraft((now) => setSetting(now, stored, 'invoicesInterface', isOn ? 'procore' : null));
  return (
    <>
      <Section title="Invoices interface" hint="Where checked and approved project invoices are sent.">
        <div className={styles.interface}>
          <NativeSelect
            w={260}
            aria-label={LABELS.invoicesInterface}
            disabled={!mayChange}
            value={hasProcore ? 'procore' : ''}
            data={[
              { value: '', label: 'None' },
              { value: 'procore', label: 'Procore' },
            ]}
            onChange={(event) => choose(event.currentTarget.value === 'procore')}
          />
          {hasProcore && (
            <ActionIcon
              size="md"
              aria-label="Settings of Procore"
              renderRoot={(root) => <Link to="/settings" search={{ tab: 'procore' }} {...root} />}
            >
              <IconSettings size={18} aria-hidden />
            </ActionIcon>
          )}
        </div>
      </Section>
      <Section title="Integration connection settings">
        <Checkbox
          label="Enable Procore integration"
          description={
            hasProcore
              ? 'On, because Procore is chosen as the invoices interface.'
              : 'Makes Procore the invoices interface.'
          }
          checked={hasProcore}
          disabled={hasProcore || !mayChange}
          onChange={(event) => choose(event.currentTarget.checked)}
        />
      </Section>
    </>
  );
}
