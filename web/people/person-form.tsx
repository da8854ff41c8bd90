import { Checkbox, NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Person, TimeSetup } from '../../schemas/people.ts';
import { savePerson } from './queries.ts';
import { SetupWindow } from './setup-window.tsx';

interface PersonFormProps {
  person: Person | null;
  setup: TimeSetup;
  onClose(): void;
}

export function PersonForm({ person, setup, onClose }: PersonFormProps) {
  const [fields, setFields] = useState({
    name: person?.name ?? '',
    email: person?.email ?? '',
    employeeId: person?.employeeId ?? '',
    userGroupId: person?.userGroupId ?? setup.groups[0]?.id ?? '',
    entryTypeId: person?.entryTypeId ?? '',
    personaId: person?.personaId ?? setup.personas[0]?.id ?? '',
    isActive: person?.isActive ?? true,
  });
  const set = (change: Partial<typeof fields>) => setFields((now) => ({ ...now, ...change }));
  const save = () => {
    const { isActive, ...rest } = fields;
    const body = {
      ...rest,
      email: rest.email.trim() || null,
      employeeId: rest.employeeId.trim() || null,
      entryTypeId: rest.entryTypeId || null,
    };
    return savePerson(person?.id ?? null, person === null ? body : { ...body, isActive });
  };
  const options = (list: readonly { id: string; name: string }[]) =>
    list.map(({ id, name }) => ({ value: id, label: name }));
  return (
    <SetupWindow
      title={person === null ? 'New person' : person.name}
      said="Person saved."
      isIncomplete={fields.name.trim() === ''}
      onSave={save}
      onClose={onClose}
    >
      <TextInput
        label="Name"
        data-autofocus
        value={fields.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <TextInput
        label="Email"
        description="Crew whose time others enter need none."
        value={fields.email}
        onChange={(event) => set({ email: event.currentTarget.value })}
      />
      <TextInput
        label="Employee id"
        description="As in Procore: finds the person there where no email does."
        value={fields.employeeId}
        onChange={(event) => set({ employeeId: event.currentTarget.value })}
      />
      <NativeSelect
        label="User group"
        data={options(setup.groups)}
        value={fields.userGroupId}
        onChange={(event) => set({ userGroupId: event.currentTarget.value })}
      />
      <NativeSelect
        label="Entry type"
        description="Proposed on new rows of their time sheets."
        data={[{ value: '', label: 'None' }, ...options(setup.entryTypes)]}
        value={fields.entryTypeId}
        onChange={(event) => set({ entryTypeId: event.currentTarget.value })}
      />
      <NativeSelect
        label="Access persona"
        data={options(setup.personas)}
        value={fields.personaId}
        onChange={(event) => set({ personaId: event.currentTarget.value })}
      />
      {person !== null && (
        <Checkbox
          label="Active"
          checked={fields.isActive}
          onChange={(event) => set({ isActive: event.currentTarget.checked })}
        />
      )}
    </SetupWindow>
  );
}
