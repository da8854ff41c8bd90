import { type ApiError, inWords, listed, notFound, onFields } from './errors.ts';
import type { UploadedFile } from './multipart.ts';
import type { Query } from './query.ts';
import type { Simulator } from './simulator.ts';
import type { Row } from './store.ts';

/** Where a changed row is announced: a webhook resource name, and the scope of the event. */
export interface EventSource {
  resource: string;
  companyId: number;
  projectId: number | null;
  /** parents named in payload v3.0 */
  related?: { id: number; name: string }[];
}

/** What the engine must know about one kind of row. */
export interface TableDefinition<R extends Row> {
  name: string;
  firstId: number;
  /** whether writes of it stand in the ledger; bookkeeping tables leave it out */
  ledger?: boolean;
  event?: (row: R, sim: Simulator) => EventSource | null;
  /** completes what a person typed into the control API to a whole row; without it the control API cannot create one */
  build?: (fields: Partial<R>, sim: Simulator) => Omit<R, 'id'>;
  /** removes what goes with a row that a person deletes; such rows are remembered for `filters[include_deleted]` */
  takesAlong?: (row: R, sim: Simulator) => void;
}

// biome-ignore lint/suspicious/noExplicitAny: tables of different rows stand in one list
export type AnyTable = TableDefinition<any>;

export interface Resource {
  /** so that the engine can wire events and the ledger */
  tables: AnyTable[];
  routes(api: Api): void;
}

export interface Result {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
  /** answers that are not JSON: the consent page */
  html?: string;
}

export type Handler = (call: Call) => Result;

export interface RouteOptions {
  /** `none`: no bearer token (OAuth itself) */
  auth?: 'bearer' | 'none';
  /** `/me` and `/companies` need no company header from a person's token */
  companyHeader?: 'required' | 'optional';
  /** `none`: not an operation of the API, so no document describes it (the storage host) */
  contract?: 'checked' | 'none';
}

export interface Route extends RouteOptions {
  method: 'get' | 'post' | 'patch' | 'put' | 'delete';
  path: string;
  handler: Handler;
}

/** Collects the routes of the resources. Paths are Express paths; the first that fits wins. */
export class Api {
  readonly routes: Route[] = [];

  get = (path: string, handler: Handler, options: RouteOptions = {}) => this.#add('get', path, handler, options);
  post = (path: string, handler: Handler, options: RouteOptions = {}) => this.#add('post', path, handler, options);
  put = (path: string, handler: Handler, options: RouteOptions = {}) => this.#add('put', path, handler, options);
  patch = (path: string, handler: Handler, options: RouteOptions = {}) => this.#add('patch', path, handler, options);
  delete = (path: string, handler: Handler, options: RouteOptions = {}) => this.#add('delete', path, handler, options);

  #add(method: Route['method'], path: string, handler: Handler, options: RouteOptions) {
    this.routes.push({ method, path, handler, ...options });
  }
}

export interface TokenRow extends Row {
  access_token: string;
  /** null for a service account, which has none */
  refresh_token: string | null;
  client_id: string;
  kind: 'person' | 'service';
  user_id: number;
  company_ids: number[];
  redirect_uri: string | null;
  created_at: number;
  expires_at: number;
  revoked: boolean;
  refresh_used: boolean;
}

interface ScopedRow extends Row {
  company_id: number;
  name: string;
}

export type Body = Record<string, unknown>;

/** One API request on its way through a handler. */
export class Call {
  readonly sim: Simulator;
  readonly method: string;
  readonly url: string;
  readonly params: Record<string, string>;
  readonly query: Query;
  readonly body: Body;
  readonly files: UploadedFile[];
  readonly requestId: string;
  readonly headers: Record<string, string | undefined>;
  /** of the simulator as the caller reached it */
  readonly origin: string;
  token: TokenRow | null = null;
  /** from the Procore-Company-Id header; 0 when it may be left out and was */
  companyId = 0;
  /** rows this request keeps others from writing until it is answered */
  readonly locks: string[] = [];
  /** extra ledger entries, of things that are not rows of the API (token grants) */
  readonly notes: { resource: string; id: number; body: Body }[] = [];

  constructor(fields: Omit<Partial<Call>, 'sim'> & { sim: Simulator }) {
    this.sim = fields.sim;
    this.method = fields.method ?? 'GET';
    this.url = fields.url ?? '/';
    this.params = fields.params ?? {};
    this.query = fields.query as Query;
    this.body = fields.body ?? {};
    this.files = fields.files ?? [];
    this.requestId = fields.requestId ?? '';
    this.headers = fields.headers ?? {};
    this.origin = fields.origin ?? '';
  }

  get userId(): number {
    return this.token?.user_id ?? 0;
  }

  /** The company of the path, query, body or header, checked against the token. */
  company(): ScopedRow {
    const named = this.params.company_id ?? this.query.number('company_id') ?? this.body.company_id ?? this.companyId;
    return this.companyById(Number(named));
  }

  companyById(id: number): ScopedRow {
    const company = this.sim.store.table<ScopedRow>('companies').get(id);
    const connected = company !== undefined && !this.sim.settings.disconnectedCompanies.includes(id);
    if (!connected || (this.token !== null && !this.token.company_ids.includes(id))) {
      throw listed(403, 'App is not connected to this company.');
    }
    return company;
  }

  /** The project of the path, query or body. Hidden, foreign and absent ones look alike. */
  project(tool: string): ScopedRow {
    const named = this.params.project_id ?? this.query.number('project_id') ?? this.body.project_id;
    if (named === undefined || named === null || named === '') throw onFields(400, { project_id: ["can't be blank"] });
    return this.projectById(Number(named), tool);
  }

  projectById(id: number, tool: string): ScopedRow {
    const project = this.sim.store.table<ScopedRow>('projects').get(id);
    if (project === undefined || this.sim.settings.hiddenProjects.includes(id)) throw notFound();
    if (project.company_id !== this.companyId) throw notFound();
    if (this.sim.settings.toolsOff[id]?.includes(tool)) {
      throw inWords(403, `You do not have access to the ${tool.replaceAll('_', ' ')} tool in this project.`);
    }
    return project;
  }

  /** Keeps a row to this request until it is answered; a second writer is told 409. */
  lock(key: string): void {
    if (this.locks.includes(key)) return;
    if (!this.sim.locks.take(key)) throw this.sim.locks.busy();
    this.locks.push(key);
  }

  /** The wrapped object of a v1 write body. @throws ApiError 400 when it is missing */
  wrapped(key: string): Body {
    const value = this.body[key];
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw onFields(400, { [key]: ['param is missing or the value is empty'] });
    }
    return value as Body;
  }
}

export const ok = (body: unknown): Result => ({ status: 200, body });
export const created = (body: unknown): Result => ({ status: 201, body });
export const empty = (status: 200 | 204): Result => ({ status });

export interface PageOptions {
  /** the table the rows come from, so that rows a fault holds back are left out */
  table: string;
  size?: number;
  cap?: number;
  /** v2 answers stand under `data` */
  envelope?: boolean;
}

/** One page of a list, with Total, Per-Page and Link headers (contract section 1.4). */
export function page<R extends Row>(call: Call, rows: R[], present: (row: R) => unknown, options: PageOptions): Result {
  const visible = rows.filter((row) => !call.sim.lag.hides(options.table, row.id));
  const {
    size = options.envelope ? 10 : Number(call.sim.switches.default_page_size),
    cap = options.envelope ? 100 : 2000,
  } = options;
  const asked = call.query.number('per_page') ?? size;
  if (asked > cap && call.sim.switches.per_page_over_cap === 'refuse') throw perPageRefused(cap);
  const perPage = Math.min(Math.max(1, Math.trunc(asked) || size), cap);
  const last = Math.max(1, Math.ceil(visible.length / perPage));
  const number = Math.max(1, Math.trunc(call.query.number('page') ?? 1) || 1);
  const body = visible.slice((number - 1) * perPage, number * perPage).map(present);
  return {
    status: 200,
    body: options.envelope ? { data: body } : body,
    headers: { Total: String(visible.length), 'Per-Page': String(perPage), ...links(call, number, last, perPage) },
  };
}

const perPageRefused = (cap: number): ApiError => onFields(400, { per_page: [`must be less than or equal to ${cap}`] });

function links(call: Call, number: number, last: number, perPage: number): Record<string, string> {
  const [path, search] = call.url.split('?');
  const to = (target: number, rel: string) => {
    const query = new URLSearchParams(search);
    query.set('page', String(target));
    query.set('per_page', String(perPage));
    return `<${call.origin}${path}?${query}>; rel="${rel}"`;
  };
  const parts: string[] = [];
  if (number > 1) parts.push(to(1, 'first'), to(number - 1, 'prev'));
  if (number < last) parts.push(to(number + 1, 'next'), to(last, 'last'));
  return parts.length === 0 ? {} : { Link: parts.join(', ') };
}
