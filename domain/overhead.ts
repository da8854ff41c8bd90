import type { Bill, BillLine, DesiredBill } from './bill.ts';
import { Decimal, formatMoney, sum, toCents } from './decimal.ts';
import type { Facts } from './errors.ts';
import {
  type DocumentFile,
  type DocumentLine,
  type Finding,
  type InvoiceDocument,
  type InvoiceMark,
  projectText,
} from './invoice.ts';
import { splitByProject } from './preflight.ts';
import { spreadCents } from './rounding.ts';
import { claimedOn, splitByCommitment } from './routing.ts';
import { shortReference } from './stamp.ts';
import { procoreTax, type TaxedLine } from './tax.ts';

/** What overhead invoices are governed by; see db/schema/settings.ts. */
export interface OverheadSettings {
  mixedInvoices: 'split' | 'hold';
  billStatus: DesiredBill['status'];
  billDueDays: number;
}

/** The books overheads go to, as far as the rules ask. */
export interface Books {
  /** our id of the organisation */
  companyId: string;
  /** what people call the system, such as Xero */
  system: string;
  /** active accounts by code, with their names */
  accounts: Readonly<Record<string, string>>;
  /** what our tax codes are there, by our id of the code */
  taxTypes: Readonly<Record<string, { taxType: string; rate: string; isActive: boolean }>>;
  /** the contact each supplier is there, by our id of the supplier */
  contacts: Readonly<Record<string, string>>;
}

/** One invoice in two: what goes to Procore and what goes to accounting. The two always sum to the invoice. */
export interface Split {
  /** dollars excluding tax, and GST, for projects */
  project: string;
  projectTax: string;
  overhead: string;
  overheadTax: string;
  lines: DocumentLine[];
}

/**
 * Splits by line: a line with a project is Procore's, one without is accounting's (domain.md Q27).
 * Procore's records total their lines and calculate their own GST; accounting gets exactly what is left of the invoice.
 */
export function splitInvoice(invoice: InvoiceDocument): Split {
  const lines = invoice.lines.filter((line) => line.project === null);
  if (lines.length === 0)
    return {
      project: cents(invoice.total),
      projectTax: cents(invoice.tax),
      overhead: '0.00',
      overheadTax: '0.00',
      lines,
    };
  const project = sum(invoice.lines.filter((line) => line.project !== null).map(({ amount }) => amount));
  const projectTax = sum(taxedInProcore(invoice).map(procoreTax));
  return {
    project: project.toFixed(2),
    projectTax: projectTax.toFixed(2),
    overhead: new Decimal(invoice.total).minus(project).toFixed(2),
    overheadTax: new Decimal(invoice.tax).minus(projectTax).toFixed(2),
    lines,
  };
}

/** The lines of each Procore record: a direct cost for each project, a claim for each commitment. */
function taxedInProcore(invoice: InvoiceDocument): TaxedLine[][] {
  const taxed = ({ taxCode }: DocumentLine, amount: string) => ({
    amount,
    rate: taxCode?.mapped?.rate ?? taxCode?.rate ?? null,
  });
  const directCosts = splitByProject(invoice).map(({ lines }) => lines.map((line) => taxed(line, line.amount)));
  const claims = splitByCommitment(invoice).map(({ commitment }) =>
    invoice.lines.flatMap((line) =>
      claimedOn(line)
        .filter((one) => one.commitment.id === commitment.id)
        .map(({ amount }) => taxed(line, amount)),
    ),
  );
  return [...directCosts, ...claims];
}

const cents = (amount: string) => new Decimal(amount).toFixed(2);

/** Whether both Procore and accounting get a part. */
const isMixed = (invoice: InvoiceDocument): boolean =>
  invoice.lines.some((line) => line.project === null) && invoice.lines.some((line) => line.project !== null);

/**
 * What stands in the way of the overhead lines, all at once.
 *
 * @param books null: no accounting system is connected
 */
export function overheadFindings(invoice: InvoiceDocument, settings: OverheadSettings, books: Books | null): Finding[] {
  const split = splitInvoice(invoice);
  if (split.lines.length === 0) return [];
  const mixed = isMixed(invoice);
  if (books === null) {
    const facts = { invoice: invoice.number, amount: split.overhead };
    return [{ code: 'ACCOUNTING_NOT_CONNECTED', facts, severity: mixed ? 'warning' : 'blocks' }];
  }
  const findings = split.lines.flatMap((line) => lineFindings(line, books));
  if (mixed && settings.mixedInvoices === 'hold')
    findings.unshift({
      code: 'MIXED_INVOICE_HELD',
      facts: { invoice: invoice.number, project: split.project, overhead: split.overhead },
      severity: 'blocks',
    });
  return findings;
}

function lineFindings({ position, glCode, taxCode }: DocumentLine, { accounts, taxTypes, system }: Books): Finding[] {
  const found: Finding[] = [];
  const blocks = { severity: 'blocks', line: position } as const;
  if (glCode === null) found.push({ code: 'GL_CODE_BLANK', facts: { line: position }, ...blocks });
  else if (accounts[glCode] === undefined)
    found.push({ code: 'GL_CODE_UNKNOWN', facts: { glCode, system }, ...blocks });
  if (taxCode === null) {
    found.push({ code: 'TAX_CODE_BLANK', facts: { line: position }, ...blocks });
    return found;
  }
  const type = taxTypes[taxCode.id];
  if (!type?.isActive) {
    found.push({ code: 'TAX_TYPE_UNMAPPED', facts: { taxCode: taxCode.code, system }, ...blocks });
    return found;
  }
  if (!new Decimal(type.rate).equals(taxCode.rate)) {
    const facts: Facts<'TAX_TYPE_RATE_DIFF'> = {
      taxCode: taxCode.code,
      ours: short(taxCode.rate),
      theirs: short(type.rate),
      system,
    };
    found.push({ code: 'TAX_TYPE_RATE_DIFF', facts, ...blocks });
  }
  return found;
}

const short = (rate: string): string => new Decimal(rate).toFixed();

/**
 * The bill, or for a negative amount the credit note, the overhead lines become. Its findings have been cleared and its
 * contact is known.
 *
 * @param url where people open the invoice here
 * @param files those that go along
 */
export function planBill(
  invoice: InvoiceDocument,
  settings: OverheadSettings,
  books: Books,
  url: string,
  files: readonly DocumentFile[],
): DesiredBill {
  const split = splitInvoice(invoice);
  const isCredit = new Decimal(split.overhead).isNegative() !== (invoice.kind === 'credit');
  // A credit's lines are entered positive, and both systems want a credit note positive too.
  const flip = new Decimal(split.overhead).isNegative();
  const signed = (amount: string) => (flip ? new Decimal(amount).neg().toFixed(2) : new Decimal(amount).toFixed(2));
  const { amounts } = spreadCents(
    split.lines.map(({ amount }) => amount),
    split.overhead,
  );
  const taxes = spreadTax(split, amounts);
  const contactId = books.contacts[invoice.vendor?.id ?? ''];
  if (contactId === undefined) throw new Error('Planned without the contact; it should have been made first');
  const bill: Bill = {
    number: invoice.number,
    contactId,
    date: invoice.invoiceDate,
    dueDate: isCredit ? null : plusDays(invoice.invoiceDate, settings.billDueDays),
    lines: [
      ...split.lines.map(
        (line, index): BillLine => ({
          description: line.description?.trim() || `Line ${line.position} of ${invoice.number}`,
          amount: signed(amounts[index]!),
          glCode: line.glCode,
          taxType: books.taxTypes[line.taxCode?.id ?? '']?.taxType ?? null,
          tax: signed(taxes[index]!),
        }),
      ),
      { description: textOf(invoice, split), amount: '0.00', glCode: null, taxType: null, tax: '0.00' },
    ],
  };
  return {
    kind: isCredit ? 'credit_note' : 'bill',
    system: books.system,
    vendorName: invoice.vendor?.name ?? '',
    bill,
    total: signed(split.overhead),
    tax: signed(split.overheadTax),
    status: settings.billStatus,
    choice: invoice.duplicateChoice,
    url,
    files: [...files],
  };
}

/** Says in the bill itself where the rest of the invoice is, and carries our reference. */
function textOf(invoice: InvoiceDocument, split: Split): string {
  const what = invoice.kind === 'credit' ? 'credit' : 'invoice';
  const reference = shortReference(invoice.id);
  if (!isMixed(invoice)) return `Lentune ${what} ${invoice.number} ${reference}`;
  const projects = [...new Set(invoice.lines.flatMap(({ project }) => (project === null ? [] : projectText(project))))];
  const where = projects.length === 1 ? ` (${projects[0]})` : ` (${projects.length} projects)`;
  const [here, all, there] = [split.overhead, invoice.total, split.project].map((amount) => `$${formatMoney(amount)}`);
  return `Part of ${what} ${invoice.number}: ${here} of ${all} excluding GST; the rest, ${there}, goes through Procore${where} ${reference}`;
}

const plusDays = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);

/** Each line's GST to the cent; what rounding leaves stands on the line with the most. */
function spreadTax({ lines, overheadTax }: Split, amounts: readonly string[]): string[] {
  const own = lines.map(({ taxCode }, index) =>
    toCents(new Decimal(amounts[index]!).mul(taxCode?.rate ?? '0').div(100)),
  );
  return spreadCents(own, overheadTax).amounts;
}

/** The problems of both parts, each told once. */
export function jointProblems(procore: readonly Finding[], overhead: readonly Finding[]): Finding[] {
  const keyOf = ({ code, facts, line }: Finding) => JSON.stringify([code, facts, line ?? null]);
  const told = new Set(procore.map(keyOf));
  return [...procore, ...overhead.filter((finding) => !told.has(keyOf(finding)))];
}

/**
 * The mark of an invoice whose two parts have both ended. It is Sent when both are, and Partly sent while only one is.
 *
 * @param procore null: nothing of it goes to Procore
 */
export function jointMark(procore: InvoiceMark | null, overhead: InvoiceMark): InvoiceMark {
  if (procore === null || procore === overhead) return overhead;
  const marks = [procore, overhead];
  if (marks.every((mark) => mark === 'sent' || mark === 'skipped')) return 'sent';
  return marks.some((mark) => mark === 'sent' || mark === 'skipped' || mark === 'partial') ? 'partial' : 'failed';
}
