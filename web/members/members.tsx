import { Button, Group, Modal, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useRouteContext } from '@tanstack/react-router';
import { useState } from 'react';
import type { Member } from '../../schemas/members.ts';
import { announce, announceError } from '../elements/announce.tsx';
import { type Column, DataTable } from '../elements/data-table.tsx';
import { Screen } from '../elements/screen.tsx';
import { Loaded } from '../elements/states.tsx';
import { formatMoment } from '../format.ts';
import { NewMemberWindow } from './new-member-window.tsx';
import { PasswordWindow } from './password-window.tsx';
import { PeopleTabs } from './people-tabs.tsx';
import { membersQuery, removeMember } from './queries.ts';
import { roleInWords } from './role-choice.tsx';
import { RolesWindow } from './roles-window.tsx';

type Open = { window: 'new' } | { window: 'roles' | 'password' | 'remove'; member: Member };

/** The people who may sign in to the account, and what they may do. */
export function MembersScreen() {
  const members = useQuery(membersQuery);
  const [open, setOpen] = useState<Open | null>(null);
  const close = () => setOpen(null);
  return (
    <Screen
      title="People"
      actions={
        <Button leftSection={<IconPlus size={15} />} onClick={() => setOpen({ window: 'new' })}>
          New sign-in
        </Button>
      }
    >
      <PeopleTabs shown="sign-ins" />
      <Loaded query={members}>{({ rows }) => <MemberTable rows={rows} onOpen={setOpen} />}</Loaded>
      {open?.window === 'new' && <NewMemberWindow onClose={close} />}
      {open?.window === 'roles' && <RolesWindow member={open.member} onClose={close} />}
      {open?.window === 'password' && <PasswordWindow member={open.member} onClose={close} />}
      {open?.window === 'remove' && <RemoveWindow member={open.member} onClose={close} />}
    </Screen>
  );
}

function MemberTable({ rows, onOpen }: { rows: Member[]; onOpen: (open: Open) => void }) {
  const { session } = useRouteContext({ from: '/frame' });
  const admins = rows.filter(({ roles }) => roles.includes('admin'));
  const isLastAdmin = ({ id }: Member) => admins.length === 1 && admins[0]?.id === id;
  const columns: Column<Member>[] = [
    { header: 'Name', width: 190, cell: (row) => <strong>{row.name}</strong> },
    { header: 'Email', cell: (row) => row.email },
    { header: 'Roles', width: 230, cell: (row) => row.roles.map(roleInWords).join(', ') },
    {
      header: 'Last sign-in',
      width: 150,
      cell: (row) => (row.lastSignInAt === null ? 'Never' : formatMoment(row.lastSignInAt)),
    },
    {
      header: '',
      width: 250,
      align: 'right',
      cell: (member) => (
        <Group gap={4} justify="flex-end" wrap="nowrap">
          <RowButton word="Roles" member={member} onClick={() => onOpen({ window: 'roles', member })} />
          {!member.isElsewhere && member.id !== session.user.id && (
            <RowButton word="New password" member={member} onClick={() => onOpen({ window: 'password', member })} />
          )}
          {!isLastAdmin(member) && (
            <RowButton word="Remove" member={member} onClick={() => onOpen({ window: 'remove', member })} />
          )}
        </Group>
      ),
    },
  ];
  return <DataTable label="Sign-ins" columns={columns} rows={rows} keyOf={(row) => row.id} />;
}

function RowButton({ word, member, onClick }: { word: string; member: Member; onClick: () => void }) {
  return (
    <Button size="compact-xs" variant="subtle" aria-label={`${word}: ${member.name}`} onClick={onClick}>
      {word}
    </Button>
  );
}

function RemoveWindow({ member, onClose }: { member: Member; onClose: () => void }) {
  const remove = useMutation({
    mutationFn: () => removeMember(member.id),
    onSuccess: () => {
      announce(`${member.name} can no longer sign in to this account.`);
      onClose();
    },
    onError: announceError,
  });
  return (
    <Modal opened onClose={onClose} title={`Remove ${member.name}?`}>
      <Text size="sm" mb="md">
        They are signed out at once and cannot sign in to this account any more. Their name stays in the logs of what
        they did.
      </Text>
      <Button color="red" loading={remove.isPending} onClick={() => remove.mutate()}>
        Remove from the account
      </Button>
    </Modal>
  );
}
