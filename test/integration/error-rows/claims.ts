import { eq, sql } from 'drizzle-orm';
import { replaceAllocations } from '../../../db/queries/invoice-allocations.ts';
import { approveInvoice } from '../../../db/queries/invoice-steps.ts';
import { inboxScope, payableInvoice } from '../../../db/schema/index.ts';
import type { ClaimWorld } from '../claim-world.ts';
import { control, correct, draft, type ErrorRow, entered, records } from './row.ts';

const ORDER = 'PO-1007-03';
const SUBCONTRACT = 'SC-1007-02';

/** $100 on the first and third line of an order. */
const AMOUNTS = ['60.00', null, '40.00'];
const sendOn = async (world: ClaimWorld, number: string) =>
  world.sendClaim({ number, on: await world.commitment(ORDER), amounts: AMOUNTS });

const onOrder = async (world: ClaimWorld, fields: object) => {
  const { procoreId } = await world.commitment(ORDER);
  return control(world, 'PATCH', `/records/purchase_order_contracts/${procoreId}`, fields);
};

const openClaim = async (world: ClaimWorld, commitment: string) => {
  const { procoreId } = await world.commitment(commitment);
  const claims = await records<{ commitment_id: number; number: number; id: number; status: string }>(
    world,
    'requisitions',
  );
  return claims.find((claim) => claim.commitment_id === Number(procoreId) && claim.status !== 'approved')!;
};

/** Allocates the two lines of an invoice on the order anew. */
async function allocate(world: ClaimWorld, id: string, amounts: [string, string]): Promise<void> {
  const { deps, account } = world.stack;
  const on = await world.commitment(ORDER);
  const allocations = amounts.map((amount, at) => ({
    position: at + 1,
    lineId: on.lines[at * 2]!.id,
    amount,
    quantity: null,
  }));
  await deps.db.transaction((tx) => replaceAllocations(tx, account, id, [on], allocations));
}

const ADMIT = 'Grant our user that permission in Procore, or let an admin enter it there.';

/** Why an invoice cannot be claimed on its order or subcontract. */
export const CLAIM_ROWS: ErrorRow<ClaimWorld>[] = [
  {
    code: 'NOT_ALLOCATED',
    when: 'a line is allocated in part only',
    told: 'send',
    says: 'Line 1 is not fully allocated to purchase order PO-1007-03: $2.00 is left. Allocate the whole line under Allocations, or take the order off the invoice.',
    async cause(world, number) {
      const id = await world.claim({ number, on: await world.commitment(ORDER), amounts: AMOUNTS });
      await allocate(world, id, ['58.00', '40.00']);
      await world.queue(id);
      return id;
    },
    fix: (world, id) => allocate(world, id, ['60.00', '40.00']),
  },
  {
    code: 'OVER_ALLOCATED',
    when: 'more is booked than is left of a line',
    told: 'send',
    async says(world) {
      const line = (await world.commitment(ORDER)).lines[1]!;
      const left = new Intl.NumberFormat('en-NZ', { minimumFractionDigits: 2 }).format(Number(line.amount));
      return `$1,000,000.00 on ${line.description} of purchase order PO-1007-03 is more than the $${left} that is left of it. Allocate less, wait for a variation, or let an admin allow it with a reason.`;
    },
    cause: async (world, number) =>
      world.sendClaim({ number, on: await world.commitment(ORDER), amounts: [null, '1000000.00'] }),
    fix: ({ stack }, id) =>
      stack.deps.db
        .update(payableInvoice)
        .set({ overAllocationReason: 'Agreed on site.' })
        .where(eq(payableInvoice.id, id)),
    total: 1_000_000,
  },
  {
    code: 'PO_NOT_FOUND',
    when: 'the order is not known',
    told: 'send',
    says: 'Purchase order or subcontract PO-NOBODY is not known, or not there any more. Correct the number, or refresh the orders of the project.',
    async cause(world, number) {
      const id = await entered(world, draft(world, number, { poNumber: 'PO-NOBODY' }));
      await approveInvoice(world.stack.deps.db, world.stack.account, id, 'approver');
      await world.queue(id);
      return id;
    },
    // Without the order it is a direct cost.
    fix: (world, id) => correct(world, id, { poNumber: null }),
    goesByItself: true,
  },
  {
    code: 'COMMITMENT_NOT_APPROVED',
    when: 'the order is a draft',
    told: 'send',
    says: 'The purchase order PO-1007-03 is Draft in Procore, so nothing can be claimed on it. Approve it in Procore.',
    async cause(world, number) {
      await onOrder(world, { status: 'Draft' });
      return sendOn(world, number);
    },
    fix: (world) => onOrder(world, { status: 'Approved' }),
  },
  {
    code: 'INVOICING_OFF',
    when: 'the order takes no invoices',
    told: 'send',
    says: 'The purchase order PO-1007-03 takes no invoices in Procore. Switch invoices on for it in Procore, approve the schedule of values of the subcontractor, or take the order off the invoice.',
    async cause(world, number) {
      await onOrder(world, { requisitions_are_enabled: false });
      return sendOn(world, number);
    },
    fix: (world) => onOrder(world, { requisitions_are_enabled: true }),
  },
  {
    code: 'VENDOR_CONTRACT_MISMATCH',
    when: 'the order is with another supplier',
    told: 'send',
    says: 'The purchase order PO-1007-03 is with another supplier than Not Theirs Ltd. Correct the order or the supplier.',
    async cause(world, number) {
      const vendorId = await world.addVendor('Not Theirs Ltd');
      const on = { ...(await world.commitment(ORDER)), vendorId };
      return world.sendClaim({ number, on, amounts: AMOUNTS });
    },
    async fix(world, id) {
      const { vendorId } = await world.commitment(ORDER);
      await world.stack.deps.db
        .update(payableInvoice)
        .set({ payableAccountId: vendorId })
        .where(eq(payableInvoice.id, id));
    },
  },
  {
    code: 'PENDING_CO',
    when: 'the variation is not approved',
    told: 'send',
    async says(world) {
      const on = await world.commitment('SC-1007-01');
      const { variation } = on.lines.find((line) => line.variation?.state === 'awaiting_approval')!;
      return `Variation ${variation!.number} of subcontract SC-1007-01 is not approved. Approve the change order in Procore, or allocate to another line.`;
    },
    async cause(world, number) {
      const on = await world.commitment('SC-1007-01');
      const change = on.lines.findIndex((line) => line.variation?.state === 'awaiting_approval');
      const amounts = on.lines.map((_, at) => (at === change ? '100.00' : null));
      return world.sendClaim({ number, on, type: 'claim', amounts });
    },
    async fix(world) {
      const on = await world.commitment('SC-1007-01');
      const { variation } = on.lines.find((line) => line.variation?.state === 'awaiting_approval')!;
      // The scope has read a lot and would wait before it reads again.
      await world.stack.deps.db.update(inboxScope).set({ quietUntil: sql`now()`, paidUntil: sql`now()` });
      await control(world, 'PATCH', `/records/change_order_packages/${variation!.procoreId}`, { status: 'approved' });
    },
    goesByItself: true,
  },
  {
    code: 'NO_OPEN_PERIOD',
    when: 'no billing period is open',
    told: 'send',
    says: 'Project P-1007 Harbour Apartments has no open billing period in Procore. Open a billing period in Procore, or let us open one under Settings.',
    async cause(world, number) {
      const { id } = await world.openPeriod();
      await control(world, 'PATCH', `/records/billing_periods/${id}`, { status: 'closed' });
      return sendOn(world, number);
    },
    async fix(world) {
      const { id } = await world.openPeriod();
      await control(world, 'PATCH', `/records/billing_periods/${id}`, { status: 'open' });
    },
  },
  {
    code: 'CLAIM_OPEN_ELSEWHERE',
    when: 'somebody else has a claim open',
    told: 'send',
    says: async (world) =>
      `Claim ${(await openClaim(world, ORDER)).number} of purchase order PO-1007-03 is open in Procore (draft), and we did not put it there. Link that claim without writing, wait until it is approved, or let an admin take it over.`,
    async cause(world, number) {
      const { procoreId } = await world.commitment(ORDER);
      await control(world, 'POST', '/records/requisitions', {
        commitment_id: Number(procoreId),
        invoice_number: 'TYPED-BY-HAND',
        status: 'draft',
      });
      return sendOn(world, number);
    },
    async fix(world) {
      const theirs = await openClaim(world, ORDER);
      await control(world, 'PATCH', `/records/requisitions/${theirs.id}`, { status: 'approved' });
    },
  },
  {
    code: 'CLAIM_IN_PROGRESS',
    when: 'the claim before it is not approved',
    told: 'send',
    says: async (world) =>
      `Waits behind claim ${(await openClaim(world, SUBCONTRACT)).number} of subcontract SC-1007-02, which is not approved in Procore yet. Nothing to do: it is tried again by the hour, and goes once that claim is approved.`,
    async cause(world, number) {
      const on = await world.commitment(SUBCONTRACT);
      await world.ended(await world.sendClaim({ number: 'BEFORE-IT', on, type: 'claim', amounts: ['10.00'] }), 90_000);
      return world.sendClaim({ number, on, type: 'claim', amounts: ['100.00'] });
    },
    async fix(world) {
      const first = await openClaim(world, SUBCONTRACT);
      await control(world, 'PATCH', `/records/requisitions/${first.id}`, { status: 'approved' });
    },
  },
  {
    code: 'CLAIM_NEEDS_ADMIN',
    when: 'a second claim in a period needs more rights than ours',
    told: 'send',
    says: `# on subcontract SC-1007-02 needs Admin on Commitments in Procore: You do not have permission to create a second invoice in a billing period: this needs Admin on Commitments. ${ADMIT}`,
    async cause(world, number) {
      const on = await world.commitment(SUBCONTRACT);
      await world.ended(await world.sendClaim({ number: 'FIRST-ONE', on, type: 'claim', amounts: ['10.00'] }), 90_000);
      const first = await openClaim(world, SUBCONTRACT);
      await control(world, 'PATCH', `/records/requisitions/${first.id}`, { status: 'approved' });
      const { id } = await world.openPeriod();
      await control(world, 'PATCH', `/records/billing_periods/${id}`, { due_date: '2099-12-31' });
      await control(world, 'PUT', '/settings', { commitmentsPermission: 'standard' });
      return world.sendClaim({ number, on, type: 'claim', amounts: ['100.00'] });
    },
    fix: (world) => control(world, 'PUT', '/settings', { commitmentsPermission: 'admin' }),
  },
];
