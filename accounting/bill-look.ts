import type { AgreedBill, BillLook, BillSending, DesiredBill, RemoteBill } from '../domain/bill.ts';
import { shortReference } from '../domain/stamp.ts';
import type { OrganisationApi } from './port.ts';

/** What the journal knows of the bill of an invoice. */
export interface KnownBill {
  invoiceId: string;
  desired: DesiredBill | null;
  agreed: AgreedBill | null;
  remoteId: string | null;
  sending: BillSending | null;
}

/**
 * The record by its id, else by our reference among those of the supplier and number.
 *
 * @param runId what this run has just made is known without asking
 */
export async function lookAtBill(api: OrganisationApi, known: KnownBill, runId: string | null): Promise<BillLook> {
  const { desired, agreed, remoteId, sending } = known;
  if (remoteId !== null && agreed !== null && sending === null && runId !== null && agreed.freshIn === runId)
    return {
      kind: 'ours',
      record: { id: remoteId, kind: agreed.kind, bill: agreed.got, status: 'draft', isPaid: false, hasFiles: false },
      twins: [],
    };
  if (remoteId !== null) {
    const kind = agreed?.kind ?? desired?.kind ?? 'bill';
    const record = await api.showBill({ kind, id: remoteId });
    if (record === null) return { kind: 'gone' };
    const twins = agreed?.repeatedAt == null ? [] : (await ours(known, api)).filter(({ id }) => id !== remoteId);
    return { kind: 'ours', record, twins };
  }
  const found = await standing(known, api);
  const [record, ...twins] = found.filter((one) => isOurs(known, one));
  if (record !== undefined) return { kind: 'ours', record, twins };
  const [foreign] = found;
  return foreign === undefined ? { kind: 'none' } : { kind: 'foreign', id: foreign.id };
}

/** Records of the supplier and number, of the write on its way or else of our wish. What was voided or deleted there counts as not there. */
async function standing({ desired, sending }: KnownBill, api: OrganisationApi): Promise<RemoteBill[]> {
  const unanswered = sending?.write.kind === 'create' ? sending.write : null;
  const kind = unanswered?.of ?? desired?.kind;
  const bill = unanswered?.bill ?? desired?.bill;
  if (kind === undefined || bill === undefined) return [];
  const found = await api.findBills({ kind, contactId: bill.contactId, number: bill.number });
  return found.filter(({ status }) => status !== 'voided' && status !== 'deleted');
}

const ours = async (known: KnownBill, api: OrganisationApi): Promise<RemoteBill[]> =>
  (await standing(known, api)).filter((one) => isOurs(known, one));

const isOurs = ({ invoiceId }: KnownBill, { bill }: RemoteBill): boolean =>
  bill.lines.some(({ description }) => description.includes(shortReference(invoiceId)));
