import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Driver, drive } from './drive.ts';

let it: Driver;
let project: number;
let party: number;
const DAY = '2026-03-30';
const entries = () => `/rest/v1.0/companies/${it.companyId}/timecard_entries`;

beforeAll(async () => {
  it = await drive({ checkContract: true });
  project = it.guide.exampleProjects.inConstruction.id;
  party = (await it.api('GET', `/rest/v1.0/projects/${project}/people`)).body[0].id;
});
afterAll(() => it.close());
afterEach(async () => {
  await it.control('PUT', '/settings', { timecardMode: {}, overtimeAfter: {} });
  await it.control('PUT', '/switches', { approved_timecards: 'locked', split_origin_data: 'left out' });
});

const post = (fields: object) =>
  it.api('POST', entries(), { project_id: project, timecard_entry: { date: DAY, party_id: party, ...fields } });
const list = async (query = `?start_date=${DAY}&end_date=${DAY}`) => (await it.api('GET', `${entries()}${query}`)).body;
const patch = (id: number, fields: object) =>
  it.api('PATCH', `${entries()}/${id}`, { project_id: project, timecard_entry: { date: DAY, ...fields } });

test('without dates only today is listed, and a deleted entry only when asked for', async () => {
  const { body } = await post({ hours: '8' });
  expect((await list()).map((row: { id: number }) => row.id)).toContain(body.id);
  expect(await list('')).toEqual([]);
  expect((await it.api('DELETE', `${entries()}/${body.id}`)).status).toBe(200);
  expect((await list()).map((row: { id: number }) => row.id)).not.toContain(body.id);
  const range = encodeURIComponent('2020-01-01...2999-01-01');
  expect(await list(`?filters[deleted_at]=${range}`)).toMatchObject([{ hours: '8' }]);
});

test('a project counts hours, or from start to stop, and refuses the other', async () => {
  expect((await post({ time_in: `${DAY}T00:00:00Z`, time_out: `${DAY}T08:00:00Z` })).body.errors).toHaveProperty(
    'hours',
  );
  await it.control('PUT', '/settings', { timecardMode: { [project]: 'start-stop' } });
  expect((await post({ hours: '8' })).body.errors).toHaveProperty('time_in');
  const made = await post({ time_in: `${DAY}T00:00:00Z`, time_out: `${DAY}T08:20:00Z`, lunch_time: '30' });
  expect(made.body).toMatchObject({ hours: '7.83', lunch_time: '30' });
});

test('an overtime rule splits an entry, and splits it anew when its hours change', async () => {
  await it.control('PUT', '/settings', { overtimeAfter: { [project]: '8' } });
  const { body } = await post({ hours: '10.5', origin_data: 'ours' });
  expect(body).toMatchObject({ hours: '8', origin_data: 'ours' });
  expect(body.automatically_split_timecard_entries).toMatchObject([{ hours: '2.5', origin_data: null }]);
  const changed = (await patch(body.id, { hours: '9' })).body;
  expect(changed.automatically_split_timecard_entries).toMatchObject([{ hours: '1' }]);
  const ids = (await list()).map((row: { id: number }) => row.id);
  expect(ids).toContain(changed.automatically_split_timecard_entries[0].id);
  await it.control('PUT', '/switches', { split_origin_data: 'copied' });
  const copied = (await post({ hours: '9', origin_data: 'ours' })).body;
  expect(copied.automatically_split_timecard_entries[0].origin_data).toBe('ours');
});

test('approved time is locked, and by switch open', async () => {
  const { body } = await post({ hours: '8', approval_status: 'approved' });
  expect((await patch(body.id, { hours: '7' })).status).toBe(403);
  expect((await it.api('DELETE', `${entries()}/${body.id}`)).status).toBe(403);
  await it.control('PUT', '/switches', { approved_timecards: 'open' });
  expect((await patch(body.id, { hours: '7' })).status).toBe(200);
});

test('a person outside the directory, or a code of another place, is refused in words', async () => {
  const outsider = (await it.control('POST', '/records/people', { company_id: it.companyId, last_name: 'Out' })).body;
  expect((await post({ hours: '8', party_id: outsider.id })).body.errors).toEqual({
    party: ['is not in the project directory'],
  });
  const foreign = it.guide.exampleProjects.withSubJobs.codes[0].id;
  expect((await post({ hours: '8', cost_code_id: foreign })).body.errors).toHaveProperty('cost_code');
  expect((await it.control('GET', '/contract')).body.violations).toEqual([]);
});
