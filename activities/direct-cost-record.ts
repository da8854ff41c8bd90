import { Decimal } from '../domain/decimal.ts';
import type {
  Candidate,
  DesiredDirectCost,
  HeaderFields,
  LineFields,
  Look,
  RemoteDirectCost,
  RemoteLine,
  Write,
} from '../domain/direct-cost.ts';
import type { FileToSend } from '../domain/direct-cost-files.ts';
import { DomainError } from '../domain/errors.ts';
import { matchNumber } from '../domain/invoice.ts';
import type { CompanyApi } from '../procore/client.ts';
import type { DirectCost, DirectCostHeader, DirectCostLine, DirectCostRow, NewFile } from '../procore/direct-costs.ts';
import { ProcoreError } from '../procore/errors.ts';

type DirectCosts = CompanyApi['directCosts'];

/** Where one direct cost is looked for. */
export interface Place {
  projectId: string;
  /** null until the journal knows it */
  directCostId: string | null;
  desired: DesiredDirectCost | null;
  /** the header on its way, where Procore does not give stamps back: then only exactly this description tells */
  unanswered: HeaderFields | null;
  /** look for second editions too */
  withTwins: boolean;
}

/** Looks for the record of a part: by id, else by our stamp among those of its number (design: finding is not owning). */
export async function look(api: DirectCosts, place: Place): Promise<Look> {
  const { directCostId, desired } = place;
  if (directCostId !== null) return lookAgain(api, place, directCostId);
  if (desired === null) return { kind: 'none' };
  const rows = await find(api, place.projectId, desired.header.invoiceNumber);
  const ours = await showAll(
    api,
    place.projectId,
    rows.filter((row) => isOurs(row, desired, place.unanswered)),
  );
  const [record, ...twins] = ours.sort(fullestFirst);
  if (record !== undefined) return { kind: 'ours', record, twins: twins.map(asTwin) };
  const candidates = rows.filter((row) => isCandidate(row, desired)).map(asCandidate);
  return candidates.length > 0 ? { kind: 'foreign', candidates } : { kind: 'none' };
}

async function lookAgain(api: DirectCosts, place: Place, directCostId: string): Promise<Look> {
  const { projectId, desired } = place;
  const record = await showOrNone(api, projectId, directCostId);
  if (record === null) {
    // Hidden and gone look alike; only when the project's list answers is the record gone.
    await find(api, projectId, desired?.header.invoiceNumber ?? '');
    return { kind: 'gone' };
  }
  if (!place.withTwins || desired === null) return { kind: 'ours', record, twins: [] };
  const rows = await find(api, projectId, desired.header.invoiceNumber);
  const others = rows.filter((row) => row.id !== directCostId && row.origin_data === desired.stamp);
  return { kind: 'ours', record, twins: (await showAll(api, projectId, others)).map(asTwin) };
}

async function find(api: DirectCosts, projectId: string, invoiceNumber: string): Promise<DirectCostRow[]> {
  const rows = await api.find({ projectId, invoiceNumber });
  return rows.filter((row) => row.deleted_at === null);
}

async function showAll(
  api: DirectCosts,
  projectId: string,
  rows: readonly DirectCostRow[],
): Promise<RemoteDirectCost[]> {
  const records: RemoteDirectCost[] = [];
  for (const row of rows) {
    const record = await showOrNone(api, projectId, row.id);
    if (record !== null) records.push(record);
  }
  return records;
}

/** A list may still name what was just deleted. */
async function showOrNone(api: DirectCosts, projectId: string, directCostId: string): Promise<RemoteDirectCost | null> {
  try {
    return asRecord(await api.show({ projectId, directCostId }));
  } catch (error) {
    if (error instanceof ProcoreError && error.kind === 'not-found') return null;
    throw error;
  }
}

function isOurs(row: DirectCostRow, desired: DesiredDirectCost, unanswered: HeaderFields | null): boolean {
  if (row.origin_data !== null) return row.origin_data === desired.stamp;
  return (
    unanswered !== null &&
    row.status === 'draft' &&
    row.vendor_id === unanswered.vendorId &&
    row.invoice_number === unanswered.invoiceNumber &&
    row.description === unanswered.description
  );
}

/** Same number, vendor and sign. A record without an amount yet may become either. */
function isCandidate(row: DirectCostRow, desired: DesiredDirectCost): boolean {
  const isNumber = matchNumber(row.invoice_number ?? '') === matchNumber(desired.header.invoiceNumber);
  if (!isNumber || row.vendor_id !== desired.header.vendorId) return false;
  const total = new Decimal(row.grand_total ?? 0);
  return total.isZero() || total.isNegative() === new Decimal(desired.total).isNegative();
}

const asCandidate = (row: DirectCostRow): Candidate => ({
  id: row.id,
  status: row.status ?? '',
  originId: row.origin_id,
});
const asTwin = (record: RemoteDirectCost) => ({
  id: record.id,
  isEmptyDraft: record.status === 'draft' && record.lines.length === 0,
});
const fullestFirst = (a: RemoteDirectCost, b: RemoteDirectCost) =>
  b.lines.length - a.lines.length || a.id.length - b.id.length || a.id.localeCompare(b.id);

/** Reads one record whole. */
export async function showRecord(
  api: DirectCosts,
  projectId: string,
  directCostId: string,
): Promise<RemoteDirectCost | null> {
  return showOrNone(api, projectId, directCostId);
}

/** A whole record as the rules read it. */
const asRecord = (row: DirectCost): RemoteDirectCost => ({
  ...asHeader(row),
  attachments: row.attachments.map(({ id, filename }) => ({ id, filename: filename ?? '' })),
  lines: row.line_items.map(asLine),
});

const asHeader = (row: DirectCostHeader | DirectCost) => ({
  id: row.id,
  status: row.status ?? '',
  originId: row.origin_id,
  originData: row.origin_data,
  header: {
    invoiceNumber: row.invoice_number ?? '',
    vendorId: row.vendor_id ?? row.vendor?.id ?? '',
    date: row.direct_cost_date,
    description: row.description,
  },
});

const asLine = (row: Omit<DirectCostLine, 'holder'>): RemoteLine => ({
  id: row.id,
  originData: row.origin_data,
  amount: row.amount ?? '0',
  quantity: row.quantity,
  unitCost: row.unit_cost,
  uom: row.uom,
  costCodeId: row.cost_code?.id ?? null,
  lineItemTypeId: row.line_item_type?.id ?? null,
  taxCodeId: row.tax_code_id,
  description: row.description,
});

/** What came back: the record as far as the answer shows it, and what was refused inside a success. */
export interface WriteAnswer {
  id: string;
  record: Pick<RemoteDirectCost, 'header' | 'status' | 'lines' | 'attachments'> & { originData: string | null };
  /** the record is whole, so nothing need be read to see whether all is done */
  whole: RemoteDirectCost | null;
  refused: string[];
}

const NOTHING_SHOWN = {
  header: { invoiceNumber: '', vendorId: '', date: null, description: null },
  status: '',
  lines: [],
  attachments: [],
  originData: null,
};

/** The content of a file of ours; null when it is no longer here. */
export type ReadFile = (id: string) => Promise<{ contentType: string; bytes: Uint8Array } | null>;

async function open({ id, name }: FileToSend, readFile: ReadFile): Promise<NewFile> {
  const file = await readFile(id);
  if (file === null)
    throw new DomainError('ATTACHMENT_FAILED', { number: '', project: '', said: 'it was removed here' });
  return { ...file, filename: name };
}

/** Makes the one write. Creating ones carry the stamp; the others name their record. */
export async function apply(
  api: DirectCosts,
  place: { projectId: string; directCostId: string | null },
  write: Write,
  readFile: ReadFile,
): Promise<WriteAnswer> {
  const { projectId } = place;
  if (write.kind === 'create-header') {
    const answer = asHeader(await api.createHeader({ projectId, ...newHeader(write.header), originData: write.stamp }));
    return { id: answer.id, record: { ...answer, lines: [], attachments: [] }, whole: null, refused: [] };
  }
  const directCostId = place.directCostId ?? '';
  const at = { projectId, directCostId };
  const nothing = (id: string): WriteAnswer => ({ id, record: NOTHING_SHOWN, whole: null, refused: [] });
  switch (write.kind) {
    case 'add-lines':
      return synced(directCostId, await api.syncLines({ ...at, lines: write.lines.map(newLine) }));
    case 'update-lines':
      return synced(
        directCostId,
        await api.syncLines({ ...at, lines: write.lines.map(({ id, set }) => ({ id, ...sent(set) })) }),
      );
    case 'update-header':
      return shown(await api.updateHeader({ ...at, ...changedHeader(write.set) }));
    case 'attach-files':
      return shown(
        await api.attach({ ...at, files: await Promise.all(write.files.map((file) => open(file, readFile))) }),
      );
    case 'set-status':
      return shown(await api.updateHeader({ ...at, status: write.status }));
    case 'delete-line':
      await goneIsGood(api.deleteLine({ ...at, lineId: write.id }));
      return nothing(directCostId);
    case 'delete-twin':
      await goneIsGood(api.delete({ projectId, directCostId: write.id }));
      return nothing(directCostId);
    case 'delete-record':
      await goneIsGood(api.delete({ projectId, directCostId: write.id }));
      return nothing(write.id);
  }
}

/** A delete that finds nothing has done its work. */
async function goneIsGood(deleting: Promise<void>): Promise<void> {
  try {
    await deleting;
  } catch (error) {
    if (!(error instanceof ProcoreError && error.kind === 'not-found')) throw error;
  }
}

function shown(answer: DirectCost): WriteAnswer {
  const whole = asRecord(answer);
  return { id: whole.id, record: whole, whole, refused: [] };
}

function synced(directCostId: string, answer: Awaited<ReturnType<DirectCosts['syncLines']>>): WriteAnswer {
  return {
    id: directCostId,
    record: { ...NOTHING_SHOWN, lines: answer.entities.map(asLine) },
    whole: null,
    refused: answer.errors.map(({ said }) => said),
  };
}

const newHeader = (header: HeaderFields) => ({
  invoiceNumber: header.invoiceNumber,
  vendorId: header.vendorId,
  directCostType: 'invoice',
  ...changedHeader(header),
});

const changedHeader = ({ vendorId, date, description }: Partial<HeaderFields>) => ({
  ...(vendorId === undefined ? {} : { vendorId }),
  ...(date === undefined || date === null ? {} : { directCostDate: date }),
  ...(description === undefined ? {} : { description: description ?? '' }),
});

const newLine = ({ stamp, ...line }: LineFields & { stamp: string }) => ({
  ...sent(line),
  extendedType: 'manual' as const,
  originData: stamp,
});

/** Nothing is said about fields that are blank. */
function sent(line: Partial<LineFields>) {
  const said = {
    amount: line.amount,
    quantity: line.quantity,
    unitCost: line.unitCost,
    uom: line.uom,
    description: line.description,
    costCodeId: line.costCodeId,
    lineItemTypeId: line.lineItemTypeId,
    taxCodeId: line.taxCodeId,
  };
  const given = Object.entries(said).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(given) as { [F in keyof typeof said]?: string };
}
