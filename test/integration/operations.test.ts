import { readFileSync } from 'node:fs';
import { Client, Connection } from '@temporalio/client';
import { expect, test } from 'vitest';
import { claimNamespace } from '../environment/namespace.ts';

const OPERATIONS = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');

test('Temporal takes every saved query of the operations guide', async () => {
  const [, table = ''] = /\| query in Temporal's Web UI \|\n([\s\S]*?)\n\n/.exec(OPERATIONS) ?? [];
  const queries = [...table.matchAll(/`([^`]+)` \|$/gm)].map(([, query = '']) => query);
  expect(queries.length).toBeGreaterThan(5);
  const { address, namespace } = await claimNamespace();
  const connection = await Connection.connect({ address });
  try {
    const { workflow } = new Client({ connection, namespace });
    for (const query of queries) expect([query, (await workflow.count(query)).count]).toEqual([query, 0]);
    await expect(workflow.count('EntityReff = "INV-1042"')).rejects.toThrow();
  } finally {
    await connection.close();
  }
});
