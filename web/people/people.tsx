import { Button } from '@mantine/core';
import { IconPlus, IconUsers } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useRouteContext } from '@tanstack/react-router';
import { useState } from 'react';
import type { Person } from '../../schemas/people.ts';
import { type Column, DataTable } from '../elements/data-table.tsx';
import { Screen } from '../elements/screen.tsx';
import { EmptyState, Loaded } from '../elements/states.tsx';
import { Tag } from '../elements/tag.tsx';
import { PeopleTabs } from '../members/people-tabs.tsx';
import { hasRole } from '../session.ts';
import { PartyWindow } from './party-window.tsx';
import { PersonForm } from './person-form.tsx';
import { peopleQuery, timeSetupQuery } from './queries.ts';
import { TimeSetupLists } from './time-setup-lists.tsx';
import { UnlinkPerson } from './unlink-person.tsx';

/** People who keep time sheets, who they are in Procore, and what groups, entry types and personas there are. */
export function PeopleScreen() {
  const { session } = useRouteContext({ from: '/frame' });
  const mayChange = hasRole(session, 'admin');
  const mayDecide = hasRole(session, 'admin', 'clerk');
  const people = useQuery(peopleQuery);
  const setup = useQuery(timeSetupQuery);
  const [edited, setEdited] = useState<Person | 'new' | null>(null);
  const [linked, setLinked] = useState<Person | null>(null);
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
      width: 240,
      cell: (row) => (
        <>
          {row.isLinked || row.parties.length > 0 ? (
            <Tag tone="good">Linked</Tag>
          ) : (
            <Tag tone="soft">Not yet known</Tag>
          )}
          {mayChange && (
            <Button
              variant="subtle"
              size="compact-xs"
              ml={6}
              aria-label={`Procore person of ${row.name}`}
              onClick={() => setLinked(row)}
            >
              {row.parties.length > 0 ? 'Change' : 'Choose'}
            </Button>
          )}
          {mayDecide && row.isLinked && <UnlinkPerson id={row.id} name={row.name} />}
        </>
      ),
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
          <Button
            leftSection={<IconPlus size={15} />}
            disabled={!isReady}
            title={isReady ? undefined : 'Add a user group and an access persona first'}
            onClick={() => setEdited('new')}
          >
            New person
          </Button>
        )
      }
    >
      <PeopleTabs shown="time-sheets" />
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
      <Loaded query={setup}>{(lists) => <TimeSetupLists setup={lists} mayChange={mayChange} />}</Loaded>
      {edited !== null && setup.data !== undefined && (
        <PersonForm person={edited === 'new' ? null : edited} setup={setup.data} onClose={() => setEdited(null)} />
      )}
      {linked !== null && <PartyWindow person={linked} onClose={() => setLinked(null)} />}
    </Screen>
  );
}
