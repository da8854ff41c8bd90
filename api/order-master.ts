import type { CompanyView } from '../db/queries/companies.ts';
import { type OrderInTheWay, ordersInTheWay } from '../db/queries/order-master.ts';
import type { Queryable } from '../db/types.ts';
import type { PurchaseOrderMaster } from '../domain/commitments.ts';
import { sha256 } from '../platform/crypto.ts';
import type { CompanyChangeRequest, OrderMasterPreview } from '../schemas/connection.ts';
import { conflict } from './refusal.ts';

type CompanyInQuestion = Pick<CompanyView, 'id' | 'name' | 'purchaseOrderMaster'>;

/**
 * What another master of purchase orders means for those that are there (domain.md Q37): every one that is not plainly on
 * both sides, what becomes of it, and the word by which a person says that they have seen that.
 */
export async function previewOrderMaster(
  db: Queryable,
  account: string,
  company: CompanyInQuestion,
  to: PurchaseOrderMaster,
): Promise<OrderMasterPreview> {
  const orders = to === company.purchaseOrderMaster ? [] : await ordersInTheWay(db, account, company.id);
  const onTheirWay = orders.filter(({ standing }) => standing === 'on-its-way').map(({ number }) => number);
  const isFirstMaster = company.purchaseOrderMaster === 'none' && to === 'lentune';
  return {
    effects: EFFECTS[to](company.name),
    orders: orders.map((order) => ({ ...order, says: FATES[order.standing][to] })),
    why:
      onTheirWay.length === 0
        ? null
        : `${onTheirWay.join(', ')} ${onTheirWay.length === 1 ? 'is' : 'are'} on the way to Procore; wait until that is done, or cancel the sending.`,
    // Orders that wait for Lentune to become the master lose nothing by it.
    confirmation: orders.length === 0 || isFirstMaster ? null : confirmationOf(to, orders),
  };
}

/**
 * A plain change of master is refused while purchase orders are unlinked or half sent.
 *
 * @throws Refusal CONFLICT unless the preview as it stands now was confirmed
 */
export async function requireSeenOrders(
  db: Queryable,
  account: string,
  company: CompanyInQuestion,
  { purchaseOrderMaster: to, confirmedOrders }: Pick<CompanyChangeRequest, 'purchaseOrderMaster' | 'confirmedOrders'>,
): Promise<void> {
  if (to === undefined || to === company.purchaseOrderMaster) return;
  const { orders, why, confirmation } = await previewOrderMaster(db, account, company, to);
  if (why !== null) throw conflict(why);
  if (confirmation === null || confirmation === confirmedOrders) return;
  const count = orders.length === 1 ? '1 purchase order is' : `${orders.length} purchase orders are`;
  throw conflict(
    confirmedOrders === undefined
      ? `${count} unlinked or half sent. Look at the preview of the change and confirm it.`
      : 'The purchase orders have changed since the preview was shown; look at it again.',
  );
}

/** Names the orders as they stand, so that what is confirmed is what was shown. */
const confirmationOf = (to: PurchaseOrderMaster, orders: readonly OrderInTheWay[]): string =>
  sha256([to, ...orders.map(({ id, standing }) => `${id} ${standing}`)].join('\n'));

const EFFECTS: Record<PurchaseOrderMaster, (company: string) => string[]> = {
  none: (company) => [
    `Purchase orders are exchanged with ${company} in neither direction; invoices are posted as direct costs.`,
    'No purchase order is deleted, here or in Procore, and each stays linked.',
  ],
  procore: (company) => [
    `Purchase orders of ${company} are entered and changed in Procore and come in by themselves; New is not available here.`,
    'Those that were sent from here are kept and follow Procore from then on. None is deleted, here or in Procore.',
  ],
  lentune: (company) => [
    `Purchase orders of ${company} are entered and approved here and sent to Procore; those of Procore no longer come in.`,
    'Those that came from Procore are kept, linked, and changed in Procore as before. None is deleted, here or in Procore.',
  ],
};

const FATES: Record<OrderInTheWay['standing'], Record<PurchaseOrderMaster, string>> = {
  unlinked: {
    none: 'It is not in Procore, and stays here.',
    procore: 'It is not in Procore: it stays here, and is linked if one of its number and supplier comes in.',
    lentune:
      'It is not linked to Procore: it stays here, and goes there once somebody sends it if it was entered here.',
  },
  'half-sent': {
    none: 'Procore has not all of it; that stays as it is.',
    procore: 'Procore has not all of it, and what Procore has takes its place here.',
    lentune: 'Procore has not all of it; it goes there once somebody sends it.',
  },
  'on-its-way': {
    none: 'It is on its way to Procore.',
    procore: 'It is on its way to Procore.',
    lentune: 'It is on its way to Procore.',
  },
};
