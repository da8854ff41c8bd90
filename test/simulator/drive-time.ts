import type { Driver } from './drive.ts';

/** Calls every operation of people and time once; the contract test judges requests and answers. */
export async function driveTime(it: Driver): Promise<number[]> {
  const statuses: number[] = [];
  const call = async (method: string, path: string, body?: unknown) => {
    const answer = await it.api(method, path, body);
    statuses.push(answer.status);
    return answer.body;
  };
  const project = it.guide.exampleProjects.inConstruction.id;
  const company = `/rest/v1.0/companies/${it.companyId}`;
  await call('GET', `${company}/people?filters[is_employee]=true&filters[search]=sione&per_page=5`);
  const [person] = await call('GET', `/rest/v1.0/projects/${project}/people?per_page=5&page=1`);
  await call('GET', `/rest/v1.0/projects/${project}/crews?per_page=5&page=1`);
  const [type] = await call('GET', `${company}/timecard_time_types`);
  const entry = { date: '2026-03-30', hours: '7.5', party_id: person.id, timecard_time_type_id: type.id };
  const entries = `${company}/timecard_entries`;
  const made = await call('POST', entries, {
    project_id: project,
    timecard_entry: { ...entry, approval_status: 'pending', description: 'Formwork', origin_data: 'ours' },
  });
  await call('GET', `${entries}?start_date=2026-03-30&end_date=2026-03-30&filters[party_id][]=${person.id}`);
  await call('GET', `${entries}/${made.id}`);
  await call('PATCH', `${entries}/${made.id}`, { project_id: project, timecard_entry: { ...entry, hours: '8' } });
  await call('DELETE', `${entries}/${made.id}`);
  return statuses;
}
