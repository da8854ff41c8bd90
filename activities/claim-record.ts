import type { ClaimHeader, ClaimWrite, RemoteClaim } from '../domain/claim.ts';
import { asClaim } from '../procore/claim-look.ts';
import type { CompanyApi } from '../procore/client.ts';
import { goneIsGood } from '../procore/errors.ts';
import type { ItemFields } from '../procore/requisitions.ts';

/** What came back of a write: the claim as its answer shows it, null where it shows none. */
export interface ClaimAnswer {
  id: string | null;
  claim: RemoteClaim | null;
}

/** Makes the one write. */
export async function applyClaim(
  api: CompanyApi,
  place: { projectId: string; commitmentId: string; requisitionId: string | null },
  write: ClaimWrite,
  { saysRetainage, uploadIds }: { saysRetainage: boolean; uploadIds: readonly string[] },
): Promise<ClaimAnswer> {
  const { projectId, commitmentId } = place;
  const at = { projectId, commitmentId, requisitionId: place.requisitionId ?? '' };
  const shown = (claim: RemoteClaim): ClaimAnswer => ({ id: claim.id, claim });
  const nothing: ClaimAnswer = { id: place.requisitionId, claim: null };
  switch (write.kind) {
    case 'open-period':
      await api.billingPeriods.create({ projectId, startDate: write.start, endDate: write.end, dueDate: write.end });
      return nothing;
    case 'create-header': {
      const { header, periodId, stamp: originData } = write;
      const items = write.items.map(({ lineId, ...fields }) => ({
        lineItemId: lineId,
        ...newItem(fields, saysRetainage),
      }));
      return shown(
        asClaim(
          await api.requisitions.create({
            projectId,
            commitmentId,
            periodId,
            originData,
            items,
            ...sent(header),
            ...(uploadIds.length === 0 ? {} : { uploadIds }),
          }),
        ),
      );
    }
    case 'add-package':
      // Somebody may have added it since the look; a second time is not said to be harmless (contract section 12).
      if (await api.requisitions.hasPackage({ ...at, packageId: write.packageId })) return nothing;
      await api.requisitions.addPackage({ ...at, packageId: write.packageId });
      return nothing;
    case 'update-header':
      return shown(asClaim(await api.requisitions.update({ ...at, ...sent(write.set) })));
    case 'update-items': {
      const items = write.items.map(({ id, itemType, set }) => ({ id, itemType, ...changedItem(set) }));
      return shown(asClaim(await api.requisitions.update({ ...at, items })));
    }
    case 'attach-files':
      return shown(asClaim(await api.requisitions.update({ ...at, uploadIds })));
    case 'set-status':
      return shown(asClaim(await api.requisitions.update({ ...at, status: write.status })));
    case 'delete-record':
    case 'delete-twin':
      await goneIsGood(api.requisitions.delete({ projectId, requisitionId: write.id }));
      return nothing;
  }
}

const sent = ({ invoiceNumber, billingDate }: Partial<ClaimHeader>) => ({
  ...(invoiceNumber === undefined ? {} : { invoiceNumber }),
  ...(billingDate == null ? {} : { billingDate }),
});

type Fields = Parameters<typeof changedItem>[0];

/** Retainage needs more rights in Procore, so it is said only where there is something to say. */
function newItem({ retained, released, ...fields }: Fields, saysRetainage: boolean): ItemFields {
  const isSaid = (amount: string | undefined) => saysRetainage || Number(amount) !== 0;
  return changedItem({
    ...fields,
    ...(isSaid(retained) && retained !== undefined ? { retained } : {}),
    ...(Number(released) !== 0 && released !== undefined ? { released } : {}),
  });
}

/** Where units are counted the quantity is said, and Procore multiplies. */
function changedItem(set: {
  work?: string;
  quantity?: string | null;
  retained?: string;
  released?: string;
}): ItemFields {
  const { work, quantity, retained, released } = set;
  return {
    ...(quantity != null ? { workCompletedQuantity: quantity } : work === undefined ? {} : { workCompleted: work }),
    ...(retained === undefined ? {} : { retained }),
    ...(released === undefined ? {} : { released }),
  };
}
