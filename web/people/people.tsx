import { Button, Checkbox, Modal, NativeSelect, TextInput } from '@mantine/core';
import { IconPlus, IconUsers } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useRouteContext } from '@tanstack/react-router';
import { useState } from 'react';
import type { Person, TimeSetup } from '../../schemas/people.ts';
import { announce, announceError } from '../elements/announce.tsx';
import { type Column, DataTable } from '../elements/data-table.tsx';
import { Screen, Section } from '../elements/screen.tsx';
import { EmptyState, Loaded } from '../elements/states.tsx';
import { Tag } from '../elements/tag.tsx';
import { hasRole } from '../session.ts';
import { peopleQuery, savePerson, timeSetupQuery } from './queries.ts';
import { SetupLists } from './setup-lists.tsx';

/** People who keep time sheets, and what groups, entry types and personas there are. */
export function PeopleScreen() {
  const { session } = useRouteContext({ from: '/frame' });
  const mayChange = hasRole(session, 'admin');
  const people = useQuery(peopleQuery);
  const setup = useQuery(timeSetupQuery);
  const [edited, setEdited] = useState<Person | 'new' | null>(null);
  const columns: Column<Person>[] = [
    {
      header: 'Name',
      cell: (row) =>
        mayChange ? (
          <Button variant="transparent" size="compact-sm" p={0} onClick={() => setEdited(row)}>
            {row.name}
          </Button>
        ) : (
          row.name
        ),
    },
    { header: 'Email', cell: (row) => row.email ?? '' },
    { header: 'Employee id', width: 120, cell: (row) => row.employeeId ?? '' },
    { header: 'User group', width: 150, cell: (row) => row.groupName },
    { header: 'Access persona', width: 150, cell: (row) => row.personaName },
    {
      header: 'Procore',
      width: 130,
      cell: (row) =>
        row.isLinked || row.hasParty ? <Tag tone="good">Linked</Tag> : <Tag tone="soft">Not yet known</Tag>,
    },
    {
      header: 'Sign-in',
      width: 110,
      cell: (row) => (row.isActive ? row.hasLogin ? 'Yes' : 'No login' : <Tag tone="warn">Inactive</Tag>),
    },
  ];
  const isReady = setup.data !== undefined && setup.data.groups.length > 0 && setup.data.personas.length > 0;
  return (
    <Screen
      title="People"
      actions={
        mayChange && (
          <Button leftSection={<IconPlus size={15} />} disabled={!isReady} onClick={() => setEdited('new')}>
            New person
          </Button>
        )
      }
    >
      <Loaded query={people}>
        {({ rows }) =>
          rows.length === 0 ? (
            <EmptyState icon={IconUsers} title="Nobody keeps time sheets yet">
              Add a user group and an access persona below, then add people, or tick "Procore company users" in the
              settings.
            </EmptyState>
          ) : (
            <DataTable
              label="People"
              columns={columns}
              rows={rows}
              keyOf={(row) => row.id}
              isMuted={(row) => !row.isActive}
            />
          )
        }
      </Loaded>
      <Section title="Time sheet set-up" hint="User groups, entry types and access personas.">
        <Loaded query={setup}>{(lists) => <SetupLists setup={lists} mayChange={mayChange} />}</Loaded>
      </Section>
      {edited !== null && setup.data !== undefined && (
        <PersonForm person={edited === 'new' ? null : edited} setup={setup.data} onClose={() => setEdited(null)} />
      )}
    </Screen>
  );
}

interface PersonFormProps {
  person: Person | null;
  setup: TimeSetup;
  onClose(): void;
}

function PersonForm({ person, setup, onClose }: PersonFormProps) {
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
  const save = useMutation({
    mutationFn: () => {
      const { isActive, ...rest } = fields;
      const body = {
        ...rest,
        email: rest.email.trim() || null,
        employeeId: rest.employeeId.trim() || null,
        entryTypeId: rest.entryTypeId || null,
      };
      return savePerson(person?.id ?? null, person === null ? body : { ...body, isActive });
    },
    onSuccess: () => {
      announce('Person saved.');
      onClose();
    },
    onError: announceError,
  });
  const options = (list: readonly { id: string; name: string }[]) =>
    list.map(({ id, name }) => ({ value: id, label: name }));
  return (
    <Modal opened onClose={onClose} title={person === null ? 'New person' : person.name}>
      <TextInput
        label="Name"
        data-autofocus
        value={fields.name}
        onChange={(e) => set({ name: e.currentTarget.value })}
      />
      <TextInput
        mt="xs"
        label="Email"
        description="Crew whose time others enter need none."
        value={fields.email}
        onChange={(e) => set({ email: e.currentTarget.value })}
      />
      <TextInput
        mt="xs"
        label="Employee id"
        description="As in Procore: finds the person there where no email does."
        value={fields.employeeId}
        onChange={(e) => set({ employeeId: e.currentTarget.value })}
      />
      <NativeSelect
        mt="xs"
        label="User group"
        data={options(setup.groups)}
        value={fields.userGroupId}
        onChange={(e) => set({ userGroupId: e.currentTarget.value })}
      />
      <NativeSelect
        mt="xs"
        label="Entry type"
        data={[{ value: '', label: 'None' }, ...options(setup.entryTypes)]}
        value={fields.entryTypeId}
        onChange={(e) => set({ entryTypeId: e.currentTarget.value })}
      />
      <NativeSelect
        mt="xs"
        label="Access persona"
        data={options(setup.personas)}
        value={fields.personaId}
        onChange={(e) => set({ personaId: e.currentTarget.value })}
      />
      {person !== null && (
        <Checkbox
          mt="sm"
          label="Active"
          checked={fields.isActive}
          onChange={(e) => set({ isActive: e.currentTarget.checked })}
        />
      )}
      <Button mt="md" loading={save.isPending} onClick={() => save.mutate()}>
        Save
      </Button>
    </Modal>
  );
}
