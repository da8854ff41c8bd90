import { expect } from 'vitest';
import { type Answer, send } from './drive.ts';

type Read = (path: string) => Promise<Answer['body']>;
type Write = (path: string, body?: unknown, status?: number) => Promise<Answer['body']>;
type Remove = (path: string, status?: number, body?: unknown) => Promise<Answer['body']>;

export interface Calls {
  get: Read;
  post: Write;
  patch: Write;
  remove: Remove;
}

/** Drives webhook management v1.0 once, for a company or a project. */
export async function driveWebhooksV1(place: object, resource: string, url: string, call: Calls): Promise<void> {
  const base = '/rest/v1.0/webhooks';
  const query = new URLSearchParams(Object.entries(place).map(([name, value]) => [name, String(value)]));
  await call.get(`${base}/resources?${query}`);
  expect(await call.get(`${base}/resources/api_versions?${query}`)).toContain('v2');
  const hook = { api_version: 'v2', namespace: 'old-hooks', destination_url: url };
  const made = await call.post(`${base}/hooks`, { ...place, hook });
  expect(await call.get(`${base}/hooks?${query}&namespace=old-hooks`)).toMatchObject([
    { id: made.id, api_version: 'v2' },
  ]);
  await call.patch(`${base}/hooks/${made.id}`, { ...place, hook: { ...hook, api_version: 'v3.0' } });
  const triggers = `${base}/hooks/${made.id}/triggers`;
  const trigger = (event_type: string, resource_name = resource) => ({ resource_name, event_type });
  const one = await call.post(triggers, { ...place, api_version: 'v3.0', trigger: trigger('create') });
  const bulk = (wanted: object[], status: number) =>
    call.post(`${triggers}/bulk`, { ...place, api_version: 'v3.0', triggers: wanted }, status);
  const { success } = await bulk([trigger('update')], 200);
  expect((await bulk([trigger('update', 'Nonsense')], 207)).failed).toHaveLength(1);
  expect(await call.get(`${triggers}?${query}`)).toHaveLength(2);
  await call.get(`${base}/hooks/${made.id}/deliveries?${query}&page_size=10&page_start=0`);
  await call.remove(`${triggers}/${one.id}?${query}`);
  await call.remove(`${triggers}/bulk`, 200, { ...place, triggers: [success[0].id] });
  await call.remove(`${base}/hooks/${made.id}?${query}`);
}

/** Drives an upload from its ticket to the stored file. */
export async function driveUpload(base: string, call: Calls): Promise<void> {
  const ticket = await call.post(base, {
    response_filename: 'a.pdf',
    response_content_type: 'application/pdf',
    size: 4,
  });
  expect((await call.get(`${base}/${ticket.uuid}`)).status).toBe('ready');
  const form = new FormData();
  for (const [name, value] of Object.entries(ticket.fields)) form.append(name, String(value));
  form.append('file', new Blob(['%PDF']), 'a.pdf');
  expect((await send(ticket.url, 'POST', form, {})).status).toBe(204);
  expect((await call.get(`${base}/${ticket.uuid}`)).status).toBe('complete');
  const segments = [{ size: 4, sha256: 'x' }];
  expect((await call.patch(`${base}/${ticket.uuid}`, { segments }, 422)).error.message).toContain('not simulated');
}
