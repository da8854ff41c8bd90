import { expect, test } from 'vitest';
import { startClient } from './answers.ts';

const vendors = (...ids: number[]) => ids.map((id) => ({ id, name: `Vendor ${id}` }));

test('a list is read page by page along its links, each record once although rows moved', async () => {
  const pages = [vendors(1, 2, 3), vendors(3, 4, 4, 5), vendors(6)];
  const client = await startClient(({ url }) => {
    const page = Number(url.searchParams.get('page') ?? 1);
    const link = `<http://elsewhere.example/x?page=${page + 1}&per_page=100>; rel="next", <http://a/?page=3>; rel="last"`;
    return { body: pages[page - 1], ...(page < pages.length ? { headers: { link } } : {}) };
  });
  const stages = await client.api.stages.all();
  expect(stages.map(({ id }) => id)).toEqual(['1', '2', '3', '4', '5', '6']);
  expect(client.asked).toHaveLength(3);
  await client.close();
});

test('the next page keeps our filters and goes to the host of the first', async () => {
  const client = await startClient((_, count) =>
    count === 1
      ? { body: vendors(1), headers: { link: '<https://evil.example/steal?page=2&per_page=200>; rel=next' } }
      : { body: vendors(2) },
  );
  const first = await client.api.vendors.page({ ids: ['1', '2'], updatedFrom: '2026-01-01T00:00:00Z', cursor: null });
  expect(first.next).toBe('page=2&per_page=200');
  const second = await client.api.vendors.page({
    ids: ['1', '2'],
    updatedFrom: '2026-01-01T00:00:00Z',
    cursor: first.next,
  });
  expect(second).toMatchObject({ rows: [{ id: '2' }], next: null });
  const query = client.asked[1]?.url.searchParams;
  expect(client.asked[1]?.url.pathname).toBe('/rest/v1.0/vendors');
  expect(query?.getAll('filters[id][]')).toEqual(['1', '2']);
  expect(query?.get('filters[updated_at]')).toBe('2026-01-01T00:00:00Z...2999-12-31T00:00:00Z');
  expect(query?.get('page')).toBe('2');
  expect(query?.getAll('per_page')).toEqual(['200']);
  await client.close();
});

test('a link that leads to the same page ends the list instead of circling', async () => {
  const client = await startClient(() => ({ body: vendors(1), headers: { link: '<http://a/?page=2>; rel="next"' } }));
  expect(await client.api.stages.all()).toHaveLength(1);
  expect(client.asked).toHaveLength(2);
  await client.close();
});

test('v2 lists come in an envelope, and an answer without a list is never taken for an empty one', async () => {
  const client = await startClient((_, count) =>
    count === 1 ? { body: { data: [{ id: 'h1', status: 'active' }] } } : { status: 200 },
  );
  expect(await client.api.hooks.list({ namespace: 'lentune' })).toMatchObject([
    { id: 'h1', status: 'active', trigger_count: null },
  ]);
  await expect(client.api.uoms.all()).rejects.toMatchObject({ kind: 'unreadable' });
  expect(client.asked[0]?.url.pathname).toBe('/rest/v2.0/companies/7001/webhooks/hooks');
  await client.close();
});

test('unbudgeted rows have no id and are all kept; the customer’s own columns pass', async () => {
  const row = { id: null, wbs_code_id: null, original_budget_amount: '0.0', 'Job to Date Costs': '12.5' };
  const client = await startClient(() => ({ body: [row, row, { ...row, id: 4, original_budget_amount: 1000.5 }] }));
  const { rows } = await client.api.budget.detailRowsPage({ viewId: '1', projectId: '2', cursor: null });
  expect(rows.map(({ id, original_budget_amount }) => [id, original_budget_amount])).toEqual([
    [null, '0'],
    [null, '0'],
    ['4', '1000.5'],
  ]);
  await client.close();
});
