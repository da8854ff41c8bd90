import { Checkbox, NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { EntryType } from '../../schemas/people.ts';
import { saveSetup } from './queries.ts';
import { SetupWindow } from './setup-window.tsx';

export const ENTRY_KINDS = { normal: 'Normal', overtime: 'Overtime', leave: 'Leave', allowance: 'Allowance' } as const;

export function EntryTypeForm({ type, onClose }: { type: EntryType | null; onClose(): void }) {
  const [fields, setFields] = useState({
    name: type?.name ?? '',
    kind: type?.kind ?? 'normal',
    isConfidential: type?.isConfidential ?? false,
    isVisible: type?.isVisible ?? true,
  });
  const set = (change: Partial<typeof fields>) => setFields((now) => ({ ...now, ...change }));
  return (
    <SetupWindow
      title={type === null ? 'New entry type' : type.name}
      said="Entry type saved."
      isIncomplete={fields.name.trim() === ''}
      onSave={() => saveSetup('entry-types', type?.id ?? null, fields)}
      onClose={onClose}
    >
      <TextInput
        label="Name"
        data-autofocus
        value={fields.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <NativeSelect
        label="Kind"
        description="Normal time and overtime goes to Procore; leave and allowances stay here."
        data={Object.entries(ENTRY_KINDS).map(([value, label]) => ({ value, label }))}
        value={fields.kind}
        onChange={(event) => set({ kind: event.currentTarget.value as EntryType['kind'] })}
      />
      <Checkbox
        label="Confidential"
        description="Stays here whatever its kind, and is shown only to the person and to payroll."
        checked={fields.isConfidential}
        onChange={(event) => set({ isConfidential: event.currentTarget.checked })}
      />
      <Checkbox
        label="Visible for time sheet entry"
        checked={fields.isVisible}
        onChange={(event) => set({ isVisible: event.currentTarget.checked })}
      />
    </SetupWindow>
  );
}
