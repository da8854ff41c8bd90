import { Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useBlocker, useNavigate, useRouteContext, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { Company } from '../../schemas/connection.ts';
import { announce } from '../elements/announce.tsx';
import { Screen } from '../elements/screen.tsx';
import { Loaded } from '../elements/states.tsx';
import { hasRole } from '../session.ts';
import { AccountingTab } from './accounting-tab.tsx';
import { ConfigurationsTab } from './configurations-tab.tsx';
import { changesOf, isProcoreChosen, NOTHING_CHANGED, type Stored } from './draft.ts';
import { OptionsTab } from './options-tab.tsx';
import { ProcoreTab } from './procore-tab.tsx';
import { companiesQuery, connectionQuery, settingsQuery } from './queries.ts';
import styles from './settings.module.css';
import type { TabProps } from './tab.ts';
import { TaxMappingsWindow } from './tax-mappings.tsx';
import { UnsavedFoot } from './unsaved-foot.tsx';

export function SettingsScreen() {
  const settings = useQuery(settingsQuery);
  const connection = useQuery(connectionQuery);
  const isConnected = connection.data?.state === 'connected';
  const companies = useQuery({
    ...companiesQuery,
    refetchInterval: ({ state }) => (isConnected && isBeingSetUp(state.data) ? SET_UP_MS : false),
  });
  return (
    <Screen title="Settings: Integration" width="form">
      <Loaded query={settings}>
        {(settingsNow) => (
          <Loaded query={connection}>
            {(connectionNow) => (
              <Loaded query={companies}>
                {(companiesNow) => (
                  <IntegrationSettings
                    stored={{ settings: settingsNow, connection: connectionNow, companies: companiesNow }}
                  />
                )}
              </Loaded>
            )}
          </Loaded>
        )}
      </Loaded>
    </Screen>
  );
}

/** After a consent the companies, their stages and hooks appear one after the other. */
const SET_UP_MS = 2_000;
const isBeingSetUp = (companies: Company[] | undefined) =>
  companies === undefined || companies.length === 0 || companies.some(({ webhooks, problem }) => !webhooks && !problem);

type Tab = 'configurations' | 'procore' | 'accounting' | 'options';

function IntegrationSettings({ stored }: { stored: Stored }) {
  const { tab = 'configurations', taxMappings } = useSearch({ from: '/frame/settings' });
  const { session } = useRouteContext({ from: '/frame' });
  const navigate = useNavigate({ from: '/settings' });
  const [draft, setDraft] = useState(NOTHING_CHANGED);
  const mayChange = hasRole(session, 'admin');
  const changes = changesOf(draft, stored);
  useConsentOutcome();
  useBlocker({
    shouldBlockFn: ({ current, next }) =>
      changes.length > 0 &&
      current.pathname !== next.pathname &&
      !window.confirm('Leave without saving your changes to the settings?'),
    enableBeforeUnload: changes.length > 0,
  });

  const hasProcore = isProcoreChosen(draft, stored);
  const shownTab: Tab = tab === 'procore' && !hasProcore ? 'configurations' : tab;
  const props: TabProps = { stored, draft, setDraft, mayChange };
  const company = stored.companies.find(({ id }) => id === taxMappings) ?? stored.companies[0];
  return (
    <>
      {!mayChange && (
        <p className={styles.notice}>You can read these settings. An administrator of your account changes them.</p>
      )}
      <Tabs
        value={shownTab}
        keepMounted={false}
        onChange={(next) => void navigate({ search: { tab: next as Tab }, replace: true })}
      >
        <Tabs.List mb="md">
          <Tabs.Tab value="configurations">Configurations</Tabs.Tab>
          {hasProcore && <Tabs.Tab value="procore">Procore</Tabs.Tab>}
          <Tabs.Tab value="accounting">Accounting</Tabs.Tab>
          <Tabs.Tab value="options">Options</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="configurations">
          <ConfigurationsTab {...props} />
        </Tabs.Panel>
        <Tabs.Panel value="procore">
          <ProcoreTab {...props} />
        </Tabs.Panel>
        <Tabs.Panel value="accounting">
          <AccountingTab mayChange={mayChange} />
        </Tabs.Panel>
        <Tabs.Panel value="options">
          <OptionsTab {...props} />
        </Tabs.Panel>
      </Tabs>
      {changes.length > 0 && (
        <UnsavedFoot
          draft={draft}
          stored={stored}
          changes={changes}
          setDraft={setDraft}
          onEnd={() => setDraft(NOTHING_CHANGED)}
        />
      )}
      {taxMappings !== undefined && company !== undefined && (
        <TaxMappingsWindow
          key={company.id}
          company={company}
          mayChange={mayChange}
          onClose={() => void navigate({ search: { tab: shownTab }, replace: true })}
        />
      )}
    </>
  );
}

/** Says what the round trip to Procore came to, once. */
function useConsentOutcome(): void {
  const { connected, error, tab } = useSearch({ from: '/frame/settings' });
  const navigate = useNavigate({ from: '/settings' });
  useEffect(() => {
    if (connected === undefined && error === undefined) return;
    if (error === undefined) announce(tab === 'accounting' ? 'Connected to Xero.' : 'Connected to Procore.');
    else announce(error, 'bad');
    void navigate({ search: { tab }, replace: true });
  }, [connected, error, tab, navigate]);
}
