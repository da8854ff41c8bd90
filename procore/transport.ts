import { Agent, type Dispatcher, type FormData, request } from 'undici';
import type { z } from 'zod';
import { kindOf, ProcoreError, type ProcoreErrorFacts, saidBy } from './errors.ts';
import { parseJson, toJson } from './json.ts';
import { refresh } from './oauth.ts';
import type { AccessToken, Lane, RateBudget, TokenStore } from './ports.ts';

/** Whose call it is, and who waits for it. */
export interface Scope {
  connectionId: string;
  apiUrl: string;
  /** Procore's company id; null only for /me and /companies of a person */
  companyId: string | null;
  lane: Lane;
  /** told of every call that left this process, for the integration log */
  onCall?: ((call: CallRecord) => void) | undefined;
}

/** One HTTP call, fit for a log: no header, no secret. */
export interface CallRecord {
  method: string;
  path: string;
  /** null when there was no answer */
  status: number | null;
  requestId: string | null;
  startedAt: string;
  durationMs: number;
  /** what we sent and what came back, shortened; secrets replaced */
  request: string | null;
  response: string | null;
}

export type Query = Record<string, string | number | boolean | readonly string[] | null | undefined>;
export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

export interface Ask {
  method: Method;
  path: string;
  query?: Query | URLSearchParams;
  /** a plain value is sent as JSON; a form as multipart */
  body?: unknown;
}

export interface Answer {
  status: number;
  /** undefined when the answer has no body */
  body: unknown;
  /** the query of the next page, if there is one */
  next: string | null;
  requestId: string | undefined;
}

export interface TransportDeps {
  tokens: TokenStore;
  budget: RateBudget;
  userAgent?: string;
  timeoutMs?: number;
}

export interface Transport {
  send(scope: Scope, ask: Ask): Promise<Answer>;
  /** Posts a form to a host Procore named, without our token: it is none of that host's business. */
  store(scope: Scope, url: string, form: FormData): Promise<void>;
  close(): Promise<void>;
}

/**
 * Sends calls to Procore, each exactly once: repeating is the caller's business. The one exception is a 401,
 * which is answered with one token refresh and one repetition; Procore did nothing then.
 */
export function createTransport(deps: TransportDeps): Transport {
  const timeoutMs = deps.timeoutMs ?? 30_000;
  const userAgent = deps.userAgent ?? 'lentune-procore';
  const agent = new Agent({ connections: 32, pipelining: 1 });

  async function send(scope: Scope, ask: Ask): Promise<Answer> {
    await takeTurn(scope, ask);
    const token = await deps.tokens.accessToken(scope.connectionId, refresh);
    const first = await attempt(scope, ask, token);
    if (first.status !== 401) return settle(ask, first, token);
    const fresh = await deps.tokens.accessToken(scope.connectionId, refresh, token.version);
    await takeTurn(scope, ask);
    return settle(ask, await attempt(scope, ask, fresh), fresh);
  }

  async function takeTurn(scope: Scope, ask: Ask): Promise<void> {
    const turn = await deps.budget.take(scope.connectionId, scope.lane);
    if (turn.kind === 'go') return;
    throw new ProcoreError({
      ...whereOf(ask),
      kind: 'rate-limit',
      status: null,
      said: "Procore's call allowance is used up for now.",
      retryAfterMs: turn.ms,
    });
  }

  async function attempt(scope: Scope, ask: Ask, token: AccessToken): Promise<RawAnswer> {
    const startedAt = new Date();
    const record = (status: number | null, requestId: string | null, response: string | null) =>
      scope.onCall?.({
        ...whereOf(ask),
        status,
        requestId,
        startedAt: startedAt.toISOString(),
        durationMs: Date.now() - startedAt.getTime(),
        request: isForm(ask.body)
          ? '[file]'
          : ask.body === undefined
            ? null
            : shorten(toJson(withoutSecrets(ask.body))),
        response: response === null ? null : shorten(response.replaceAll(token.value, HIDDEN)),
      });
    let answer: Dispatcher.ResponseData;
    let text: string;
    try {
      answer = await request(new URL(ask.path + queryText(ask.query), scope.apiUrl), {
        dispatcher: agent,
        method: ask.method,
        headers: headersOf(scope, ask, token),
        body: isForm(ask.body) ? ask.body : ask.body === undefined ? null : toJson(ask.body),
        signal: AbortSignal.timeout(timeoutMs),
      });
      text = await answer.body.text();
    } catch (error) {
      record(null, null, null);
      throw noAnswer(ask, error, timeoutMs);
    }
    const requestId = header(answer, 'x-request-id') ?? null;
    record(answer.statusCode, requestId, text);
    await learn(scope, answer);
    const dueInMs = answer.statusCode === 429 ? await dueAfterRefusal(scope) : 0;
    return { status: answer.statusCode, text, headers: answer.headers, requestId: requestId ?? undefined, dueInMs };
  }

  function headersOf(scope: Scope, ask: Ask, token: AccessToken): Record<string, string> {
    return {
      authorization: `Bearer ${token.value}`,
      accept: 'application/json',
      'user-agent': userAgent,
      ...(scope.companyId === null ? {} : { 'procore-company-id': scope.companyId }),
      ...(ask.body === undefined || isForm(ask.body) ? {} : { 'content-type': 'application/json' }),
    };
  }

  async function learn(scope: Scope, answer: Dispatcher.ResponseData): Promise<void> {
    const [limit, remaining, reset] = ['x-rate-limit-limit', 'x-rate-limit-remaining', 'x-rate-limit-reset'].map(
      (name) => Number(header(answer, name) ?? Number.NaN),
    ) as [number, number, number];
    if (!Number.isFinite(limit + remaining + reset)) return;
    await deps.budget.learn(scope.connectionId, { limit, remaining, reset }, answer.statusCode === 429);
  }

  /** Everyone who was refused is told the same end of the window; the budget, which has just learned of it, gives each a time of their own. */
  async function dueAfterRefusal(scope: Scope): Promise<number> {
    const turn = await deps.budget.take(scope.connectionId, scope.lane);
    return turn.kind === 'wait' ? turn.ms : 0;
  }

  async function store(scope: Scope, url: string, form: FormData): Promise<void> {
    const target = new URL(url);
    const ask: Ask = { method: 'POST', path: target.pathname, body: form };
    if (target.protocol !== 'https:' && target.origin !== new URL(scope.apiUrl).origin)
      throw unreadable(ask, { status: null, said: 'Procore named a storage address that is not encrypted.' });
    let answer: Dispatcher.ResponseData;
    let text: string;
    try {
      const signal = AbortSignal.timeout(timeoutMs);
      answer = await request(target, { dispatcher: agent, method: 'POST', body: form, signal });
      text = await answer.body.text();
    } catch (error) {
      throw noAnswer(ask, error, timeoutMs);
    }
    if (answer.statusCode < 300) return;
    const said = saidBy(text) || `The storage answered ${answer.statusCode}.`;
    throw new ProcoreError({ ...whereOf(ask), kind: kindOf(answer.statusCode, said), status: answer.statusCode, said });
  }

  return { send, store, close: () => agent.close() };
}

interface RawAnswer {
  status: number;
  text: string;
  headers: Dispatcher.ResponseData['headers'];
  requestId: string | undefined;
  /** after a 429: when the budget lets this caller go again */
  dueInMs: number;
}

/** Turns an answer into data, or into the error it is. */
function settle(ask: Ask, answer: RawAnswer, token: AccessToken): Answer {
  const { status, requestId } = answer;
  const facts = { ...whereOf(ask), status, ...(requestId === undefined ? {} : { requestId }) };
  const body = jsonOf(answer.text);
  if (status >= 200 && status < 300) {
    if (body === NO_JSON) {
      const said = saidBy(answer.text).replaceAll(token.value, HIDDEN);
      throw unreadable(ask, { ...facts, said: `Procore's answer cannot be read: ${said.slice(0, 200)}` });
    }
    return { status, body, next: nextQuery(answer.headers.link), requestId };
  }
  const said =
    saidBy(body === NO_JSON ? answer.text : body).replaceAll(token.value, HIDDEN) || `Procore answered ${status}.`;
  const retryAfterMs = retryAfter(answer);
  throw new ProcoreError({
    ...facts,
    kind: kindOf(status, said),
    said,
    isAmbiguous: isWrite(ask) && (status >= 500 || status === 408),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/** An answer with a success status that says nothing we understand; a write may have happened all the same. */
function unreadable(
  ask: Ask,
  facts: Omit<ProcoreErrorFacts, 'kind' | 'method' | 'path' | 'isAmbiguous'>,
): ProcoreError {
  return new ProcoreError({ ...whereOf(ask), ...facts, kind: 'unreadable', isAmbiguous: isWrite(ask) });
}

/** Checks an answer against the fields we use. */
export function read<T extends z.ZodType>(schema: T, body: unknown, ask: Ask, answer: Answer): z.output<T> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw unreadable(ask, {
    status: answer.status,
    said: `Procore's answer is not as expected at ${issue?.path.join('.') || 'its root'}: ${issue?.message}`,
    ...(answer.requestId === undefined ? {} : { requestId: answer.requestId }),
  });
}

const NOT_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

function noAnswer(ask: Ask, error: unknown, timeoutMs: number): ProcoreError {
  const { name, code } = error as { name?: string; code?: string };
  const said =
    name === 'TimeoutError'
      ? `Procore did not answer within ${timeoutMs / 1000} s.`
      : `The connection to Procore failed (${code ?? name}).`;
  return new ProcoreError({
    ...whereOf(ask),
    kind: 'network',
    status: null,
    said,
    isAmbiguous: isWrite(ask) && !(code !== undefined && NOT_SENT.has(code)),
  });
}

const isWrite = (ask: Ask) => ask.method !== 'GET';
const whereOf = (ask: Ask) => ({ method: ask.method, path: ask.path });
const isForm = (body: unknown): body is FormData => typeof body === 'object' && body?.constructor?.name === 'FormData';

const NO_JSON = Symbol('no JSON');

function jsonOf(text: string): unknown {
  if (text.trim() === '') return undefined;
  try {
    return parseJson(text);
  } catch {
    return NO_JSON;
  }
}

function header(answer: { headers: Dispatcher.ResponseData['headers'] }, name: string): string | undefined {
  const value = answer.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** `Retry-After` in seconds or as a date, else the end of the window on a 429. */
function retryAfter(answer: RawAnswer): number | undefined {
  const after = header(answer, 'retry-after');
  if (after !== undefined) {
    const ms = /^\d+$/.test(after) ? Number(after) * 1000 : Date.parse(after) - Date.now();
    if (Number.isFinite(ms)) return Math.max(0, ms, answer.dueInMs);
  }
  const reset = Number(header(answer, 'x-rate-limit-reset') ?? Number.NaN);
  return answer.status === 429 && Number.isFinite(reset)
    ? Math.max(0, reset * 1000 - Date.now(), answer.dueInMs)
    : undefined;
}

/** The query of the `Link` with rel=next. Its host is ignored: a page is only ever read where the first one was. */
function nextQuery(link: string | string[] | undefined): string | null {
  for (const part of [link ?? []]
    .flat()
    .join(', ')
    .matchAll(/<([^>]*)>([^<]*)/g)) {
    const [, address = '', parameters = ''] = part;
    if (!/;\s*rel="?[^";]*\bnext\b/.test(parameters)) continue;
    const at = address.indexOf('?');
    if (at >= 0) return address.slice(at + 1);
  }
  return null;
}

function queryText(query: Ask['query']): string {
  const text = (query instanceof URLSearchParams ? query : toSearchParams(query ?? {})).toString();
  return text === '' ? '' : `?${text}`;
}

/** Arrays become repeated `name[]`, as the guide teaches (contract section 1.5). */
export function toSearchParams(query: Query): URLSearchParams {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === null) continue;
    if (Array.isArray(value)) for (const entry of value) params.append(`${name}[]`, entry);
    else params.append(name, String(value));
  }
  return params;
}

const HIDDEN = '[hidden]';
const SECRET = /authorization|token|secret|password/i;
const LOG_LIMIT = 20_000;

const shorten = (text: string) => (text.length > LOG_LIMIT ? `${text.slice(0, LOG_LIMIT)}…` : text);

function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, SECRET.test(key) ? HIDDEN : withoutSecrets(member)]),
  );
}
