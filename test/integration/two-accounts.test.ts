import { getTableColumns, getTableName, is, sql } from 'drizzle-orm';
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as schema from '../../db/schema/index.ts';
import { type ApiClient, type ApiWorld, startApi } from './api-world.ts';

/** Stands in every text of the first account, so that it is known wherever it turns up. */
const MARK = 'zq-of-the-first-account';

let world: ApiWorld;
/** every role, in an account of their own */
let stranger: ApiClient;
/** one row of every table the first account has, by table */
const rows = new Map<string, Record<string, unknown>>();
let spec: OpenApi;

interface JsonSchema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  format?: string;
  pattern?: string;
  minLength?: number;
  minItems?: number;
  minimum?: number;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
}

interface Operation {
  parameters?: { name: string; in: string; required?: boolean; schema: JsonSchema }[];
  requestBody?: { content: Record<string, { schema: JsonSchema }> };
}

interface OpenApi {
  paths: Record<string, Record<string, Operation>>;
  components?: { schemas?: Record<string, JsonSchema> };
}

beforeAll(async () => {
  world = await startApi();
  await fillEveryTable();
  stranger = await world.person(['admin', 'clerk', 'approver', 'operator'], await world.otherAccount());
  spec = (await stranger.get('/api/openapi.json')).body;
}, 60_000);
afterAll(() => world.close());

const TABLES = Object.values<unknown>(schema).filter((one): one is PgTable => is(one, PgTable));
const ofAccount = () => TABLES.filter((table) => 'account' in getTableColumns(table));

/** What a row needs beside what its columns say. */
const SPECIAL: Record<string, Record<string, unknown>> = {
  procore_connection: { isChosen: false, apiUrl: `https://${MARK}.example`, state: 'disconnected' },
  mapping_task: { candidates: [], state: 'open' },
  payable_invoice: { problems: [], undoOrder: null, subContractId: null },
  bulk_action: { state: 'done' },
  integration_log: { documentKind: 'invoice' },
  variation: { purchaseOrderId: null },
  approval_limit: { userId: null, role: 'approver' },
  invoice_allocation: { subContractLineId: null, variationLineId: null },
};

/** One row in each table of the first account, each referring to the others; tables may be added without touching this. */
async function fillEveryTable(): Promise<void> {
  rows.set('auth_organization', { id: world.account });
  let left = ofAccount();
  while (left.length > 0) {
    const isReady = (table: PgTable, isEnough: boolean) =>
      foreignKeys(table).every(({ target, isRequired }) => rows.has(target) || (isEnough && !isRequired));
    const [complete, enough] = [false, true].map((isEnough) => left.filter((table) => isReady(table, isEnough)));
    const ready = complete?.length ? complete : (enough ?? []);
    if (ready.length === 0) throw new Error(`No order: ${left.map(getTableName).join(', ')}`);
    for (const table of ready) rows.set(getTableName(table), await insertRow(table));
    left = left.filter((table) => !ready.includes(table));
  }
  await world.deps.db.update(schema.integrationLog).set({ documentId: String(rows.get('payable_invoice')?.id) });
}

function foreignKeys(table: PgTable) {
  return getTableConfig(table).foreignKeys.map((key) => {
    const { columns, foreignTable, foreignColumns } = key.reference();
    return {
      names: columns.map(({ name }) => name),
      target: getTableName(foreignTable),
      targetNames: foreignColumns.map(({ name }) => name),
      isRequired: columns.some(({ notNull }) => notNull) && foreignTable !== table,
    };
  });
}

async function insertRow(table: PgTable): Promise<Record<string, unknown>> {
  const existing = await world.deps.db.execute<Record<string, unknown>>(
    sql`select * from ${table} where account = ${world.account} limit 1`,
  );
  if (existing[0]) return existing[0];
  const keys = foreignKeys(table);
  const special = SPECIAL[getTableName(table)] ?? {};
  const values: Record<string, unknown> = { ...special };
  for (const [property, column] of Object.entries(getTableColumns(table))) {
    if (property in special) continue;
    const key = keys.find(({ names }) => names.includes(column.name));
    if (key !== undefined) {
      const known = rows.get(key.target)?.[key.targetNames[key.names.indexOf(column.name)] ?? ''];
      if (known !== undefined) values[property] = known;
    } else if (/company_?id$/i.test(property) && column.getSQLType() === 'uuid') {
      values[property] = rows.get('procore_company')?.id ?? crypto.randomUUID();
    } else if (column.getSQLType() === 'text' && column.enumValues === undefined) {
      if (!column.hasDefault) values[property] = MARK;
    } else if (column.notNull && !column.hasDefault) {
      values[property] = anyValue(column.getSQLType(), column.enumValues);
    }
  }
  const [row] = (await world.deps.db.insert(table).values(values).returning()) as Record<string, unknown>[];
  const columns = getTableColumns(table);
  return Object.fromEntries(Object.entries(row ?? {}).map(([property, value]) => [columns[property]?.name, value]));
}

function anyValue(type: string, enumValues: readonly string[] | undefined): unknown {
  if (enumValues?.[0] !== undefined) return enumValues[0];
  if (type === 'uuid') return crypto.randomUUID();
  if (type === 'date') return '2026-11-18';
  if (type.startsWith('timestamp')) return '2126-11-18T00:00:00Z';
  if (type === 'boolean') return false;
  if (type === 'jsonb') return {};
  if (type === 'bytea') return Buffer.from(MARK);
  if (type === 'bigint') return 1n;
  return type === 'integer' ? 1 : '1';
}

/** Everything the first account has, as one text. */
async function snapshot(): Promise<string> {
  const parts: string[] = [];
  for (const table of ofAccount()) {
    const found = await world.deps.db.execute<{ text: string }>(
      sql`select t::text as text from ${table} t where account = ${world.account} order by t::text`,
    );
    parts.push(`${getTableName(table)}: ${found.map(({ text }) => text).join('\n')}`);
  }
  return parts.join('\n');
}

/** Which row of the first account an id in an address or a body means. */
const NOUNS: [name: RegExp, table: string][] = [
  [/attachment/i, 'payable_attachment'],
  [/^fileId$/, 'purchase_order_file'],
  [/^item|items/i, 'fetch_item'],
  [/entry$|entryId|entries/i, 'time_sheet_entry'],
  [/invoice/i, 'payable_invoice'],
  [/purchase-?order/i, 'purchase_order'],
  [/sub-?contract/i, 'sub_contract'],
  [/master-?cost-?code/i, 'master_cost_code'],
  [/cost-?code/i, 'project_cost_code'],
  [/cost-?type/i, 'cost_type'],
  [/tax-?code/i, 'tax_code'],
  [/vendor|payable/i, 'payable_account'],
  [/project/i, 'project'],
  [/compan/i, 'procore_company'],
  [/fetch/i, 'fetch_run'],
  [/mapping-task|task/i, 'mapping_task'],
  [/bulk/i, 'bulk_action'],
  [/time-?sheet/i, 'time_sheet'],
  [/user-?group/i, 'user_group'],
  [/entry-?type/i, 'entry_type'],
  [/persona/i, 'access_persona'],
  [/people|person|user/i, 'lentune_user'],
  [/key/i, 'api_key'],
];

/** false: ids that are nobody's */
let isTheirs = true;

const idFor = (name: string, fallback = ''): string => {
  if (!isTheirs) return crypto.randomUUID();
  const [, table] = NOUNS.find(([noun]) => noun.test(name)) ?? NOUNS.find(([noun]) => noun.test(fallback)) ?? [];
  return String(rows.get(table ?? 'payable_invoice')?.id ?? crypto.randomUUID());
};

const addressOf = (path: string): string =>
  path.replaceAll(/\{(\w+)\}/g, (_, name: string) => idFor(name === 'id' ? '' : name, path.split('/')[2]));

/** A body the route takes, with ids of the first account wherever one fits. */
function sample(given: JsonSchema, name: string, noun: string): unknown {
  const schemaOf = resolved(given);
  const [first] = schemaOf.anyOf ?? schemaOf.oneOf ?? [];
  if (first !== undefined) return sample(first, name, noun);
  if (schemaOf.allOf) return Object.assign({}, ...schemaOf.allOf.map((part) => sample(part, name, noun)));
  if (schemaOf.enum) return schemaOf.enum[0];
  const type = [schemaOf.type].flat().find((one) => one !== 'null');
  if (type === 'object' || schemaOf.properties)
    return Object.fromEntries(
      Object.entries(schemaOf.properties ?? {}).map(([key, property]) => [key, sample(property, key, noun)]),
    );
  if (type === 'array') return [sample(schemaOf.items ?? {}, name, noun)];
  if (type === 'boolean') return true;
  if (type === 'integer' || type === 'number') return Math.max(1, schemaOf.minimum ?? 1);
  return textFor(schemaOf, name, noun);
}

function textFor({ format, pattern }: JsonSchema, name: string, noun: string): string {
  if (format === 'uuid') return idFor(name, noun);
  if (format === 'date') return '2026-11-18';
  if (format === 'email') return 'someone@example.nz';
  if (format === 'uri') return 'https://example.nz';
  if (/time_?zone/i.test(name)) return 'Pacific/Auckland';
  if (pattern === undefined) return /date|day/i.test(name) ? '2026-11-18' : 'some words of text';
  return ['100.00', '2026-11-18', '12:30', '4711', 'GST', '1'].find((text) => new RegExp(pattern).test(text)) ?? '1';
}

function resolved(given: JsonSchema): JsonSchema {
  if (given.$ref === undefined) return given;
  return resolved(spec.components?.schemas?.[given.$ref.split('/').pop() ?? ''] ?? {});
}

interface Attempt {
  label: string;
  method: string;
  path: string;
  body: unknown;
  headers: Record<string, string>;
}

/** Every route of the API, with ids of the first account, or of nobody, in its address, query and body. */
function attempts(whose: 'theirs' | "nobody's"): Attempt[] {
  isTheirs = whose === 'theirs';
  return Object.entries(spec.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]): Attempt[] => {
      if (path === '/api/events') return [];
      const noun = path.split('/')[2] ?? '';
      const query = new URLSearchParams(
        (operation.parameters ?? [])
          .filter((one) => one.in === 'query' && (one.required === true || /id$/i.test(one.name)))
          .map((one) => [one.name, String(sample(one.schema, one.name, noun))]),
      );
      const content = Object.entries(operation.requestBody?.content ?? {})[0];
      const [type = '', media] = content ?? [];
      const body = media === undefined ? undefined : type === 'application/json' ? sample(media.schema, '', noun) : 'x';
      const headers: Record<string, string> = typeof body === 'string' ? { 'content-type': type } : {};
      const at = `${addressOf(path)}${query.size > 0 ? `?${query}` : ''}`;
      return [{ label: `${method.toUpperCase()} ${path}`, method: method.toUpperCase(), path: at, body, headers }];
    }),
  );
}

test('nothing of one account is seen or changed by another, whatever ids it sends', async () => {
  const before = await snapshot();
  expect(before.split(MARK).length).toBeGreaterThan(60);
  const theirs = attempts('theirs');
  const nobodys = attempts("nobody's");
  const seen: string[] = [];
  const told: string[] = [];
  for (const [index, { label, method, path, body, headers }] of theirs.entries()) {
    const answer = await stranger.send(method, path, body, headers);
    if (answer.text.includes(MARK) || answer.status >= 500) seen.push(`${label}: ${answer.status} ${answer.text}`);
    const other = nobodys[index];
    if (other === undefined || !label.includes('{')) continue;
    const unknown = await stranger.send(method, other.path, other.body, headers);
    const [first, second] = [answer, unknown].map(({ status, text }) => `${status} ${text.replaceAll(UUID, 'id')}`);
    if (first !== second || (method !== 'GET' && answer.status < 400)) told.push(`${label}: ${first} and ${second}`);
  }
  expect(seen).toEqual([]);
  // What is another account's and what is nowhere are answered alike.
  expect(told).toEqual([]);
  expect(await snapshot()).toBe(before);
}, 120_000);

const UUID = /[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g;

test('the ids are those of the account: to itself its records are there', async () => {
  const hidden: string[] = [];
  const marked: string[] = [];
  for (const { label, method, path } of attempts('theirs').filter((one) => one.method === 'GET')) {
    const answer = await world.admin.send(method, path);
    if (answer.status === 404) hidden.push(label);
    if (answer.text.includes(MARK)) marked.push(label);
  }
  expect(hidden).toEqual([]);
  expect(marked.length).toBeGreaterThan(15);
}, 60_000);
