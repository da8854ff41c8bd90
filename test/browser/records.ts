import type { z } from 'zod';
import type { FetchWithItems } from '../../schemas/fetches.ts';
import type { Invoice, InvoiceInput } from '../../schemas/invoices.ts';
import type { Project, ProjectCostCode, TaxCode, Vendor } from '../../schemas/records.ts';
import { connectStack, eventually, type Stack } from '../environment/stack.ts';

/** What an invoice of the sample builder is coded to. */
export interface Coding {
  project: z.infer<typeof Project>;
  /** budgeted, with a cost type */
  code: z.infer<typeof ProjectCostCode>;
  taxCode: z.infer<typeof TaxCode>;
  vendor: z.infer<typeof Vendor>;
}

interface Sample {
  exampleProjects: Record<string, { id: number }>;
}

/** A connected product that has fetched Harbour Apartments and may approve what it entered. */
export async function prepareProject(stack: Stack): Promise<Coding> {
  const company = (await connectStack(stack)).find(({ name }) => name === 'Kauri Construction Ltd');
  await stack.api('PATCH', '/api/settings', { invoicesInterface: 'procore', selfApproval: true });
  await stack.api('PATCH', `/api/companies/${company?.id}`, { goLiveDate: '2020-01-01' });
  const { exampleProjects } = await stack.control<Sample>('GET', '/sample');
  const started = await stack.api<FetchWithItems>('POST', '/api/fetches', {
    companyId: company?.id,
    projectId: String(exampleProjects.inConstruction?.id),
  });
  await eventually(async () => {
    const fetch = await stack.api<FetchWithItems>('GET', `/api/fetches/${started.body.id}`);
    return fetch.body.state === 'done';
  }, 60_000);
  await mapTaxCodes(stack, company?.id ?? '');
  return codingOf(stack);
}

/** Maps each Lentune tax code to a Procore one of the same rate. */
async function mapTaxCodes(stack: Stack, companyId: string): Promise<void> {
  const path = `/api/companies/${companyId}/tax-mappings`;
  const { body } = await stack.api<{
    procoreTaxCodes: { id: string; rate: string | null; isArchived: boolean }[];
    mappings: { taxCodeId: string; rate: string }[];
  }>('GET', path);
  const mappings = body.mappings.map(({ taxCodeId, rate }) => {
    const same = body.procoreTaxCodes.find((code) => !code.isArchived && Number(code.rate) === Number(rate));
    return { taxCodeId, procoreTaxCodeId: same?.id ?? null };
  });
  await stack.api('PUT', path, { mappings });
}

async function codingOf(stack: Stack): Promise<Coding> {
  const rows = async <T>(path: string) => (await stack.api<{ rows: T[] }>('GET', path)).body.rows;
  const [project] = await rows<Coding['project']>('/api/projects?search=P-1007');
  const codes = await rows<Coding['code']>(`/api/project-cost-codes?projectId=${project?.id}&search=03-310`);
  const vendors = await rows<Coding['vendor']>('/api/vendors?search=Kiwi+Plumbing');
  const { body: taxCodes } = await stack.api<Coding['taxCode'][]>('GET', '/api/tax-codes');
  const coding = {
    project,
    code: codes.find((code) => code.costTypes.length > 0),
    vendor: vendors.find((vendor) => vendor.isLinked && vendor.isActive),
    taxCode: taxCodes.find((code) => Number(code.rate) === 15),
  };
  for (const [name, found] of Object.entries(coding))
    if (found === undefined) throw new Error(`No ${name} was fetched`);
  return coding as Coding;
}

/** Enters an invoice of one line; what is left out is clean. */
export async function enterInvoice(
  stack: Stack,
  coding: Coding,
  { number, ...fields }: { number: string } & Partial<InvoiceInput> & { line?: object },
): Promise<Invoice> {
  const { line, ...header } = fields;
  const answer = await stack.api<Invoice>('POST', '/api/invoices', {
    number,
    payableAccountId: coding.vendor.id,
    invoiceDate: '2026-11-18',
    total: '1000.00',
    tax: '150.00',
    lines: [
      {
        projectId: coding.project.id,
        projectCostCodeId: coding.code.id,
        costTypeId: coding.code.costTypes[0]?.id,
        amount: header.total ?? '1000.00',
        taxCodeId: coding.taxCode.id,
        ...line,
      },
    ],
    ...header,
  });
  if (answer.status !== 201) throw new Error(`${number} was not entered: ${JSON.stringify(answer.body)}`);
  return answer.body;
}
