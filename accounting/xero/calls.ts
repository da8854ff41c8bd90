import { AccountingApi } from 'xero-node';
import type { AccessToken, Grant, RefreshResult, TokenStore } from '../../procore/ports.ts';
import { AccountingError, type SignInScope } from '../port.ts';

export interface XeroDeps {
  tokens: TokenStore;
  /** asks for the next token pair of a connection; see procore/oauth.ts */
  refresh: (grant: Grant) => Promise<RefreshResult>;
  timeoutMs?: number;
}

export const XERO = 'Xero';

/** An answer of xero-node: the parsed body beside what axios saw. */
export interface Answered<B> {
  response: { status: number; headers: unknown; data: unknown };
  body: B;
}

/** One call on its way, as it is logged. */
export interface Ask {
  method: 'GET' | 'PUT' | 'POST';
  path: string;
  body?: unknown;
}

export interface Calls {
  /** Makes a call with xero-node's own client. A 401 is answered with one refresh and one repetition: Xero did nothing then. */
  make<B>(scope: SignInScope, ask: Ask, call: (api: AccountingApi) => Promise<Answered<B>>): Promise<B>;
}

/**
 * xero-node's AccountingApi on our own base path and tokens; its XeroClient names Xero's hosts itself, so it is not used.
 * Nothing is repeated here, since repeating is the caller's business.
 */
export function createCalls(deps: XeroDeps): Calls {
  const timeoutMs = deps.timeoutMs ?? 30_000;

  async function make<B>(scope: SignInScope, ask: Ask, call: (api: AccountingApi) => Promise<Answered<B>>): Promise<B> {
    const token = await deps.tokens.accessToken(scope.connectionId, deps.refresh);
    const first = await attempt(scope, ask, token, call);
    if (!(first instanceof Unauthorized)) return first.body;
    const fresh = await deps.tokens.accessToken(scope.connectionId, deps.refresh, token.version);
    const second = await attempt(scope, ask, fresh, call);
    if (second instanceof Unauthorized)
      throw new AccountingError({ kind: 'unauthorized', system: XERO, said: 'Xero does not accept a new token.' });
    return second.body;
  }

  async function attempt<B>(
    scope: SignInScope,
    ask: Ask,
    token: AccessToken,
    call: (api: AccountingApi) => Promise<Answered<B>>,
  ): Promise<Answered<B> | Unauthorized> {
    const startedAt = new Date();
    const log = (status: number | null, headers: unknown, response: unknown) =>
      scope.onCall?.({
        method: ask.method,
        path: ask.path,
        status,
        requestId: headerOf(headers, 'xero-correlation-id') ?? null,
        startedAt: startedAt.toISOString(),
        durationMs: Date.now() - startedAt.getTime(),
        request: ask.body === undefined ? null : shorten(ask.body),
        response: response === undefined ? null : shorten(response),
      });
    try {
      const answer = await call(clientFor(scope.apiUrl, token, timeoutMs));
      log(answer.response.status, answer.response.headers, answer.response.data);
      return answer;
    } catch (error) {
      const refused = refusedBy(error);
      log(refused.statusCode || null, refused.headers, refused.statusCode ? refused.body : undefined);
      if (refused.statusCode === 401) return new Unauthorized();
      throw asError(ask, refused);
    }
  }

  return { make };
}

class Unauthorized {}

/** A client for one call; its hook for authentication also sets what xero-node has no option for. */
function clientFor(apiUrl: string, token: AccessToken, timeoutMs: number): AccountingApi {
  const api = new AccountingApi(`${apiUrl}/api.xro/2.0`);
  api.accessToken = token.value;
  api.setDefaultAuthentication({
    applyToRequest(options) {
      Object.assign(options, { timeout: timeoutMs, maxRedirects: 0, proxy: false });
    },
  });
  return api;
}

interface Refused {
  /** 0 when there was no answer */
  statusCode: number;
  body: unknown;
  headers: unknown;
}

/** xero-node rejects with its error as a JSON text. */
function refusedBy(error: unknown): Refused {
  if (typeof error !== 'string') throw error;
  const { response } = JSON.parse(error) as { response: Partial<Refused> };
  return { statusCode: response.statusCode ?? 0, body: response.body, headers: response.headers };
}

function asError(ask: Ask, { statusCode, body, headers }: Refused): AccountingError {
  const isWrite = ask.method !== 'GET';
  const said = saidBy(body) || (statusCode === 0 ? 'no answer' : `answer ${statusCode}`);
  const facts = { system: XERO, said };
  if (statusCode === 0) return new AccountingError({ ...facts, kind: 'network', isAmbiguous: isWrite });
  if (statusCode >= 500 || statusCode === 408)
    return new AccountingError({ ...facts, kind: 'server', isAmbiguous: isWrite });
  if (statusCode === 429) {
    const seconds = Number(headerOf(headers, 'retry-after') ?? Number.NaN);
    return new AccountingError({
      ...facts,
      kind: 'rate-limit',
      retryAfterMs: Number.isFinite(seconds) ? seconds * 1000 : undefined,
    });
  }
  const kind = statusCode === 403 ? 'forbidden' : statusCode === 404 ? 'not-found' : 'invalid';
  return new AccountingError({ ...facts, kind });
}

/** A success whose body lacks what it is about; a write may have happened all the same. */
export const unreadable = (ask: Ask): AccountingError =>
  new AccountingError({
    system: XERO,
    kind: 'unreadable',
    said: `Xero's answer to ${ask.path} cannot be read.`,
    isAmbiguous: ask.method !== 'GET',
  });

interface SaidBody {
  Detail?: string;
  Message?: string;
  Elements?: { ValidationErrors?: { Message?: string }[] }[];
}

/** What Xero says is wrong: each element's own errors, else the message of the whole. */
function saidBy(body: unknown): string {
  if (typeof body === 'string') return body.slice(0, 500);
  if (typeof body !== 'object' || body === null) return '';
  const { Elements = [], Message, Detail } = body as SaidBody;
  const reasons = Elements.flatMap(({ ValidationErrors = [] }) => ValidationErrors.map((one) => one.Message ?? ''));
  return [...new Set(reasons)].filter(Boolean).join('; ') || Message || Detail || '';
}

function headerOf(headers: unknown, name: string): string | undefined {
  const value = (headers as Record<string, unknown> | undefined)?.[name];
  return value === undefined || value === null ? undefined : String(value);
}

const LOG_LIMIT = 20_000;

function shorten(value: unknown): string {
  const text = JSON.stringify(value) ?? '';
  return text.length > LOG_LIMIT ? `${text.slice(0, LOG_LIMIT)}…` : text;
}
