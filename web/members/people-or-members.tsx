import { useRouteContext, useSearch } from '@tanstack/react-router';
import { PeopleScreen } from '../people/people.tsx';
import { hasRole } from '../session.ts';
import { MembersScreen } from './members.tsx';

/** The People screen, on the tab the address names. */
export function PeopleOrMembersScreen() {
  const { session } = useRouteContext({ from: '/frame' });
  const { tab } = useSearch({ from: '/frame/people' });
  return tab === 'sign-ins' && hasRole(session, 'admin') ? <MembersScreen /> : <PeopleScreen />;
}
