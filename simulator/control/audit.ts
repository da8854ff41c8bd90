import { Decimal } from 'decimal.js';
import { type Dispatcher, request } from 'undici';
import type { Simulator } from '../engine/simulator.ts';
import type { UserRow } from '../resources/company-users.ts';
import type { LineRow } from '../resources/direct-cost-lines.ts';
import type { DirectCostRow } from '../resources/direct-cost-rows.ts';
import { grant } from '../resources/oauth.ts';

interface ReadCost {
  id: number;
  companyId: number;
  projectId: number;
  vendorId: number | null;
  vendorName: string | null;
  number: string | null;
  status: string;
  total: string;
  lineCount: number;
}

/**
 * Reads every direct cost through the public REST endpoints, as any client would, and says
 * what stands there twice, what it adds up to, and whether it is what the ledger says was written.
 */
export async function audit(sim: Simulator, url: string, internalKey: string) {
  const person = sim.store.table<UserRow>('company_users').where('can_sign_in', true)[0];
  const token = sim.quietly(() =>
    grant(sim, { clientId: 'simulator-audit', userId: person?.id ?? null, redirectUri: null }),
  );
  const read = reader(url, { authorization: `Bearer ${token.access_token}`, 'x-simulator-internal': internalKey });
  try {
    const costs = await readDirectCosts(read);
    const differences = compareWithLedger(sim, costs);
    return {
      directCosts: costs,
      duplicates: duplicatesOf(costs),
      deadTokenReuse: sim.deadTokenReuse,
      highestCallsIn10s: sim.requests.highestIn10s(),
      agreesWithLedger: differences.length === 0,
      differences,
    };
  } finally {
    sim.quietly(() => sim.store.table('tokens').remove(token.id));
  }
}

/** Without a company: the list of companies. */
type Read = (path: string, companyId: number | null) => Promise<Record<string, unknown>[]>;

/** Follows pages to the end. */
function reader(url: string, headers: Record<string, string>): Read {
  return async (path, companyId) => {
    const rows: Record<string, unknown>[] = [];
    let next: string | undefined = `${url}${path}`;
    while (next !== undefined) {
      const answer: Dispatcher.ResponseData = await request(next, {
        headers: { ...headers, ...(companyId === null ? {} : { 'procore-company-id': String(companyId) }) },
      });
      if (answer.statusCode === 403 || answer.statusCode === 404) {
        await answer.body.dump();
        return rows;
      }
      if (answer.statusCode !== 200)
        throw new Error(`${next} answered ${answer.statusCode}: ${await answer.body.text()}`);
      rows.push(...((await answer.body.json()) as Record<string, unknown>[]));
      next = /<([^>]+)>; rel="next"/.exec(String(answer.headers.link ?? ''))?.[1];
    }
    return rows;
  };
}

async function readDirectCosts(read: Read): Promise<ReadCost[]> {
  const costs: ReadCost[] = [];
  for (const { id } of await read('/rest/v1.0/companies?per_page=100', null)) {
    const companyId = Number(id);
    const projects = await read(
      `/rest/v1.1/projects?company_id=${companyId}&filters[by_status]=All&per_page=300`,
      companyId,
    );
    for (const project of projects) {
      const base = `/projects/${project.id}/direct_costs`;
      const rows = await read(`/rest/v1.1${base}?per_page=1000`, companyId);
      if (rows.length === 0) continue;
      const lines = await read(`/rest/v1.0${base}/line_items?per_page=1000`, companyId);
      for (const row of rows) costs.push(readCost(row, lines, companyId, Number(project.id)));
    }
  }
  return costs;
}

function readCost(
  row: Record<string, unknown>,
  lines: Record<string, unknown>[],
  companyId: number,
  projectId: number,
): ReadCost {
  const own = lines.filter((line) => (line.holder as { id: number }).id === row.id);
  return {
    id: Number(row.id),
    companyId,
    projectId,
    vendorId: row.vendor_id as number | null,
    vendorName: row.vendor_name as string | null,
    number: row.invoice_number as string | null,
    status: String(row.status),
    total: sum(own.map((line) => String(line.amount))),
    lineCount: own.length,
  };
}

const sum = (amounts: string[]): string =>
  amounts.reduce((total, amount) => total.plus(amount), new Decimal(0)).toFixed(2);

/** Same project, vendor, number and sign. */
function duplicatesOf(costs: ReadCost[]) {
  const groups = new Map<string, ReadCost[]>();
  for (const cost of costs) {
    if (cost.number === null) continue;
    const key = [cost.projectId, cost.vendorId, cost.number.trim().toUpperCase(), cost.total.startsWith('-')].join('|');
    groups.set(key, [...(groups.get(key) ?? []), cost]);
  }
  return [...groups.values()]
    .filter((group) => group.length > 1)
    .map((group) => ({
      projectId: group[0]!.projectId,
      vendorId: group[0]!.vendorId,
      number: group[0]!.number,
      ids: group.map((cost) => cost.id),
    }));
}

/** Replays the ledger and holds the result against what was read. */
function compareWithLedger(sim: Simulator, costs: ReadCost[]): string[] {
  const headers = new Map<number, DirectCostRow | null>();
  const lines = new Map<number, LineRow | null>();
  for (const entry of sim.ledger.since(0)) {
    if (entry.resource === 'direct_costs') headers.set(entry.recordId, entry.after as DirectCostRow | null);
    if (entry.resource === 'direct_cost_line_items') lines.set(entry.recordId, entry.after as LineRow | null);
  }
  const byId = new Map(costs.map((cost) => [cost.id, cost]));
  const unseen = sim.settings.hiddenProjects;
  const differences: string[] = [];
  for (const [id, header] of headers) {
    const read = byId.get(id);
    if (header === null) {
      if (read !== undefined) differences.push(`direct cost ${id} was deleted but is still read`);
      continue;
    }
    if (unseen.includes(header.project_id) || sim.settings.disconnectedCompanies.includes(header.company_id)) continue;
    if (sim.settings.toolsOff[header.project_id]?.includes('direct_costs')) continue;
    if (read === undefined) {
      differences.push(`direct cost ${id} was written but is not read`);
      continue;
    }
    const own = [...lines.values()].filter((line) => line?.direct_cost_id === id);
    const total = sum(own.map((line) => (line as LineRow).amount));
    if (read.number !== header.invoice_number)
      differences.push(`direct cost ${id} is read as number ${read.number}, not ${header.invoice_number}`);
    if (read.status !== header.status)
      differences.push(`direct cost ${id} is read as ${read.status}, not ${header.status}`);
    if (read.total !== total) differences.push(`direct cost ${id} is read with a total of ${read.total}, not ${total}`);
    if (read.lineCount !== own.length)
      differences.push(`direct cost ${id} is read with ${read.lineCount} lines, not ${own.length}`);
  }
  for (const cost of costs)
    if (!headers.has(cost.id)) differences.push(`direct cost ${cost.id} is read but was never written`);
  return differences;
}
