import { ActionIcon, Menu } from '@mantine/core';
import { IconArrowsExchange, IconLock, IconLogout, IconUserCircle } from '@tabler/icons-react';
import { useNavigate, useRouteContext } from '@tanstack/react-router';
import { useState } from 'react';
import { announceError } from '../elements/announce.tsx';
import { goToAccount, signOut } from '../session.ts';
import { ChangePasswordWindow } from './change-password-window.tsx';

/** Who is signed in: their password, their other accounts, the way out. */
export function UserMenu() {
  const { session } = useRouteContext({ from: '/frame' });
  const navigate = useNavigate();
  const [isChanging, setChanging] = useState(false);
  const others = session.accounts.filter(({ id }) => id !== session.account.id);
  return (
    <>
      <Menu position="bottom-end" width={240}>
        <Menu.Target>
          <ActionIcon size="md" aria-label={`Signed in as ${session.user.name}`}>
            <IconUserCircle size={20} stroke={1.6} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>
            {session.user.name}
            <br />
            {session.user.email}
          </Menu.Label>
          {others.map(({ id, name }) => (
            <Menu.Item
              key={id}
              leftSection={<IconArrowsExchange size={16} aria-hidden />}
              onClick={() => {
                goToAccount(id).catch(announceError);
              }}
            >
              Go to {name}
            </Menu.Item>
          ))}
          {others.length > 0 && <Menu.Divider />}
          <Menu.Item leftSection={<IconLock size={16} aria-hidden />} onClick={() => setChanging(true)}>
            Change password
          </Menu.Item>
          <Menu.Item
            leftSection={<IconLogout size={16} aria-hidden />}
            onClick={() => {
              signOut().then(() => navigate({ to: '/sign-in' }), announceError);
            }}
          >
            Sign out
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {isChanging && <ChangePasswordWindow onClose={() => setChanging(false)} />}
    </>
  );
}
