import { FormData } from 'undici';
import { z } from 'zod';
import { type Call, segment } from './call.ts';
import { saidBy } from './errors.ts';
import { count, decimal, id, named, optional, optionalId, rows, text } from './fields.ts';
import { numeral, optionalNumeral } from './json.ts';

const header = {
  id,
  invoice_number: text,
  direct_cost_type: text,
  direct_cost_date: text,
  received_date: text,
  payment_date: text,
  description: text,
  terms: text,
  status: text,
  vendor_id: optionalId,
  grand_total: decimal,
  origin_id: text,
  origin_data: text,
  deleted_at: text,
  updated_at: text,
};

/** A row of the list: no lines. */
export const directCostRow = z.object(header);
export type DirectCostRow = z.infer<typeof directCostRow>;

/** The answer of the v1.0 create: no lines either. */
export const directCostHeader = z.object({ ...header, vendor: named, line_items_count: count });
export type DirectCostHeader = z.infer<typeof directCostHeader>;

const line = {
  id,
  amount: decimal,
  quantity: decimal,
  unit_cost: decimal,
  extended_type: text,
  uom: text,
  description: text,
  tax_code_id: optionalId,
  total_amount: decimal,
  cost_code: optional(z.object({ id: optionalId, full_code: text, biller_type: text, biller_id: optionalId })),
  line_item_type: optional(z.object({ id: optionalId, code: text })),
  wbs_code: optional(z.object({ id: optionalId, flat_code: text })),
  origin_id: text,
  origin_data: text,
  position: count,
  updated_at: text,
};

export const directCostLine = z.object({
  ...line,
  /** the direct cost it stands on */
  holder: optional(z.object({ id: optionalId })),
});
export type DirectCostLine = z.infer<typeof directCostLine>;

const attachment = z.object({ id, filename: text });

/** What v1.1 shows: header, lines and files. `ref` is the caller's own mark, echoed by a create and not kept. */
export const directCost = z.object({
  ...header,
  vendor: named,
  line_items: rows(z.object({ ...line, ref: text })),
  attachments: rows(attachment),
});
export type DirectCost = z.infer<typeof directCost>;

const refusals = rows(
  z.object({ id: optionalId, origin_data: text, errors: z.unknown().optional() }).transform((row) => ({
    id: row.id,
    originData: row.origin_data,
    said: saidBy(row.errors) || 'refused without a reason',
  })),
);

export const syncedLines = z.object({ entities: rows(directCostLine), errors: refusals });
/** Some lines may be taken and others refused, all in one 200. Match entities by id or stamp, never by position. */
export type SyncedLines = z.infer<typeof syncedLines>;

export const syncedHeaders = z.object({ entities: rows(directCostHeader), errors: refusals });
/** A refused header comes inside a 200 too. */
export type SyncedHeaders = z.infer<typeof syncedHeaders>;

/** Dates are `YYYY-MM-DD`. A field left out is not touched. */
export interface DirectCostFields {
  directCostDate?: string;
  receivedDate?: string;
  paymentDate?: string;
  description?: string;
  terms?: string;
  /** draft, pending, revise_and_resubmit or approved */
  status?: string;
  vendorId?: string;
  originData?: string;
}

export interface NewDirectCost extends DirectCostFields {
  projectId: string;
  invoiceNumber: string;
  vendorId: string;
  /** invoice, expense, payroll or subcontractor_invoice; cannot be changed later */
  directCostType: string;
}

/** Amounts are decimal strings, excluding tax. Code by `wbsCodeId`, or by cost code and cost type. */
export interface SyncLine {
  /** of an existing line; without it a line is always created, so a blind repetition doubles it */
  id?: string;
  amount?: string;
  quantity?: string;
  unitCost?: string;
  extendedType?: 'manual' | 'calculated';
  uom?: string;
  description?: string;
  wbsCodeId?: string;
  costCodeId?: string;
  lineItemTypeId?: string;
  taxCodeId?: string;
  originData?: string;
}

/** A line of the one-call create, which knows no tax code (contract section 10.1). */
export interface NewLine {
  wbsCodeId: string;
  amount: string;
  quantity?: string;
  unitCost?: string;
  uom?: string;
  description?: string;
  originData?: string;
  ref?: string;
}

/** A file to put on a record. */
export interface NewFile {
  filename: string;
  contentType: string;
  bytes: Uint8Array;
}

interface OneDirectCost {
  projectId: string;
  directCostId: string;
}

/** Direct costs, contract section 10.1. Reads are v1.1; lines with tax codes need v1.0. */
export const createDirectCosts = (call: Call) => {
  const base = (version: string, projectId: string) => `/rest/${version}/projects/${segment(projectId)}/direct_costs`;
  const v11 = ({ projectId, directCostId }: OneDirectCost) => `${base('v1.1', projectId)}/${segment(directCostId)}`;
  const lines = ({ projectId, directCostId }: OneDirectCost) =>
    `${base('v1.0', projectId)}/${segment(directCostId)}/line_items`;

  return {
    /** Everything in the project with this number, of whichever vendor. The filter may be loose: compare exactly. */
    find: (input: { projectId: string; invoiceNumber: string }): Promise<DirectCostRow[]> =>
      call.all(directCostRow, base('v1.1', input.projectId), {
        'filters[invoice_number]': input.invoiceNumber,
        per_page: 100,
      }),
    show: (input: OneDirectCost): Promise<DirectCost> => call.one(directCost, { method: 'GET', path: v11(input) }),
    /** A header without lines, as a draft. */
    createHeader: (input: NewDirectCost): Promise<DirectCostHeader> =>
      call.one(directCostHeader, {
        method: 'POST',
        path: base('v1.0', input.projectId),
        body: { item: creation(input) },
      }),
    /** Header and up to 100 lines in one call, for documents without tax codes. */
    createWithLines: (input: NewDirectCost & { lines: readonly NewLine[] }): Promise<DirectCost> =>
      call.one(directCost, {
        method: 'POST',
        path: base('v1.1', input.projectId),
        body: { direct_cost: { ...creation(input), line_items: input.lines.map(newLine) } },
      }),
    updateHeader: ({ projectId, directCostId, ...fields }: OneDirectCost & DirectCostFields): Promise<DirectCost> =>
      call.one(directCost, {
        method: 'PATCH',
        path: v11({ projectId, directCostId }),
        body: { direct_cost: headerFields(fields) },
      }),
    /** Changes a header together with its number, which no other call takes once it is made. */
    syncHeader: ({
      projectId,
      directCostId,
      invoiceNumber,
      ...fields
    }: OneDirectCost & DirectCostFields & { invoiceNumber: string }): Promise<SyncedHeaders> =>
      call.one(syncedHeaders, {
        method: 'PATCH',
        path: `${base('v1.0', projectId)}/sync`,
        body: { updates: [{ id: numeral(directCostId), invoice_number: invoiceNumber, ...headerFields(fields) }] },
      }),
    listLines: (input: OneDirectCost): Promise<DirectCostLine[]> =>
      call.all(directCostLine, lines(input), { per_page: 1000 }),
    /** Creates and changes up to 1,000 lines of one direct cost. */
    syncLines: (input: OneDirectCost & { lines: readonly SyncLine[] }): Promise<SyncedLines> =>
      call.one(syncedLines, {
        method: 'PATCH',
        path: `${base('v1.0', input.projectId)}/line_items/sync`,
        body: { updates: input.lines.map((one) => syncLine(one, input.directCostId)) },
      }),
    deleteLine: (input: OneDirectCost & { lineId: string }): Promise<void> =>
      call.nothing({ method: 'DELETE', path: `${lines(input)}/${segment(input.lineId)}` }),
    delete: (input: OneDirectCost): Promise<void> => call.nothing({ method: 'DELETE', path: v11(input) }),
    /** Adds files. Whether files already there stay is not said by the contract: read `attachments` afterwards. */
    attach: (input: OneDirectCost & { files: readonly NewFile[] }): Promise<DirectCost> => {
      const form = new FormData();
      for (const { filename, contentType, bytes } of input.files)
        form.append('attachments[]', new Blob([bytes as BlobPart], { type: contentType }), filename);
      return call.one(directCost, { method: 'PATCH', path: v11(input), body: form });
    },
  };
};

const headerFields = (fields: DirectCostFields) => ({
  direct_cost_date: fields.directCostDate,
  received_date: fields.receivedDate,
  payment_date: fields.paymentDate,
  description: fields.description,
  terms: fields.terms,
  status: fields.status,
  vendor_id: optionalNumeral(fields.vendorId),
  origin_data: fields.originData,
});

const creation = ({ status = 'draft', ...input }: NewDirectCost) => ({
  ...headerFields({ ...input, status }),
  invoice_number: input.invoiceNumber,
  direct_cost_type: input.directCostType,
});

const syncLine = (input: SyncLine, directCostId: string) => ({
  id: optionalNumeral(input.id),
  direct_cost_id: numeral(directCostId),
  amount: optionalNumeral(input.amount),
  quantity: optionalNumeral(input.quantity),
  unit_cost: optionalNumeral(input.unitCost),
  extended_type: input.extendedType,
  uom: input.uom,
  description: input.description,
  wbs_code_id: optionalNumeral(input.wbsCodeId),
  cost_code_id: optionalNumeral(input.costCodeId),
  line_item_type_id: optionalNumeral(input.lineItemTypeId),
  tax_code_id: optionalNumeral(input.taxCodeId),
  origin_data: input.originData,
});

const newLine = (input: NewLine) => ({
  wbs_code_id: numeral(input.wbsCodeId),
  manual_amount: numeral(input.amount),
  quantity: optionalNumeral(input.quantity),
  unit_cost: optionalNumeral(input.unitCost),
  uom: input.uom,
  description: input.description,
  origin_data: input.originData,
  ref: input.ref,
});
