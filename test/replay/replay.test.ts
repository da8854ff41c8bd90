import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { beforeAll, expect, test } from 'vitest';
import { workflowBundle } from '../../workers/bundle.ts';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const shapes = readdirSync(FOLDER, { recursive: true })
  .map(String)
  .filter((file) => file.endsWith('.json'))
  .toSorted();
const history = (shape: string): unknown => JSON.parse(readFileSync(`${FOLDER}/${shape}`, 'utf8'));

beforeAll(() => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
});

test('there is a history of every workflow', () => {
  const workflows = new Set(shapes.map((shape) => shape.split('/')[0]));
  for (const workflow of [
    'connect-company',
    'fetch-projects',
    'import-project',
    'sync-vendor',
    'sync-cost-codes',
    'push-invoice',
    'push-overhead-invoice',
    'push-purchase-order',
    'post-timesheet',
    'sync-user',
    'send-due',
    'reconcile',
    'maintain',
  ])
    expect(workflows).toContain(workflow);
});

test.each(shapes)('%s replays on the workflow code of today', async (shape) => {
  await Worker.runReplayHistory({ workflowBundle: await workflowBundle() }, history(shape));
});

test('a history does not replay on code whose steps are swapped', async () => {
  const swapped = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('./swapped-steps.ts', import.meta.url)),
    logger: new DefaultLogger('WARN'),
  });
  await expect(
    Worker.runReplayHistory({ workflowBundle: swapped }, history('fetch-projects/by-dates.json')),
  ).rejects.toThrow(/Nondeterminism|determinism/i);
});

test.each(shapes)('%s names no machine', (shape) => {
  const text = JSON.stringify(history(shape));
  expect(/"stackTrace":"[^"]/.test(text)).toBe(false);
  expect(/"\d+@/.test(text)).toBe(false);
});
