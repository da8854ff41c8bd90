import { useQuery } from '@tanstack/react-query';
import { searchProjects } from '../elements/record-options.ts';

/** "P-1007 Harbour Apartments" of a project known by the URL alone. */
export function useProjectName(projectId: string | null): string {
  const projects = useQuery({
    queryKey: ['projects', 'options', 'all'],
    queryFn: () => searchProjects('', { limit: 500 }),
    enabled: projectId !== null,
    staleTime: 60_000,
  });
  return projects.data?.find((option) => option.id === projectId)?.text ?? '';
}
