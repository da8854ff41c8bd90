import { Anchor, Checkbox, Select } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { Link, useNavigate, useRouteContext } from '@tanstack/react-router';
import type { Company } from '../../schemas/connection.ts';
import { Section } from '../elements/screen.tsx';
import { Tag } from '../elements/tag.tsx';
import { FetchForm } from '../fetch/fetch-form.tsx';
import { countOf } from '../format.ts';
import { hasRole } from '../session.ts';
import { AccountingChoice } from './accounting-choice.tsx';
import { Comparisons } from './comparisons.tsx';
import { ConnectionSettings } from './connection-settings.tsx';
import { LABELS, SYNCHS, setCompany, setSetting, withDraft } from './draft.ts';
import { PurchaseOrderChoice } from './purchase-order-choice.tsx';
import styles from './settings.module.css';
import type { TabProps } from './tab.ts';
import { TimeDefaults } from './time-defaults.tsx';

export function ProcoreTab(props: TabProps) {
  const { stored } = props;
  const { session } = useRouteContext({ from: '/frame' });
  const navigate = useNavigate();
  return (
    <>
      <ConnectionSettings {...props} />
      <CompanyList {...props} />
      <Stages {...props} />
      <CreateCodeSettings {...props} />
      {stored.companies.map((company) => (
        <Comparisons
          key={company.id}
          company={company}
          isOnly={stored.companies.length === 1}
          mayChange={props.mayChange}
          mayStart={hasRole(session, 'admin', 'operator')}
        />
      ))}
      {hasRole(session, 'admin', 'operator') && stored.companies.length > 0 && (
        <Section
          title="Fetch Procore project"
          hint="Brings projects at once, usually for the first set-up; later ones arrive by themselves."
        >
          <FetchForm
            companies={stored.companies}
            onStarted={(fetch) => void navigate({ to: '/fetch', search: { id: fetch.id } })}
          />
        </Section>
      )}
    </>
  );
}

const noCompanies = <p className={styles.soft}>The companies appear here once Procore is connected.</p>;

function CompanyList({ stored, draft, setDraft, mayChange }: TabProps) {
  return (
    <Section
      title="Procore company list"
      hint="What will synch with Procore, for each company."
      action={stored.companies.length === 1 && <TaxMappingsLink company={stored.companies[0]!} words="Tax mappings" />}
    >
      {stored.companies.length === 0 && noCompanies}
      {stored.companies.map((company) => {
        const shown = withDraft(company, draft);
        return (
          <fieldset key={company.id} className={styles.company} aria-label={company.name}>
            <div className={styles.companyHead}>
              <strong>{company.name}</strong>
              {company.webhooks !== null && <span className={styles.soft}>{company.webhooks}</span>}
              {stored.companies.length > 1 && <TaxMappingsLink company={company} words="Tax mappings" />}
            </div>
            {company.problem !== null && (
              <p className={styles.problem}>
                <IconAlertTriangle size={16} aria-hidden /> {company.problem}
              </p>
            )}
            <div className={styles.toggles}>
              {SYNCHS.map(({ name, label, hint }) => (
                <Checkbox
                  key={name}
                  label={label}
                  description={hint}
                  disabled={!mayChange}
                  checked={shown[name]}
                  onChange={(event) => {
                    const isOn = event.currentTarget.checked;
                    setDraft((now) => setCompany(now, company, { [name]: isOn }));
                  }}
                />
              ))}
            </div>
            <AccountingChoice
              company={company}
              value={shown.createWhereErp}
              isDisabled={!mayChange}
              onChoose={(createWhereErp) => setDraft((now) => setCompany(now, company, { createWhereErp }))}
            />
            <PurchaseOrderChoice
              companyName={company.name}
              value={shown.purchaseOrderMaster}
              isDisabled={!mayChange}
              onChoose={(purchaseOrderMaster) => setDraft((now) => setCompany(now, company, { purchaseOrderMaster }))}
            />
            <TimeDefaults
              company={company}
              shown={shown}
              mayChange={mayChange}
              onChange={(change) => setDraft((now) => setCompany(now, company, change))}
            />
            <Select
              w={260}
              mt="sm"
              label="Time zone"
              description="Fetch dates and days of the company are counted in it."
              searchable
              disabled={!mayChange}
              data={zonesWith(company.timeZone)}
              value={shown.timeZone}
              onChange={(timeZone) => timeZone !== null && setDraft((now) => setCompany(now, company, { timeZone }))}
            />
          </fieldset>
        );
      })}
    </Section>
  );
}

function TaxMappingsLink({ company, words }: { company: Company; words: string }) {
  return (
    <Anchor
      size="sm"
      aria-label={`${words} of ${company.name}`}
      renderRoot={(root) => <Link to="/settings" search={{ tab: 'procore', taxMappings: company.id }} {...root} />}
    >
      {words}
    </Anchor>
  );
}

function Stages({ stored, draft, setDraft, mayChange }: TabProps) {
  return (
    <Section
      title="Project webhook monitoring stages"
      hint="A project comes to Lentune when it reaches a ticked stage in Procore, and is kept current while it is in one."
    >
      {stored.companies.length === 0 && noCompanies}
      {stored.companies.map((company) => {
        const { monitoredStageIds } = withDraft(company, draft);
        const toggle = (id: string, isOn: boolean) =>
          setDraft((now) => {
            const others = withDraft(company, now).monitoredStageIds.filter((one) => one !== id);
            return setCompany(now, company, { monitoredStageIds: isOn ? [...others, id] : others });
          });
        return (
          <fieldset key={company.id} className={styles.company} aria-label={`Stages of ${company.name}`}>
            {stored.companies.length > 1 && <strong>{company.name}</strong>}
            {company.stages.length === 0 && (
              <p className={styles.soft}>The stages of this company have not been read from Procore yet.</p>
            )}
            <div className={styles.stages}>
              {company.stages.map((stage) => (
                <Checkbox
                  key={stage.id}
                  disabled={!mayChange}
                  checked={monitoredStageIds.includes(stage.id)}
                  onChange={(event) => toggle(stage.id, event.currentTarget.checked)}
                  label={
                    <span className={styles.stage}>
                      {stage.name}
                      {stage.isBidding && <Tag tone="soft">Bidding</Tag>}
                      <span className={styles.soft}>{countOf(stage.projectCount, 'project')}</span>
                    </span>
                  }
                />
              ))}
            </div>
          </fieldset>
        );
      })}
    </Section>
  );
}

const CODE_SETTINGS = [
  {
    name: 'createMissingCodes',
    hint: 'Creates cost codes and cost types when an invoice is sent, if they do not exist in the Procore project. This creates the cost code at Project level and not in the subjob.',
  },
  {
    name: 'checkCostType',
    hint: 'Cost types must be assigned to all Cost codes that are used before an invoice counts as checked.',
  },
  {
    name: 'linkedCodesOnly',
    hint: 'Only cost codes used in the Procore budget will be fetched to Lentune.',
  },
  {
    name: 'sendTimeSheetOnSubmission',
    hint: 'Submitted time sheets will be posted to Procore.',
  },
  {
    name: 'sendTimeSheetAfterApproval',
    hint: 'Approved time sheets will be posted to Procore.',
  },
  {
    name: 'onlyApprovedVariations',
    hint: 'Only approved or no charge variation lines for Purchase orders and Subcontracts will sync to Lentune.',
  },
] as const;

function CreateCodeSettings({ stored, draft, setDraft, mayChange }: TabProps) {
  const now = { ...stored.settings, ...draft.settings };
  return (
    <Section title="Create code settings" hint="When Cost codes and Cost types are transferred and checked.">
      <div className={styles.column}>
        {CODE_SETTINGS.map(({ name, hint }) => (
          <Checkbox
            key={name}
            label={LABELS[name]}
            description={hint}
            disabled={!mayChange}
            checked={now[name]}
            onChange={(event) => {
              const isOn = event.currentTarget.checked;
              setDraft((before) => setSetting(before, stored, name, isOn));
            }}
          />
        ))}
      </div>
    </Section>
  );
}

/** Zones of New Zealand and Australia first; the company's own is never missing. */
function zonesWith(zone: string): string[] {
  const near = (name: string) => name.startsWith('Pacific/Auckland') || name.startsWith('Australia/');
  const all = Intl.supportedValuesOf('timeZone');
  const sorted = [...all.filter(near), ...all.filter((name) => !near(name))];
  return sorted.includes(zone) ? sorted : [zone, ...sorted];
}
