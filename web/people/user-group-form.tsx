import { NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { TimeSetup, UserGroup } from '../../schemas/people.ts';
import styles from './people.module.css';
import { saveSetup } from './queries.ts';
import { SetupWindow } from './setup-window.tsx';

/** ISO weekdays, from Monday */
export const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;

const numbered = WEEKDAYS.map((label, index) => ({ value: String(index + 1), label }));

interface UserGroupFormProps {
  group: UserGroup | null;
  setup: TimeSetup;
  onClose(): void;
}

/** A user group: who must approve, and the defaults of a day. */
export function UserGroupForm({ group, setup, onClose }: UserGroupFormProps) {
  const [fields, setFields] = useState({
    name: group?.name ?? '',
    approvals: String(group?.approvals ?? 1),
    dailyHours: String(Number(group?.dailyHours ?? 8)),
    startTime: group?.startTime ?? '07:30',
    breakMinutes: String(group?.breakMinutes ?? 30),
    weekStartsOn: String(group?.weekStartsOn ?? 1),
    labourCostTypeId: group?.labourCostTypeId ?? '',
  });
  const set = (change: Partial<typeof fields>) => setFields((now) => ({ ...now, ...change }));
  const save = () =>
    saveSetup('user-groups', group?.id ?? null, {
      ...fields,
      approvals: Number(fields.approvals),
      breakMinutes: Number(fields.breakMinutes || 0),
      weekStartsOn: Number(fields.weekStartsOn),
      labourCostTypeId: fields.labourCostTypeId || null,
    });
  return (
    <SetupWindow
      title={group === null ? 'New user group' : group.name}
      said="User group saved."
      isIncomplete={fields.name.trim() === '' || fields.dailyHours === '' || fields.startTime === ''}
      onSave={save}
      onClose={onClose}
    >
      <TextInput
        label="Name"
        data-autofocus
        value={fields.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <NativeSelect
        label="Approvals"
        data={[
          { value: '1', label: 'One approval' },
          { value: '2', label: 'Two approvals, by two people' },
        ]}
        value={fields.approvals}
        onChange={(event) => set({ approvals: event.currentTarget.value })}
      />
      <div className={styles.pair}>
        <TextInput
          label="Daily hours"
          inputMode="decimal"
          classNames={{ input: 'figures' }}
          value={fields.dailyHours}
          onChange={(event) => set({ dailyHours: event.currentTarget.value.replaceAll(/[^\d.]/g, '') })}
        />
        <TextInput
          label="Break, minutes"
          inputMode="numeric"
          classNames={{ input: 'figures' }}
          value={fields.breakMinutes}
          onChange={(event) => set({ breakMinutes: event.currentTarget.value.replaceAll(/\D/g, '') })}
        />
        <TextInput
          type="time"
          label="Start of a day"
          value={fields.startTime}
          onChange={(event) => set({ startTime: event.currentTarget.value })}
        />
        <NativeSelect
          label="Week starts on"
          data={numbered}
          value={fields.weekStartsOn}
          onChange={(event) => set({ weekStartsOn: event.currentTarget.value })}
        />
      </div>
      <NativeSelect
        label="Cost type of labour"
        description="For cost codes that have several cost types of labour."
        data={[
          { value: '', label: 'The default of the code' },
          ...setup.labourCostTypes.map((type) => ({ value: type.id, label: `${type.code} ${type.description}` })),
        ]}
        value={fields.labourCostTypeId}
        onChange={(event) => set({ labourCostTypeId: event.currentTarget.value })}
      />
    </SetupWindow>
  );
}
