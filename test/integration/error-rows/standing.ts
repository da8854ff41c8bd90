import { installationOf, recordStamp } from '../../../domain/stamp.ts';
import { eventually } from '../../environment/stack.ts';
import type { HeldDirectCost, PushWorld } from '../push-world.ts';
import { breaking, control, correct, draft, type ErrorRow, mended, records } from './row.ts';

const patch = (world: PushWorld, id: number, fields: object) =>
  control(world, 'PATCH', `/records/direct_costs/${id}`, fields);
const patchLine = (world: PushWorld, id: number, fields: object) =>
  control(world, 'PATCH', `/records/direct_cost_line_items/${id}`, fields);

/** Sends an invoice, lets people work on its record, and sends it again. */
async function workedOn(
  world: PushWorld,
  number: string,
  edit: (cost: HeldDirectCost) => Promise<unknown>,
  resend: (id: string) => Promise<void> = world.again,
): Promise<string> {
  await world.settings({ directCostStatus: 'pending' });
  const id = await world.send({ number });
  await world.ended(id, 90_000);
  await edit((await world.held(number))[0]!);
  await resend(id);
  return id;
}

const described = (world: PushWorld, id: string, description = 'Ours') =>
  correct(world, id, { lines: draft(world, '').lines.map((line) => ({ ...line, description })) });

const decide = async (world: PushWorld, id: string, path: string, body: object) => {
  const { status } = await world.stack.api('POST', `/api/invoices/${id}/${path}`, body);
  if (status !== 200) throw new Error(`${path} answered ${status}`);
  world.stack.doorbell?.poke();
};

/** A record in Procore that the journal does not name. */
async function recordThere(world: PushWorld, fields: object, amount: string | null): Promise<number> {
  const { procoreId } = world.projects[0]!;
  const vendor = (await records(world, 'vendors')).find(({ name }) => name === 'Kiwi Plumbing');
  const made = await control<{ id: number }>(world, 'POST', '/records/direct_costs', {
    project_id: procoreId,
    vendor_id: vendor!.id,
    ...fields,
  });
  if (amount !== null)
    await control(world, 'POST', '/records/direct_cost_line_items', { direct_cost_id: made.id, amount });
  return made.id;
}

/** What stands in Procore already, or was worked on there. */
export const STANDING_ROWS: ErrorRow[] = [
  {
    code: 'DUPLICATE',
    when: 'somebody typed it in by hand',
    told: 'send',
    says: 'Procore project P-1007 Harbour Apartments already has # from Kiwi Plumbing, and we did not put it there. Link it without writing, take it over, or change the number.',
    async cause(world, number) {
      await recordThere(world, { invoice_number: number, status: 'draft' }, null);
      return world.send({ number });
    },
    leaves: true,
    fix: (world, id) => correct(world, id, { number: 'E-DUPLICATE-2' }),
    goesByItself: true,
  },
  {
    code: 'DOUBLE_POSTED',
    when: 'two records of ours are both in use',
    told: 'send',
    says: '# stands twice in Procore project P-1007 Harbour Apartments. Remove one of the two in Procore.',
    async cause(world, number) {
      const id = await world.approved({ number });
      const { connectionId, account } = world.stack;
      const part = String(world.projects[0]!.procoreId);
      const origin_data = recordStamp({ installation: installationOf(connectionId), account, documentId: id, part });
      for (const status of ['draft', 'pending'])
        await recordThere(world, { invoice_number: number, status, origin_data }, null);
      await world.queue(id);
      return id;
    },
    leaves: true,
    async fix(world) {
      const second = (await world.held('E-DOUBLE_POSTED')).find(({ status }) => status === 'pending');
      await control(world, 'DELETE', `/records/direct_costs/${second!.id}`);
    },
  },
  {
    code: 'NOT_SETTLED',
    when: 'Procore makes another amount of it',
    told: 'send',
    says: 'Procore changed The amount of a line from "100.00" to "99.99" while saving. Correct the setting in Procore that changes it, or the invoice.',
    async cause(world, number) {
      const down = { kind: 'status', status: 500 };
      await breaking(world, 'PATCH', '/direct_costs/line_items/sync$', { kind: 'lost-response' });
      await breaking(world, 'GET', '/rest/v1\\.1/projects/\\d+/direct_costs/\\d+$', down, 'always');
      const id = await world.send({ number });
      const line = await eventually(async () => (await world.held(number))[0]?.lines[0]);
      await patchLine(world, line.id, { amount: '99.99' });
      await mended(world);
      return id;
    },
    leaves: true,
    // Sent again, the amount is said again.
    fix: async () => undefined,
  },
  {
    code: 'REMOTE_EDITED',
    when: 'people added a line',
    told: 'send',
    says: '# was changed in Procore: it totals $105.00 there and $100.00 here. Keep theirs, take ours, or change the invoice to match.',
    cause: (world, number) =>
      workedOn(world, number, ({ id }) =>
        control(world, 'POST', '/records/direct_cost_line_items', { direct_cost_id: id, amount: '5.00' }),
      ),
    leaves: true,
    fix: (world, id) => decide(world, id, 'edited', { choice: 'keep_theirs' }),
    goesByItself: true,
    total: 105,
  },
  {
    code: 'CONFLICT',
    when: 'the same field was changed on both sides',
    told: 'send',
    says: 'The description was changed on both sides: "Ours" here, "Theirs" in Procore. Keep theirs, take ours, or change the invoice to match.',
    cause: (world, number) =>
      workedOn(
        world,
        number,
        ({ lines }) => patchLine(world, lines[0]!.id, { description: 'Theirs' }),
        (id) => described(world, id),
      ),
    leaves: true,
    fix: (world, id) => decide(world, id, 'edited', { choice: 'take_ours' }),
    goesByItself: true,
  },
  {
    code: 'SENT_BACK',
    when: 'it was sent back for revision',
    told: 'send',
    says: '# was sent back in Procore for revision. Correct the invoice and send it again, or change it in Procore.',
    cause: (world, number) => workedOn(world, number, ({ id }) => patch(world, id, { status: 'revise_and_resubmit' })),
    leaves: true,
    fix: (world, id) => described(world, id),
    goesByItself: true,
  },
  {
    code: 'LOCKED',
    when: 'it was approved, and we change it',
    told: 'send',
    says: '# can no longer be changed in Procore: it is approved; only Procore can take that back. Ask whoever approved or locked it in Procore to open it again.',
    cause: (world, number) =>
      workedOn(
        world,
        number,
        ({ id }) => patch(world, id, { status: 'approved' }),
        (id) => described(world, id),
      ),
    leaves: true,
    async fix(world) {
      const [cost] = await world.held('E-LOCKED');
      await patch(world, cost!.id, { status: 'pending' });
    },
  },
  {
    code: 'DELETED_REMOTELY',
    when: 'the record was deleted',
    told: 'send',
    says: '# was deleted in Procore project P-1007 Harbour Apartments. Send it again as new, or unlink it.',
    cause: (world, number) =>
      workedOn(world, number, ({ id }) => control(world, 'DELETE', `/records/direct_costs/${id}`)),
    fix: (world, id) => decide(world, id, 'deleted', { choice: 'recreate' }),
    goesByItself: true,
  },
];
