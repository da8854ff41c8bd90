import type { Answer, Driver } from './drive.ts';

/** Every operation of billing periods and subcontractor invoices once; gives back the statuses answered. */
export async function driveClaims(it: Driver): Promise<number[]> {
  const project = it.guide.exampleProjects.inConstruction.id;
  const p = `project_id=${project}`;
  const answers: Answer[] = [];
  const call = async (method: string, path: string, body?: unknown) => {
    const answer = await it.api(method, path, body);
    answers.push(answer);
    return answer.body;
  };
  const periods = `/rest/v1.0/projects/${project}/billing_periods`;
  const [open] = await call('GET', `${periods}?filters[status]=open`);
  const dates = { start_date: '2031-01-01', end_date: '2031-01-31', due_date: '2031-01-31' };
  const period = await call('POST', periods, { billing_period: { ...dates, status: 'closed' } });
  await call('GET', `${periods}/${period.id}`);
  await call('PATCH', `${periods}/${period.id}`, { billing_period: { ...dates, status: 'closed' } });

  const [subcontract] = (await it.api('GET', `/rest/v1.0/work_order_contracts?${p}`)).body;
  const shown = (await it.api('GET', `/rest/v1.0/work_order_contracts/${subcontract.id}?${p}`)).body;
  const place = { project_id: project, commitment_id: subcontract.id };
  const items = [
    {
      line_item_id: shown.line_items[0].id,
      item_type: 'contract_item',
      work_completed_this_period: '100.00',
      work_completed_retainage_retained_this_period: '10.00',
    },
  ];
  const base = '/rest/v1.1/requisitions';
  const header = { invoice_number: 'CLAIM-1', period_id: open.id, status: 'draft', origin_data: 'ours' };
  const made = await call('POST', `${base}?view=items`, { ...place, requisition: { ...header, items } });
  for (const view of ['default', 'items', 'extended'])
    await call('GET', `${base}?${p}&view=${view}&filters[commitment_id]=${subcontract.id}&filters[status]=draft`);
  await call('GET', `${base}/${made.id}?${p}&view=items`);
  const older = `/rest/v1.0/requisitions/${made.id}`;
  const [change] = (await it.api('GET', `/rest/v1.0/change_order_packages?${p}&contract_id=${subcontract.id}`)).body
    // biome-ignore lint/suspicious/noExplicitAny: a test reads the fields it knows
    .filter((one: any) => one.status === 'approved');
  await call(
    'POST',
    `${older}/add_change_order_package?${p}&commitment_id=${subcontract.id}&change_order_package_id=${change.id}`,
  );
  await call('GET', `${older}/contract_items?${p}`);
  const [changed] = await call('GET', `${older}/change_order_items?${p}&filters[change_order_id]=${change.id}`);
  await call('PATCH', `${older}/bulk_item_update?${p}`, {
    requisition_items: [{ id: changed.id, item_type: 'change_order_item', work_completed_this_period: '5.00' }],
  });
  await call('PATCH', `${base}/${made.id}`, { ...place, requisition: { status: 'under_review' } });
  await call('DELETE', `${base}/${made.id}?${p}`);
  await call('POST', '/rest/v1.0/requisitions', { ...place, requisition: { invoice_number: 'CLAIM-2' } });
  return answers.map(({ status }) => status);
}
