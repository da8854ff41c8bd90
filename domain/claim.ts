import type { EditChoice, Said } from './direct-cost.ts';
import type { AgreedFiles, DesiredFile, FileToSend, RemoteFile } from './direct-cost-files.ts';

/** The header fields of a claim that we own. */
export interface ClaimHeader {
  invoiceNumber: string;
  billingDate: string | null;
}

/** The fields of an item that we own: those of work completed, never those of materials. Decimal strings. */
export interface ClaimItemFields {
  work: string;
  /** on commitments that count units; null elsewhere */
  quantity: string | null;
  retained: string;
  released: string;
}

export interface DesiredClaimItem extends ClaimItemFields {
  /** Procore's id of the line of the schedule of values or of the change order */
  lineId: string;
  /** Procore's id of the change order package; null for a line of the commitment itself */
  packageId: string | null;
  /** what the line is called */
  text: string;
  /** what the line is worth, as far as Lentune knows */
  scheduled: string;
}

/** The claim one part of an invoice shall be. */
export interface DesiredClaim {
  target: 'requisition';
  stamp: string;
  /** what starts the stamp of every record of ours */
  stampPrefix: string;
  projectText: string;
  vendorName: string;
  vendorId: string;
  /** Procore's id of the commitment, and how people call it: "purchase order PO-2210" */
  commitment: { kind: 'purchase_order' | 'sub_contract'; procoreId: string; number: string; text: string };
  header: ClaimHeader;
  status: 'draft' | 'under_review' | 'approved';
  items: DesiredClaimItem[];
  files: DesiredFile[];
  /** `files`: only what is missing of the files is sent, and nothing else looked at */
  scope: 'all' | 'files';
  /** work completed of all items, excluding tax */
  total: string;
  /** GST of the invoice where the claim is all of it; null elsewhere */
  tax: string | null;
  taxTolerance: string;
  choice: 'link_only' | 'take_over' | null;
  /** a new claim waits until the last one is approved */
  waitsForPrevious: boolean;
  mayOpenPeriod: boolean;
  mayOverbill: boolean;
  /** whether Procore keeps something back by itself, so that even nothing must be said */
  saysRetainage: boolean;
}

/** The journal of a claim. */
export interface ClaimAgreed {
  header: Said<ClaimHeader> | null;
  /** our items by the line they stand for */
  items: Record<string, Said<ClaimItemFields> & { id: string }>;
  /** which claim of its commitment it is */
  number: number | null;
  status: string | null;
  isDirty: boolean;
  /** when a creating write was last repeated: its first edition may yet turn up */
  repeatedAt: string | null;
  isLinkOnly: boolean;
  files?: AgreedFiles;
  /** whether Procore kept the earlier files of this claim when one was added; left out until a second file told */
  keepsFiles?: boolean;
  /** change order packages whose items we had added */
  packages?: string[];
  /** Procore did not take the items with the new claim, so they are filled once it is there */
  isStepwise?: boolean;
  /** a person had us go on with a claim somebody else made */
  isAdopted?: boolean;
  /** a person said that the claim that is gone there shall be made again */
  mayRecreate?: boolean;
  /** what a person decided about edits made there, not yet carried out */
  edits?: EditChoice;
  /** a person kept what stands there: its figures, for what the invoice said then */
  kept?: { ours: string; theirs: string };
}

export const noClaimAgreed: ClaimAgreed = Object.freeze({
  header: null,
  items: {},
  number: null,
  status: null,
  isDirty: false,
  repeatedAt: null,
  isLinkOnly: false,
});

export interface RemoteClaimItem extends ClaimItemFields {
  id: string;
  itemType: string;
  /** the line it stands for; of a detail of a subcontractor's own schedule of values with its own id behind it */
  lineId: string;
  /** the line of the commitment or change order it belongs to */
  ofLine: string;
  scheduled: string;
  /** work of earlier claims */
  previous: string;
  /** retainage earlier claims hold on it */
  heldBefore: string;
  materials: string;
}

/** A claim as Procore shows it now. */
export interface RemoteClaim {
  id: string;
  number: number;
  header: ClaimHeader;
  status: string;
  originId: string | null;
  originData: string | null;
  isDeletable: boolean;
  /** Procore notes a payment on it */
  isPaid?: boolean;
  attachments: RemoteFile[];
  packageIds: string[];
  /** GST as Procore adds it up; null where it does not say */
  tax: string | null;
  items: RemoteClaimItem[];
}

/** What a look at Procore saw of a commitment and its claims. */
export interface ClaimLook {
  own: RemoteClaim | null;
  /** the record we know answers 404 while its project's list answers */
  isGone: boolean;
  /** carry our stamp too, but the journal does not name them */
  twins: RemoteClaim[];
  /** the other claims of the commitment; empty when only our own was read */
  others: RemoteClaim[];
  /** claims of the commitment that the journals of other invoices name */
  knownIds: readonly string[];
  /** the commitment as it is now; null when only our own claim was read, or it is not there */
  commitment: { status: string; isAccepted: boolean; isInvoicingOn: boolean; vendorId: string | null } | null;
  /** null: there is none, or it was not read */
  openPeriodId: string | null;
  /** a month that can be opened without overlapping another; null: there is none */
  freeMonth: { start: string; end: string } | null;
}

/** One write to Procore. */
export type ClaimWrite =
  | { kind: 'open-period'; start: string; end: string }
  | {
      kind: 'create-header';
      stamp: string;
      header: ClaimHeader;
      periodId: string;
      items: DesiredClaimItem[];
      files: FileToSend[];
    }
  | { kind: 'add-package'; packageId: string }
  | { kind: 'update-header'; set: Partial<ClaimHeader> }
  | { kind: 'update-items'; items: { id: string; itemType: string; lineId: string; set: Partial<ClaimItemFields> }[] }
  | { kind: 'attach-files'; files: FileToSend[]; beside: string[] }
  | { kind: 'delete-record'; id: string }
  | { kind: 'delete-twin'; id: string }
  | { kind: 'set-status'; status: string };
