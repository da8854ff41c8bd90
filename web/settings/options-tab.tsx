import { Checkbox, NativeSelect, TextInput } from '@mantine/core';
import type { Settings } from '../../schemas/settings.ts';
import { Section } from '../elements/screen.tsx';
import { ApprovalLimitsSection } from './approval-limits.tsx';
import { AutomaticSendingSection } from './automatic-sending.tsx';
import { CLAIM_STATUS_WORDS, LABELS, STATUS_WORDS, setSetting, TIME_APPROVAL_WORDS } from './draft.ts';
import { LockDatesSection } from './lock-dates.tsx';
import styles from './settings.module.css';
import type { TabProps } from './tab.ts';

const STATUSES = (['draft', 'pending', 'approved'] as const).map((value) => ({ value, label: STATUS_WORDS[value] }));

const CLAIM_STATUSES = (['draft', 'under_review', 'approved'] as const).map((value) => ({
  value,
  label: CLAIM_STATUS_WORDS[value],
}));

type Ticked =
  | 'createMissingVendors'
  | 'postWithoutTax'
  | 'sendAttachments'
  | 'waitForClaimOnOrders'
  | 'waitForClaimOnSubContracts'
  | 'createBillingPeriod'
  | 'selfApproval'
  | 'prefixOnCreate'
  | 'suffixOnCreate';

export function OptionsTab({ stored, draft, setDraft, mayChange }: TabProps) {
  const now: Settings = { ...stored.settings, ...draft.settings };
  const set = <K extends keyof Settings>(name: K, value: Settings[K]) =>
    setDraft((before) => setSetting(before, stored, name, value));
  const tick = (name: Ticked, description: string) => (
    <Checkbox
      label={LABELS[name]}
      description={description}
      disabled={!mayChange}
      checked={now[name]}
      onChange={(event) => set(name, event.currentTarget.checked)}
    />
  );
  const dollars = (name: 'roundingTolerance' | 'taxTolerance', description: string) => (
    <TextInput
      w={340}
      label={LABELS[name]}
      description={description}
      leftSection="$"
      inputMode="decimal"
      disabled={!mayChange}
      classNames={{ input: 'figures' }}
      value={now[name]}
      onChange={(event) => set(name, event.currentTarget.value)}
    />
  );
  return (
    <>
      <Section title="Sending invoices">
        <div className={styles.column}>
          {tick(
            'createMissingVendors',
            'A supplier without a vendor in Procore is created there when the first invoice is sent.',
          )}
          <NativeSelect
            w={340}
            label={LABELS.directCostStatus}
            description="The status an invoice has in Procore once all of it arrived."
            disabled={!mayChange}
            data={STATUSES}
            value={now.directCostStatus}
            onChange={(event) => set('directCostStatus', event.currentTarget.value as Settings['directCostStatus'])}
          />
          {tick('postWithoutTax', 'Otherwise such an invoice is held until tax is switched on for the project.')}
          {tick('sendAttachments', 'The PDF of an invoice is attached to its direct cost in Procore.')}
          <TextInput
            w={340}
            label={LABELS.attachmentMaxMb}
            description="Larger files are not taken, nor sent. At most 30."
            inputMode="numeric"
            disabled={!mayChange}
            classNames={{ input: 'figures' }}
            value={String(now.attachmentMaxMb)}
            onChange={(event) => set('attachmentMaxMb', Number(event.currentTarget.value.replaceAll(/\D/g, '')))}
          />
          {tick('selfApproval', 'Otherwise somebody else than who entered an invoice must approve it.')}
        </div>
      </Section>
      <Section title="Claims" hint="Invoices on purchase orders and subcontracts that are exchanged with Procore.">
        <div className={styles.column}>
          <NativeSelect
            w={340}
            label={LABELS.requisitionStatus}
            description="The status a claim has in Procore once all of it arrived and was checked."
            disabled={!mayChange}
            data={CLAIM_STATUSES}
            value={now.requisitionStatus}
            onChange={(event) => set('requisitionStatus', event.currentTarget.value as Settings['requisitionStatus'])}
          />
          {tick(
            'waitForClaimOnSubContracts',
            'Until Procore has approved the last one, the next is held and tried again.',
          )}
          {tick('waitForClaimOnOrders', 'Until Procore has approved the last one, the next is held and tried again.')}
          {tick(
            'createBillingPeriod',
            'The month of the invoice; no other period is closed, opened again or overlapped.',
          )}
        </div>
      </Section>
      <ApprovalLimitsSection mayChange={mayChange} />
      <Section title="Time sheets" hint="Sending them is ticked on the Procore tab, under Create code settings.">
        <div className={styles.column}>
          <NativeSelect
            w={340}
            label={LABELS.timeSheetApproval}
            description="Where a user group asks for two approvals and time sheets are sent after approval."
            disabled={!mayChange}
            data={Object.entries(TIME_APPROVAL_WORDS).map(([value, label]) => ({ value, label }))}
            value={now.timeSheetApproval}
            onChange={(event) => set('timeSheetApproval', event.currentTarget.value as Settings['timeSheetApproval'])}
          />
        </div>
      </Section>
      <Section title="New projects and codes" hint="Records that are already here keep their codes.">
        <div className={styles.column}>
          {tick(
            'prefixOnCreate',
            'Otherwise a new project has the number of Procore, and PROCORE with its id only where that is blank or taken.',
          )}
          {tick('suffixOnCreate', 'Otherwise a code gets its Procore id only where another record has the same code.')}
        </div>
      </Section>
      <AutomaticSendingSection companies={stored.companies} mayChange={mayChange} />
      <LockDatesSection companies={stored.companies} mayChange={mayChange} />
      <Section title="Amounts">
        <div className={styles.column}>
          <NativeSelect
            w={340}
            label={LABELS.quantityPlaces}
            description="A quantity worked out from amount and unit price is rounded to so many places."
            disabled={!mayChange}
            data={['0', '1', '2', '3', '4', '5', '6', '7', '8']}
            value={String(now.quantityPlaces)}
            onChange={(event) => set('quantityPlaces', Number(event.currentTarget.value))}
          />
          {dollars('taxTolerance', 'How far the GST of an invoice may be from what Procore calculates.')}
          {dollars(
            'roundingTolerance',
            'The acceptable rounding difference between quantity times price and the invoice. For 10 cents enter 0.10.',
          )}
        </div>
      </Section>
    </>
  );
}
