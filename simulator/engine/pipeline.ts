import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Request, Response } from 'express';
import type { ContractCheck } from '../contract/check.ts';
import { Call, type Result, type Route, type TokenRow } from './api.ts';
import { ApiError, coded, inWords, onFields } from './errors.ts';
import type { FaultEffect } from './faults.ts';
import { readMultipart } from './multipart.ts';
import { Query } from './query.ts';
import type { RateReport } from './rate-limit.ts';
import type { RequestEntry } from './request-log.ts';
import type { Simulator } from './simulator.ts';

export interface PipelineParts {
  sim: Simulator;
  contract: ContractCheck | null;
  /** calls that carry it are the audit's own: not logged, limited or broken */
  internalKey: string;
}

/** What every API request passes, in order: log, faults, sign-in, rate windows, holds, contract, handler, answer. */
export function createPipeline({ sim, contract, internalKey }: PipelineParts) {
  return async function serve(req: Request, res: Response, route: Route | null): Promise<void> {
    const requestId = randomUUID();
    res.setHeader('x-request-id', requestId);
    const internal = req.headers['x-simulator-internal'] === internalKey;
    const entry = internal ? null : sim.requests.add(req.method, req.originalUrl, req.headers['user-agent']);
    const effect = internal ? null : sim.faults.hit(req.method, req.originalUrl);
    const hold = internal ? null : sim.holds.claim(req.method, req.originalUrl);
    const dropped = () => req.socket.destroyed;

    const exchange: Exchange = { sim, contract, route, res, entry, entries: [], locks: [] };
    res.on('close', () => closeExchange(exchange));

    let call: Call;
    try {
      call = await readCall(sim, req, requestId);
    } catch (error) {
      return answer(exchange, null, failure(error));
    }
    if (route?.contract !== 'none') contract?.request(req.method, req.path, call, req.headers);

    if (effect?.kind === 'drop-before') return drop(res);
    if (effect?.kind === 'late-commit') return commitLater(exchange, call, effect.seconds);
    if (effect?.kind === 'slow') await delay(effect.ms);
    if (effect?.kind === 'status') return answer(exchange, call, refusal(effect, sim));
    if (effect?.kind === 'html') {
      return answer(exchange, call, {
        status: effect.status ?? 502,
        html: '<html><body><h1>502 Bad Gateway</h1></body></html>',
      });
    }
    if (sim.settings.latencyMs > 0) await delay(sim.settings.latencyMs);

    await sim.holds.freeze(hold, 'before');
    if (dropped()) return;

    const result = handle(exchange, call, internal, effect);
    exchange.locks = call.locks;
    if (call.locks.length > 0 && sim.settings.directCostWriteMs > 0) await delay(sim.settings.directCostWriteMs);
    await sim.holds.freeze(hold, 'after-commit');
    if (effect?.kind === 'lost-response') return drop(res);
    await answer(exchange, call, result, {
      truncate: effect?.kind === 'truncate',
      afterFirstByte: () => sim.holds.freeze(hold, 'after-first-byte'),
    });
  };
}

interface Exchange {
  sim: Simulator;
  contract: ContractCheck | null;
  route: Route | null;
  res: Response;
  entry: RequestEntry | null;
  /** ledger entries of what it committed */
  entries: number[];
  locks: string[];
}

function closeExchange({ sim, res, entry, entries, locks }: Exchange): void {
  sim.locks.release(locks);
  if (res.writableFinished) return;
  if (entry !== null) entry.status = 0;
  sim.ledger.markLost(entries);
}

async function readCall(sim: Simulator, req: Request, requestId: string): Promise<Call> {
  const type = req.headers['content-type'] ?? '';
  const read = type.startsWith('multipart/')
    ? await readMultipart(req.body as Buffer, type)
    : Buffer.isBuffer(req.body)
      ? { body: {}, files: [bareFile(req.body, req.path)] }
      : { body: (req.body ?? {}) as Record<string, unknown>, files: [] };
  return new Call({
    sim,
    requestId,
    method: req.method,
    url: req.originalUrl,
    params: req.params as Record<string, string>,
    query: new Query(req.query as Record<string, string>),
    headers: req.headers as Record<string, string | undefined>,
    origin: `${req.protocol}://${req.headers.host ?? 'localhost'}`,
    ...read,
  });
}

/** A body that is a file and nothing else; the address names it. */
const bareFile = (bytes: Buffer, path: string) => ({
  field: '',
  filename: decodeURIComponent(path.split('/').at(-1) ?? ''),
  size: bytes.length,
  sha256: createHash('sha256').update(bytes).digest('hex'),
});

/** Runs the handler and turns whatever it throws into an answer. */
function handle(exchange: Exchange, call: Call, internal: boolean, effect: FaultEffect | null): Result {
  const { sim, route, res } = exchange;
  try {
    if (route === null) throw coded(404, 'NOT_FOUND', `No route matches ${call.method} ${call.url.split('?')[0]}`);
    if (route.auth !== 'none') {
      call.token = authenticate(sim, call);
      if (!internal) takeFromRate(sim, call.token, call, res);
      readCompanyHeader(call, route);
    }
    const key = idempotencyKey(call);
    const before = key === null ? undefined : sim.answers.get(key);
    if (before !== undefined) return before;
    const { result, entries, changes } = sim.commit(call, route.handler);
    exchange.entries = entries;
    if (key !== null) sim.answers.set(key, result);
    if (effect?.kind === 'list-lag') {
      for (const change of changes)
        if (change.action === 'create') sim.lag.hide(change.table, change.id, effect.seconds);
    }
    return result;
  } catch (error) {
    return failure(error);
  }
}

function idempotencyKey(call: Call): string | null {
  const token = call.headers['idempotency-token'];
  if (token === undefined || call.sim.switches.idempotency_token === 'ignored') return null;
  return `${call.token?.client_id} ${call.method} ${call.url} ${token}`;
}

/** The connection breaks now; the write is made later and nobody is told. */
function commitLater(exchange: Exchange, call: Call, seconds: number): void {
  const { sim } = exchange;
  drop(exchange.res);
  sim.later(seconds, () => {
    handle(exchange, call, true, null);
    sim.ledger.markLost(exchange.entries);
    sim.locks.release(call.locks);
  });
}

function authenticate(sim: Simulator, call: Call): TokenRow {
  const bearer = /^Bearer (.+)$/i.exec(call.headers.authorization ?? '')?.[1];
  const token = sim.store.table<TokenRow>('tokens').where('access_token', bearer ?? '')[0];
  if (token === undefined || token.revoked) throw inWords(401, 'The access token is invalid');
  if (token.expires_at <= Date.now()) throw inWords(401, 'The access token expired');
  return token;
}

function takeFromRate(sim: Simulator, token: TokenRow, call: Call, res: Response): void {
  const caller = [token.client_id, token.kind === 'service' ? call.headers['procore-company-id'] : token.user_id].join(
    ' ',
  );
  const report = sim.rate.take(caller, sim.settings, Date.now());
  for (const [name, value] of Object.entries(rateHeaders(report))) res.setHeader(name, value);
  if (report.exceeded) throw tooMany(sim, report);
}

const rateHeaders = (report: RateReport): Record<string, string> => ({
  'X-Rate-Limit-Limit': String(report.limit),
  'X-Rate-Limit-Remaining': String(report.remaining),
  'X-Rate-Limit-Reset': String(report.reset),
});

function tooMany(sim: Simulator, report: RateReport): ApiError {
  // The same sentence whichever window was hit (contract section 1.8).
  const text = 'You have surpassed the max number of requests for an hour. Please wait until your limit resets.';
  const wait = String(Math.max(1, report.reset - Math.floor(Date.now() / 1000)));
  return new ApiError(429, sim.switches.rate_limit_body === 'text' ? text : { errors: text }, {
    ...rateHeaders(report),
    ...(sim.switches.retry_after_on_429 === 'sent' ? { 'Retry-After': wait } : {}),
  });
}

function readCompanyHeader(call: Call, route: Route): void {
  const header = call.headers['procore-company-id'];
  if (header !== undefined && header !== '') {
    call.companyId = Number(header);
    if (route.companyHeader !== 'optional' || call.token?.kind === 'service') call.companyById(call.companyId);
    return;
  }
  if (route.companyHeader === 'optional' && call.token?.kind === 'person') return;
  throw onFields(Number(call.sim.switches.missing_company_header), {
    base: ['Missing Procore-Company-Id header! Please include the Procore-Company-Id header in the request.'],
  });
}

function failure(error: unknown): Result {
  if (error instanceof ApiError) return { status: error.status, body: error.body, headers: error.headers };
  console.error(error);
  return {
    status: 500,
    body: { error: { code: 'INTERNAL', message: 'Something went wrong on our side.', details: [] } },
  };
}

/** The answer of a `status` fault: its own body and headers, or what Procore would say. */
function refusal(effect: Extract<FaultEffect, { kind: 'status' }>, sim: Simulator): Result {
  if (effect.status === 429 && effect.body === undefined) {
    const window = effect.window === 'hourly' ? sim.settings.rateHourly : sim.settings.rateSpike;
    const reset = Math.ceil(Date.now() / 1000) + window.seconds;
    const error = tooMany(sim, { limit: window.limit, remaining: 0, reset, exceeded: true });
    return { status: 429, body: error.body, headers: { ...error.headers, ...effect.headers } };
  }
  const bodies: Record<number, unknown> = {
    401: { errors: 'The access token is invalid' },
    409: { message: 'This item is currently being edited by another request. Please try again.' },
    422: { errors: { base: ['The change was refused.'], fields: {} } },
    503: sim.switches.unavailable_body === 'text' ? 'Service Unavailable' : { errors: ['Service Unavailable'] },
  };
  const standard = bodies[effect.status] ?? {
    error: { code: `E${effect.status}`, message: 'Simulated fault', details: [] },
  };
  const headers = effect.status === 503 ? { 'Retry-After': '2', ...effect.headers } : effect.headers;
  return { status: effect.status, body: effect.body ?? standard, ...(headers === undefined ? {} : { headers }) };
}

const drop = (res: Response): void => void res.socket?.destroy();

async function answer(
  { contract, entry, res }: Exchange,
  call: Call | null,
  result: Result,
  how: { truncate?: boolean; afterFirstByte?: () => Promise<void> } = {},
): Promise<void> {
  if (res.socket?.destroyed !== false) return;
  if (entry !== null) entry.status = result.status;
  if (call !== null) contract?.response(call, result);
  res.statusCode = result.status;
  for (const [name, value] of Object.entries(result.headers ?? {})) res.setHeader(name, value);
  const text = result.html ?? (typeof result.body === 'string' ? result.body : (JSON.stringify(result.body) ?? ''));
  const plain = typeof result.body === 'string';
  if (text !== '')
    res.setHeader('content-type', result.html ? 'text/html; charset=utf-8' : plain ? 'text/plain' : 'application/json');
  let bytes = Buffer.from(text);
  if (how.truncate) bytes = bytes.subarray(0, Math.floor(bytes.length / 2));
  if (result.status !== 204) res.setHeader('content-length', bytes.length);
  if (bytes.length === 0 || how.afterFirstByte === undefined) return void res.end(bytes);
  res.write(bytes.subarray(0, 1));
  await how.afterFirstByte();
  res.end(bytes.subarray(1));
}
