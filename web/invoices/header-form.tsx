import { NativeSelect, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useRouteContext } from '@tanstack/react-router';
import type { z } from 'zod';
import { InvoiceType } from '../../schemas/invoices.ts';
import { Vendor, type VendorCreate } from '../../schemas/records.ts';
import { api } from '../api.ts';
import { announce, announceError } from '../elements/announce.tsx';
import { DayField } from '../elements/day-field.tsx';
import { searchOrders, searchProjects, searchVendors } from '../elements/record-options.ts';
import { Typeahead } from '../elements/typeahead.tsx';
import { formatMoney, sumMoney } from '../format.ts';
import { hasRole } from '../session.ts';
import styles from './check-screen.module.css';
import { CodePicker } from './code-picker.tsx';
import { CostTypePicker } from './cost-type-picker.tsx';
import type { ChangeDraft, Draft } from './draft.ts';

interface HeaderFormProps {
  draft: Draft;
  change: ChangeDraft;
  mistakes: Record<string, string>;
  isReadOnly: boolean;
}

export function HeaderForm({ draft, change, mistakes, isReadOnly }: HeaderFormProps) {
  const { session } = useRouteContext({ from: '/frame' });
  const set = (fields: Partial<Draft>) => void change((now) => ({ ...now, ...fields }));
  const createVendor = useMutation({
    mutationFn: (vendor: z.infer<typeof VendorCreate>) => api.post('/api/vendors', Vendor, vendor),
    onSuccess: (vendor) => {
      set({ supplier: { id: vendor.id, text: vendor.description } });
      announce(`Supplier ${vendor.description} created.`);
    },
    onError: announceError,
  });
  const inclusive = formatMoney(sumMoney([draft.total, draft.tax]));
  return (
    <section className={styles.header} aria-label="Invoice">
      <div className={styles.wide}>
        <Typeahead
          label="Supplier"
          field="supplier"
          placeholder="Name or code"
          value={draft.supplier}
          optionsKey={['vendors', 'options']}
          load={searchVendors}
          onPick={(supplier) => set({ supplier })}
          create={
            hasRole(session, 'clerk', 'admin')
              ? {
                  label: (text) => `Create supplier "${text}"`,
                  run: (text) => createVendor.mutate({ description: text }),
                }
              : undefined
          }
          error={mistakes.payableAccountId}
          isReadOnly={isReadOnly}
        />
      </div>
      <TextInput
        label="Invoice number"
        data-field="number"
        autoComplete="off"
        value={draft.number}
        readOnly={isReadOnly}
        error={mistakes.number}
        onChange={(event) => set({ number: event.currentTarget.value })}
      />
      <DayField
        label="Date"
        field="date"
        value={draft.invoiceDate}
        isReadOnly={isReadOnly}
        error={mistakes.invoiceDate}
        onChange={(invoiceDate) => set({ invoiceDate })}
      />
      <NativeSelect
        label="Kind"
        data-field="kind"
        value={draft.kind}
        disabled={isReadOnly}
        data={[
          { value: 'invoice', label: 'Invoice' },
          { value: 'credit', label: 'Credit note' },
        ]}
        onChange={(event) => set({ kind: event.currentTarget.value === 'credit' ? 'credit' : 'invoice' })}
      />
      <NativeSelect
        label="Type"
        data-field="invoiceType"
        value={draft.invoiceType}
        disabled={isReadOnly}
        data={[
          { value: 'standard', label: 'Standard' },
          { value: 'claim', label: 'Claim' },
          { value: 'retention_release', label: 'Retention release' },
        ]}
        onChange={(event) => set({ invoiceType: InvoiceType.parse(event.currentTarget.value) })}
      />
      <Typeahead
        label="Order or subcontract"
        field="order"
        placeholder="None"
        value={draft.order}
        optionsKey={['orders', 'options', draft.project?.id ?? '']}
        load={(search) => searchOrders(search, draft.project?.id ?? null)}
        onPick={(order) => set({ order })}
        error={mistakes.purchaseOrderId ?? mistakes.subContractId}
        isReadOnly={isReadOnly}
      />
      <MoneyField
        label="Total ex GST ($)"
        field="total"
        value={draft.total}
        isReadOnly={isReadOnly}
        error={mistakes.total}
        onChange={(total) => set({ total })}
      />
      <MoneyField
        label="GST ($)"
        field="tax"
        value={draft.tax}
        isReadOnly={isReadOnly}
        error={mistakes.tax}
        onChange={(tax) => set({ tax })}
      />
      <div className={styles.wide}>
        <Typeahead
          label="Project"
          field="project"
          placeholder="For lines that name none"
          value={draft.project}
          optionsKey={['projects', 'options']}
          load={(search) => searchProjects(search)}
          onPick={(project) => set({ project, code: null, costType: null })}
          error={mistakes.projectId}
          isReadOnly={isReadOnly}
        />
      </div>
      <div className={styles.wide}>
        <CodePicker
          label="Cost code"
          field="code"
          placeholder="For lines that name none"
          project={draft.project}
          value={draft.code}
          isReadOnly={isReadOnly}
          onPick={(code, costType) => set({ code, costType })}
        />
      </div>
      <CostTypePicker
        label="Cost type"
        field="costType"
        project={draft.project}
        code={draft.code}
        value={draft.costType}
        isReadOnly={isReadOnly}
        onPick={(costType) => set({ costType })}
      />
      <TextInput
        className={styles.description!}
        label="Description"
        data-field="description"
        autoComplete="off"
        value={draft.description}
        readOnly={isReadOnly}
        error={mistakes.description}
        onChange={(event) => set({ description: event.currentTarget.value })}
      />
      <div className={styles.inclusive}>
        <span>Total incl GST ($)</span>
        <strong className="figures">{inclusive}</strong>
      </div>
    </section>
  );
}

interface MoneyFieldProps {
  label: string;
  field: string;
  value: string;
  isReadOnly: boolean;
  error: string | undefined;
  onChange: (amount: string) => void;
}

function MoneyField({ label, field, value, isReadOnly, error, onChange }: MoneyFieldProps) {
  return (
    <TextInput
      label={label}
      data-field={field}
      inputMode="decimal"
      autoComplete="off"
      placeholder="0.00"
      classNames={{ input: styles.money! }}
      value={value}
      readOnly={isReadOnly}
      error={error}
      onChange={(event) => onChange(event.currentTarget.value)}
      onFocus={(event) => event.currentTarget.select()}
      onBlur={() => value.trim() !== '' && onChange(formatMoney(value))}
    />
  );
}
