import { ActionIcon, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { IconMoon, IconSun } from '@tabler/icons-react';
import { useRouteContext } from '@tanstack/react-router';
import { CompanyFilter } from './company-filter.tsx';
import { ConnectionPill } from './connection-pill.tsx';
import styles from './frame.module.css';
import { SearchEverything } from './search-everything.tsx';
import { UserMenu } from './user-menu.tsx';

export function TopBar() {
  const { session } = useRouteContext({ from: '/frame' });
  return (
    <header className={styles.top}>
      <div className={styles.topStart}>
        <span className={styles.account} title="Account">
          {session.account.name}
        </span>
        <CompanyFilter />
      </div>
      <SearchEverything />
      <div className={styles.topEnd}>
        <ConnectionPill />
        <SchemeSwitch />
        <UserMenu />
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
