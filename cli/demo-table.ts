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

interface DirectCost {
  id: number;
  invoice_number: string;
  status: string;
}

interface DirectCostLine {
  direct_cost_id: number;
  amount: string;
  quantity: string | null;
  unit_cost: string | null;
  tax_code_id: number | null;
  cost_code: { full_code: string } | null;
}

interface LedgerEntry {
  resource: string;
  action: string;
  id: number | string;
}

/** Reads Procore's own records, not ours, and holds them against the literals. */
export async function compare(
  procore: DemoClient,
  seen: {
    number: string;
    expected: ExpectedInvoice;
    failure: string | null;
    mark: string | null;
    runs: (string | null)[];
  },
): Promise<Row> {
  const { number, expected, failure } = seen;
  const { records: projects } = await procore.get<{ records: { id: number; project_number: string }[] }>(
    '/control/records/projects',
  );
  const projectId = projects.find((row) => row.project_number === PROJECT.number)?.id;
  const { records: all } = await procore.get<{ records: DirectCost[] }>(
    `/control/records/direct_costs?projectId=${projectId}`,
  );
  const costs = all.filter((cost) => cost.invoice_number === number);
  const cost = costs[0];
  const { records: allLines } = await procore.get<{ records: DirectCostLine[] }>(
    `/control/records/direct_cost_line_items?projectId=${projectId}`,
  );
  const lines = allLines.filter((line) => line.direct_cost_id === cost?.id);
  const { entries } = await procore.get<{ entries: LedgerEntry[] }>('/control/ledger');
  const created = entries.filter(
    ({ resource, action, id }) => resource === 'direct_costs' && action === 'create' && String(id) === String(cost?.id),
  );

  const wantedLines = expected.lines
    .map((line) => `${line.code} ${cents(line.amount)} x${places(line.quantity)} @${places(line.unitPrice)}`)
    .sort();
  const foundLines = lines
    .map(
      (line) =>
        `${line.cost_code?.full_code} ${cents(line.amount)} x${places(line.quantity)} @${places(line.unit_cost)}`,
    )
    .sort();
  const total = lines.reduce((whole, line) => whole + Math.round(Number(line.amount) * 100), 0) / 100;

  const facts: [string, unknown, unknown][] = [
    ['first failure', expected.failsFirst, failure],
    ['mark', 'sent', seen.mark],
    ['direct costs with this number', 1, costs.length],
    ['times it was created', 1, created.length],
    ['status', 'approved', cost?.status],
    ['total', cents(expected.total), cents(String(total))],
    ['lines', wantedLines.join('; '), foundLines.join('; ')],
    ['lines with a tax code', expected.lines.length, lines.filter((line) => line.tax_code_id !== null).length],
  ];
  return {
    number,
    shows: expected.shows,
    expected: `${expected.failsFirst ?? 'no failure'}, then ${cents(expected.total)} approved, ${expected.lines.length} line(s)`,
    procore: `${failure ?? 'no failure'}, then ${cents(String(total))} ${cost?.status ?? 'nothing'}, ${lines.length} line(s)`,
    runs: [...new Set(seen.runs.filter((run) => run !== null))],
    differences: facts
      .filter(([, wanted, found]) => wanted !== found)
      .map(([what, wanted, found]) => `${number}: ${what} should be ${String(wanted)}, is ${String(found)}`),
  };
}

const cents = (amount: string) => Number(amount).toFixed(2);
const places = (number: string | null) => (number === null ? '-' : String(Number(number)));

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
