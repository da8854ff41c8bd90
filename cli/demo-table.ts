import type { DemoClient } from './demo-client.ts';
import { type ExpectedInvoice, PROJECT } from './demo-expected.ts';

/** One invoice: what was expected, what Procore holds, and every difference in a sentence. */
export interface Row {
  number: string;
  shows: string;
  expected: string;
  procore: string;
  runs: string[];
  differences: string[];
}

/** A collection as the simulator's control API lists it. */
export interface Records<T> {
  records: T[];
}

interface DirectCost {
  id: number;
  invoice_number: string;
  status: string;
}

/** A line as Procore's REST API shows it. */
interface DirectCostLine {
  amount: string;
  quantity: string | null;
  unit_cost: string | null;
  tax_code_id: number | null;
  cost_code: { full_code: string } | null;
  line_item_type: { code: string } | null;
}

interface LedgerEntry {
  resource: string;
  action: string;
  id: number | string;
}

export interface Seen {
  number: string;
  expected: ExpectedInvoice;
  /** the code the first attempt failed with */
  failure: string | null;
  /** the mark our list shows at the end */
  mark: string | null;
  runs: (string | null)[];
}

/** Reads Procore's own records, not ours, and holds them against the literals. */
export async function compare(procore: DemoClient, { number, expected, failure, mark, runs }: Seen): Promise<Row> {
  const { costs, lines, timesCreated } = await inProcore(procore, number);
  const [cost] = costs;
  const total = lines.reduce((whole, line) => whole + Math.round(Number(line.amount) * 100), 0) / 100;
  const wanted = expected.lines.map((line) =>
    lineText(line.code, line.costType, line.amount, line.quantity, line.unitPrice),
  );
  const found = lines.map((line) =>
    lineText(line.cost_code?.full_code, line.line_item_type?.code, line.amount, line.quantity, line.unit_cost),
  );
  const facts: [string, unknown, unknown][] = [
    ['the first failure', expected.failsFirst, failure],
    ['the mark', 'sent', mark],
    ['the count of direct costs with this number', 1, costs.length],
    ['the count of creations in the ledger', 1, timesCreated],
    ['the status', 'approved', cost?.status],
    ['the total', cents(expected.total), cents(total)],
    ['the lines', wanted.sort().join('; '), found.sort().join('; ')],
    [
      'the count of lines with a tax code',
      expected.lines.length,
      lines.filter((line) => line.tax_code_id !== null).length,
    ],
  ];
  return {
    number,
    shows: expected.shows,
    expected: outcome(expected.failsFirst, expected.total, 'approved', expected.lines.length),
    procore: outcome(failure, total, cost?.status ?? 'nothing', lines.length),
    runs: [...new Set(runs.filter((run) => run !== null))],
    differences: facts
      .filter(([, should, is]) => should !== is)
      .map(([what, should, is]) => `${number}: ${what} should be ${String(should)}, is ${String(is)}`),
  };
}

async function inProcore(procore: DemoClient, number: string) {
  const company = (await procore.get<{ companies: { id: number }[] }>('/control/sample')).companies[0]?.id;
  const { records: projects } =
    await procore.get<Records<{ id: number; project_number: string }>>('/control/records/projects');
  const project = projects.find((row) => row.project_number === PROJECT.number)?.id;
  const { records: all } = await procore.get<Records<DirectCost>>(`/control/records/direct_costs?projectId=${project}`);
  const costs = all.filter((cost) => cost.invoice_number === number);
  const { access_token } = await procore.send<{ access_token: string }>('POST', '/control/tokens', {});
  const headers = { authorization: `Bearer ${access_token}`, 'procore-company-id': String(company) };
  const lines: DirectCostLine[] = [];
  for (const { id } of costs) {
    const path = `/rest/v1.0/projects/${project}/direct_costs/${id}/line_items`;
    lines.push(...(await procore.get<DirectCostLine[]>(path, headers)));
  }
  const { entries } = await procore.get<{ entries: LedgerEntry[] }>('/control/ledger');
  const creations = entries.filter(
    ({ resource, action, id }) =>
      resource === 'direct_costs' && action === 'create' && costs.some((cost) => String(cost.id) === String(id)),
  );
  return { costs, lines, timesCreated: creations.length };
}

const lineText = (code?: string, type?: string, amount?: string, quantity?: string | null, price?: string | null) =>
  `${code}.${type} ${cents(amount ?? 0)} x${places(quantity)} @${places(price)}`;

const outcome = (failure: string | null, total: string | number, status: string, lines: number) =>
  `${failure === null ? '' : `${failure}, then `}${cents(total)} ${status}, ${lines} ${lines === 1 ? 'line' : 'lines'}`;

const cents = (amount: string | number) => Number(amount).toFixed(2);
const places = (number: string | null | undefined) =>
  number === null || number === undefined ? '-' : String(Number(number));

/** The comparison, then the runs in Temporal's Web UI. */
export function printTable(rows: Row[]): void {
  const cells = rows.map((row) => [
    row.differences.length === 0 ? 'ok' : 'DIFFERS',
    row.number,
    row.shows,
    row.expected,
    row.procore,
  ]);
  const table = [['', 'Invoice', 'Shows', 'Expected', "Procore's ledger"], ...cells];
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  console.log();
  for (const row of table) console.log(row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  console.log();
  for (const row of rows) for (const run of row.runs) console.log(`${row.number}  ${run}`);
}
