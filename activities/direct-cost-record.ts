import type { DesiredLine, HeaderFields, LineFields, RemoteDirectCost, Write } from '../domain/direct-cost.ts';
import type { FileToSend } from '../domain/direct-cost-files.ts';
import { DomainError } from '../domain/errors.ts';
import type { CompanyApi } from '../procore/client.ts';
import { asHeader, asLine, asRecord } from '../procore/direct-cost-look.ts';
import type { DirectCost, NewFile } from '../procore/direct-costs.ts';
import { goneIsGood } from '../procore/errors.ts';

type DirectCosts = CompanyApi['directCosts'];

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
  if (write.kind === 'create-whole') {
    const header = newHeader(write.header);
    return shown(
      await api.createWithLines({ projectId, ...header, originData: write.stamp, lines: write.lines.map(wholeLine) }),
    );
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
        await api.syncLines({ ...at, lines: write.lines.map(({ id, set }) => ({ id, ...changed(set) })) }),
      );
    case 'update-header':
      if (write.set.invoiceNumber !== undefined)
        return renumbered(directCostId, await api.syncHeader(numbered(at, write.set)));
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

/** Only the sync call takes a number of an existing record. */
function numbered(at: { projectId: string; directCostId: string }, set: Partial<HeaderFields>) {
  const { invoiceNumber = '', ...others } = set;
  return { ...at, invoiceNumber, ...changedHeader(others) };
}

function renumbered(
  directCostId: string,
  { entities, errors }: Awaited<ReturnType<DirectCosts['syncHeader']>>,
): WriteAnswer {
  const row = entities.find(({ id }) => id === directCostId);
  const record = row === undefined ? NOTHING_SHOWN : { ...NOTHING_SHOWN, ...asHeader(row) };
  return { id: directCostId, record, whole: null, refused: errors.map(({ said }) => said) };
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

const newLine = ({ stamp, ...line }: DesiredLine) => ({
  ...sent(line),
  extendedType: 'manual' as const,
  originData: stamp,
});

/** The one-call create knows a code and type only as Procore's budget code. */
const wholeLine = ({ stamp, ...line }: DesiredLine) => {
  const { amount = '0', costCodeId: _code, lineItemTypeId: _type, taxCodeId: _tax, ...said } = sent(line);
  return { ...said, amount, wbsCodeId: line.wbsCodeId ?? '', originData: stamp };
};

/** A description is blanked by an empty one; the other fields cannot be, and their line is made again. */
const changed = (set: Partial<LineFields>) => ({
  ...sent(set),
  ...(set.description === null ? { description: '' } : {}),
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
