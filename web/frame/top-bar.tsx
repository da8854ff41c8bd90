import { ActionIcon, Menu, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { IconLogout, IconMoon, IconSun, IconUserCircle } from '@tabler/icons-react';
import { useNavigate, useRouteContext } from '@tanstack/react-router';
import { announceError } from '../elements/announce.tsx';
import { signOut } from '../session.ts';
import { ConnectionPill } from './connection-pill.tsx';
import styles from './frame.module.css';
import { SearchEverything } from './search-everything.tsx';

export function TopBar() {
  const { session } = useRouteContext({ from: '/frame' });
  const navigate = useNavigate();
  return (
    <header className={styles.top}>
      <span className={styles.account} title="Account">
        {session.account.name}
      </span>
      <SearchEverything />
      <div className={styles.topEnd}>
        <ConnectionPill />
        <SchemeSwitch />
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
      </div>
    </header>
  );
}

function SchemeSwitch() {
  const { setColorScheme } = useMantineColorScheme();
  const isDark = useComputedColorScheme('light') === 'dark';
  return (
    <ActionIcon
      size="md"
      aria-label={isDark ? 'Light colours' : 'Dark colours'}
      onClick={() => setColorScheme(isDark ? 'light' : 'dark')}
    >
      {isDark ? <IconSun size={18} stroke={1.6} aria-hidden /> : <IconMoon size={18} stroke={1.6} aria-hidden />}
    </ActionIcon>
  );
}
