import { Tabs } from '@mantine/core';
import { useNavigate, useRouteContext } from '@tanstack/react-router';
import { hasRole } from '../session.ts';

/** People who keep time sheets, and people who sign in; the second are an admin's alone, so others see no tabs. */
export function PeopleTabs({ shown }: { shown: 'time-sheets' | 'sign-ins' }) {
  const { session } = useRouteContext({ from: '/frame' });
  const navigate = useNavigate({ from: '/people' });
  if (!hasRole(session, 'admin')) return null;
  return (
    <Tabs
      value={shown}
      mb="md"
      onChange={(tab) => void navigate({ search: { tab: tab === 'sign-ins' ? tab : undefined } })}
    >
      <Tabs.List>
        <Tabs.Tab value="time-sheets">Time sheet people</Tabs.Tab>
        <Tabs.Tab value="sign-ins">Sign-ins</Tabs.Tab>
      </Tabs.List>
    </Tabs>
  );
}
