import type { AgreedFiles, DesiredFile, FileToSend, RemoteFile } from './direct-cost-files.ts';
import type { ErrorCode, Facts } from './errors.ts';

/** The fields of a direct cost that we own (domain.md 2.3). */
export interface HeaderFields {
  invoiceNumber: string;
  vendorId: string;
  date: string | null;
  description: string | null;
}

/** The fields of a line that we own. Amounts exclude tax; quantity, price and unit are information only. */
export interface LineFields {
  amount: string;
  quantity: string | null;
  unitCost: string | null;
  uom: string | null;
  costCodeId: string | null;
  lineItemTypeId: string | null;
  taxCodeId: string | null;
  description: string | null;
}

export interface DesiredLine extends LineFields {
  stamp: string;
  /** Procore's one id of code and type, where it is known and the record may be made in one call */
  wbsCodeId?: string | null;
}

/** The Procore record one part of an invoice shall be. */
export interface DesiredDirectCost {
  stamp: string;
  projectText: string;
  vendorName: string;
  header: HeaderFields;
  status: 'draft' | 'pending' | 'approved';
  total: string;
  lines: DesiredLine[];
  files: DesiredFile[];
  /** whether Procore keeps earlier files when one is added; null until known */
  keepsFiles: boolean | null;
  /** `files`: only what is missing of the files is sent, and nothing else looked at */
  scope: 'all' | 'files';
  /** what a person chose about a record of that number that is not ours */
  choice: 'link_only' | 'take_over' | null;
  postWithoutTax: boolean;
  /** what people call the codes, types, tax codes and the vendor, by Procore's ids */
  names: Readonly<Record<string, string>>;
}

/** What we last sent, and what Procore made of it. */
export interface Said<T> {
  sent: T;
  got: T;
}

/** The journal of a part: what both sides last agreed on. `H` are the header fields of its kind of record. */
export interface Agreed<H = HeaderFields> {
  /** null: the record is not made yet, or was deleted by us to make it again */
  header: Said<H> | null;
  /** our lines by stamp */
  lines: Record<string, Said<LineFields> & { id: string }>;
  /** the status we last set */
  status: string | null;
  /** content was written since the status was last set */
  isDirty: boolean;
  /** when a creating write was last repeated: its first edition may yet turn up */
  repeatedAt: string | null;
  /** the run that just created the header: nobody can have changed it since */
  freshIn: string | null;
  /** a person linked a record of somebody else: it is never written */
  isLinkOnly: boolean;
  files?: AgreedFiles;
  /** Procore did not take the record in one call, so it is made step by step */
  isStepwise?: boolean;
  /** a person had us go on with a record somebody else made */
  isAdopted?: boolean;
  /** a person said that what is gone there shall be made again */
  mayRecreate?: boolean;
  /** what a person decided about edits made there, not yet carried out */
  edits?: EditChoice;
  /** a person kept what stands there: its total, for what the invoice said then, and lines the invoice no longer has */
  kept?: { ours: string; theirs: string; lines: string[] };
}

/** What becomes of edits people made to what is ours: they stay, or our wish is written over them. */
export type EditChoice = 'keep_theirs' | 'take_ours';

export const nothingAgreed: Agreed<never> = Object.freeze({
  header: null,
  lines: {},
  status: null,
  isDirty: false,
  repeatedAt: null,
  freshIn: null,
  isLinkOnly: false,
});

export interface RemoteLine extends LineFields {
  id: string;
  originData: string | null;
  /** Procore's one id of code and type */
  wbsCodeId?: string | null;
}

/** A direct cost, or another record of header and lines, as Procore shows it now. */
export interface RemoteDirectCost<H = HeaderFields> {
  id: string;
  header: H;
  status: string;
  originId: string | null;
  originData: string | null;
  attachments: RemoteFile[];
  /** Procore notes a payment on it */
  isPaid?: boolean;
  lines: RemoteLine[];
}

/** A record of the same number and vendor. */
export interface Candidate {
  id: string;
  status: string;
  originId: string | null;
}

/** Another record with our stamp. */
export interface Twin {
  id: string;
  /** a draft that holds nothing but lines of ours: it counts nowhere, and nobody has touched it */
  isUnused: boolean;
}

/** Whether a record with our stamp is an edition nobody uses. */
export const isUnusedEdition = (record: RemoteDirectCost<unknown>): boolean =>
  isDraft(record) &&
  record.attachments.length === 0 &&
  record.lines.every(({ originData }) => record.originData !== null && originData?.startsWith(`${record.originData}/`));

/** Procore's words for statuses differ in case between kinds of records. */
export const isDraft = ({ status }: { status: string }): boolean => status.toLowerCase() === 'draft';

/** What a look at Procore saw. */
export type Look<H = HeaderFields> =
  | { kind: 'none' }
  /** records of our natural key that are not ours */
  | { kind: 'foreign'; candidates: Candidate[] }
  /** `twins` carry our stamp too, but the journal does not name them; `rivals` already have the number ours shall get */
  | { kind: 'ours'; record: RemoteDirectCost<H>; twins: Twin[]; rivals?: Candidate[] }
  /** the record we know answers 404 while its project's list answers */
  | { kind: 'gone' };

/** One write to Procore. Only creating ones can double; the others name their record and may be repeated after a read. */
export type Write<H = HeaderFields> =
  | { kind: 'create-header'; stamp: string; header: H }
  /** header and lines at once, as a draft */
  | { kind: 'create-whole'; stamp: string; header: H; lines: DesiredLine[] }
  | { kind: 'add-lines'; lines: DesiredLine[] }
  | { kind: 'update-header'; set: Partial<H> }
  | { kind: 'update-lines'; lines: { id: string; stamp: string; set: Partial<LineFields> }[] }
  | { kind: 'delete-line'; id: string; stamp: string | null }
  | { kind: 'delete-record'; id: string; why: 'fence' | 'removed' }
  | { kind: 'delete-twin'; id: string }
  | { kind: 'attach-files'; files: FileToSend[]; beside: string[] }
  | { kind: 'set-status'; status: string };

export type Refusal = { [C in ErrorCode]: { kind: 'refuse'; code: C; facts: Facts<C> } }[ErrorCode];
